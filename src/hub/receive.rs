//! What git calls before it takes a push: this program, by a hook that is ours. All of a push is taken, or nothing.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::environment::{PRINCIPAL, STORE};
use crate::access::{Principal, Refused};
use crate::cli::present;
use crate::git::{Fsync, GitError, private_directories, replace_private_file, state_dir};
use crate::ops::{self, chain};
use crate::store::{Location, Origin, Store};
use crate::todo::plain;

/// The word that the hook starts this program with.
pub(super) const WORD: &str = "pre-receive";

/// The hook. It names no path: where this program is stands in its environment.
const HOOK: &str = "#!/bin/sh\nexec \"$CHITTYSYNC_HUB_PROGRAM\" pre-receive\n";

/// No push has nearly as many refs.
const LONGEST: u64 = 64 << 20;

/// Writes the hook, and returns the directory that it is in.
pub(super) fn put_hook(common_dir: &Path) -> Result<PathBuf, GitError> {
    let directory = state_dir(common_dir).join("hub").join("hooks");
    let failed = |err| GitError::Io { action: "create", path: directory.clone(), source: err };
    private_directories(&directory).map_err(failed)?;
    let path = directory.join(WORD);
    replace_private_file(&path, HOOK.as_bytes(), Fsync::Off)?;
    let failed = |err| GitError::Io { action: "change", path: path.clone(), source: err };
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(failed)?;
    Ok(directory)
}

/// Looks at a push: what it is about stands on the standard input.
pub(super) fn main() -> ExitCode {
    match look() {
        Ok(refused) if refused.is_empty() => ExitCode::SUCCESS,
        Ok(refused) => {
            for Refused { reason, remedy } in refused.iter().take(20) {
                eprintln!("error: {}\nhint: {}", plain(reason), plain(remedy));
            }
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("error: the hub cannot look at this push: {}", plain(&reason));
            ExitCode::FAILURE
        }
    }
}

fn look() -> Result<Vec<Refused>, String> {
    let variable = |name: &str| std::env::var_os(name).ok_or_else(|| format!("{name} is not set"));
    let who = variable(PRINCIPAL)?;
    let who = who.to_str().and_then(Principal::parse).ok_or("nobody is known to push")?;
    let location = Location { path: PathBuf::from(variable(STORE)?), origin: Origin::Option };
    let objects = std::env::var_os("GIT_QUARANTINE_PATH").map(PathBuf::from);
    let mut lines = String::new();
    std::io::stdin().lock().take(LONGEST).read_to_string(&mut lines).map_err(|err| err.to_string())?;
    let store = Store::open(&location).map_err(|err| chain(&err))?;
    ops::check_push(&store, objects.as_deref(), &who, &lines, present()).map_err(|err| chain(&err))
}
