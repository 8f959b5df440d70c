//! Keeping a store small: begun behind a command that saved something, in a process of its own that nobody waits for.

use std::path::Path;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::record::Record;
use super::state::JobState;
use crate::git::{Clutter, is_maintained, start_detached};
use crate::ops::{OpsError, chain};
use crate::source::home_variables;
use crate::store::{Location, Store, StoreError};

/// What is written down of it.
const RECORD: Record = Record {
    event: "maintenance",
    file: "maintenance.json",
    backoff: Backoff { first: Duration::from_secs(60), longest: Duration::from_secs(24 * 60 * 60) },
};

/// How long one may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// After one, nothing is begun for so many times as long as it took: most of the time belongs to others, also where
/// something never gets less.
const REST: u32 = 3;

/// Returns how it is doing in the store with this common git directory; nothing when it was never done.
pub fn maintenance(common_dir: &Path) -> Option<JobState> {
    RECORD.read(common_dir)
}

/// Returns whether a store is to be kept small without being asked. A project's repository is left to its owner.
///
/// # Errors
/// When a setting has a value that it cannot have.
pub fn is_wanted(store: &Store) -> Result<bool, StoreError> {
    Ok(!store.is_project() && store.background()?.maintenance)
}

/// Begins it where it is wanted and there is enough to do, unless another process is at it, or it failed just now.
/// Without much to do, this takes less than a millisecond. Whatever goes wrong here, the next command tries again.
pub fn start_maintenance(location: &Location) {
    let Some(common_dir) = location.common_dir() else { return };
    if !Clutter::of(&common_dir).is_much() || !RECORD.is_due(&common_dir) {
        return;
    }
    let is_wanted = Store::open(location).and_then(|store| is_wanted(&store)).unwrap_or(false);
    if is_wanted && !is_maintained(&common_dir) {
        let path = std::path::absolute(&common_dir).unwrap_or_else(|_| common_dir.clone());
        let arguments = ["--store".into(), path.into_os_string(), "maintenance".into(), "--background".into()];
        let _ = start_detached(&common_dir, arguments, home_variables());
    }
}

/// Does it, and writes down how it ended. Returns whether it was done: not when another process is at it.
///
/// # Errors
/// When it fails, or takes too long.
pub fn maintain(store: &Store) -> Result<bool, OpsError> {
    let (common_dir, started) = (store.repo.common_dir(), Instant::now());
    let begun = RECORD.begun(common_dir);
    let done = store.repo.maintain(store.settings.fsync, started + LIMIT).map_err(OpsError::from);
    if !matches!(done, Ok(false)) {
        let took = started.elapsed();
        RECORD.ended(common_dir, begun, took, done.as_ref().err().map(|err| chain(err)), Some(took * REST));
    }
    done
}
