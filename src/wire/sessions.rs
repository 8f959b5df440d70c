//! Sessions in the original's keys, and what they are about.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::todos::entry;
use crate::plan::{Moment, Standing, Topics, standings};
use crate::todo::{SessionInfo, Time};
use crate::view::{Everything, SessionView, Silences, session_views};

/// The key of a session's file that says on which platform it runs.
pub const PLATFORM: &str = "aiPlatform";
/// The key of a session's file that holds what was said when it was registered.
pub const METADATA: &str = "metadata";
/// The key of a session's file that says what its conversation is about.
pub const TOPIC: &str = "topic";

fn one(everything: &Everything, view: &SessionView<'_>, standings: &BTreeMap<String, Standing>, now: Time) -> Value {
    let standing = standings.get(view.session.main());
    let text = |key: &str| view.info.extra.get(key).and_then(Value::as_str);
    json!({
        "id": view.session.as_str(),
        "sessionId": view.session.as_str(),
        "name": everything.called_in_full(&view.session),
        "projectId": view.shown,
        "fullProjectId": view.project,
        "aiPlatform": text(PLATFORM).unwrap_or(&view.info.source),
        "machineId": view.info.device,
        "created": view.started.to_string(),
        "lastActivity": view.info.updated.to_string(),
        "active": standing.is_some_and(|standing| standing.is_there(Moment::at(now))),
        "ended": view.info.ended.map(|ended| ended.to_string()),
        "state": view.state.as_str(),
        "open": view.open,
        "total": view.total,
        "metadata": view.info.extra.get(METADATA).cloned().unwrap_or_else(|| json!({})),
        "topic": view.info.extra.get(TOPIC),
    })
}

/// Returns the sessions, the latest first. `stale_after` is when one is stale, in milliseconds.
pub fn sessions(everything: &Everything, stale_after: Option<i64>, now: Time) -> Value {
    let standings = standings(everything);
    let views = session_views(everything, now, Silences { stale: stale_after, stuck: None });
    let found: Vec<Value> = views.iter().map(|view| one(everything, view, &standings, now)).collect();
    let active = found.iter().filter(|session| session["active"] == true).count();
    json!({ "total": found.len(), "active": active, "sessions": found, "timestamp": now.to_string() })
}

/// Returns one session; nothing when there is none of that name.
pub fn session(everything: &Everything, stale_after: Option<i64>, name: &str, now: Time) -> Option<Value> {
    let views = session_views(everything, now, Silences { stale: stale_after, stuck: None });
    let view = views.iter().find(|view| view.session.as_str() == name || view.info.session.as_str() == name)?;
    Some(one(everything, view, &standings(everything), now))
}

/// Returns what is kept of what somebody said when a session was registered: single values, and no paths, which tell of
/// a machine.
pub fn metadata(given: &Map<String, Value>) -> Map<String, Value> {
    let is_path = |text: &str| text.contains('/') || text.contains('\\') || text.starts_with('~');
    let is_kept = |value: &Value| match value {
        Value::String(text) => !is_path(text) && text.len() <= 200,
        Value::Number(_) | Value::Bool(_) => true,
        _ => false,
    };
    let kept = given.iter().filter(|(key, value)| !is_path(key) && is_kept(value));
    kept.take(32).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Returns what a conversation is said to be about, in the original's keys.
pub fn conversation(info: &SessionInfo) -> Option<Value> {
    let said = info.extra.get(TOPIC)?.as_object()?;
    let get = |key: &str| said.get(key).cloned().unwrap_or_default();
    Some(json!({
        "id": info.session.as_str(),
        "category": get("category"),
        "subcategories": [],
        "confidence": get("confidence"),
        "categorized": get("categorized"),
    }))
}

/// Returns the conversations and open todos of a topic.
pub fn topic(everything: &Everything, topics: &Topics, name: &str) -> Value {
    let conversations = everything.sessions.iter().filter_map(conversation);
    let conversations: Vec<Value> = conversations.filter(|one| one["category"] == name).collect();
    let open = everything.todos().filter(|(_, todo)| todo.state().is_open());
    let about = open.filter(|(project, todo)| topics.primary(project, todo).is_some_and(|topic| topic.name == name));
    let todos: Vec<Value> = about.map(|(project, todo)| entry(everything, project, todo)).collect();
    json!({ "category": name, "count": conversations.len(), "conversations": conversations, "todos": todos })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_a_machine_is_kept() {
        let given = json!({
            "pwd": "/home/x", "cwd": "~", "windows": "C:\\x", "/etc": 1, "branch": "main", "pid": 7, "deep": {"a": "/b"},
            "list": ["/x"], "long": "x".repeat(201), "tty": true,
        });
        let kept = metadata(given.as_object().expect("an object"));
        assert_eq!(Value::Object(kept), json!({ "branch": "main", "pid": 7, "tty": true }));
    }
}
