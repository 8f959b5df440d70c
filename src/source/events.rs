//! The events of hooks as most agents tell them: Claude Code's keys, each agent with names of its own for its tools.
//!
//! Keys may be missing, new, or of another type from one version to the next. What is not understood says nothing; only a
//! list that cannot be read has a reason.

use serde_json::{Value, json};

use super::change::Change;
use super::heard::{Heard, What};
use super::item;
use crate::todo::{Item, Session, SourceKind};

/// The key under which the entries of a list are kept.
const ENTRIES: &str = "entries";
/// The key of an entry with what its agent knows it by.
pub(super) const NATIVE: &str = "native";

/// The entries of a list that an event tells of.
pub(super) type Entries = Result<Option<Vec<Value>>, String>;

/// Returns the little of an event that [`hear`] needs; nothing when it says nothing of todos or sessions. `entries` looks
/// for a list in the use of a tool: nothing where that was about something else, or failed.
pub(super) fn reduce(event: &Value, entries: impl FnOnce(&str, &Value) -> Entries) -> Result<Option<Value>, String> {
    let name = text(event, &["hook_event_name", "hookEventName"]).unwrap_or_default();
    let tool = text(event, &["tool_name", "toolName"]);
    let list = match kind(name) {
        Kind::Started | Kind::Ended => None,
        Kind::Used => match tool.map(|tool| entries(tool, event)).transpose()?.flatten() {
            // What is cleared is not unwanted.
            Some(list) if !list.is_empty() => Some(list),
            _ => return Ok(None),
        },
        Kind::Other => return Ok(None),
    };
    let mut reduced = json!({ "hook_event_name": name });
    for (key, names) in
        [("session_id", &["session_id", "sessionId"][..]), ("agent_id", &["agent_id", "agentId"]), ("cwd", &["cwd"])]
    {
        if let Some(text) = text(event, names) {
            reduced[key] = json!(text);
        }
    }
    if let Some(list) = list {
        reduced[ENTRIES] = Value::Array(list);
    }
    session(&reduced)?;
    Ok(Some(reduced))
}

/// Reads what [`reduce`] kept of an event. The words of an entry stand under one of `words`.
pub(super) fn hear(event: &Value, source: SourceKind, words: &[&str]) -> Result<Heard, String> {
    let text = |key: &str| text(event, &[key]).map(str::to_owned);
    let name = text("hook_event_name").unwrap_or_default();
    let what = match kind(&name) {
        Kind::Started => What::Started,
        Kind::Ended => What::Ended,
        Kind::Used => match event.get(ENTRIES).and_then(Value::as_array) {
            Some(entries) => What::Changed(Change::List(items(entries, words))),
            None => What::Nothing,
        },
        Kind::Other => What::Nothing,
    };
    let (session, agent) = (session(event)?, text("agent_id"));
    Ok(Heard { source, event: name, session, agent, directory: text("cwd"), list: None, what })
}

/// Returns the items of a list whose entries have their words under one of these keys.
pub(super) fn items(entries: &[Value], words: &[&str]) -> Vec<Item> {
    entries.iter().filter_map(|entry| read(entry, words)).collect()
}

fn read(entry: &Value, words: &[&str]) -> Option<Item> {
    let mut item = item::read(entry, words)?;
    item.native = match item.fields.remove(NATIVE) {
        Some(Value::String(native)) => Some(native),
        _ => None,
    };
    Some(item)
}

fn session(event: &Value) -> Result<Session, String> {
    let name = text(event, &["session_id"]).ok_or("names no session")?;
    Session::new(name).map_err(|err| format!("names a session that cannot be one: {err}"))
}

/// What an event is about.
enum Kind {
    Started,
    Ended,
    Used,
    Other,
}

fn kind(name: &str) -> Kind {
    match name {
        "SessionStart" => Kind::Started,
        "SessionEnd" => Kind::Ended,
        "PostToolUse" | "AfterTool" => Kind::Used,
        _ => Kind::Other,
    }
}

/// Returns the text under the first of these keys that has one.
pub(super) fn text<'a>(event: &'a Value, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| event.get(*key)?.as_str()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::Channel;

    const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "test-hook");

    fn heard(event: &Value) -> Result<Option<What>, String> {
        let reduced = reduce(event, |tool, event| {
            let list = event.pointer("/tool_input/list").and_then(Value::as_array).cloned();
            Ok(list.filter(|_| tool == "plan"))
        })?;
        reduced.map(|event| hear(&event, HOOK, &["step"]).map(|heard| heard.what)).transpose()
    }

    #[test]
    fn what_is_missing_new_or_of_another_type_says_nothing() {
        let event = |name: Value, tool: Value, list: Value| json!({"hook_event_name": name, "session_id": "s", "tool_name": tool, "tool_input": {"list": list}, "new": [1]});
        let list =
            json!([{"step": "A", "status": "completed", "native": "7"}, {"step": 3}, "B", {"status": "pending"}]);
        let Ok(Some(What::Changed(Change::List(items)))) =
            heard(&event("PostToolUse".into(), "plan".into(), list.clone()))
        else {
            panic!("a list")
        };
        assert_eq!((items.len(), items[0].content.as_str(), items[0].native.as_deref()), (1, "A", Some("7")));
        for nothing in [
            json!({}),
            event(json!(7), "plan".into(), list.clone()),
            event(json!(null), "plan".into(), list.clone()),
            event("PostToolUse".into(), json!({"name": "plan"}), list.clone()),
            event("PostToolUse".into(), "Bash".into(), list.clone()),
            event("PostToolUse".into(), "plan".into(), json!([])),
            event("PostToolUse".into(), "plan".into(), json!("A, B")),
            event("PostToolUseFailure".into(), "plan".into(), list.clone()),
            event("Stop".into(), "plan".into(), list),
        ] {
            assert_eq!(heard(&nothing), Ok(None), "{nothing}");
        }
        assert_eq!(heard(&json!({"hook_event_name": "SessionStart", "session_id": "s"})), Ok(Some(What::Started)));
        assert_eq!(heard(&json!({"hook_event_name": "SessionEnd", "session_id": "s"})), Ok(Some(What::Ended)));
        assert!(heard(&json!({"hook_event_name": "SessionStart", "session_id": 7})).is_err());
    }
}
