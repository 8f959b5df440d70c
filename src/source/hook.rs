//! What agents tell hooks: one event as JSON, which says what changed in a list.
//!
//! The event itself has the state, so nothing depends on files that the agent deletes seconds later. What
//! is kept of an event until it is saved is [`reduce`]d to the few keys that say something of todos.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::agent::Agent;
use super::agents::{agents, named};
use super::heard::Heard;
use super::json;
use crate::todo::Time;

/// The key that names the agent in what is kept of an event. It is left out for the agent that is meant without it.
const SPEAKER: &str = "speaker";

/// Reads an event as its JSON says; nothing when it is none.
///
/// # Errors
/// Why it cannot be read.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    match json::parse(bytes)? {
        value @ Value::Object(_) => Ok(value),
        other => Err(format!("is no event but {}", json::kind_of(&other))),
    }
}

/// Returns the agent with this name, else the one that is meant where none is named.
fn speaker(argument: &str) -> &'static dyn Agent {
    named(argument).or_else(|| agents().next()).expect("there are agents")
}

/// Returns the little of an event that [`read`] needs; nothing when it says nothing of todos or sessions.
/// `name` is the agent's, or that of the event where it does not say it.
///
/// # Errors
/// Why what it says of them cannot be read.
pub fn reduce(event: &Value, name: &str, now: Time) -> Result<Option<Value>, String> {
    let Some(agent) = named(name) else { return speaker(name).reduce(event, name, now) };
    let mut reduced = agent.reduce(event, "", now)?;
    if let Some(reduced) = &mut reduced {
        reduced[SPEAKER] = json!(agent.name());
    }
    Ok(reduced)
}

/// Returns the directory in which the session of an event began; nothing when the event does not tell. `name` is as
/// for [`reduce`].
pub fn began_in(event: &Value, name: &str) -> Option<PathBuf> {
    speaker(name).began_in(event)
}

/// Returns the agent whose files an event says to look at: it tells of a list that only they have.
pub fn to_look_at(event: &Value, name: &str) -> Option<&'static dyn Agent> {
    named(name).filter(|agent| agent.is_to_be_looked_at(event))
}

/// Returns what the hook of an agent prints, so that the model of a session that starts is told this.
pub fn answer(name: &str, context: &str) -> Value {
    speaker(name).answer(context)
}

/// Reads what [`reduce`] kept of an event.
///
/// # Errors
/// Why it cannot be read.
pub fn read(event: &Value) -> Result<Heard, String> {
    let name = event.get(SPEAKER).and_then(Value::as_str).unwrap_or_default();
    speaker(name).hear(event)
}
