//! Refs as files: compare-and-swap that holds beside a running `git pack-refs`.
//!
//! The protocol is git's own: whoever creates `<ref>.lock` may change `<ref>`. Two things differ from gix:
//! the value is compared *after* the lock is taken and never from a cached `packed-refs`, and the new value
//! is on the disk before it gets its name. The lock is a second name (a hard link) of a file in our
//! temporary directory, so that one left by a killed process of ours can be told from git's.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gix::ObjectId;
use gix::refs::packed;

use super::ref_change::{RefChange, Rejected};
use super::{Fsync, GitError, Identity, packed_lines};

/// How long git's own lock on a ref is waited for: `git pack-refs` holds each for an instant.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Above this size `packed-refs` is mapped into memory.
const MAPPED: u64 = 32 * 1024;

/// Returns what a ref points to, read from the disk now. It may have moved on by the time this returns,
/// unless the ref's lock is held.
pub(super) fn read(git_dir: &Path, name: &str, hash: gix::hash::Kind) -> Result<Option<ObjectId>, GitError> {
    match read_loose(git_dir, name)? {
        Some(value) => Ok(Some(value)),
        None => packed(git_dir, hash)?.map_or(Ok(None), |packed| find_packed(&packed, name)),
    }
}

/// Returns what the file of a ref says; nothing when it has none.
pub(super) fn read_loose(git_dir: &Path, name: &str) -> Result<Option<ObjectId>, GitError> {
    let path = git_dir.join(name);
    let broken = || format!("the ref's file holds no object id; put the last id of logs/{name} into it");
    match fs::read(&path) {
        Ok(text) => ObjectId::from_hex(text.trim_ascii()).map(Some).map_err(|_| GitError::object(name, broken())),
        Err(err) if missing(&err) => Ok(None),
        Err(err) => Err(GitError::io("read", &path)(err)),
    }
}

pub(super) fn missing(err: &std::io::Error) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(err.kind(), NotFound | NotADirectory | IsADirectory)
}

pub(super) fn packed(git_dir: &Path, hash: gix::hash::Kind) -> Result<Option<packed::Buffer>, GitError> {
    let path = git_dir.join("packed-refs");
    if !path.try_exists().map_err(GitError::io("read", &path))? {
        return Ok(None);
    }
    let opened = packed::Buffer::open(path, MAPPED, hash);
    opened.map(Some).map_err(|err| GitError::object("packed-refs", err))
}

fn find_packed(packed: &packed::Buffer, name: &str) -> Result<Option<ObjectId>, GitError> {
    let found = packed.try_find(name).map_err(|err| GitError::object(name, err))?;
    Ok(found.map(|found| found.target()))
}

/// Returns every ref directly below a prefix (with its `/`), in the order of names; where more stands behind the last
/// `/`, those whose names begin so. A file without an object id is left out, as git does.
pub(super) fn list(
    git_dir: &Path,
    prefix: &str,
    hash: gix::hash::Kind,
) -> Result<BTreeMap<String, ObjectId>, GitError> {
    Ok(list_as(git_dir, prefix, hash, |name| Some(name.to_owned()))?.into_iter().collect())
}

