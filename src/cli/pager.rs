//! git's pager, for texts that are longer than the screen.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use crate::git::Git;

/// A pager that is being given a text.
#[derive(Debug)]
pub(super) struct Pager {
    child: Child,
    /// What it was given, for when there is no such program.
    given: String,
}

impl Pager {
    /// Starts the pager that git would take. There may be none, git may page already, or the user may not want one.
    pub(super) fn start() -> Option<Self> {
        if std::env::var_os("GIT_PAGER_IN_USE").is_some() {
            return None;
        }
        let named = Git::new(None, ["var", "GIT_PAGER"]).output().ok()?;
        let named = String::from_utf8_lossy(&named).trim().to_owned();
        if named.is_empty() || named == "cat" {
            return None;
        }
        let mut pager = Command::new("sh");
        pager.args(["-c", &named]).stdin(Stdio::piped());
        // As git does: short texts are not paged, colours are shown, the screen is kept.
        for (variable, value) in [("LESS", "FRX"), ("LV", "-c")] {
            if std::env::var_os(variable).is_none() {
                pager.env(variable, value);
            }
        }
        Some(Pager { child: pager.spawn().ok()?, given: String::new() })
    }

    /// Gives it more of the text. Returns whether anybody reads on: who leaves the pager early has seen enough.
    pub(super) fn give(&mut self, text: &str) -> bool {
        self.given.push_str(text);
        self.child.stdin.as_mut().is_some_and(|stdin| stdin.write_all(text.as_bytes()).is_ok())
    }

    /// Waits until it is left. Returns what it did not show, because there is no such program.
    pub(super) fn finish(mut self) -> Option<String> {
        drop(self.child.stdin.take());
        let shown = self.child.wait().is_ok_and(|status| status.code() != Some(127));
        (!shown).then_some(self.given)
    }
}
