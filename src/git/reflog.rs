//! Reflogs: who moved a ref last; and when history was written anew, no entry may lead to an old commit, or quote what
//! is to go.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use super::durable::write_new;
use super::ref_file::missing;
use super::{GitError, Repo, Writer, failpoints};

impl Repo {
    /// Returns the files of all reflogs: those of refs, of `HEAD`, and of linked working trees.
    pub fn reflogs(&self) -> Vec<PathBuf> {
        let worktrees = fs::read_dir(self.common_dir().join("worktrees")).into_iter().flatten().flatten();
        let mut queue: Vec<PathBuf> = worktrees.map(|worktree| worktree.path().join("logs")).collect();
        queue.push(self.common_dir().join("logs"));
        let mut files = Vec::new();
        while let Some(directory) = queue.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => queue.push(entry.path()),
                    Ok(kind) if kind.is_file() => files.push(entry.path()),
                    _ => {}
                }
            }
        }
        files
    }

    /// Returns the objects that a reflog names and that are there.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn logged(&self, path: &Path) -> Result<Vec<ObjectId>, GitError> {
        let text = read(path)?.unwrap_or_default();
        let ids = text.lines().flat_map(|line| line.split(' ').take(2));
        let mut ids: Vec<ObjectId> = ids.filter_map(|id| ObjectId::from_hex(id.as_bytes()).ok()).collect();
        ids.sort();
        ids.dedup();
        ids.retain(|id| !id.is_null() && self.has_object(*id));
        Ok(ids)
    }
}

impl Repo {
    /// Returns what the newest entry of a ref's reflog says, if it is the move from `old` to `new`.
    ///
    /// # Errors
    /// When the reflog is there and cannot be read.
    pub fn last_move(&self, name: &str, old: ObjectId, new: ObjectId) -> Result<Option<String>, GitError> {
        let text = read(&self.common_dir().join("logs").join(name))?.unwrap_or_default();
        let said = text.lines().last().and_then(|line| line.strip_prefix(&format!("{old} {new} ")));
        Ok(said.and_then(|said| said.split_once('\t')).map(|(_, message)| message.to_owned()))
    }
}

impl Writer<'_> {
    /// Lets a reflog name other commits in the place of these, and say `instead` where it `quotes` something. Entries
    /// that name what is not there are left out of one that changes.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn rewrite_reflog(
        &self,
        path: &Path,
        now: &HashMap<ObjectId, ObjectId>,
        quotes: impl Fn(&str) -> bool,
        instead: &str,
    ) -> Result<(), GitError> {
        let Some(text) = read(path)? else { return Ok(()) };
        let mut changed = false;
        let mut entry = |line: &str| -> Option<String> {
            let (head, mut message) = line.split_once('\t').unwrap_or((line, ""));
            let mut parts = head.splitn(3, ' ');
            let mut id = || {
                let id = ObjectId::from_hex(parts.next()?.as_bytes()).ok()?;
                changed |= now.contains_key(&id);
                let id = now.get(&id).copied().unwrap_or(id);
                (id.is_null() || self.repo.has_object(id)).then_some(id)
            };
            let (old, new) = (id()?, id()?);
            if quotes(message) {
                (message, changed) = (instead, true);
            }
            Some(format!("{old} {new} {}\t{message}\n", parts.next()?))
        };
        let rewritten: String = text.lines().filter_map(&mut entry).collect();
        if changed {
            failpoints::step()?;
            let tmp = self.lock.tmp().join("reflog");
            let file = write_new(&tmp, 0o644, rewritten.as_bytes())?;
            self.fsync.file(&file, &tmp)?;
            fs::rename(&tmp, path).map_err(GitError::io("replace", path))?;
            self.fsync.directories(&path.parent().map(Path::to_owned).into_iter().collect())?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Option<String>, GitError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(err) if missing(&err) => Ok(None),
        Err(err) => Err(GitError::io("read", path)(err)),
    }
}
