//! How the mirrors of a store are doing: what each lacks, since when, and what is the matter. Nobody is asked for it.

use super::OpsError;
use crate::git::{Git, ObjectId};
use crate::settings::Mirror;
use crate::store::{MirrorHead, MirrorRuns, Store};
use crate::todo::Time;

/// How a mirror is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorStatus {
    /// What settings say of it.
    pub mirror: Mirror,
    /// The commit of the branch that it holds, as far as is known here.
    pub checkpoint: Option<ObjectId>,
    /// How many commits of the branch it lacks.
    pub behind: usize,
    /// When the oldest of them was made.
    pub since: Option<Time>,
    /// Todos that it did not take, each with its reason.
    pub parked: Vec<(String, String)>,
    /// How its last runs went.
    pub runs: MirrorRuns,
}

impl MirrorStatus {
    /// Returns those of all mirrors of a store, in the order of their names.
    ///
    /// # Errors
    /// When the settings or the refs cannot be read.
    pub fn all(store: &Store) -> Result<Vec<Self>, OpsError> {
        store.mirrors()?.into_iter().map(|mirror| MirrorStatus::of(store, mirror)).collect()
    }

    fn of(store: &Store, mirror: Mirror) -> Result<Self, OpsError> {
        let head = MirrorHead::load(&store.repo, &mirror.name)?.filter(|head| head.url == mirror.url);
        let head = head.unwrap_or_default();
        let (behind, since) = behind(store, head.commit())?;
        let runs = MirrorRuns::load(store.repo.common_dir(), &mirror.name);
        let parked = head.parked.clone().into_iter().collect();
        Ok(MirrorStatus { checkpoint: head.commit(), behind, since, parked, runs, mirror })
    }

    /// Returns whether a run for it is due: the branch moved, or people change things there, and neither its interval nor
    /// a failure keeps it back.
    pub fn is_due(&self, now: Time) -> bool {
        let next = self.runs.next.as_deref().and_then(Time::parse);
        let wait = next.map_or(0, |next| next.millis() - now.millis());
        // A clock that was far ahead keeps nobody waiting; a place may ask for an hour.
        let longest = i64::try_from(self.mirror.interval.as_millis()).unwrap_or(i64::MAX).max(4 * LONGEST_WAIT);
        let is_wanted = self.behind > 0 || self.mirror.kind.is_two_way();
        !self.mirror.paused && is_wanted && (wait <= 0 || wait > longest.saturating_mul(2))
    }

    /// Returns what is the matter with it, and what to do; nothing when nothing is.
    pub fn trouble(&self) -> Option<String> {
        if let Some(error) = self.runs.error.as_ref().filter(|_| self.runs.failures > 0) {
            let remedy = self.runs.remedy.as_ref().map(|remedy| format!("; {remedy}")).unwrap_or_default();
            return Some(format!("{error}{remedy}"));
        }
        let (id, reason) = self.parked.first()?;
        let more = if self.parked.len() > 1 { format!(" and {} more", self.parked.len() - 1) } else { String::new() };
        Some(format!(
            "it did not take {}{more}: {reason}; it gets them once they change, or with `git chittysync mirror sync {} --again`",
            &id[..id.len().min(8)],
            self.mirror.name,
        ))
    }
}

/// The longest that a failure keeps a mirror waiting, in milliseconds.
pub const LONGEST_WAIT: i64 = 15 * 60 * 1000;

/// Counts the commits that the branch has beyond one, and says when the oldest of them was made.
fn behind(store: &Store, from: Option<ObjectId>) -> Result<(usize, Option<Time>), OpsError> {
    let Some(tip) = store.tip()? else { return Ok((0, None)) };
    if from == Some(tip) {
        return Ok((0, None));
    }
    let mut arguments = vec!["rev-list".to_owned(), "--timestamp".to_owned(), tip.to_string()];
    arguments.extend(from.map(|from| format!("^{from}")));
    let call =
        |arguments: &[String]| Git::new(Some(store.repo.common_dir()), arguments.iter().map(String::as_str)).run();
    let mut said = call(&arguments)?;
    if said.code != Some(0) && from.is_some() {
        // What it holds is no longer known here: history was rewritten.
        arguments.pop();
        said = call(&arguments)?;
    }
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let times = text.lines().filter_map(|line| line.split(' ').next()?.parse::<i64>().ok());
    let oldest = times.clone().min().map(|seconds| Time::from_millis(seconds.saturating_mul(1000)));
    Ok((times.count(), oldest))
}
