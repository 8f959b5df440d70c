//! What a session should do next.

use super::assign::Entry;
use super::holders::{Holder, Holders};
use crate::todo::{Session, State, Status, Time};
use crate::view::{Everything, Links, ready};

/// Closed todos of its project that a session is shown, so that it knows what was done: at most so many.
const SHOWN_CLOSED: usize = 5;

/// What is told to a session that asks what to do.
#[derive(Debug)]
pub struct Guidance<'a> {
    /// What it has: first what it is at, the latest first, then what it is assigned, in the order of `ready`. What cannot
    /// be begun yet comes last.
    pub assigned: Vec<Entry<'a>>,
    /// What to do next.
    pub next: Next<'a>,
    /// What could be begun in its project and nobody has.
    pub free: Vec<Entry<'a>>,
    /// What was completed last in its project.
    pub completed: Vec<Entry<'a>>,
}

/// What a session should do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next<'a> {
    /// Go on with this, which it is at.
    Continue(Entry<'a>),
    /// Begin this, which it is assigned.
    Start(Entry<'a>),
    /// Nothing is assigned to it that it could do.
    Wait,
}

impl Next<'_> {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Next::Continue(_) => "continue",
            Next::Start(_) => "start",
            Next::Wait => "wait",
        }
    }
}

/// Returns what a session should do, and what it should know. `project` is what its project is called, as far as that
/// is known: without it nothing is told of what others did.
pub fn guidance<'a>(
    everything: &'a Everything,
    holders: &Holders,
    session: &Session,
    project: Option<&str>,
) -> Guidance<'a> {
    let (names, links) = (everything.names(), Links::new(everything));
    let is_here = |(of, _): &Entry<'a>| project.is_some_and(|project| names.shown(of) == project);
    let begun = |(_, todo): &Entry<'a>| todo.state() == State::Wanted(Status::InProgress);
    let has = |entry: &Entry<'a>| holders.has(session, entry.1);
    let mut at_it: Vec<Entry<'a>> = everything.todos().filter(begun).filter(has).collect();
    at_it.sort_by_key(|(_, todo)| (std::cmp::Reverse(todo.winner().1.at), todo.id));
    let can_begin = ready(everything, None, holders.moment.now);
    let mine: Vec<Entry<'a>> = can_begin.iter().copied().filter(has).collect();
    let mut waits: Vec<Entry<'a>> =
        everything.todos().filter(|entry| !begun(entry) && has(entry) && !mine.contains(entry)).collect();
    waits.retain(|(_, todo)| todo.is_called_blocked() || !links.blockers(todo).is_empty());
    let next = match (at_it.first(), mine.first()) {
        (Some(entry), _) => Next::Continue(*entry),
        (None, Some(entry)) => Next::Start(*entry),
        (None, None) => Next::Wait,
    };
    let nobody_has = |entry: &Entry<'a>| holders.holder(entry.1).is_none();
    let free = can_begin.iter().copied().filter(|entry| is_here(entry) && nobody_has(entry)).collect();
    let mut completed: Vec<(Time, Entry<'a>)> = everything
        .todos()
        .filter(|entry| is_here(entry) && entry.1.state() == State::Wanted(Status::Completed))
        .map(|entry| (entry.1.winner().1.at, entry))
        .collect();
    completed.sort_by_key(|(at, (_, todo))| (std::cmp::Reverse(*at), todo.id));
    let completed = completed.into_iter().take(SHOWN_CLOSED).map(|(_, entry)| entry).collect();
    Guidance { assigned: at_it.into_iter().chain(mine).chain(waits).collect(), next, free, completed }
}

/// Puts what a session can begin into the order in which it should: what is assigned to it, what nobody has, and what
/// others are to do.
pub fn in_turn(holders: &Holders, session: Option<&Session>, found: &mut [Entry<'_>]) {
    let is_own = |todo| session.is_some_and(|session| holders.has(session, todo));
    found.sort_by_cached_key(|(_, todo)| match holders.holder(todo) {
        _ if is_own(todo) => 0,
        None | Some(Holder::Works(_)) => 1,
        Some(Holder::Assigned(_) | Holder::Named(_)) => 2,
    });
}

#[cfg(test)]
mod tests;
