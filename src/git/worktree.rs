//! What keeps a branch where it is.

use std::fs;
use std::path::{Path, PathBuf};

use super::{GitError, Repo};

/// Why a branch is not to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// It is checked out in this directory.
    CheckedOut(PathBuf),
    /// Another ref has its name as a directory, or is one of its directories: git has no place for both.
    InTheWay(String),
}

impl Repo {
    /// Returns what keeps a branch (a full ref name) from being moved, or from being made if it is not there yet.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn held(&self, branch: &str, is_there: bool) -> Result<Option<Held>, GitError> {
        if let Some(directory) = self.checked_out(branch) {
            return Ok(Some(Held::CheckedOut(directory)));
        }
        if is_there {
            return Ok(None);
        }
        let nested = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
        let in_the_way = |(name, _): &(String, _)| nested(name, branch) || nested(branch, name);
        Ok(self.refs()?.into_iter().find(in_the_way).map(|(name, _)| Held::InTheWay(name)))
    }

    /// Returns the directory in which this branch (a full ref name) is checked out. Moving such a branch
    /// would leave the user's files behind.
    pub fn checked_out(&self, branch: &str) -> Option<PathBuf> {
        let on_branch = |git_dir: &Path| {
            let head = fs::read_to_string(git_dir.join("HEAD")).unwrap_or_default();
            head.strip_prefix("ref:").is_some_and(|target| target.trim() == branch)
        };
        if !self.is_bare() && on_branch(self.common_dir()) {
            return self.common_dir().parent().map(Path::to_owned);
        }
        let linked = fs::read_dir(self.common_dir().join("worktrees")).into_iter().flatten().flatten();
        linked.map(|entry| entry.path()).filter(|git_dir| on_branch(git_dir)).find_map(|git_dir| {
            let dot_git = fs::read_to_string(git_dir.join("gitdir")).ok()?;
            Path::new(dot_git.trim()).parent().filter(|worktree| worktree.is_dir()).map(Path::to_owned)
        })
    }
}
