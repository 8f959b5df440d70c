//! The files of a database: what tells that it changed, without opening it.

use std::path::{Path, PathBuf};

use crate::source::agent::{Agent, Scan, Unit};
use crate::source::file::{self, Stamp};
use crate::source::reading::UnitKind;
use crate::todo::Time;

/// How the names of files end in which rows are written. Not `-shm`: whoever reads writes that.
pub(crate) const ENDS: &[&str] = &[".db", ".sqlite", ".sqlite3", "-wal", "-journal"];

/// Takes a file for a database, with what is written beside it. What is no file is named; nothing is said of one that is
/// not there.
pub(crate) fn find(agent: &'static dyn Agent, path: PathBuf, scan: &mut Scan) {
    unit(agent, path, UnitKind::Database { directory: None }, scan);
}

/// As [`find`], of a database that holds this.
pub(crate) fn unit(agent: &'static dyn Agent, path: PathBuf, kind: UnitKind, scan: &mut Scan) {
    let Ok(metadata) = path.symlink_metadata() else { return };
    if !metadata.is_file() {
        return scan.notices.push(file::not_a_file(&path, &metadata));
    }
    let beside = ["-wal", "-journal"].into_iter().filter_map(|end| {
        // An empty one says nothing, and may be made by who reads.
        let metadata = beside(&path, end).symlink_metadata().ok().filter(|found| found.len() > 0)?;
        Some((end.to_owned(), Stamp::of(&metadata)))
    });
    let stamp = Stamp::of_all(std::iter::once((String::new(), Stamp::of(&metadata))).chain(beside));
    scan.units.push(Unit { agent, path, kind, stamp });
}

/// Returns when something was last written to a database.
pub(crate) fn changed(path: &Path) -> Time {
    let files = [path.to_owned(), beside(path, "-wal")];
    let times = files.iter().filter_map(|file| Some(file::modified(&file.symlink_metadata().ok()?)));
    times.max().unwrap_or_else(|| Time::from_millis(0))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
