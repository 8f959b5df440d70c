//! Claude Code's hooks.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::names::HOOK;
use super::{call, teams};
use crate::source::change::{Change, id_text};
use crate::source::heard::{Heard, KeptList, What};
use crate::source::item;
use crate::todo::{Item, Session, Status, Time};

/// The keys of an event that are kept as they are.
const KEPT: [&str; 11] = [
    "hook_event_name",
    "session_id",
    "agent_id",
    "cwd",
    "team_name",
    "tool_name",
    "tool_input",
    "task_id",
    "task_subject",
    "task_description",
    "source",
];

/// The variable by which a person names the task list.
const LIST: &str = "CLAUDE_CODE_TASK_LIST_ID";

/// Returns the name of the task list that the session of an event keeps: what the environment says, else its teams.
/// A session that starts can also be told by the moment and the directory.
pub(super) fn list(home: Option<&Path>, event: &Value, name: &str, now: Time) -> Option<String> {
    if let Some(list) = std::env::var(LIST).ok().filter(|list| !list.is_empty()) {
        return Some(list);
    }
    let name = text(event, "hook_event_name").unwrap_or(name);
    let starts = (name == "SessionStart").then_some((text(event, "cwd"), now));
    let tells = matches!(name, "PostToolUse" | "TaskCreated" | "TaskCompleted")
        && ["agent_id", "team_name"].into_iter().all(|key| text(event, key).is_none());
    if starts.is_none() && !tells {
        return None;
    }
    teams::list_of(home?, text(event, "session_id")?, starts)
}

/// Returns the little of an event that [`read`] needs; nothing when it says nothing of todos or sessions.
/// `event` is its name where it does not say it, `list` the name of the task list that the session keeps.
///
/// # Errors
/// Why what it says of them cannot be read.
pub(super) fn reduce(event: &Value, name: &str, list: Option<&str>) -> Result<Option<Value>, String> {
    let mut reduced: Map<String, Value> = KEPT
        .iter()
        .filter_map(|key| Some((*key, event.get(key)?)))
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect();
    reduced.entry("hook_event_name").or_insert_with(|| json!(name));
    let response = event.get("tool_response").unwrap_or(&Value::Null);
    let mut kept = Map::new();
    for key in ["newTodos", "task", "success", "error"] {
        kept.extend(response.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    if !kept.is_empty() {
        reduced.insert("tool_response".into(), Value::Object(kept));
    }
    if let Some(list) = list {
        reduced.insert("list".into(), json!(list));
    }
    let reduced = Value::Object(reduced);
    let says = what(&reduced)? != What::Nothing || list_named(&reduced).is_some();
    // What says nothing need not name a session.
    says.then(|| read(&reduced).map(|_| reduced)).transpose()
}

/// Reads what [`reduce`] kept of an event.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(event: &Value) -> Result<Heard, String> {
    let text = |key: &str| text(event, key).map(str::to_owned);
    let session = text("session_id").ok_or("names no session")?;
    let list = |name: &str| KeptList { name: name.to_owned(), is_own: teams::is_own(name) };
    Ok(Heard {
        source: HOOK,
        event: text("hook_event_name").unwrap_or_default(),
        session: Session::new(&session).map_err(|err| format!("names a session that cannot be one: {err}"))?,
        agent: text("agent_id"),
        directory: text("cwd"),
        list: list_named(event).map(list),
        what: what(event)?,
    })
}

fn text<'a>(event: &'a Value, key: &str) -> Option<&'a str> {
    event.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn list_named(event: &Value) -> Option<&str> {
    text(event, "list").or_else(|| text(event, "team_name"))
}

fn what(event: &Value) -> Result<What, String> {
    let name = text(event, "hook_event_name").unwrap_or_default();
    Ok(match name {
        "SessionStart" => What::Started,
        "SessionEnd" => What::Ended,
        "SubagentStop" if text(event, "agent_id").is_some() => What::Ended,
        "PostToolUse" => tool_use(event)?,
        "TaskCreated" | "TaskCompleted" => task(event, name),
        _ => What::Nothing,
    })
}

