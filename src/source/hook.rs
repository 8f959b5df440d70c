//! Claude Code's hooks: one event as JSON, which says what changed in a list.
//!
//! The event itself has the state, so nothing depends on files that the agent deletes seconds later. What
//! is kept of an event until it is saved is [`reduce`]d to the few keys that say something of todos.

use serde_json::{Map, Value, json};

use super::claude_transcript::{change_task, id_text};
use super::{claude_tasks, item, json};
use crate::todo::{Item, Session, Status};

/// What an event says, once it is understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The name of the event, for people.
    pub event: String,
    /// The session in which it happened.
    pub session: Session,
    /// The sub-agent in which it happened.
    pub agent: Option<String>,
    /// Where the session works.
    pub directory: Option<String>,
    /// The task list that the session keeps, when the event names one.
    pub list: Option<String>,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The session began, or goes on.
    Started,
    /// The session, or its sub-agent, ended.
    Ended,
    /// The whole list was replaced.
    List(Vec<Item>),
    /// A task was added.
    Created(Item),
    /// The task with this number was changed: a call's keys.
    Updated(String, Map<String, Value>),
    /// Nothing that changes a list.
    Nothing,
}

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

/// What a session's own list is called where it has no other name: this and eight hex digits.
pub const SESSION_LIST: &str = "session-";

/// Reads an event as its JSON says; nothing when it is none.
///
/// # Errors
/// Why it cannot be read.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    match json::parse(bytes)? {
        value @ Value::Object(_) => Ok(value),
        other => Err(format!("is no event but {}", super::claude_todos::kind_of(&other))),
    }
}

/// Returns the little of an event that [`read`] needs; nothing when it says nothing of todos or sessions.
/// `event` is its name where it does not say it, `list` the name of the task list that the session keeps.
///
/// # Errors
/// Why what it says of them cannot be read.
pub fn reduce(event: &Value, name: &str, list: Option<&str>) -> Result<Option<Value>, String> {
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
pub fn read(event: &Value) -> Result<Heard, String> {
    let text = |key: &str| text(event, key).map(str::to_owned);
    let session = text("session_id").ok_or("names no session")?;
    Ok(Heard {
        event: text("hook_event_name").unwrap_or_default(),
        session: Session::new(&session).map_err(|err| format!("names a session that cannot be one: {err}"))?,
        agent: text("agent_id"),
        directory: text("cwd"),
        list: list_named(event).map(str::to_owned),
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
    let what = match event.get("tool_name").and_then(Value::as_str) {
        _ if failed => None,
        Some("TodoWrite") => {
            // A list that is all done is cleared at once: what was asked for still has it.
            let lists = [response.get("newTodos"), input.get("todos")].map(|list| list.and_then(Value::as_array));
            if lists == [None, None] {
                return Err("has no list of todos".to_owned());
            }
            let list = lists.into_iter().flatten().find(|list| !list.is_empty());
            list.map(|list| What::List(list.iter().filter_map(|value| item::read(value, &["content"])).collect()))
        }
        Some("TaskCreate") if !claude_tasks::is_internal(input) => response
            .pointer("/task/id")
            .and_then(|id| Some((id_text(id), item::read(input, &["subject", "content", "title"])?)))
            .map(|(id, mut item)| {
                item.fields.remove("x-id");
                item.native = Some(id);
                What::Created(item)
            }),
        Some("TaskUpdate") => input.as_object().and_then(|input| {
            let id = ["taskId", "task_id", "id"].iter().find_map(|key| input.get(*key))?;
            Some(What::Updated(id_text(id), input.clone()))
        }),
        _ => None,
    };
    Ok(what.unwrap_or(What::Nothing))
}

fn task(event: &Value, name: &str) -> What {
    let subject = event.get("task_subject").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let (Some(id), Some(subject)) = (event.get("task_id").filter(|id| !id.is_null()), subject) else {
        return What::Nothing;
    };
    let mut call = Map::new();
    call.insert("subject".into(), json!(subject));
    call.extend(event.get("task_description").map(|text| ("description".to_owned(), text.clone())));
    if name == "TaskCompleted" {
        call.insert("status".into(), json!(Status::Completed.as_str()));
        return What::Updated(id_text(id), call);
    }
    match item::read(&Value::Object(call), &["subject"]) {
        Some(item) => What::Created(Item { native: Some(id_text(id)), ..item }),
        None => What::Nothing,
    }
}

/// Returns the list as it is after what happened to it, or nothing when that cannot be told: a change of a
/// task that nobody knows, by a call that does not say its words.
pub fn apply(what: &What, before: Vec<Item>) -> Option<Vec<Item>> {
    let mut list = before;
    match what {
        What::List(items) => return Some(items.clone()),
        What::Created(item) => create(&mut list, item),
        What::Updated(native, call) => {
            // The latest one, should a resumed session have counted from 1 again.
            let known = list.iter().rposition(|item| item.native.as_ref() == Some(native));
            let at = known.or_else(|| {
                let words = call.get("subject").and_then(Value::as_str)?;
                let item = Item { content: words.to_owned(), native: Some(native.clone()), ..Item::default() };
                create(&mut list, &item);
                list.iter().position(|item| item.native.as_ref() == Some(native))
            })?;
            change_task(&mut list[at], call);
        }
        What::Started | What::Ended | What::Nothing => return None,
    }
    Some(list)
}

/// Adds a task. One that is there already stays as far along as it is: two hooks tell of each new task, and
/// the second may be late.
fn create(list: &mut Vec<Item>, new: &Item) {
    let is_same = |item: &Item| item.native == new.native && item.content.trim() == new.content.trim();
    if let Some(known) = list.iter_mut().find(|item| is_same(item)) {
        known.fields.extend(new.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        return;
    }
    // A list that is all done is cleared away before the next one begins.
    if list.iter().all(|item| item.status == Status::Completed || item.dropped) {
        list.clear();
    }
    // A resumed session counts from 1 again. The task that had the number is another one, still to be done.
    for item in list.iter_mut().filter(|item| item.native == new.native) {
        item.native = None;
    }
    list.push(new.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(event: &Value) -> What {
        let reduced = reduce(event, "", None).expect("fit").expect("something");
        read(&reduced).expect("an event").what
    }

    fn states(list: &[Item]) -> Vec<(Option<&str>, &str, Status)> {
        list.iter().map(|item| (item.native.as_deref(), item.content.as_str(), item.status)).collect()
    }

    #[test]
    fn a_number_that_is_given_again_is_another_task() {
        let created = |id: &str, words: &str| {
            heard(&json!({"hook_event_name": "TaskCreated", "session_id": "s", "task_id": id, "task_subject": words}))
        };
        let list = apply(&created("1", "Fix login"), Vec::new()).expect("a list");
        let list = apply(&created("1", "Write notes"), list).expect("a list");
        let expected = [(None, "Fix login", Status::Pending), (Some("1"), "Write notes", Status::Pending)];
        assert_eq!(states(&list), expected);
    }

    #[test]
    fn a_late_creation_undoes_nothing() {
        let done =
            json!({"hook_event_name": "TaskCompleted", "session_id": "s", "task_id": "1", "task_subject": "Fix"});
        let list = apply(&heard(&done), Vec::new()).expect("a list");
        let mut created = done;
        created["hook_event_name"] = json!("TaskCreated");
        let list = apply(&heard(&created), list).expect("a list");
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
