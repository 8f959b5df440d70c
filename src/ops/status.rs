//! How a store is doing: what it holds, what is not merged yet, and what its remote lacks.

use super::OpsError;
use super::outgoing::{Outgoing, Remembered, ahead};
use super::tips::Tips;
use crate::git::{Ancestors, Namespace, ObjectId, Overlay, RemoteName};
use crate::plan::{Moment, count_there};
use crate::settings;
use crate::store::{Consolidated, MergedTips, Store, StoreError};
use crate::todo::Time;
use crate::view::{Counts, Everything, Lifecycle};

/// How a store is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreStatus {
    /// The newest commit of the branch.
    pub tip: Option<ObjectId>,
    /// When something in the branch was last said. `None` if nothing was.
    pub last: Option<Time>,
    /// How many todos are archived.
    pub archived: usize,
    /// How many sessions there are.
    pub sessions: usize,
}

impl StoreStatus {
    /// Reads it. `counts` are those of the todos that are not archived.
    ///
    /// # Errors
    /// When the branch or the sessions' refs cannot be read.
    pub fn of(store: &Store, counts: &Counts) -> Result<Self, OpsError> {
        let overlay = Overlay::new(&store.repo);
        let branch = Consolidated::find(store, &overlay)?;
        let last = branch.tip.map(|tip| overlay.commit_info(tip)).transpose()?.map(|commit| commit.time);
        let archived = branch.archived(&overlay)?;
        // Nearly always all sessions speak of a todo that was read anyway.
        let sessions = if archived == 0 { counts.sessions } else { branch.count_sessions(&overlay)? };
        Ok(StoreStatus { tip: branch.tip, last, archived, sessions })
    }

    /// Counts the sessions that said something which the branch does not contain. A branch beside the others contains
    /// what was said there: none.
    ///
    /// # Errors
    /// When the sessions' refs cannot be read.
    pub fn unmerged(&self, store: &Store) -> Result<usize, OpsError> {
        if store.settings.aside {
            return Ok(0);
        }
        // What was merged is remembered; history is walked only where that does not tell of all.
        let known = MergedTips::load(&store.repo, store.merged_cache());
        let is_known = self.tip.is_some_and(|tip| known.is_of(tip));
        let mut tips: Vec<ObjectId> = Tips::news(store, None, &known, None)?.local.into_values().collect();
        tips.retain(|tip| Some(*tip) != self.tip && !(is_known && known.contains(*tip)));
        if tips.is_empty() {
            return Ok(0);
        }
        let overlay = Overlay::new(&store.repo);
        let merged = Ancestors::of(&overlay, self.tip);
        Ok(tips.into_iter().filter(|tip| !merged.contains(*tip)).count())
    }

    /// Returns what the original's scripts ask for. `everything` knows the sessions.
    pub fn lifecycle(&self, everything: &Everything, now: Time) -> Lifecycle {
        let counts = everything.counts();
        Lifecycle {
            active: count_there(everything, Moment::at(now)),
            last: self.last,
            todos: counts.total() - counts.dropped,
            sessions: self.sessions,
        }
    }
}

/// What a remote lacks of what this device has, as far as the last exchange tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteStatus {
    /// Which remote.
    pub name: RemoteName,
    /// How many consolidations it lacks.
    pub ahead: usize,
    /// Of how many sessions it lacks something.
    pub unpushed: usize,
}

impl RemoteStatus {
    /// Reads it. `None` if the store talks with no remote.
    ///
    /// # Errors
    /// When the refs or the settings cannot be read.
    pub fn of(store: &Store, now: Time) -> Result<Option<Self>, OpsError> {
        let Some(name) = store.settings.remote.clone() else { return Ok(None) };
        let remembered = Remembered::of(store, &name)?;
        let namespace = settings::namespace_on(&store.repo.values()?, &name).map_err(StoreError::from)?;
        let unpushed =
            Outgoing::find(store, &remembered, namespace.unwrap_or(Namespace::Sessions), now)?.sessions.len();
        Ok(Some(RemoteStatus { name, ahead: ahead(store, &remembered)?, unpushed }))
    }
}
