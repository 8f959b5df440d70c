//! Loose objects, written so that a reader never sees half of one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gix::zlib::Compression;

use super::deflate::pack_up;
use super::{Batch, Fsync, GitError, StoreLock};

/// How often the directory of an object is made again when somebody removes it.
const TRIES: u32 = 16;

/// Writes every object of a small batch as a file of its own. On return all of them are on the disk,
/// under their names, as far as `fsync` says.
///
/// An object whose file exists already is used again: its time is refreshed, so that a `git prune` beside
/// us does not take it for old, unless the file is empty, which is what a power cut makes of a file that
/// somebody else did not flush; that one is replaced.
///
/// The directory of directories is flushed even if none was made now: a run that was killed may have made
/// one and not come to that.
pub(super) fn write(lock: &StoreLock, objects: &Path, batch: &Batch, fsync: Fsync) -> Result<(), GitError> {
    let mut pending: Vec<(File, PathBuf, PathBuf)> = Vec::new();
    let mut directories = BTreeSet::from([objects.to_owned()]);
    for (id, kind, content) in batch.iter() {
        let hex = id.to_string();
        let directory = objects.join(&hex[..2]);
        let path = directory.join(&hex[2..]);
        if refresh(&path) {
            continue;
        }
        super::durable::create_directory(&directory)?;
        let tmp = lock.tmp().join(&hex);
        let content = content.read();
        let header = gix::objs::encode::loose_header(kind, content.len() as u64);
        let stream = pack_up(kind, &header, &content, Compression::BEST_SPEED)?;
        let file = super::durable::write_new(&tmp, 0o444, &stream)?;
        pending.push((file, tmp, path));
        directories.insert(directory);
    }
    for (file, tmp, _) in &pending {
        fsync.file(file, tmp)?;
    }
    for (_, tmp, path) in &pending {
        publish(tmp, path)?;
    }
    if pending.is_empty() {
        return Ok(());
    }
    fsync.directories(&directories)
}

/// Gives an object its name. Its directory may be gone again: `git gc` removes those that are empty.
fn publish(tmp: &Path, path: &Path) -> Result<(), GitError> {
    for _ in 0..TRIES {
        match fs::rename(tmp, path) {
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => {
                super::durable::create_directory(path.parent().unwrap_or(path))?;
            }
            renamed => return renamed.map_err(GitError::io("create", path)),
        }
    }
    fs::rename(tmp, path).map_err(GitError::io("create", path))
}

/// Returns whether the object is there and whole, and marks it as in use.
fn refresh(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    match file.metadata() {
        Ok(metadata) if metadata.len() > 0 => file.set_modified(SystemTime::now()).is_ok(),
        _ => false,
    }
}
