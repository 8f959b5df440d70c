//! Who is to do what: todos that anybody could begin, over the sessions that are there.
//!
//! What holds stays: a todo that a session is at is its own, one that is assigned to a session that is there is meant
//! for that one. So whoever decides again, with the same in front of them, decides nothing new.

use std::collections::BTreeMap;

use super::holders::{Holder, Holders};
use super::present::{Moment, Standing};
use super::topics::Topics;
use crate::todo::{Project, Session, Todo};
use crate::view::{Everything, ready};

/// A todo with its project.
pub type Entry<'a> = (&'a Project, &'a Todo);

/// What is to be handed out, and to whom.
#[derive(Clone, Debug)]
pub struct Handing<'a> {
    /// The moment.
    pub moment: Moment,
    /// How many todos a session has at most, those that it is at included.
    pub most: usize,
    /// Todos of this project only.
    pub project: Option<&'a Project>,
    /// To this session only, whether it is there or not.
    pub to: Option<&'a Session>,
    /// The session of the agent that asks, and the project of its directory: it is there, as it asks.
    pub asks: Option<(&'a Session, Option<&'a Project>)>,
}

/// Who is to do what.
#[derive(Debug)]
pub struct Assignments<'a> {
    /// The sessions that todos can be given to, each with what it has: what it is at, and what was and is assigned.
    pub sessions: BTreeMap<Session, Vec<Entry<'a>>>,
    /// What is assigned anew, and to whom.
    pub given: Vec<(Entry<'a>, Session)>,
    /// What could be begun, and nobody has.
    pub unassigned: Vec<Entry<'a>>,
}

/// A session that todos can be given to.
struct Candidate<'a> {
    standing: Standing,
    has: Vec<Entry<'a>>,
    /// The primary topics of what it has.
    topics: Vec<&'a str>,
}

/// Decides who is to do what. A todo goes to a session of its own project: to one that lists it itself, else to the one
/// that has the fewest, of those to one that has others of its primary topic, else to the one whose name comes first.
pub fn assign<'a>(everything: &'a Everything, topics: &'a Topics, handing: &Handing<'_>) -> Assignments<'a> {
    let holders = holders(everything, handing);
    let mut candidates = candidates(&holders, handing);
    let primary = |(project, todo): Entry<'a>| topics.primary(project, todo).map(|topic| topic.name.as_str());
    for entry in everything.todos() {
        let main = match holders.holder(entry.1) {
            Some(Holder::Works(session)) => session.main().to_owned(),
            Some(Holder::Assigned(session)) => session.main().to_owned(),
            Some(Holder::Named(_)) | None => continue,
        };
        if let Some(candidate) = candidates.get_mut(&main) {
            candidate.has.push(entry);
            candidate.topics.extend(primary(entry));
        }
    }
    let names = everything.names();
    let (mut given, mut unassigned) = (Vec::new(), Vec::new());
    for entry in ready(everything, handing.project, handing.moment.now) {
        if holders.holder(entry.1).is_some() {
            continue;
        }
        let (project, topic) = (names.shown(entry.0), primary(entry));
        let fits = |candidate: &&mut Candidate<'a>| {
            candidate.standing.project.as_deref() == Some(project) && candidate.has.len() < handing.most
        };
        let best = candidates.values_mut().filter(fits).min_by_key(|candidate| {
            let lists = |(session, claim): (&Session, &crate::todo::Claim)| {
                !claim.dropped && session.main() == candidate.standing.session.main()
            };
            let is_own = entry.1.voices().any(lists);
            let is_alike = topic.is_some_and(|topic| candidate.topics.contains(&topic));
            (!is_own, candidate.has.len(), !is_alike, candidate.standing.session.clone())
        });
        match best {
            Some(candidate) => {
                candidate.has.push(entry);
                candidate.topics.extend(topic);
                given.push((entry, candidate.standing.session.clone()));
            }
            None => unassigned.push(entry),
        }
    }
    let sessions = candidates.into_values().map(|candidate| (candidate.standing.session, candidate.has));
    Assignments { sessions: sessions.collect(), given, unassigned }
}

/// Returns who has what, with the session that asks as one that is there.
fn holders(everything: &Everything, handing: &Handing<'_>) -> Holders {
    let mut holders = Holders::of(everything, handing.moment);
    if let Some((session, here)) = handing.asks
        && let Ok(main) = Session::new(session.main())
    {
        let here = here.map(|project| everything.names().shown(project).to_owned());
        let now = handing.moment.now;
        let unknown = || Standing { session: main, project: None, last: now, is_ended: false, is_agent: true };
        let standing = holders.standings.entry(session.main().to_owned()).or_insert_with(unknown);
        standing.project = standing.project.take().or(here);
        (standing.last, standing.is_ended) = (standing.last.max(now), false);
    }
    holders
}

fn candidates<'a>(holders: &Holders, handing: &Handing<'_>) -> BTreeMap<String, Candidate<'a>> {
    let is_one = |standing: &Standing| match handing.to {
        Some(to) => standing.session.main() == to.main(),
        None => standing.is_agent && standing.is_there(handing.moment),
    };
    let chosen = holders.standings.iter().filter(|(_, standing)| is_one(standing));
    let candidate = |standing: &Standing| Candidate { standing: standing.clone(), has: Vec::new(), topics: Vec::new() };
    chosen.map(|(main, standing)| (main.clone(), candidate(standing))).collect()
}

#[cfg(test)]
mod tests;