/// As [`list`], of the refs whose names are what they are `read` as.
///
/// Files are listed before `packed-refs` is read: `git pack-refs` writes a ref there before it removes the
/// file, so that in this order, and not in the other, none is missed beside it.
pub(super) fn list_as<T>(
    git_dir: &Path,
    prefix: &str,
    hash: gix::hash::Kind,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<(T, ObjectId)>, GitError> {
    let mut loose = loose(git_dir, prefix)?;
    loose.sort();
    let mut loose = loose.into_iter().peekable();
    let mut found = Vec::new();
    let mut keep = |name: &str, id: Option<ObjectId>| found.extend(id.and_then(|id| Some((read(name)?, id))));
    if let Some(packed) = packed(git_dir, hash)? {
        packed_lines::beginning(packed.as_ref(), prefix, hash, |name, id| {
            while let Some((before, id)) = loose.next_if(|(other, _)| other.as_str() < name) {
                keep(&before, id);
            }
            match loose.next_if(|(other, _)| other == name) {
                Some((_, newer)) => keep(name, newer),
                None => keep(name, Some(id)),
            }
        })?;
    }
    loose.for_each(|(name, id)| keep(&name, id));
    Ok(found)
}

/// Returns the refs directly below a prefix that have a file of their own, by their full names; nothing as the value
/// of one whose file holds no object id.
pub(super) fn loose(git_dir: &Path, prefix: &str) -> Result<Vec<(String, Option<ObjectId>)>, GitError> {
    let (prefix, start) = prefix.split_at(prefix.rfind('/').map_or(0, |end| end + 1));
    let directory = git_dir.join(prefix);
    let names = loose_names(&directory)?;
    let mut values = Vec::with_capacity(names.len());
    for name in names.into_iter().filter(|name| name.starts_with(start)) {
        let path = directory.join(&name);
        match fs::read(&path) {
            Ok(text) => values.push((format!("{prefix}{name}"), ObjectId::from_hex(text.trim_ascii()).ok())),
            Err(err) if missing(&err) => {}
            Err(err) => return Err(GitError::io("read", &path)(err)),
        }
    }
    Ok(values)
}

/// Returns the names of the files in a directory of refs. One that is not there has none.
pub(super) fn loose_names(directory: &Path) -> Result<Vec<String>, GitError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(err) if missing(&err) => return Ok(Vec::new()),
        Err(err) => return Err(GitError::io("read", directory)(err)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(GitError::io("read", directory))?;
        names.extend(entry.file_name().into_string().ok().filter(|name| !name.ends_with(".lock")));
    }
    Ok(names)
}

/// A ref's new value, on the disk but not in force.
pub(super) struct Prepared<'a> {
    change: &'a RefChange,
    tmp: PathBuf,
}

/// Writes the new value of a ref where [`apply`] takes it from.
pub(super) fn prepare<'a>(tmp: &Path, change: &'a RefChange, fsync: Fsync) -> Result<Prepared<'a>, GitError> {
    let tmp = tmp.join(change.name.replace('/', ":"));
    let file = super::durable::write_new(&tmp, 0o644, format!("{}\n", change.new).as_bytes())?;
    fsync.file(&file, &tmp)?;
    Ok(Prepared { change, tmp })
}

/// Moves a ref from the value that the change expects to its new one; says so when it finds another.
pub(super) fn apply(
    git_dir: &Path,
    prepared: &Prepared<'_>,
    identity: &Identity,
) -> Result<Option<Rejected>, GitError> {
    let Prepared { change, tmp } = prepared;
    let path = git_dir.join(&change.name);
    let lock = lock_path(&path);
    take_lock(tmp, &lock)?;
    let outcome = read(git_dir, &change.name, change.new.kind()).and_then(|found| {
        if found != change.old {
            return Ok(Some(Rejected { name: change.name.clone(), expected: change.old, found }));
        }
        append_reflog(git_dir, change, identity)?;
        fs::rename(&lock, &path).map_err(GitError::io("replace", &path))?;
        Ok(None)
    });
    if !matches!(outcome, Ok(None)) {
        fs::remove_file(&lock).map_err(GitError::io("remove", &lock))?;
    }
    fs::remove_file(tmp).map_err(GitError::io("remove", tmp))?;
    outcome
}

pub(super) fn lock_path(path: &Path) -> PathBuf {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    PathBuf::from(lock)
}

