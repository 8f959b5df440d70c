//! What a device remembers by itself: how an agent ended whose place could not be given back yet, and when it started
//! some.

use serde_json::{Value, json};

use crate::plan::{Back, Exit, Usd};
use crate::store::{Store, cache};
use crate::todo::{Session, Time};

/// Without it the place lapses.
const OWED: &str = "spawn-owed";

/// When this device started agents, in milliseconds since 1970.
const STARTED: &str = "spawn-started";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Returns how many agents this device started within a day, whatever the lease says: others can write that.
pub(super) fn started(store: &Store, now: Time) -> usize {
    within_a_day(store, now).len()
}

/// Notes that this device starts an agent.
pub(super) fn note_start(store: &Store, now: Time) {
    let mut starts = within_a_day(store, now);
    starts.push(now.millis());
    cache::save(&store.repo, STARTED, &starts);
}

fn within_a_day(store: &Store, now: Time) -> Vec<i64> {
    let starts: Vec<i64> = cache::load(&store.repo, STARTED);
    starts.into_iter().filter(|at| (now.millis() - at).abs() < DAY).collect()
}

/// When the arbiter was last asked.
const LOOKED: &str = "spawn-looked";
/// How long one that asks again and again trusts the answer.
const TRUSTED: i64 = 5 * 60 * 1000;

/// Returns whether the arbiter was asked just now.
pub(super) fn has_looked(store: &Store, ticks: i64) -> bool {
    let looked: Option<i64> = cache::load(&store.repo, LOOKED);
    looked.is_some_and(|looked| (0..TRUSTED).contains(&(ticks - looked)))
}

/// Notes that the arbiter is asked.
pub(super) fn note_look(store: &Store, ticks: i64) {
    cache::save(&store.repo, LOOKED, &Some(ticks));
}

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
