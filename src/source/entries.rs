//! What is in a directory.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::agent::{Agent, Scan, Unit};
use super::file::{self, Stamp};
use super::reading::{Notice, UnitKind};
use crate::todo::Session;

/// An entry of a directory: its name, its path, and what it looks like, a link unfollowed.
pub(super) type Entry = (String, PathBuf, Metadata);

/// Returns the entries of a directory, by name. A directory that is not there has none.
pub(super) fn entries(directory: &Path, scan: &mut Scan) -> Vec<Entry> {
    let listed = match std::fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(err) => {
            scan.notices.push(Notice::new(directory, format!("cannot be listed: {err}"), "make it readable"));
            return Vec::new();
        }
    };
    let entry = |entry: std::fs::DirEntry| {
        let metadata = entry.metadata().ok()?;
        Some((entry.file_name().to_string_lossy().into_owned(), entry.path(), metadata))
    };
    let mut entries: Vec<_> = listed.flatten().filter_map(entry).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}

/// Takes an entry for the conversation of the session that it is named for: `stem`, without what files of the agent end
/// in. One that cannot be that is named.
pub(super) fn conversation(
    agent: &'static dyn Agent,
    stem: &str,
    (path, metadata): (PathBuf, &Metadata),
    scan: &mut Scan,
) {
    if !metadata.is_file() {
        return scan.notices.push(file::not_a_file(&path, metadata));
    }
    match Session::new(stem) {
        Ok(session) => {
            let (kind, stamp) = (UnitKind::Transcript { session }, Stamp::of(metadata));
            scan.units.push(Unit { agent, path, kind, stamp });
        }
        Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no session: {err}"), "rename it")),
    }
}
