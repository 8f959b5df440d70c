//! What is merged, and what came of it.

use super::OpsError;
use crate::git::{ObjectId, Overlay};
use crate::merge::Conflict;
use crate::todo::{Project, Time};

/// One parent of a merge.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub commit: ObjectId,
    pub tree: ObjectId,
    pub time: Time,
    /// The trees of the commits it has in common with the other parent.
    pub bases: Vec<ObjectId>,
    /// Further trees that those who speak in it had seen: what they changed of these they did not do unknowingly.
    pub seen: Vec<ObjectId>,
    /// What it is, for the message.
    pub label: String,
    /// How many sessions it brings.
    pub sessions: usize,
}

impl Side {
    /// Returns the branch as the first parent.
    pub(super) fn of_branch(overlay: &Overlay<'_>, tip: ObjectId) -> Result<Self, OpsError> {
        let info = overlay.commit_info(tip)?;
        let label = String::new();
        Ok(Side {
            commit: tip,
            tree: info.tree,
            time: info.time,
            bases: Vec::new(),
            seen: Vec::new(),
            label,
            sessions: 0,
        })
    }
}

/// What a merge did.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many todos came out different.
    pub changed: usize,
    /// Where a rule had to choose.
    pub conflicts: Vec<(Project, Conflict)>,
}
