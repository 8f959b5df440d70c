//! Events that wait to be saved: a file each below `chittysync/spool` in the store, in the order of their names.
//!
//! That is the order in which they came, whatever the clock does meanwhile: the name of each begins with a number
//! greater than those of all that are there. Whoever puts one down looks at the names first, and needs no lock for
//! that: only what comes at the same moment can get the same number, and then there is no order to keep. Once all are
//! saved, the numbers begin anew.
//!
//! A hook must be quick and may find the store busy. So it leaves its event here, durably, and whoever has the
//! store's lock next saves it. A file is removed only after what it says is in a ref. What a killed hook had begun to
//! write here waits as the others do if it is whole, and is removed if it is not.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::git::{Fsync, GitError, create_file, has_left, state_dir, take_left};
use crate::todo::Time;

/// How the name of an event's file ends.
const END: &str = ".json";
/// How it begins, before its number. Names of earlier versions begin with a time, and come before all others.
const BEGIN: &str = "e";
/// What is put behind the name of a file that cannot be read, so that it is not tried for ever.
const BAD: &str = ".bad";

/// An event that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What tells it from all others; later events have a greater one.
    pub id: String,
    /// When it happened, as the hook that put it there read the clock.
    pub at: Time,
    /// Its file, which is removed once the event is saved.
    pub path: PathBuf,
}

/// Returns the directory of events that wait in the store with this common git directory.
pub fn directory(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("spool")
}

/// Puts an event down. When this returns, it survives a power cut. Returns its id.
///
/// # Errors
/// When it cannot be written.
pub fn put(common_dir: &Path, at: Time, event: &[u8], fsync: Fsync) -> Result<String, GitError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let number = names(common_dir).filter_map(|name| number(&name)).max().map_or(0, |last| last.saturating_add(1));
    // The rest tells it from all others that ever were, those included that had the same number.
    let id = format!("{BEGIN}{number:020}-{:015}-{:020}-{:08x}", at.millis(), since.as_nanos(), std::process::id());
    create_file(&directory(common_dir).join(format!("{id}{END}")), event, fsync)?;
    Ok(id)
}

/// Returns the names of the files in a spool.
fn names(common_dir: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(directory(common_dir)).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

/// Returns the number in a name; nothing where an earlier version gave it none.
fn number(name: &str) -> Option<u64> {
    name.strip_prefix(BEGIN)?.split('-').next()?.parse().ok()
}

/// Returns the events that wait, the earliest first. A spool that is not there has none.
pub fn waiting(common_dir: &Path) -> Vec<Waiting> {
    let mut waiting: Vec<Waiting> = names(common_dir)
        .filter_map(|name| {
            let id = name.strip_suffix(END).filter(|_| !name.starts_with('.'))?.to_owned();
            let time = id.split('-').nth(usize::from(number(&id).is_some()))?;
            let at = Time::from_millis(time.parse().ok()?);
            Some(Waiting { path: directory(common_dir).join(&name), id, at })
        })
        .collect();
    waiting.sort_by(|a, b| a.id.cmp(&b.id));
    waiting
}

/// Returns whether nothing waits, and no hook that puts something down was killed.
pub fn is_empty(common_dir: &Path) -> bool {
    waiting(common_dir).is_empty() && !has_left(&directory(common_dir))
}

/// Ends what killed hooks began.
pub fn take_in_left(common_dir: &Path) {
    take_left(&directory(common_dir), |event| serde_json::from_slice::<serde::de::IgnoredAny>(event).is_ok());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all(common_dir: &Path) -> Vec<String> {
        let read = |event: Waiting| String::from_utf8(std::fs::read(event.path).expect("a file")).expect("UTF-8");
        waiting(common_dir).into_iter().map(read).collect()
    }

    /// The order is that of arrival: after steps of the clock in both directions, after others were saved, and beside
    /// names that an earlier version gave.
    #[test]
    fn events_stand_in_the_order_in_which_they_came() {
        let store = tempfile::tempdir().expect("a directory");
        let store = store.path();
        let put = |at: i64, text: &str| put(store, Time::from_millis(at), text.as_bytes(), Fsync::Off).expect("put");
        for (at, text) in [(5_000, "a"), (9_000_000, "b"), (1, "c"), (1, "d"), (9_000_000, "e"), (i64::MAX, "f")] {
            put(at, text);
        }
        assert_eq!(all(store), ["a", "b", "c", "d", "e", "f"]);
        assert_eq!(waiting(store)[2].at.millis(), 1);
        remove(&waiting(store)[0]);
        remove(&waiting(store)[3]);
        put(2, "g");
        let old = directory(store).join("000000000000007-00000000000000000001-00000001.json");
        std::fs::write(&old, "old").expect("a file");
        // What is in the making, or was put aside, counts as nothing.
        for name in [".e00000000000000000009-1-1-1.json.new", "e00000000000000000009-1-1-1.json.bad", "e.json", "x"] {
            std::fs::write(directory(store).join(name), "no").expect("a file");
        }
        put(1, "h");
        assert_eq!(all(store), ["old", "b", "c", "d", "f", "g", "h"]);
        assert_eq!(waiting(store)[0].at.millis(), 7);
        waiting(store).iter().for_each(remove);
        put(3, "i");
        put(2, "j");
        assert_eq!(all(store), ["i", "j"]);
    }

    /// Many at once: each gets a place, and of one process they stay in order.
    #[test]
    fn events_that_come_at_once_all_get_a_place() {
        let store = tempfile::tempdir().expect("a directory");
        let store = store.path();
        std::thread::scope(|threads| {
            for who in 0..4 {
                threads.spawn(move || {
                    for at in 0..50 {
                        let time = Time::from_millis(1_000_000 - at);
                        put(store, time, format!("{who} {at:02}").as_bytes(), Fsync::Off).expect("put");
                    }
                });
            }
        });
        let found = all(store);
        assert_eq!(found.len(), 200);
        for who in 0..4 {
            let own: Vec<&String> = found.iter().filter(|text| text.starts_with(&who.to_string())).collect();
            assert!(own.is_sorted() && own.len() == 50, "{own:?}");
        }
    }
}