fn tool_use(event: &Value) -> Result<What, String> {
    let (input, response) = (&event["tool_input"], &event["tool_response"]);
    // Not every version answers; one that does may say that it did not do it.
    let failed = response.get("success") == Some(&Value::Bool(false))
        || response.get("error").is_some_and(|error| error.as_str().is_some_and(|text| !text.is_empty()));
    let change = match event.get("tool_name").and_then(Value::as_str) {
        _ if failed => None,
        Some("TodoWrite") => {
            // A list that is all done is cleared at once: what was asked for still has it.
            let lists = [response.get("newTodos"), input.get("todos")].map(|list| list.and_then(Value::as_array));
            if lists == [None, None] {
                return Err("has no list of todos".to_owned());
            }
            let list = lists.into_iter().flatten().find(|list| !list.is_empty());
            list.map(|list| Change::List(list.iter().filter_map(|value| item::read(value, &["content"])).collect()))
        }
        Some(name) => call::change(name, input, response)?,
        None => None,
    };
    Ok(change.map_or(What::Nothing, What::Changed))
}

fn task(event: &Value, name: &str) -> What {
    let subject = event.get("task_subject").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let (Some(id), Some(subject)) = (event.get("task_id").and_then(id_text), subject) else {
        return What::Nothing;
    };
    let mut call = Map::new();
    call.insert("subject".into(), json!(subject));
    call.extend(event.get("task_description").map(|text| ("description".to_owned(), text.clone())));
    if name == "TaskCompleted" {
        call.insert("status".into(), json!(Status::Completed.as_str()));
        return What::Changed(Change::Updated(id, call));
    }
    match item::read(&Value::Object(call), &["subject"]) {
        Some(item) => What::Changed(Change::Created(Item { native: Some(id), ..item })),
        None => What::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(event: &Value) -> Change {
        let reduced = reduce(event, "", None).expect("fit").expect("something");
        match read(&reduced).expect("an event").what {
            What::Changed(change) => change,
            other => panic!("{other:?}"),
        }
    }

    fn states(list: &[Item]) -> Vec<(Option<&str>, &str, Status)> {
        list.iter().map(|item| (item.native.as_deref(), item.content.as_str(), item.status)).collect()
    }

    fn after(events: &[Value]) -> Vec<Item> {
        let mut list = Vec::new();
        for event in events {
            assert!(heard(event).apply(&mut list), "{event}");
        }
        list
    }

    #[test]
    fn a_number_that_is_given_again_is_another_task() {
        let created = |id: &str, words: &str| json!({"hook_event_name": "TaskCreated", "session_id": "s", "task_id": id, "task_subject": words});
        let list = after(&[created("1", "Fix login"), created("1", "Write notes")]);
        let expected = [(None, "Fix login", Status::Pending), (Some("1"), "Write notes", Status::Pending)];
        assert_eq!(states(&list), expected);
    }

    #[test]
    fn a_late_creation_undoes_nothing() {
        let done =
            json!({"hook_event_name": "TaskCompleted", "session_id": "s", "task_id": "1", "task_subject": "Fix"});
        let mut created = done.clone();
        created["hook_event_name"] = json!("TaskCreated");
        let list = after(&[done, created]);
        assert_eq!(states(&list), [(Some("1"), "Fix", Status::Completed)]);
    }

    #[test]
    fn what_says_nothing_is_not_kept() {
        for event in [
            json!({}),
            json!({"hook_event_name": "PostToolUse", "session_id": "s", "tool_name": "Bash", "tool_input": {"command": "ls"}}),
            json!({"hook_event_name": "TaskCreated", "session_id": "s", "task_id": "1"}),
            json!({"hook_event_name": "Stop", "session_id": "s", "last_assistant_message": "done"}),
            json!({"hook_event_name": "PostToolUse", "session_id": "s", "tool_name": "TaskUpdate",
                "tool_input": {"taskId": "1", "status": "completed"}, "tool_response": {"success": false}}),
            json!({"hook_event_name": "PostToolUse", "session_id": "s", "tool_name": "TodoWrite",
                "tool_input": {"todos": []}}),
            json!({"hook_event_name": "Stop"}),
        ] {
            assert_eq!(reduce(&event, "", None), Ok(None), "{event}");
        }
    }

    #[test]
    fn what_cannot_be_read_has_a_reason() {
        let list = |session: &str, todos: Value| {
            json!({"hook_event_name": "PostToolUse", "session_id": session, "tool_name": "TodoWrite",
                "tool_input": {"todos": todos}})
        };
        let one = json!([{"content": "A"}]);
        for (event, reason) in [
            (list("", one.clone()), "names no session"),
            (list(&"x".repeat(100_000), one.clone()), "names a session that cannot be one"),
            (list("s", json!("A, B")), "has no list of todos"),
            (json!({"hook_event_name": "SessionStart"}), "names no session"),
        ] {
            let told = reduce(&event, "", None).expect_err("a reason");
            assert!(told.starts_with(reason) && told.len() < 200, "{told}");
        }
    }
}
