//! git's pager, for texts that are longer than the screen.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::git::Git;

/// Shows a text through the pager that git would take. Returns whether it did: there may be none, git may
/// page already, or the user may not want one.
pub(super) fn show(text: &str) -> bool {
    if std::env::var_os("GIT_PAGER_IN_USE").is_some() {
        return false;
    }
    let Ok(named) = Git::new(None, ["var", "GIT_PAGER"]).output() else { return false };
    let named = String::from_utf8_lossy(&named).trim().to_owned();
    if named.is_empty() || named == "cat" {
        return false;
    }
    let mut pager = Command::new("sh");
    pager.args(["-c", &named]).stdin(Stdio::piped());
    // As git does: short texts are not paged, colours are shown, the screen is kept.
    for (variable, value) in [("LESS", "FRX"), ("LV", "-c")] {
        if std::env::var_os(variable).is_none() {
            pager.env(variable, value);
        }
    }
    let Ok(mut child) = pager.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever leaves the pager early has seen enough.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok_and(|status| status.code() != Some(127))
}
