//! The branch as of one commit: what a hub shows, all of it from the same state.

use super::OpsError;
use crate::git::{ObjectId, Overlay, descends};
use crate::store::{Consolidated, Reach, Store};
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

/// Reads an earlier commit of the branch. Nothing when the branch does not come from it.
///
/// # Errors
/// As [`shown`].
pub fn shown_at(store: &Store, commit: ObjectId) -> Result<Option<Shown>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    match Consolidated::find(store, &overlay)?.tip {
        Some(tip) if descends(&overlay, tip, commit) => {
            Ok(Some(of(&overlay, Consolidated::at(&overlay, Some(commit))?)?))
        }
        _ => Ok(None),
    }
}

fn of(overlay: &Overlay<'_>, branch: Consolidated) -> Result<Shown, OpsError> {
    let at = branch.tip.map(|tip| overlay.commit_info(tip)).transpose()?.map(|commit| commit.time);
    let mut everything = Everything::of(branch.all(overlay, Reach::Working)?.0);
    everything.sessions = branch.sessions(overlay)?.0;
    Ok(Shown { tip: branch.tip, at, everything })
}
