//! What a run is to do.

use std::collections::HashSet;
use std::sync::Arc;

use super::OpsError;
use super::demand::Demand;
use super::progress::Steps;
use super::tips::Tips;
use crate::git::{ObjectId, RemoteName};
use crate::source::Home;
use crate::store::{MergedTips, SessionTrees, Store};
use crate::todo::{Project, Snapshot, SourceKind, TodoId};

/// What part of the homes to take.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The project of everything, whatever directories say.
    pub project: Option<Project>,
    /// Only these sources, by name; all when empty.
    pub sources: Vec<String>,
    /// What the reflog says this is for.
    pub what: String,
}

impl Selection {
    /// Returns whether statements from this source are wanted.
    pub(super) fn takes(&self, source: SourceKind) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|name| source.is_called(name))
    }
}

/// What a run is to do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The homes to capture from.
    pub homes: Vec<Home>,
    /// What part of them.
    pub selection: Selection,
    /// A list that is given, not found.
    pub given: Option<Snapshot>,
    /// What is asked of the run besides.
    pub demand: Demand,
    /// Todos to have forgotten.
    pub forget: Vec<(Project, TodoId)>,
    /// Whether the words of those are to go from all history, too.
    pub purge: bool,
    /// Whether to consolidate.
    pub consolidate: bool,
    /// A remote whose sessions and branch are consolidated too, besides those that the configuration names.
    pub remote: Option<RemoteName>,
    /// Other branches of this store to merge, and what to call them.
    pub also: Vec<(String, ObjectId)>,
    /// Commits that remotes' branches pointed to before they were rewound.
    pub rewound: Vec<(RemoteName, ObjectId)>,
    /// Whether merges that no remote has had are made again on top of what remotes have: for who pushes there next.
    pub remake: bool,
    /// Whether whoever runs this has the turn to talk to remotes.
    pub turn: Turn,
    /// Commits that were looked through for purged todos already.
    pub looked_through: HashSet<ObjectId>,
    /// What those of sessions were found to hold then.
    pub held: Arc<SessionTrees>,
    /// Who is told how far it is.
    pub steps: Steps,
}

impl Plan {
    /// Returns what there is to merge, given what is merged. Who reads homes, or forgets, may come upon any session.
    pub(super) fn tips(&self, store: &Store, merged: &MergedTips) -> Result<Tips, OpsError> {
        let is_about_all = !self.homes.is_empty() || !self.forget.is_empty() || self.remake;
        if is_about_all { Ok(self.also(Tips::find(store, self.remote.as_ref())?)) } else { self.news(store, merged) }
    }

    /// Returns what of it is news, with the session of a list that is given.
    pub(super) fn news(&self, store: &Store, merged: &MergedTips) -> Result<Tips, OpsError> {
        let session = self.given.as_ref().map(|given| &given.session);
        Ok(self.also(Tips::news(store, self.remote.as_ref(), merged, session)?))
    }

    fn also(&self, mut tips: Tips) -> Tips {
        tips.branches.extend(self.rewound.iter().cloned());
        tips.also.clone_from(&self.also);
        tips.remake = self.remake;
        tips.held = self.held.clone();
        tips
    }

    /// Returns the tips of these that purged todos have to be looked for in.
    pub(super) fn unlooked(&self, mut tips: Tips) -> Tips {
        tips.foreign.retain(|tip| !self.looked_through.contains(&tip.commit));
        tips.branches.retain(|(_, tip)| !self.looked_through.contains(tip));
        tips
    }
}

/// Who may talk to remotes while history is rewritten: what a fetch builds on must not go under it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// Nobody: the turn is asked for, and it is done later when somebody has it.
    #[default]
    Asked,
    /// Whoever calls.
    Held,
}
