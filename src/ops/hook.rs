//! An agent's hook: its event is put down, and saved at once if the store is free.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::drain::drain_within;
use super::spooled::{redact, tell};
use super::tips::Tips;
use super::{OpsError, daemon_runs, unrouted};
use crate::git::{Fsync, GitError, Reading, StoreLock, private_directory, private_file, state_dir};
use crate::redact::Redactor;
use crate::source::hook;
use crate::store::{Location, Origin, Store, StoreError, spool};
use crate::todo::Time;

/// Puts an event down durably, and saves it at once if nothing else waits, unless another process has the store, or there
/// is more to read for it than an agent can wait for. Whatever waits then is saved by whoever has the branch follow, for
/// whom nobody waits. Returns whether the branch has to follow.
///
/// # Errors
/// When the event cannot be put down, or what waits cannot be saved. What was put down goes on waiting.
pub fn hear(store: &Store, event: Option<Value>, now: Time) -> Result<bool, OpsError> {
    let common_dir = store.repo.common_dir();
    let Some(event) = event else { return Ok(!spool::is_empty(common_dir)) };
    put(common_dir, event, &store.settings.redactor, store.settings.fsync, now)?;
    let is_alone = spool::waiting(common_dir).len() == 1;
    let most = store.repo.limits.budgets.hook;
    if !is_alone || !Tips::are_soon_found(store, most)? {
        return Ok(true);
    }
    match StoreLock::try_acquire(common_dir)? {
        Some(lock) => {
            let reading = Reading::of(most);
            match drain_within(store, &lock, Some(&reading), now) {
                // What was said waits for whoever merges it, for whom nobody waits.
                _ if reading.is_spent() => Ok(true),
                saved => Ok(!saved?.is_empty()),
            }
        }
        // Whoever has it may have looked before the event was there.
        None => Ok(true),
    }
}

/// Puts an event down in a store that cannot be opened now, so that it is not known which rules of redaction it leaves
/// out: all are followed. Whoever opens it next saves it.
///
/// # Errors
/// When there is no such store, or it cannot be written.
pub fn put_down(location: &Location, mut event: Value, now: Time) -> Result<(), OpsError> {
    let common_dir = location.common_dir().ok_or_else(|| StoreError::Missing(location.path.clone()))?;
    if location.origin != Origin::Route {
        // Where nothing can be opened, the user's rules may not be readable either.
        unrouted::mark(&mut event);
    }
    put(&common_dir, event, &Redactor::default(), Fsync::On, now)
}

/// Puts an event down without its credentials: nobody looks after what a killed hook leaves.
fn put(common_dir: &Path, mut event: Value, redactor: &Redactor, fsync: Fsync, now: Time) -> Result<(), OpsError> {
    let found = redact(&mut event, redactor);
    spool::put(common_dir, now, event.to_string().as_bytes(), fsync)?;
    if let Ok(heard) = hook::read(&event) {
        tell(common_dir, &heard.session.short(), found);
    }
    Ok(())
}

/// How long, after the first event, others are waited for that come with it.
const TOGETHER: Duration = Duration::from_millis(100);

/// Work in the background: one process at a time for a store, none where a daemon does it.
///
/// What is wanted is a file, whose making needs no lock. The process that holds the lock beside it works until
/// the file is not made again.
#[derive(Debug)]
pub struct Background {
    wanted: PathBuf,
    lock: PathBuf,
    daemon: bool,
}

impl Background {
    /// Returns consolidation, of the store with this common git directory.
    pub fn consolidation(common_dir: &Path) -> Self {
        Background::of(common_dir, "wanted", "consolidating")
    }

    /// Returns the talk with the remote, of the store with this common git directory.
    pub fn sync(common_dir: &Path) -> Self {
        Background::of(common_dir, "sync-wanted", "syncing")
    }

    /// Returns a look at the files of an agent, for the store with this common git directory.
    pub fn look(common_dir: &Path, agent: &str) -> Self {
        Background::of(common_dir, &format!("look-{agent}-wanted"), &format!("looking-{agent}"))
    }

    fn of(common_dir: &Path, wanted: &str, lock: &str) -> Self {
        let path = |name: &str| state_dir(common_dir).join(name);
        Background { wanted: path(wanted), lock: path(lock), daemon: daemon_runs(common_dir) }
    }

    /// Notes that it is wanted. Returns whether a process has to be started for it.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn want(&self) -> Result<bool, OpsError> {
        if self.daemon {
            return Ok(false);
        }
        // A hook may be the first that has anything to do with the store.
        self.wanted.parent().map_or(Ok(()), private_directory).map_err(GitError::io("create", &self.wanted))?;
        open(&self.wanted).map_err(GitError::io("create", &self.wanted))?;
        Ok(self.take()?.is_some())
    }

    /// Works until nothing is wanted; does nothing when another process does.
    ///
    /// # Errors
    /// As `work`, which is not tried again, and when the lock cannot be asked for.
    pub fn work_off(&self, mut work: impl FnMut() -> Result<(), OpsError>) -> Result<(), OpsError> {
        while self.wanted.exists() {
            let Some(_one_at_a_time) = self.take()? else { return Ok(()) };
            while self.wanted.exists() {
                std::thread::sleep(TOGETHER);
                // Before the work: what comes during it is wanted again.
                std::fs::remove_file(&self.wanted).map_err(GitError::io("remove", &self.wanted))?;
                work()?;
            }
        }
        Ok(())
    }

    fn take(&self) -> Result<Option<File>, GitError> {
        let file = open(&self.lock).map_err(GitError::io("open", &self.lock))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) => Err(GitError::io("lock", &self.lock)(err)),
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    private_file().create(true).truncate(false).write(true).open(path)
}
