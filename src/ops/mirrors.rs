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
        due(&self.mirror, &self.runs, self.behind > 0, now).is_some_and(|at| at <= now)
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

/// Returns when the daemon is to bring the first of a store's mirrors up to date, which may be long ago; nothing where it
/// looks after none. Costs a few refs and small files.
///
/// # Errors
/// When the settings or the refs cannot be read.
pub fn mirrors_due(store: &Store, now: Time) -> Result<Option<Time>, OpsError> {
    let (tip, mut first) = (store.tip()?, None);
    for mirror in store.mirrors()? {
        let head = MirrorHead::load(&store.repo, &mirror.name)?.filter(|head| head.url == mirror.url);
        let is_behind = tip.is_some() && head.and_then(|head| head.commit()) != tip;
        let runs = MirrorRuns::load(store.repo.common_dir(), &mirror.name);
        first = first.into_iter().chain(due(&mirror, &runs, is_behind, now)).min();
    }
    Ok(first)
}

/// So often a place is asked what it holds, though nothing is new: it can have been put back to yesterday.
const ASKED_EVERY: i64 = 24 * 60 * 60 * 1000;

/// Returns when a mirror is to be brought up to date: what it lacks, and what people change there, when its interval or
/// the wait after a failure is over; and each once a day.
fn due(mirror: &Mirror, runs: &MirrorRuns, is_behind: bool, now: Time) -> Option<Time> {
    let always = Time::from_millis(0);
    let next = runs.next.as_deref().and_then(Time::parse).unwrap_or(always);
    // A clock that was far ahead keeps nobody waiting; a place may ask for an hour.
    let longest = i64::try_from(mirror.interval.as_millis()).unwrap_or(i64::MAX).max(4 * LONGEST_WAIT);
    let wait = next.millis().saturating_sub(now.millis());
    let next = if wait > longest.saturating_mul(2) { always } else { next };
    let is_wanted = is_behind || runs.failures > 0 || mirror.kind.is_two_way();
    let asked = runs.last_success.as_deref().and_then(Time::parse).filter(|asked| *asked <= now);
    let later = asked.map_or(next, |asked| next.max(Time::from_millis(asked.millis().saturating_add(ASKED_EVERY))));
    (!mirror.paused).then_some(if is_wanted { next } else { later })
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::settings::MirrorKind;

    fn mirror(kind: MirrorKind, interval: u64) -> Mirror {
        let (name, url) = ("x".into(), "/x".into());
        Mirror { name, kind, url, projects: Vec::new(), interval: Duration::from_secs(interval), paused: false }
    }

    fn at(seconds: i64) -> Time {
        Time::from_millis(seconds * 1000)
    }

    #[test]
    fn it_is_due_when_its_interval_or_the_wait_after_a_failure_is_over() {
        let text = |seconds| Some(at(seconds).to_string());
        let well = MirrorRuns { last_success: text(1000), next: text(8200), ..MirrorRuns::default() };
        let failed = MirrorRuns { failures: 1, next: text(1030), ..well.clone() };
        let bundles = mirror(MirrorKind::Bundles, 7200);
        let now = at(1001);
        assert_eq!(due(&bundles, &MirrorRuns::default(), true, now), Some(at(0)), "never before");
        assert_eq!(due(&bundles, &well, true, now), Some(at(8200)));
        assert_eq!(due(&bundles, &failed, true, now), Some(at(1030)), "whatever its interval is");
        assert_eq!(due(&bundles, &failed, false, now), Some(at(1030)), "until it is well again");
        let day = 24 * 60 * 60;
        assert_eq!(due(&bundles, &well, false, now), Some(at(1000 + day)), "nothing is new: once a day");
        assert_eq!(due(&mirror(MirrorKind::Notion, 7200), &well, false, now), Some(at(8200)), "people are heard");
        assert_eq!(due(&Mirror { paused: true, ..bundles.clone() }, &failed, true, now), None);
        // The clock was a year ahead when that was written.
        let ahead = MirrorRuns { next: text(365 * day), ..well.clone() };
        assert_eq!(due(&bundles, &ahead, true, now), Some(at(0)));
        let ahead = MirrorRuns { last_success: text(365 * day), ..well };
        assert_eq!(due(&bundles, &ahead, false, now), Some(at(8200)), "nobody knows when it was asked");
        let asked = MirrorRuns { failures: 1, next: text(1000 + 3600), ..MirrorRuns::default() };
        assert_eq!(due(&mirror(MirrorKind::Github, 300), &asked, true, now), Some(at(4600)), "as the place asks");
    }
}
