//! A place that could not be given back yet: how the agent ended is kept until the arbiter was told.

use serde_json::{Value, json};

use crate::plan::{Back, Exit, Usd};
use crate::store::{Store, cache};
use crate::todo::Session;

/// Without it the place lapses.
const OWED: &str = "spawn-owed";

/// Returns what the arbiter is still to be told.
pub(super) fn owed(store: &Store) -> Option<Back> {
    let value: Value = cache::load(&store.repo, OWED);
    let code = value.get("exit").and_then(Value::as_i64).and_then(|code| i32::try_from(code).ok());
    Some(Back {
        session: Session::new(value.get("session")?.as_str()?).ok()?,
        exit: code.map_or(Exit::NotStarted, Exit::Code),
        usd: Usd::new(value.get("usd")?.as_f64()?)?,
        took: value.get("took")?.as_i64()?,
    })
}

/// Keeps what the arbiter is still to be told, or nothing.
pub(super) fn settle(store: &Store, back: Option<&Back>) {
    let value = back.map_or(Value::Null, |back| {
        let code = match back.exit {
            Exit::Code(code) => Some(code),
            Exit::NotStarted | Exit::Lapsed => None,
        };
        json!({ "session": back.session.as_str(), "exit": code, "usd": back.usd.dollars(), "took": back.took })
    });
    cache::save(&store.repo, OWED, &value);
}
