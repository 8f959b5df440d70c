//! What one session said of one todo.

use serde_json::{Map, Value};

use super::{Status, Time};

/// One statement: the last thing a session said of a todo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// How far along the session says the todo is.
    pub status: Status,
    /// The agent's own word, where it is not one of ours.
    pub raw: Option<String>,
    /// When it was said, by the hybrid clock: never before anything its device knew of this todo.
    pub at: Time,
    /// How many times the todo had been reopened, as far as the session's device knew.
    pub epoch: u64,
    /// The session no longer wants the todo.
    pub dropped: bool,
    /// Somebody had the todo forgotten: nothing is kept of it but this claim, whatever others say.
    pub forgotten: bool,
    /// Keys written by a newer version, kept as they came.
    pub extra: Map<String, Value>,
}

impl Claim {
    /// Returns a plain claim: this status, at this time.
    pub fn new(status: Status, at: Time) -> Self {
        Claim { status, raw: None, at, epoch: 0, dropped: false, forgotten: false, extra: Map::new() }
    }

    /// Returns whether the claim says that there is work left.
    pub fn is_open(&self) -> bool {
        !self.dropped && self.status != Status::Completed
    }
}

/// A property of a todo other than its status, with the time of the statement that last changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The value as the agent gave it. An empty one says that an earlier value was taken back.
    pub value: Value,
    /// When a session last changed it.
    pub at: Time,
}
