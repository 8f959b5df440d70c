//! What `task export` prints. The number of a task is given to another one at once; its uuid stays.

use serde_json::Value;

use super::entry::{add_label, date, each, property, waits_for, with_words};
use crate::todo::{DEFER, DUE, Item, Status};

/// Reads the tasks.
pub(super) fn read(tasks: &[Value]) -> Result<Vec<Item>, String> {
    each(tasks, one)
}

fn one(task: &Value) -> Option<Item> {
    let of = |name: &str| task.get(name).and_then(Value::as_str);
    let list = |name: &str| -> Vec<String> {
        match task.get(name) {
            // One text with commas, before version 2.6.
            Some(Value::String(text)) => text.split(',').map(|one| one.trim().to_owned()).collect(),
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    };
    let mut item = with_words(of("description"))?;
    item.native = of("uuid").map(str::to_owned);
    match of("status").unwrap_or_default() {
        "completed" => item.status = Status::Completed,
        "deleted" => item.dropped = true,
        _ if of("start").is_some() => item.status = Status::InProgress,
        _ => {}
    }
    let priority = match of("priority") {
        Some("H") => Some("high"),
        Some("M") => Some("medium"),
        Some("L") => Some("low"),
        other => other,
    };
    property(&mut item, "priority", priority);
    date(&mut item, DUE, of("due"));
    date(&mut item, DEFER, of("wait").or_else(|| of("scheduled")));
    let notes = task.get("annotations").and_then(Value::as_array).into_iter().flatten();
    let notes: Vec<&str> = notes.filter_map(|note| note.get("description")?.as_str()).collect();
    property(&mut item, "description", Some(&notes.join("\n")));
    for label in list("tags").iter().map(String::as_str).chain(of("project")) {
        add_label(&mut item, label);
    }
    waits_for(&mut item, list("depends").into_iter().filter(|name| !name.is_empty()).collect());
    Some(item)
}
