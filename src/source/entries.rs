//! What is in a directory.

use std::path::{Path, PathBuf};

use super::agent::Scan;
use super::reading::Notice;

/// An entry of a directory: its name, its path, and what it looks like, a link unfollowed.
pub(super) type Entry = (String, PathBuf, std::fs::Metadata);

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
