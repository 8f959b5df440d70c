//! Events that wait to be saved: a file each below `chittysync/spool` in the store, in the order of their names.
//!
//! A hook must be quick and may find the store busy. So it leaves its event here, durably, and whoever has the
//! store's lock next saves it. A file is removed only after what it says is in a ref.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::git::{Fsync, GitError, create_file, home};
use crate::todo::Time;

/// How the name of an event's file ends.
const END: &str = ".json";
/// What is put behind the name of a file that cannot be read, so that it is not tried for ever.
const BAD: &str = ".bad";

/// An event that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What tells it from all others; later events have a greater one.
    pub id: String,
    /// When it happened.
    pub at: Time,
    /// Its file.
    pub path: PathBuf,
}

/// Returns the directory of events that wait in the store with this common git directory.
pub fn directory(common_dir: &Path) -> PathBuf {
    home(common_dir).join("spool")
}

/// Puts an event down. When this returns, it survives a power cut. Returns its id.
///
/// # Errors
/// When it cannot be written.
pub fn put(common_dir: &Path, at: Time, event: &[u8], fsync: Fsync) -> Result<String, GitError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The statement's time first. The clock's finer parts keep the order of one millisecond, the process and
    // where it keeps the event keep two apart that happen at once.
    let id = format!("{:015}-{:020}-{:08x}", at.millis(), since.as_nanos(), std::process::id());
    create_file(&directory(common_dir).join(format!("{id}{END}")), event, fsync)?;
    Ok(id)
}

/// Returns the events that wait, the earliest first. A spool that is not there has none.
pub fn waiting(common_dir: &Path) -> Vec<Waiting> {
    let entries = std::fs::read_dir(directory(common_dir)).into_iter().flatten().flatten();
    let mut waiting: Vec<Waiting> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let id = name.strip_suffix(END).filter(|_| !name.starts_with('.'))?.to_owned();
            let at = Time::from_millis(id.split('-').next()?.parse().ok()?);
            Some(Waiting { id, at, path: entry.path() })
        })
        .collect();
    waiting.sort_by(|a, b| a.id.cmp(&b.id));
    waiting
}

/// Returns whether nothing waits.
pub fn is_empty(common_dir: &Path) -> bool {
    waiting(common_dir).is_empty()
}

/// Returns about when an event last came: when the spool last changed.
pub fn last_change(common_dir: &Path) -> Option<SystemTime> {
    std::fs::metadata(directory(common_dir)).ok()?.modified().ok()
}

/// Removes an event that is saved. One that stays is found saved the next time.
pub fn remove(event: &Waiting) {
    let _ = std::fs::remove_file(&event.path);
}

/// Puts an event aside that cannot be understood, for a person to look at. One that stays is tried again.
pub fn put_aside(event: &Waiting) {
    let mut aside = event.path.clone().into_os_string();
    aside.push(BAD);
    let _ = std::fs::rename(&event.path, aside);
}

/// Returns how many events were put aside.
pub fn count_aside(common_dir: &Path) -> usize {
    let entries = std::fs::read_dir(directory(common_dir)).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(BAD)).count()
}
