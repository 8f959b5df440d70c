//! How the branch came from one commit to another, for who follows it.

use super::OpsError;
use crate::git::{ObjectId, Overlay};
use crate::store::Store;
use crate::todo::Time;

/// One commit that the branch went on by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The commit.
    pub commit: ObjectId,
    /// When it was made, to the second.
    pub at: Time,
    /// The first line of its message, which says how much changed and holds no words of a todo.
    pub subject: String,
}

/// Returns the commits by which the branch came from one to another, older ones first. Nothing when it did not come from
/// there, or by more than `most`: who asks has to look at all of it again.
///
/// # Errors
/// When the store cannot be read.
pub fn moves(store: &Store, from: ObjectId, to: ObjectId, most: usize) -> Result<Option<Vec<Move>>, OpsError> {
    let Some(commits) = store.repo.between(from, to, most)? else { return Ok(None) };
    let overlay = Overlay::new(&store.repo);
    let told = commits.into_iter().map(|commit| {
        let info = overlay.commit_info(commit)?;
        let subject = info.message.lines().next().unwrap_or_default();
        Ok(Move { commit, at: info.time, subject: crate::todo::plain(subject) })
    });
    told.collect::<Result<_, _>>().map(Some)
}
