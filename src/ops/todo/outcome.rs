//! What came of what somebody said of a todo.

use super::refusal::Brief;
use crate::ops::Report;
use crate::redact::Found;
use crate::todo::{Project, Session, State, Time, Todo, TodoId, Verb};
use crate::view::Everything;

/// What was said, and what came of it.
#[derive(Debug)]
pub struct Said {
    /// Who said it.
    pub session: Session,
    /// What was done.
    pub report: Report,
    /// The rules by which credentials were taken out of what was to be said.
    pub redacted: Found,
    /// The todos that it was about, after it; all others as they were before. Nothing of sessions.
    pub everything: Everything,
}

impl Said {
    /// Returns whether anything is different now.
    pub fn changed(&self) -> bool {
        !self.report.captured.is_empty()
    }
}

/// What became of a todo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// There was none with these words.
    Added,
    /// It was closed, and is wanted again by its words.
    Reopened,
    /// Somebody works on it.
    Started,
    /// It is done.
    Completed,
    /// Whoever worked on it does no more.
    Released,
    /// It is given up.
    Dropped,
    /// It is open again.
    Open,
    /// It has other words or properties.
    Changed,
    /// A disagreement over it is settled, in favour of this state.
    Settled(State),
    /// What was said of it was so already.
    Unchanged,
}

impl Became {
    /// Returns what becomes of a todo of which this is said.
    pub(super) fn of(verb: Verb) -> Self {
        match verb {
            Verb::Start => Became::Started,
            Verb::Done => Became::Completed,
            Verb::Release => Became::Released,
            Verb::Drop => Became::Dropped,
            Verb::Reopen => Became::Open,
        }
    }
}

/// What stands in the way of whoever started a todo, and did not keep it from being started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// Another session that works on it, the one that began last, and since when.
    pub worker: Option<(Session, Time)>,
    /// What it waits for.
    pub blockers: Vec<Brief>,
}

/// What came of what was said of one todo.
#[derive(Debug)]
pub struct Outcome {
    /// The todo.
    pub id: TodoId,
    /// What became of it.
    pub became: Became,
    /// What was said.
    pub said: Said,
    /// What is in the way of it, where it was started.
    pub obstacles: Obstacles,
    /// The other open todos with the same words, where it was named by its words.
    pub alike: Vec<Brief>,
}

impl Outcome {
    /// Returns an outcome without anything beside it.
    pub(super) fn new(said: Said, id: TodoId, became: Became) -> Self {
        let became = if said.changed() { became } else { Became::Unchanged };
        Outcome { id, became, said, obstacles: Obstacles::default(), alike: Vec::new() }
    }

    /// Returns the todo as it is now; `None` where the branch does not show it, as when it could not be moved.
    pub fn todo(&self) -> Option<(&Project, &Todo)> {
        self.said.everything.get(self.id)
    }
}
