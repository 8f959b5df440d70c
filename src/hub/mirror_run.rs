//! What can be done about a mirror: the use cases of `git chittysync mirror`, for the API and the pages.

use std::sync::Arc;

use super::mirror_runs::{Outcome, Run};
use super::state::Hub;
use crate::git::ObjectId;
use crate::mirror::{self, Failure};
use crate::ops::OpsError;
use crate::settings::Mirror;
use crate::store::Store;
use crate::todo::Time;
use crate::wire::Problem;

/// What became of a run, as far as it was waited for.
#[derive(Debug)]
pub(super) enum Became {
    Ended(Arc<Outcome>),
    /// It goes on, since then.
    Running(Time),
}

impl Hub {
    /// Returns the mirror of this name.
    pub(super) fn mirror(&self, store: &Store, name: &str) -> Result<Mirror, Problem> {
        let all = store.mirrors().map_err(|err| self.trouble(&OpsError::from(err)))?;
        let unknown = || Problem::new(404, "there is no mirror of this name").hint("GET /api/mirrors lists them");
        all.into_iter().find(|mirror| mirror.name == name).ok_or_else(unknown)
    }

    /// Says no where the branch has to be at a commit, and is elsewhere.
    pub(super) fn is_at(&self, store: &Store, at: Option<ObjectId>) -> Result<(), Problem> {
        let Some(at) = at else { return Ok(()) };
        let tip = self.tip(store)?;
        if tip == Some(at) { Ok(()) } else { Err(self.trouble(&OpsError::WentOn(tip))) }
    }

    /// Brings a mirror up to date, as `git chittysync mirror sync <name>`, given the commit that the branch has to be at.
    /// Waits for it a while, and takes no thread meanwhile.
    pub(super) async fn run_mirror(
        self: &Arc<Self>,
        name: String,
        again: bool,
        at: Option<ObjectId>,
    ) -> Result<Became, Problem> {
        let begun = self.aside(move |hub| {
            let store = hub.store()?;
            let mirror = hub.mirror(&store, &name)?;
            hub.is_at(&store, at)?;
            hub.mirroring.begin(store, mirror, again)
        });
        let Run { since, mut outcome, .. } = begun.await?;
        let Ok(ended) = tokio::time::timeout(self.limits.run, outcome.wait_for(Option::is_some)).await else {
            return Ok(Became::Running(since));
        };
        let ended = ended.ok().and_then(|ended| ended.clone());
        ended.map(Became::Ended).ok_or_else(|| Problem::new(500, "the run broke off"))
    }

    /// Has a mirror left alone, or not, as `git chittysync mirror pause <name>`.
    pub(super) fn pause_mirror(&self, name: &str, paused: bool) -> Result<Result<(), Failure>, Problem> {
        let store = self.store()?;
        Ok(mirror::pause(&store, &self.mirror(&store, name)?, paused))
    }
}
