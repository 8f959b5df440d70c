//! How the branch came from one commit to another, for who follows it.

use super::OpsError;
use super::shown::was_at;
use crate::git::{ObjectId, Overlay};
use crate::store::{Store, session_of};
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

/// Returns the states that the branch was in, the latest first, at most `most` of them: from the present one on, or from
/// an earlier one. None when the branch was never at that.
///
/// # Errors
/// When the store cannot be read.
pub fn states(store: &Store, from: Option<ObjectId>, most: usize) -> Result<Vec<Move>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let Some(tip) = store.tip()? else { return Ok(Vec::new()) };
    let session = |commit: ObjectId| overlay.commit_info(commit).ok().map(|info| session_of(&overlay, info.tree));
    let (first, own) = (from.unwrap_or(tip), session(tip));
    let mut next = was_at(&overlay, tip, first).then_some(first);
    let mut found = Vec::new();
    while let Some(commit) = next.filter(|_| found.len() < most) {
        // History that was cut off ends there.
        let Ok(info) = overlay.commit_info(commit) else { break };
        let subject = info.message.lines().next().unwrap_or_default();
        found.push(Move { commit, at: info.time, subject: crate::todo::plain(subject) });
        // The branch before what was merged into it, as `was_at` knows it.
        let is_branch = |parent: &ObjectId| session(*parent).is_some_and(|one| one.is_none() || Some(one) == own);
        next = info.parents.into_iter().find(is_branch);
    }
    Ok(found)
}
