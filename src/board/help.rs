//! The keys, told.

use super::page::Page;

const HELP: &str = "\
Look
  1 2 3 4, Tab  todos, projects, sessions, conflicts
  up down, j k  move; PgUp PgDn, g G: further
  Enter         what is known of a todo; the todos of a project or session
  h             what happened to a todo
  /             show only what has these words; Esc shows everything
  a             what is closed or quiet, and plain lag, too; or not

Act, in your own name
  s             start: you are working on it
  d             done
  x             drop: nobody has to do it
  o             reopen
  r             settle a disagreement: take what one says, or say another
  u             take back the last command on this device

  q             quit; Ctrl-L draws the screen anew

\u{25b6} in progress  \u{25cb} pending  \u{2713} completed  \u{2717} dropped  ! sessions disagree
What others do is shown as soon as it is consolidated.";

/// Returns the page of the keys.
pub(super) fn help() -> Page {
    Page::new("Keys", HELP)
}
