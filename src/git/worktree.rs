//! Who has a branch checked out.

use std::fs;
use std::path::{Path, PathBuf};

use super::Repo;

impl Repo {
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
