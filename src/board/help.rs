//! The keys, told.

use super::page::Page;

const HELP: &str = "\
Look
  1 2 3 4 5, Tab  todos, by state, projects, sessions, conflicts
  up down, j k    move; PgUp PgDn, g G: further; a click, the wheel
  Enter           what is known of a todo; the todos of a project or session
  h               what happened to a todo
  /               show only what has these words; Esc shows everything
  f               only the project under the cursor; again: all
  Q               what is closed or quiet, and plain lag, too; or not
  t               triage: only what was left behind; or not
  y               copy the id

Act, in your own name
  s  d  x  o      start; done; drop: nobody has to do it; reopen
  a  e  p         add to this project; edit the words; priority
  c  R            claim the first of this project that is ready; release
  r               settle a disagreement: 1 is what holds now; d done, x drop
  u               take back the last command on this device

  q               quit; Ctrl-L draws the screen anew

\u{25b6} in progress  \u{25cb} pending  \u{2713} completed  \u{2717} dropped  ! sessions disagree
What others do is shown as soon as it is consolidated.";

/// Returns the page of the keys.
pub(super) fn help() -> Page {
    Page::new("Keys", HELP)
}
