//! git's editor, for a text that a person changes.

use std::path::Path;
use std::process::Command;

use super::ui::Failure;
use crate::git::Git;

/// Has a file changed in the editor that git would take, as `git commit` does.
pub(super) fn edit(path: &Path) -> Result<(), Failure> {
    let named = Git::new(None, ["var", "GIT_EDITOR"]).output();
    let named =
        named.map_err(|_| Failure::fatal("there is no editor that works here").hint("set GIT_EDITOR to one"))?;
    let named = String::from_utf8_lossy(&named).trim().to_owned();
    // As git calls it: a command line of the shell, with the file behind it.
    let ended = Command::new("sh").args(["-c", &format!("{named} \"$@\""), &named]).arg(path).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure::no(format!("the editor '{named}' ended with an error; nothing was changed"))),
        Err(err) => Err(Failure::fatal(format!("cannot start the editor '{named}': {err}"))),
    }
}
