//! Many refs at once: `packed-refs` rewritten under git's own lock on it, by one rename.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use super::durable::write_new;
use super::ref_change::{RefChange, RefDelete, Rejected};
use super::ref_file::{list, lock_path, loose, missing, packed, read, take_lock};
use super::{Fsync, GitError, failpoints};

/// What a `packed-refs` looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What tells it from any other one: each is a new file.
    pub file: String,
    /// Whether it has been there for so long that another one would look different.
    pub is_at_rest: bool,
}

impl Look {
    /// Looks at the one in this directory; at the absence of one, too. `rest` is how many milliseconds are long.
    pub(super) fn at(git_dir: &Path, rest: usize) -> Self {
        let Ok(metadata) = fs::metadata(git_dir.join("packed-refs")) else {
            return Look { file: String::new(), is_at_rest: true };
        };
        let modified = metadata.modified().unwrap_or(std::time::UNIX_EPOCH);
        let age = |since: std::time::SystemTime| std::time::SystemTime::now().duration_since(since);
        let mut file = format!("{} {modified:?}", metadata.len());
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            file = format!("{} {} {} {file}", metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
        }
        let is_at_rest = age(modified).is_ok_and(|age| age.as_millis() >= rest as u128);
        Look { file, is_at_rest }
    }
}

/// Git's lock on `packed-refs`, and the file that shall take its place.
struct Rewrite {
    tmp: PathBuf,
    lock: PathBuf,
    path: PathBuf,
    file: File,
}

impl Rewrite {
    fn begin(git_dir: &Path, tmp: &Path) -> Result<Self, GitError> {
        let tmp = tmp.join("packed-refs");
        let path = git_dir.join("packed-refs");
        let lock = lock_path(&path);
        let file = write_new(&tmp, 0o644, b"")?;
        take_lock(&tmp, &lock)?;
        Ok(Rewrite { tmp, lock, path, file })
    }

    /// Puts these refs in place of those that were packed.
    fn replace(&mut self, mut refs: Vec<(String, String)>, fsync: Fsync) -> Result<(), GitError> {
        refs.sort();
        let mut content = String::from("# pack-refs with: peeled fully-peeled sorted \n");
        content.extend(refs.iter().map(|(_, line)| line.as_str()));
        self.file.write_all(content.as_bytes()).map_err(GitError::io("write", &self.tmp))?;
        fsync.file(&self.file, &self.tmp)?;
        fs::rename(&self.lock, &self.path).map_err(GitError::io("replace", &self.path))
    }

    /// Gives the lock back, unless it has become the file.
    fn end(self, replaced: bool) -> Result<(), GitError> {
        if !replaced {
            fs::remove_file(&self.lock).map_err(GitError::io("remove", &self.lock))?;
        }
        fs::remove_file(&self.tmp).map_err(GitError::io("remove", &self.tmp))
    }
}

/// Creates many refs at once by rewriting `packed-refs`: one rename instead of one file each. A ref that
/// exists already is rejected. A loose ref hides a packed one, so nobody's newer value can be lost. No reflog
/// entries: a creation has nothing to go back to, and a file for each would cost more than all the rest.
pub(super) fn create_packed(
    git_dir: &Path,
    tmp: &Path,
    changes: &[&RefChange],
    fsync: Fsync,
) -> Result<Vec<Rejected>, GitError> {
    let Some(first) = changes.first() else { return Ok(Vec::new()) };
    let hash = first.new.kind();
    let mut rewrite = Rewrite::begin(git_dir, tmp)?;
    let written = (|| {
        let mut rejected = Vec::new();
        let mut refs = packed_lines(git_dir, hash)?;
        let directory = |change: &&RefChange| change.name.rfind('/').map(|end| change.name[..=end].to_owned());
        let mut known = BTreeMap::new();
        for directory in changes.iter().filter_map(directory).collect::<BTreeSet<_>>() {
            known.append(&mut list(git_dir, &directory, hash)?);
        }
        for change in changes {
            let found = known.get(&change.name).copied();
            if found != change.old {
                rejected.push(Rejected { name: change.name.clone(), expected: change.old, found });
                continue;
            }
            refs.push((change.name.clone(), format!("{} {}\n", change.new, change.name)));
        }
        rewrite.replace(refs, fsync)?;
        Ok(rejected)
    })();
    rewrite.end(written.is_ok())?;
    written
}

