//! Deleting objects for good. Nothing else in this program does: what a store once held, it keeps.
//!
//! Only objects that no ref, reflog or index leads to are deleted, and of those only the ones that are named.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use gix::ObjectId;
use gix::objs::Kind;

use super::lock::MaintenanceLock;
use super::{Fsync, Git, GitError, Repo, Writer, failpoints, gc};

/// What stands beside a pack and is of no use without it.
const BESIDE: [&str; 4] = ["bitmap", "rev", "mtimes", "keep"];

impl Repo {
    /// Returns the objects that nothing leads to, with what they are.
    ///
    /// # Errors
    /// When git cannot be started, or finds objects missing that something leads to.
    pub fn unreachable(&self) -> Result<Vec<(ObjectId, Kind)>, GitError> {
        let git = |arguments: &[&str]| Git::new(Some(self.common_dir()), arguments.iter().copied()).output();
        let reached = git(&["rev-list", "--objects", "--all", "--reflog", "--indexed-objects"])?;
        let id = |line: &[u8]| ObjectId::from_hex(line.split(|byte| *byte == b' ').next()?).ok();
        let reached: HashSet<ObjectId> = reached.split(|byte| *byte == b'\n').filter_map(id).collect();
        let format = "--batch-check=%(objectname) %(objecttype)";
        let all = git(&["cat-file", "--batch-all-objects", "--unordered", format])?;
        let object = |line: &[u8]| {
            let kind = Kind::from_bytes(line.split(|byte| *byte == b' ').nth(1)?).ok()?;
            Some((id(line)?, kind)).filter(|(id, _)| !reached.contains(id))
        };
        Ok(all.split(|byte| *byte == b'\n').filter_map(object).collect())
    }
}

impl Writer<'_> {
    /// Deletes these objects, which nothing leads to, wherever they lie. A pack that holds one of them is replaced by one
    /// without it. Whenever this is ended before its time, all other objects are there.
    ///
    /// # Errors
    /// When the store cannot be written, and while a `git gc` is running in it.
    pub fn erase(&self, ids: &HashSet<ObjectId>) -> Result<(), GitError> {
        let git_dir = self.repo.common_dir();
        if gc::is_running(git_dir) {
            return Err(GitError::object("the store", "a `git gc` is running in it"));
        }
        // Else one of them could be in a pack that is being made.
        let _alone = MaintenanceLock::acquire(git_dir)?;
        let objects = git_dir.join("objects");
        forget_what_is_made_of_them(&objects)?;
        for index in packs(&objects)? {
            self.erase_from(&objects, &index, ids)?;
        }
        let mut directories = BTreeSet::new();
        for id in ids {
            let hex = id.to_string();
            let directory = objects.join(&hex[..2]);
            let path = directory.join(&hex[2..]);
            if path.exists() {
                failpoints::step()?;
                remove(&path)?;
                directories.insert(directory);
            }
        }
        self.fsync.directories(&directories)
    }

    fn erase_from(&self, objects: &Path, index: &Path, ids: &HashSet<ObjectId>) -> Result<(), GitError> {
        let read = gix_pack::index::File::at(index, self.repo.hash());
        let read = read.map_err(|err| GitError::object(index.display(), err))?;
        let (gone, kept): (Vec<ObjectId>, Vec<ObjectId>) =
            read.iter().map(|entry| entry.oid).partition(|id| ids.contains(id));
        if gone.is_empty() {
            return Ok(());
        }
        if index.with_extension("promisor").exists() {
            return Err(GitError::object(index.display(), "it is of a partial clone, and cannot be made anew"));
        }
        failpoints::step()?;
        if !kept.is_empty() {
            self.pack(objects, &kept)?;
        }
        failpoints::step()?;
        remove_pack(index)?;
        self.fsync.directories(&BTreeSet::from([objects.join("pack")]))
    }

    /// Makes a pack of these objects.
    fn pack(&self, objects: &Path, ids: &[ObjectId]) -> Result<(), GitError> {
        let base = objects.join("pack/pack").to_string_lossy().into_owned();
        let fsync = if self.fsync == Fsync::On { "core.fsync=objects" } else { "core.fsync=none" };
        let mut git = Git::new(Some(self.repo.common_dir()), ["-c", fsync, "pack-objects", "-q", &base]);
        let command = git.command_mut();
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|err| git.not_started(&err))?;
        let list: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let fed = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(list.as_bytes()));
        let ended = child.wait_with_output().map_err(|err| git.not_started(&err))?;
        if fed.is_ok() && ended.status.success() {
            return Ok(());
        }
        let reason = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
        Err(GitError::Program { command: "pack-objects".to_owned(), reason })
    }
}

/// Removes what is made of packs and history, and tells git of objects that are about to go. It is made anew.
fn forget_what_is_made_of_them(objects: &Path) -> Result<(), GitError> {
    failpoints::step()?;
    let listed = fs::read_dir(objects.join("pack")).into_iter().flatten().flatten().map(|entry| entry.path());
    let about_all =
        |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("multi-pack-index"));
    let graphs = ["commit-graph", "commit-graphs"].map(|name| objects.join("info").join(name));
    for path in listed.filter(about_all).chain(graphs) {
        if path.is_dir() {
            fs::remove_dir_all(&path).map_err(GitError::io("remove", &path))?;
        } else {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes a pack, its index first: without it nobody looks for the rest.
pub(super) fn remove_pack(index: &Path) -> Result<(), GitError> {
    ["idx", "pack"].into_iter().chain(BESIDE).try_for_each(|end| remove(&index.with_extension(end)))
}

/// Returns the indices of all packs.
pub(super) fn packs(objects: &Path) -> Result<Vec<PathBuf>, GitError> {
    let directory = objects.join("pack");
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(err) => return Err(GitError::io("read", &directory)(err)),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|end| end == "idx")).collect())
}

fn remove(path: &Path) -> Result<(), GitError> {
    match fs::remove_file(path) {
        Err(err) if err.kind() != std::io::ErrorKind::NotFound => Err(GitError::io("remove", path)(err)),
        _ => Ok(()),
    }
}
