//! Who has a todo: the session that is at it, or the one that it is assigned to.

use std::collections::BTreeMap;

use super::present::{Moment, Standing, standings};
use crate::todo::{Session, State, Status, Time, Todo};
use crate::view::{Everything, fit};

/// The property that names the session which a todo is assigned to.
pub const ASSIGNEE: &str = "assignee";
/// The property that says since when.
pub const ASSIGNED: &str = "assigned";

/// No name is shown longer.
const LONGEST_NAME: usize = 40;

/// Who has a todo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder<'a> {
    /// This session is at it.
    Works(&'a Session),
    /// It is assigned to this session, which is there.
    Assigned(Session),
    /// Somebody noted this name beside it, which no session has: a person's, most likely. It stays with them.
    Named(&'a str),
}

/// Who has which todo, at one moment.
#[derive(Clone, Debug)]
pub struct Holders {
    /// All sessions, by name.
    pub standings: BTreeMap<String, Standing>,
    /// The moment.
    pub moment: Moment,
}

impl Holders {
    /// Finds out which sessions are there.
    pub fn of(everything: &Everything, moment: Moment) -> Self {
        Holders { standings: standings(everything), moment }
    }

    /// Returns who has a todo, if anybody does. What is assigned to a session that is not there any more is nobody's.
    pub fn holder<'a>(&self, todo: &'a Todo) -> Option<Holder<'a>> {
        match todo.state() {
            State::Wanted(Status::InProgress) => return Some(Holder::Works(todo.winner().0)),
            State::Wanted(Status::Pending) => {}
            State::Wanted(Status::Completed) | State::Dropped => return None,
        }
        let name = todo.text(ASSIGNEE)?;
        let since = todo.text(ASSIGNED).and_then(Time::parse);
        let Ok(session) = Session::new(name) else { return Some(Holder::Named(name)) };
        let is_new = since.is_some_and(|since| (self.moment.now.millis() - since.millis()).abs() < self.moment.within);
        let is_there = match self.standings.get(session.main()) {
            Some(standing) => !standing.is_ended && (is_new || standing.is_there(self.moment)),
            None if since.is_none() => return Some(Holder::Named(name)),
            // One that is only being started.
            None => is_new,
        };
        is_there.then(|| Session::new(session.main()).ok().map(Holder::Assigned)).flatten()
    }

    /// Returns whether a session of an agent that is there lists a todo among those that it wants: it would come to it by
    /// itself.
    pub fn is_listed(&self, todo: &Todo) -> bool {
        let is_there = |session: &Session| {
            let standing = self.standings.get(session.main());
            standing.is_some_and(|standing| standing.is_agent && standing.is_there(self.moment))
        };
        todo.voices().any(|(session, claim)| claim.is_open() && is_there(session))
    }

    /// Returns whether a todo is with this session, or a list beside its own.
    pub fn has(&self, session: &Session, todo: &Todo) -> bool {
        match self.holder(todo) {
            Some(Holder::Works(worker)) => worker.main() == session.main(),
            Some(Holder::Assigned(assignee)) => assignee.main() == session.main(),
            Some(Holder::Named(_)) | None => false,
        }
    }

    /// Returns the name, cut where it is long, of whom else than this session a todo is assigned to, at which nobody is.
    pub fn assigned_elsewhere(&self, session: Option<&Session>, todo: &Todo) -> Option<String> {
        match self.holder(todo)? {
            Holder::Works(_) => None,
            Holder::Assigned(assignee) => {
                let is_own = session.is_some_and(|session| session.main() == assignee.main());
                (!is_own).then(|| fit(&assignee.short(), LONGEST_NAME))
            }
            Holder::Named(name) => Some(fit(name, LONGEST_NAME)),
        }
    }
}
