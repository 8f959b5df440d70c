//! Reflogs when history was written anew: the old commits are gone, so no entry may lead to one.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use super::ref_file::missing;
use super::{GitError, Repo, Writer, replace_file};

impl Repo {
    /// Returns the commits that the reflog of a ref names.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn reflog(&self, name: &str) -> Result<Vec<ObjectId>, GitError> {
        let text = read(&path(self.common_dir(), name))?.unwrap_or_default();
        let ids = text.lines().flat_map(|line| line.split(' ').take(2));
        let ids = ids.filter_map(|id| ObjectId::from_hex(id.as_bytes()).ok());
        Ok(ids.filter(|id| !id.is_null()).collect())
    }
}

impl Writer<'_> {
    /// Lets the reflog of a ref name other commits in the place of these, and leaves out entries that name one of which
    /// nothing is left.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn rewrite_reflog(&self, name: &str, now: &HashMap<ObjectId, ObjectId>) -> Result<(), GitError> {
        let path = path(self.repo.common_dir(), name);
        let Some(text) = read(&path)? else { return Ok(()) };
        let entry = |line: &str| -> Option<String> {
            let mut parts = line.splitn(3, ' ');
            let mut id = || {
                let id = ObjectId::from_hex(parts.next()?.as_bytes()).ok()?;
                let other = now.get(&id).copied().unwrap_or(id);
                (other.is_null() || self.repo.has_object(other)).then_some(other)
            };
            let (old, new) = (id()?, id()?);
            Some(format!("{old} {new} {}\n", parts.next()?))
        };
        let rewritten: String = text.lines().filter_map(entry).collect();
        if rewritten != text {
            replace_file(&path, rewritten.as_bytes(), self.fsync)?;
        }
        Ok(())
    }
}

fn path(git_dir: &Path, name: &str) -> PathBuf {
    git_dir.join("logs").join(name)
}

fn read(path: &Path) -> Result<Option<String>, GitError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(err) if missing(&err) => Ok(None),
        Err(err) => Err(GitError::io("read", path)(err)),
    }
}

