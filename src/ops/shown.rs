//! The branch as of one commit: what a hub shows, all of it from the same state.

use super::OpsError;
use crate::git::{ObjectId, Overlay, descends};
use crate::store::{Consolidated, Reach, Store, session_of};
use crate::todo::Time;
use crate::view::Everything;

/// The branch as of one commit.
#[derive(Debug, Default)]
pub struct Shown {
    /// The commit; nothing before the first consolidation.
    pub tip: Option<ObjectId>,
    /// When it was made.
    pub at: Option<Time>,
    /// What it holds, without the archive.
    pub everything: Everything,
}

/// Reads the branch. What cannot be read of it is left out.
///
/// # Errors
/// When the branch cannot be read.
pub fn shown(store: &Store) -> Result<Shown, OpsError> {
    let overlay = Overlay::new(&store.repo);
    of(&overlay, Consolidated::find(store, &overlay)?)
}

/// Reads an earlier commit of the branch. Nothing when the branch was never at it.
///
/// # Errors
/// As [`shown`].
pub fn shown_at(store: &Store, commit: ObjectId) -> Result<Option<Shown>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    match Consolidated::find(store, &overlay)?.tip {
        Some(tip) if was_at(&overlay, tip, commit) => {
            Ok(Some(of(&overlay, Consolidated::at(&overlay, Some(commit))?)?))
        }
        _ => Ok(None),
    }
}

/// Returns whether a branch that is at `tip` now can have been at a commit: it comes from it, and the commit is not one
/// that a session made of its own list. Where there is one session only, the branch is that session's.
pub(super) fn was_at(overlay: &Overlay<'_>, tip: ObjectId, commit: ObjectId) -> bool {
    let session = |commit: ObjectId| overlay.commit_info(commit).ok().map(|info| session_of(overlay, info.tree));
    let is_of_branch = || session(commit).is_some_and(|one| one.is_none() || Some(one) == session(tip));
    descends(overlay, tip, commit) && is_of_branch()
}

fn of(overlay: &Overlay<'_>, branch: Consolidated) -> Result<Shown, OpsError> {
    let at = branch.tip.map(|tip| overlay.commit_info(tip)).transpose()?.map(|commit| commit.time);
    let mut everything = Everything::of(branch.all(overlay, Reach::Working)?.0);
    everything.sessions = branch.sessions(overlay)?.0;
    Ok(Shown { tip: branch.tip, at, everything })
}
