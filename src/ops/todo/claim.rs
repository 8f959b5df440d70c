//! The first todo that can be begun, for whoever asks first.

use std::collections::BTreeSet;
use std::time::Duration;

use super::actor::{Actor, said};
use super::outcome::{Became, Outcome};
use super::read::with_sessions;
use super::refusal::{Brief, Refusal};
use crate::git::{RemoteName, Watch};
use crate::ops::claim::{self as remote_claim, Asked as Answer};
use crate::ops::{Link, act};
use crate::plan::{Entry, Holders, Moment, Topics, in_turn};
use crate::statement::Act;
use crate::todo::{Project, State, Status, Todo};
use crate::view::{Everything, Links, Quiet, Shown, ready};

/// How long a remote may stand still before a claim is not confirmed: somebody waits to begin.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Of those to whom todos are assigned, so many are named.
const FEW: usize = 5;

/// What is to be claimed.
#[derive(Debug)]
pub struct Claim<'a> {
    /// Of which project; `None` for whatever project.
    pub project: Option<Project>,
    /// Of which topic; `None` for whatever topic.
    pub topic: Option<String>,
    /// Whether what is assigned to other sessions is taken, too.
    pub any: bool,
    /// What of the quiet todos is taken.
    pub shown: Shown,
    /// Whether no remote is to be asked.
    pub offline: bool,
    /// How what is sent and fetched is watched.
    pub watch: Watch<'a>,
}

/// Whether nobody else can have what was claimed.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// There is no remote to ask.
    NoRemote,
    /// The remote was not to be asked.
    Not,
    /// The remote says that nobody else has it.
    Confirmed,
    /// The remote could not be asked.
    Unanswered {
        /// The remote.
        remote: RemoteName,
        /// Why not.
        why: String,
    },
}

/// What came of a claim.
#[derive(Debug)]
pub struct Claimed {
    /// What was claimed.
    pub outcome: Outcome,
    /// Whether anybody else can have it.
    pub asked: Asked,
}

/// Returns the first few of many names, and how many more there are.
fn few(names: BTreeSet<String>) -> Vec<String> {
    let more = names.len().saturating_sub(FEW);
    let mut few: Vec<String> = names.into_iter().take(FEW).collect();
    few.extend((more > 0).then(|| format!("{more} more")));
    few
}

/// Returns those of these todos that are of a topic; all of them when none is named.
///
/// # Errors
/// When no topic is called so.
pub fn of_topic<'a>(mut found: Vec<Entry<'a>>, topics: &Topics, name: Option<&str>) -> Result<Vec<Entry<'a>>, Refusal> {
    if let Some(name) = name {
        let topic = topics.find(name).ok_or_else(|| Refusal::NoTopic(name.to_owned()))?;
        found.retain(|(project, todo)| topics.of(project, todo).contains(&topic));
    }
    Ok(found)
}

/// Leaves of these todos those that are shown, what lives before what is quiet.
pub fn living_first(quiet: &Quiet, shown: Shown, found: &mut Vec<Entry<'_>>) {
    found.retain(|(_, todo)| match shown {
        Shown::All => true,
        Shown::Living => !quiet.has(todo),
        Shown::Quiet => quiet.has(todo),
    });
    found.sort_by_key(|(_, todo)| quiet.has(todo));
}

/// Counts those of these todos that are of other projects than this one, and live.
pub fn elsewhere(everything: &Everything, project: &Project, quiet: &Quiet, all: &[Entry<'_>]) -> usize {
    let scope = everything.names().scope(project);
    all.iter().filter(|(of, todo)| !scope.takes(of) && !quiet.has(todo)).count()
}

/// Takes the first todo that can be begun: what is assigned to who asks goes before the others, and what is assigned to
/// others is left to them. In a store with a remote, the remote is asked whether nobody else has it;
/// `lost` is told of each that others took meanwhile.
///
/// # Errors
/// When nothing can be begun, when others are always faster, when the configured remote is not there, and when the
/// store says no.
pub fn claim(actor: &Actor<'_>, claim: &Claim<'_>, lost: impl Fn(&Todo)) -> Result<Claimed, Refusal> {
    let (store, session) = (actor.store, actor.session()?);
    let topics = Topics::new(&store.settings.topics);
    let decide = |_: &Everything| {
        let everything = with_sessions(store)?;
        let found = ready(&everything, claim.project.as_ref(), actor.now);
        let mut found = of_topic(found, &topics, claim.topic.as_deref())?;
        let quiet = Quiet::of(&everything, actor.now, store.settings.quiet_after);
        let all = found.len();
        living_first(&quiet, claim.shown, &mut found);
        let left_alone = all - found.len();
        let holders = Holders::of(&everything, Moment::at(actor.now));
        in_turn(&holders, Some(&session), &mut found);
        let others: BTreeSet<String> =
            found.iter().filter_map(|(_, todo)| holders.assigned_elsewhere(Some(&session), todo)).collect();
        found.retain(|(_, todo)| claim.any || holders.assigned_elsewhere(Some(&session), todo).is_none());
        let Some((project, todo)) = found.first().copied() else {
            if !others.is_empty() {
                return Err(Refusal::AssignedToOthers { assigned: few(others) });
            }
            let cycles = Links::new(&everything).cycles(claim.project.as_ref());
            let project = claim.project.as_ref();
            let elsewhere = match project {
                Some(project) => {
                    let all = of_topic(ready(&everything, None, actor.now), &topics, claim.topic.as_deref())?;
                    elsewhere(&everything, project, &quiet, &all)
                }
                None => 0,
            };
            return Err(Refusal::NothingReady {
                project: project.map(|project| everything.names().shown(project).to_owned()),
                elsewhere,
                quiet: left_alone,
                cycles: Brief::all(&everything, &cycles),
            });
        };
        Ok((vec![Act::new(project, todo, State::Wanted(Status::InProgress))], todo.id))
    };
    let remote = store.settings.remote.as_ref();
    let ((acted, asked), id) = match remote.filter(|_| !claim.offline && !store.settings.aside) {
        None => Actor::acted(decide, |decide| {
            let acted = act(store, &session, "ready: claim".into(), actor.now, decide)?;
            Ok((acted, remote.map_or(Asked::NoRemote, |_| Asked::Not)))
        })?,
        Some(remote) => {
            if store.repo.remote_url(remote).is_none() {
                return Err(Refusal::NoRemote(remote.clone()));
            }
            let watch = Watch { timeout: claim.watch.timeout.min(TIMEOUT), ..claim.watch };
            let link = Link { remote: remote.clone(), fetch: true, push: true, watch };
            Actor::acted(decide, |decide| {
                let claimed = remote_claim::claim(store, &session, &link, actor.now, decide, &lost)?;
                let asked = match claimed.asked {
                    Answer::Confirmed => Asked::Confirmed,
                    Answer::Unanswered(why) => Asked::Unanswered { remote: remote.clone(), why },
                };
                Ok((claimed.acted, asked))
            })?
        }
    };
    Ok(Claimed { outcome: Outcome::new(said(session, acted), id, Became::Started), asked })
}
