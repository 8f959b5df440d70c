//! What the settings make of the rules, and a number that nobody else draws.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::plan::Rules;
use crate::settings::Spawning;
use crate::store::Store;

/// After so many failures in a row nothing is started for a topic any more, until somebody says so.
pub const FAILURES: u32 = 3;

/// Returns what has to hold before an agent is started.
pub(super) fn rules(store: &Store, spawning: &Spawning) -> Rules {
    Rules {
        at: spawning.at,
        most: spawning.most,
        per_day: spawning.per_day,
        every: millis(spawning.every),
        budget: spawning.budget,
        guess: spawning.guess,
        failures: FAILURES,
        todos: store.repo.limits.spawn_todos,
    }
}

pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Returns 32 hex digits that nobody else draws.
pub(super) fn nonce() -> String {
    let drawn = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", drawn(), drawn())
}
