//! What a tool answers: the document of the command of its name, as an object and brief. What a model reads costs it
//! something, and most of a todo it can ask for with `show`.

use serde_json::{Map, Value, json};

use super::mcp_tools::FEW;
use crate::todo::plain;

/// No text of a todo is longer in an answer.
const LONGEST: usize = 4_000;
/// So many digits of an id name a todo; more are accepted everywhere.
const DIGITS: usize = 8;

/// What is told of a todo in a list. What is usual is left out: that it is pending, and of the one project asked for.
const OF_A_TODO: [&str; 8] = ["status", "project", "priority", "due", "defer", "labels", "assignedTo", "yours"];
/// What is told of a session in a list.
const OF_A_SESSION: [&str; 12] = [
    "session", "name", "project", "device", "person", "branch", "state", "open", "total", "updated", "ended",
    "warnings",
];
/// What is told of a project in a list.
const OF_A_PROJECT: [&str; 7] =
    ["project_name", "full_project", "session_count", "todo_count", "active_todos", "completed_todos", "last_activity"];

/// Returns a command's document as a tool answers it: an object in which nothing is hidden or very long.
pub(super) fn answer(tool: &str, document: Value, limit: Option<u64>) -> Value {
    let limit = limit.map_or(FEW, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let object = match (tool, document) {
        ("sessions", Value::Array(all)) => few("sessions", all, limit, |one| only(one, &OF_A_SESSION)),
        (_, Value::Array(all)) => todos(all, limit),
        (_, Value::String(text)) => return json!({ "text": text }),
        ("conflicts", Value::Object(mut object)) => {
            if let Some(Value::Array(all)) = object.remove("conflicts") {
                object.extend(few("conflicts", all, limit, |one| one));
            }
            object
        }
        ("projects", Value::Object(mut object)) => {
            if let Some(Value::Array(all)) = object.remove("projects") {
                object.extend(few("projects", all, usize::MAX, |one| only(one, &OF_A_PROJECT)));
            }
            object
        }
        (_, Value::Object(object)) => object,
        (_, other) => Map::from_iter([("value".to_owned(), other)]),
    };
    harmless(&Value::Object(object))
}

/// Returns todos, each in a few words.
fn todos(all: Vec<Value>, limit: usize) -> Map<String, Value> {
    let project = |todo: &Value| todo["project"].clone();
    let of_one = all.first().map(project).filter(|first| all.iter().all(|todo| project(todo) == *first));
    let mut answer = few("todos", all, limit, |todo| brief(&todo, of_one.is_some()));
    if let Some(project) = of_one {
        answer.insert("project".into(), project);
    }
    answer
}

fn brief(todo: &Value, of_one: bool) -> Value {
    let id: String = todo["id"].as_str().unwrap_or_default().chars().take(DIGITS).collect();
    let mut brief = json!({ "id": id, "content": todo["content"] });
    for key in OF_A_TODO {
        let is_usual = match key {
            "status" => todo[key] == "pending",
            "project" => of_one,
            _ => todo[key].is_null() || todo[key] == "" || todo[key] == json!([]),
        };
        if !is_usual {
            brief[key] = todo[key].clone();
        }
    }
    brief
}

/// Returns the first few under a name, and how many there are besides.
fn few(name: &str, mut all: Vec<Value>, limit: usize, tell: impl Fn(Value) -> Value) -> Map<String, Value> {
    let more = all.len().saturating_sub(limit);
    all.truncate(limit);
    let mut found = Map::from_iter([(name.to_owned(), all.into_iter().map(tell).collect())]);
    if more > 0 {
        found.insert("more".into(), more.into());
    }
    found
}

fn only(value: Value, keys: &[&str]) -> Value {
    let Value::Object(mut object) = value else { return value };
    object.retain(|key, value| keys.contains(&key.as_str()) && *value != json!([]));
    Value::Object(object)
}

/// Returns a document in which no text holds what cannot be seen, or is very long: it goes to a model.
fn harmless(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let mut shown = plain(&text.chars().take(LONGEST).collect::<String>());
            if text.chars().nth(LONGEST).is_some() {
                shown.push('\u{2026}');
            }
            Value::String(shown)
        }
        Value::Array(values) => values.iter().map(harmless).collect(),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(name, value)| (plain(name), harmless(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn todo(number: usize, project: &str) -> Value {
        json!({
            "id": format!("{number:016x}"), "content": format!("Fix login test {number}"), "status": "pending",
            "project": project, "full_project": project, "sessions": ["s-1"], "created": "2026-11-20T12:00:00.000Z",
            "updated": "2026-11-20T12:00:00.000Z", "conflict": false, "activeForm": "Fixing it", "labels": [],
        })
    }

    #[test]
    fn fifty_todos_are_a_page_and_not_a_book() {
        let all: Vec<Value> = (0..60).map(|number| todo(number, "shop")).collect();
        let answer = answer("list", Value::Array(all), None);
        assert!(answer.to_string().len() <= 2_600, "{}", answer.to_string().len());
        assert_eq!(answer["todos"].as_array().map(Vec::len), Some(50));
        assert_eq!((&answer["more"], &answer["project"]), (&json!(10), &json!("shop")));
    }

    #[test]
    fn what_is_not_usual_is_told() {
        let mut odd = todo(1, "shop");
        (odd["status"], odd["priority"], odd["labels"]) = (json!("in_progress"), json!("high"), json!(["ui"]));
        let answer = answer("ready", json!([odd, todo(2, "house")]), None);
        assert_eq!(
            answer,
            json!({ "todos": [
                { "id": "00000000", "content": "Fix login test 1", "status": "in_progress", "priority": "high",
                  "labels": ["ui"], "project": "shop" },
                { "id": "00000000", "content": "Fix login test 2", "project": "house" },
            ] })
        );
        assert_eq!(super::answer("list", json!([]), None), json!({ "todos": [] }));
    }
}
