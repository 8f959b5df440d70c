//! What one session said of one todo.

use std::cmp::Ordering;

use litemap::LiteMap;
use serde_json::{Map, Value, json};

use super::{Session, State, Status, Time};

/// What each session last said of a todo, by name. Nearly always one or two: a sorted vector takes a tenth of
/// what a tree would.
pub type Claims = LiteMap<Session, Claim>;

/// Properties by name.
pub type Fields = LiteMap<String, Field>;

/// The key of a claim that brings back what was decided before: what was answered since is open again.
const AGAIN: &str = "again";

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
    /// Its words are to go from all history, too. Means nothing unless it is forgotten.
    pub purged: bool,
    /// Other keys: `again`, and those written by a newer version, kept as they came.
    pub extra: Map<String, Value>,
}

impl Claim {
    /// Returns a plain claim: this status, at this time.
    pub fn new(status: Status, at: Time) -> Self {
        Claim { status, raw: None, at, epoch: 0, dropped: false, forgotten: false, purged: false, extra: Map::new() }
    }

    /// Orders what one session said of one todo; the greater claim stays: by (forgotten, purged, epoch, is completed,
    /// time, rank, not dropped). So a session moves freely between pending, in progress and dropped, while completed sticks
    /// until someone reopens the todo, which takes a new epoch.
    pub fn order(&self, other: &Claim) -> Ordering {
        let completed = |claim: &Claim| claim.status == Status::Completed;
        let gone = |claim: &Claim| (claim.forgotten, claim.purged);
        let key = |claim: &Claim| (gone(claim), claim.epoch, completed(claim), claim.at, claim.status, !claim.dropped);
        let text = |extra| serde_json::to_string(extra).expect("a JSON value is always written");
        // The rest cannot matter to a reader, but equal bytes on every machine need a total order.
        let rest = || self.raw.cmp(&other.raw).then_with(|| text(&self.extra).cmp(&text(&other.extra)));
        key(self).cmp(&key(other)).then_with(rest)
    }

    /// Returns in which epoch what the claim says was decided, and when: its own, or those of what it brings back.
    pub fn decided(&self) -> (u64, Time) {
        let own = (self.epoch, self.at);
        let again = || {
            let again = self.extra.get(AGAIN)?;
            let at = Time::parse(again.get("at")?.as_str()?)?;
            Some((again.get("epoch")?.as_u64()?, at))
        };
        // What would have been decided later than it was said was not decided by anybody.
        again().filter(|(epoch, at)| *epoch <= own.0 && *at <= own.1).unwrap_or(own)
    }

    /// Has the claim bring back what was decided in this epoch, at this time: it answers nothing that this did not.
    pub fn bring_back(&mut self, (epoch, at): (u64, Time)) {
        self.extra.insert(AGAIN.to_owned(), json!({ "epoch": epoch, "at": at.to_string() }));
    }

    /// Has the claim say what is decided as it is said, whatever the one before it brought back.
    pub fn bring_nothing_back(&mut self) {
        self.extra.remove(AGAIN);
    }

    /// Returns what the claim wants of the todo.
    pub fn state(&self) -> State {
        if self.dropped { State::Dropped } else { State::Wanted(self.status) }
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

impl Field {
    /// Returns whether it only says that an earlier value was taken back.
    pub fn is_taken_back(&self) -> bool {
        is_empty(&self.value)
    }
}

/// Returns whether the value of a property says nothing.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
