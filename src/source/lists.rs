//! Lists of several sessions that one file has.

use std::path::Path;

use super::file;
use super::reading::{Notice, Reading};
use crate::todo::{Item, Session, Snapshot, SourceKind, Time};

/// Returns what a file says that has these lists: each with the name of its session and its time. One without entries
/// says nothing; one whose session has no name that can be one is named.
pub(super) fn reading(
    path: &Path,
    source: SourceKind,
    found: impl IntoIterator<Item = (String, Time, Vec<Item>)>,
) -> Reading {
    let mut reading = Reading::default();
    let mut nameless = 0;
    for (name, at, items) in found.into_iter().filter(|(.., items)| !items.is_empty()) {
        match Session::new(&name) {
            Ok(session) => reading.states.push(Snapshot::new(session, source, at, items).into()),
            Err(_) => nameless += 1,
        }
    }
    if nameless > 0 {
        let reason = format!("{nameless} of its lists are of sessions whose names cannot be ones");
        reading.notices.push(Notice::new(path, reason, "the others were read"));
    }
    reading.digest = file::hash(format!("{:?}", reading.states).as_bytes());
    reading
}
