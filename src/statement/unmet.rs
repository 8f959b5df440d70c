//! Whether an act came true, and what stands against it where it did not.

use std::fmt;

use super::{Act, Precedence};
use crate::todo::{Claim, LAST_EPOCH, Session, State, Time, Todo, is_empty};

/// What stands against an act.
#[derive(Clone, Debug, PartialEq)]
pub enum Against {
    /// The todo is not there.
    Absent,
    /// It has another state than was asked for, by this claim of this session.
    State(State, Session, Claim),
    /// A property has another value. This is its name, and when the other value was said.
    Field(String, Option<Time>),
    /// The session still has what it let go of.
    Held,
    /// What was to be forgotten is not.
    Remembered,
}

impl Against {
    /// Returns whether nothing can be said after what stands there.
    pub fn is_last(&self) -> bool {
        match self {
            Against::State(_, _, claim) => claim.epoch >= LAST_EPOCH || claim.at >= Time::LAST,
            Against::Field(_, at) => at.is_some_and(|at| at >= Time::LAST),
            Against::Absent | Against::Held | Against::Remembered => false,
        }
    }
}

impl fmt::Display for Against {
    /// Goes on after the words of the todo.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Against::Absent => f.write_str("is not there"),
            Against::State(target, session, claim) => {
                write!(f, "is {}, not {target}: {} said so at {}", claim.state(), session.short(), claim.at)?;
                if claim.epoch > 0 { write!(f, ", in epoch {}", claim.epoch) } else { Ok(()) }
            }
            Against::Field(name, Some(at)) => write!(f, "has another {name}, which was said at {at}"),
            Against::Field(name, None) => write!(f, "has no such {name}"),
            Against::Held => f.write_str("is still held by the session that let go of it"),
            Against::Remembered => f.write_str("is not forgotten"),
        }
    }
}

impl Act {
    /// Returns what of a todo is not as this act of this session wants it; nothing when the act came true.
    pub fn against(&self, session: &Session, todo: Option<&Todo>) -> Option<Against> {
        let Some(todo) = todo else { return Some(Against::Absent) };
        if self.precedence == Precedence::Yields {
            let own = todo.claims.get(session).map(Claim::state);
            return self.target.filter(|target| own != Some(*target)).map(|_| Against::Held);
        }
        let (winner, claim) = todo.winner();
        if let Some(target) = self.target.filter(|target| claim.state() != *target) {
            return Some(Against::State(target, winner.clone(), claim.clone()));
        }
        let differs = |at: usize| {
            let (name, wanted) = &self.fields[at];
            // The last word on a property counts. Nothing says nothing.
            let is_said_again = self.fields[at + 1..].iter().any(|(other, _)| other == name);
            let now = todo.fields.get(name);
            let same =
                now.map_or(is_empty(wanted), |now| now.value == *wanted || is_empty(&now.value) && is_empty(wanted));
            let wrong = !wanted.is_null() && !is_said_again && !same;
            wrong.then(|| Against::Field(name.clone(), now.map(|now| now.at)))
        };
        (0..self.fields.len()).find_map(differs)
    }
}