/// Moves loose refs below a prefix into `packed-refs`, so many at most, as `git pack-refs` does: a run reads all of them,
/// and one file is read sooner than hundreds. A crash in between leaves a ref in both places, with one value. Returns how
/// many were moved.
pub(super) fn pack_loose(
    git_dir: &Path,
    tmp: &Path,
    prefix: &str,
    most: usize,
    hash: gix::hash::Kind,
    fsync: Fsync,
) -> Result<usize, GitError> {
    let mut rewrite = Rewrite::begin(git_dir, tmp)?;
    let written = (|| {
        let found = loose(git_dir, prefix)?.into_iter();
        let loose: Vec<_> = found.filter_map(|(name, value)| Some((name, value?))).take(most).collect();
        let mut refs: BTreeMap<String, String> = packed_lines(git_dir, hash)?.into_iter().collect();
        refs.extend(loose.iter().map(|(name, value)| (name.clone(), format!("{value} {name}\n"))));
        rewrite.replace(refs.into_iter().collect(), fsync)?;
        Ok(loose)
    })();
    rewrite.end(written.is_ok())?;
    // Before the files go: a power cut may not bring the old `packed-refs` back and leave them away.
    fsync.directories(&BTreeSet::from([git_dir.to_owned()]))?;
    let packed = written?;
    for (name, value) in &packed {
        remove_packed(git_dir, tmp, name, *value)?;
    }
    Ok(packed.len())
}

/// Removes the file of a ref that is in `packed-refs`, unless it has moved on.
fn remove_packed(git_dir: &Path, tmp: &Path, name: &str, value: ObjectId) -> Result<(), GitError> {
    let tmp = tmp.join(name.replace('/', ":"));
    let path = git_dir.join(name);
    let lock = lock_path(&path);
    write_new(&tmp, 0o644, b"")?;
    take_lock(&tmp, &lock)?;
    let found = fs::read(&path).ok().and_then(|text| ObjectId::from_hex(text.trim_ascii()).ok());
    let removed = if found == Some(value) { remove(&path) } else { Ok(()) };
    for path in [lock, tmp] {
        fs::remove_file(&path).map_err(GitError::io("remove", &path))?;
    }
    removed
}

/// Deletes refs that still point to what is expected; returns the others. As git does it: each ref's lock is
/// taken, then it is taken out of `packed-refs`, then its file is removed. A crash in between leaves the ref as
/// it was. Its reflog goes with it, and before it: one that is left would be the beginning of the next ref's.
pub(super) fn delete(
    git_dir: &Path,
    tmp: &Path,
    deletes: &[RefDelete],
    fsync: Fsync,
) -> Result<Vec<Rejected>, GitError> {
    let mut locks = Vec::new();
    let outcome = delete_locked(git_dir, tmp, deletes, fsync, &mut locks);
    for (tmp, lock) in locks {
        for path in [lock, tmp] {
            fs::remove_file(&path).map_err(GitError::io("remove", &path))?;
        }
    }
    outcome
}

fn delete_locked(
    git_dir: &Path,
    tmp: &Path,
    deletes: &[RefDelete],
    fsync: Fsync,
    locks: &mut Vec<(PathBuf, PathBuf)>,
) -> Result<Vec<Rejected>, GitError> {
    let (mut rejected, mut going) = (Vec::new(), Vec::new());
    for delete in deletes {
        let tmp = tmp.join(delete.name.replace('/', ":"));
        let lock = lock_path(&git_dir.join(&delete.name));
        write_new(&tmp, 0o644, b"")?;
        take_lock(&tmp, &lock)?;
        locks.push((tmp, lock));
        let found = read(git_dir, &delete.name, delete.old.kind())?;
        if found == Some(delete.old) {
            going.push(delete);
        } else if found.is_some() {
            rejected.push(Rejected { name: delete.name.clone(), expected: Some(delete.old), found });
        }
    }
    let Some(first) = going.first() else { return Ok(rejected) };
    failpoints::step()?;
    for delete in &going {
        remove(&git_dir.join("logs").join(&delete.name))?;
    }
    let is_going = |name: &str| going.iter().any(|delete| delete.name == name);
    if packed_lines(git_dir, first.old.kind())?.iter().any(|(name, _)| is_going(name)) {
        let mut rewrite = Rewrite::begin(git_dir, tmp)?;
        let written = packed_lines(git_dir, first.old.kind()).and_then(|mut refs| {
            refs.retain(|(name, _)| !is_going(name));
            rewrite.replace(refs, fsync)
        });
        rewrite.end(written.is_ok())?;
        written?;
    }
    for delete in &going {
        failpoints::step()?;
        remove(&git_dir.join(&delete.name))?;
    }
    Ok(rejected)
}

fn remove(path: &Path) -> Result<(), GitError> {
    match fs::remove_file(path) {
        Err(err) if !missing(&err) => Err(GitError::io("remove", path)(err)),
        _ => Ok(()),
    }
}

/// Returns what `packed-refs` holds: for each ref its name, and its line with the peeled value, if any.
fn packed_lines(git_dir: &Path, hash: gix::hash::Kind) -> Result<Vec<(String, String)>, GitError> {
    let Some(packed) = packed(git_dir, hash)? else { return Ok(Vec::new()) };
    let refs = packed.iter().map_err(|err| GitError::object("packed-refs", err))?;
    refs.map(|found| {
        let found = found.map_err(|err| GitError::object("packed-refs", err))?;
        let name = found.name.as_bstr().to_string();
        let peeled = found.object.map(|object| format!("^{object}\n")).unwrap_or_default();
        Ok((name.clone(), format!("{} {name}\n{peeled}", found.target)))
    })
    .collect()
}
