//! What commits are called now that a purge rewrote: commits name others in their messages, by ids that stay as they
//! were. A line each below `chittysync/rewritten`. Losing it costs `undo` what was done before.

use std::collections::HashMap;

use crate::git::{Fsync, GitError, ObjectId, Repo, replace_private_file, state_dir};

const NAME: &str = "rewritten";

/// What commits are called now.
#[derive(Debug, Default)]
pub struct Rewritten(HashMap<ObjectId, ObjectId>);

impl Rewritten {
    /// Reads what is known.
    pub fn load(repo: &Repo) -> Self {
        let text = std::fs::read_to_string(state_dir(repo.common_dir()).join(NAME)).unwrap_or_default();
        let id = |text: &str| ObjectId::from_hex(text.as_bytes()).ok();
        let pair = |line: &str| line.split_once(' ').and_then(|(old, new)| Some((id(old)?, id(new)?)));
        Rewritten(text.lines().filter_map(pair).collect())
    }

    /// Returns what a commit is called now.
    pub fn now(&self, id: ObjectId) -> ObjectId {
        // Once for each purge; a damaged file may lead in a circle.
        let steps = std::iter::successors(Some(id), |id| self.0.get(id).copied());
        steps.take(self.0.len() + 1).last().unwrap_or(id)
    }

    /// Adds commits that are called otherwise from now on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(repo: &Repo, moved: &HashMap<ObjectId, ObjectId>, fsync: Fsync) -> Result<(), GitError> {
        let mut all = Rewritten::load(repo).0;
        let before = all.len();
        all.extend(moved.iter().map(|(old, new)| (*old, *new)));
        if all.len() == before {
            return Ok(());
        }
        let mut lines: Vec<String> = all.iter().map(|(old, new)| format!("{old} {new}\n")).collect();
        lines.sort();
        replace_private_file(&state_dir(repo.common_dir()).join(NAME), lines.concat().as_bytes(), fsync)
    }
}
