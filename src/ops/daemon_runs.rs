//! Whether a daemon looks after a store.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};

use crate::git::{private_file, state_dir};

/// Returns the file whose lock a daemon holds for as long as it lives, `<common git directory>/chittysync/daemon.lock`.
/// The kernel takes the lock back from a process that dies, so it can never be stale.
pub fn daemon_lock(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("daemon.lock")
}

/// Returns whether a daemon looks after the store with this common git directory. Takes some microseconds,
/// writes nothing.
pub fn daemon_runs(common_dir: &Path) -> bool {
    let opened = private_file().read(true).open(daemon_lock(common_dir));
    opened.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
