//! What can be said of a todo with one word.

use super::{State, Status};

/// What can be said of a todo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Somebody works on it.
    Start,
    /// It is done.
    Done,
    /// Whoever says it works on it no more.
    Release,
    /// It is given up.
    Drop,
    /// It is open again.
    Reopen,
}

impl Verb {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Start => "start",
            Verb::Done => "done",
            Verb::Release => "release",
            Verb::Drop => "drop",
            Verb::Reopen => "reopen",
        }
    }

    /// Returns the state that the todo shall have; `None` where that depends on what others want.
    pub fn target(self) -> Option<State> {
        match self {
            Verb::Start => Some(State::Wanted(Status::InProgress)),
            Verb::Done => Some(State::Wanted(Status::Completed)),
            Verb::Release => None,
            Verb::Drop => Some(State::Dropped),
            Verb::Reopen => Some(State::Wanted(Status::Pending)),
        }
    }

    /// Returns whether it can be said of a todo in this state. Reopening is never an accident.
    pub fn fits(self, state: State) -> bool {
        match self {
            Verb::Start => state.is_open(),
            Verb::Reopen => !state.is_open(),
            Verb::Done | Verb::Release | Verb::Drop => true,
        }
    }
}