/// Gives the file a second name, the lock's, which fails while somebody else has it.
pub(super) fn take_lock(tmp: &Path, lock: &Path) -> Result<(), GitError> {
    let started = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        let Err(err) = fs::hard_link(tmp, lock) else { return Ok(()) };
        let again = match err.kind() {
            std::io::ErrorKind::AlreadyExists => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(10));
                true
            }
            // `git pack-refs` removes directories that it empties.
            std::io::ErrorKind::NotFound => {
                let parent = lock.parent().unwrap_or(lock);
                fs::create_dir_all(parent).map_err(GitError::io("create", parent))?;
                true
            }
            _ => false,
        };
        if started.elapsed() > TIMEOUT && err.kind() == std::io::ErrorKind::AlreadyExists {
            return Err(GitError::Locked { path: lock.to_owned(), seconds: TIMEOUT.as_secs() });
        }
        if !again || started.elapsed() > TIMEOUT {
            return Err(GitError::io("create", lock)(err));
        }
    }
}

/// Removes the lock that a killed process of ours took with this temporary file, if it did.
pub(super) fn remove_left_lock(git_dir: &Path, tmp: &Path) -> Result<(), GitError> {
    let Some(name) = tmp.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
    if !name.starts_with("refs:") && name != "packed-refs" {
        return Ok(());
    }
    let lock = lock_path(&git_dir.join(name.replace(':', "/")));
    if same_file(tmp, &lock) {
        fs::remove_file(&lock).map_err(GitError::io("remove", &lock))?;
    }
    Ok(())
}

#[cfg(unix)]
fn same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| fs::symlink_metadata(path).map(|file| (file.dev(), file.ino())).ok();
    id(a).is_some_and(|a| id(b) == Some(a))
}

#[cfg(not(unix))]
fn same_file(a: &Path, b: &Path) -> bool {
    // Without inode numbers: the same content, which names the one new value this process wanted.
    matches!((fs::read(a), fs::read(b)), (Ok(a), Ok(b)) if a == b)
}

fn append_reflog(git_dir: &Path, change: &RefChange, identity: &Identity) -> Result<(), GitError> {
    let path = git_dir.join("logs").join(&change.name);
    let old = change.old.unwrap_or_else(|| change.new.kind().null());
    let message: String = change.message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = format!("{old} {} {}\t{message}\n", change.new, identity.signature());
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    let opened = options.open(&path).or_else(|err| match err.kind() {
        std::io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(git_dir)).and_then(|()| options.open(&path))
        }
        _ => Err(err),
    });
    let mut file = opened.map_err(GitError::io("open", &path))?;
    file.write_all(line.as_bytes()).map_err(GitError::io("write", &path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_before_the_packed_line_and_in_its_place() {
        let directory = tempfile::tempdir().expect("a directory");
        let (store, hash) = (directory.path(), gix::hash::Kind::Sha1);
        let id = |digit: &str| digit.repeat(40);
        let line = |name: &str| format!("{} refs/x/{name}\n", id("1"));
        let packed: String = ["b", "c", "e", "f"].map(line).concat();
        fs::write(store.join("packed-refs"), format!("# pack-refs with: peeled fully-peeled sorted \n{packed}"))
            .expect("packed");
        fs::create_dir_all(store.join("refs/x")).expect("a directory");
        for (name, text) in [("a", id("2")), ("c", id("2")), ("d", id("2")), ("e", "broken".into()), ("g", id("2"))] {
            fs::write(store.join("refs/x").join(name), text).expect("a ref");
        }
        let found = list_as(store, "refs/x/", hash, |name| name.strip_prefix("refs/x/").map(str::to_owned));
        let found: Vec<String> =
            found.expect("refs").into_iter().map(|(name, id)| format!("{name}{}", &id.to_string()[..1])).collect();
        assert_eq!(found, ["a2", "b1", "c2", "d2", "f1", "g2"]);
        let odd = list_as(store, "refs/x/", hash, |name| Some(name).filter(|name| name.ends_with('f')).map(drop));
        assert_eq!(odd.expect("refs").len(), 1);
    }
}
