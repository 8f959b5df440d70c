//! `tasks.json` of Task Master: lists under tags, each task with subtasks that have numbers of their own.

use serde_json::Value;

use super::entry::{add_label, property, status, text, waits_for, with_words};
use crate::todo::Item;

/// The tag that is there from the beginning.
const MASTER: &str = "master";

/// Returns whether a document is such a file.
pub(super) fn is_file(value: &Value) -> bool {
    let has_tasks = |value: &Value| value.get("tasks").is_some_and(Value::is_array);
    has_tasks(value) || value.as_object().is_some_and(|tags| tags.values().any(has_tasks))
}

/// Reads all tasks of all tags. A tag other than the first one is a label.
pub(super) fn read(value: &Value) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    // Before there were tags.
    if let Some(tasks) = value.get("tasks").and_then(Value::as_array) {
        read_tag(MASTER, tasks, &mut items)?;
    } else {
        for (tag, list) in value.as_object().into_iter().flatten() {
            if let Some(tasks) = list.get("tasks").and_then(Value::as_array) {
                read_tag(tag, tasks, &mut items)?;
            }
        }
    }
    Ok(items)
}

fn read_tag(tag: &str, tasks: &[Value], items: &mut Vec<Item>) -> Result<(), String> {
    for (at, task) in tasks.iter().enumerate() {
        let no_words = || format!("task {} of '{tag}' has no words", at + 1);
        let number = task.get("id").and_then(text).unwrap_or_default();
        let subtasks: Vec<&Value> = task.get("subtasks").and_then(Value::as_array).into_iter().flatten().collect();
        let numbers: Vec<String> = subtasks.iter().filter_map(|one| one.get("id").and_then(text)).collect();
        let mut before = dependencies(task, |other| format!("{tag}:{other}"));
        before.extend(numbers.iter().map(|own| format!("{tag}:{number}.{own}")));
        items.push(one(tag, task, &number, before).ok_or_else(no_words)?);
        for subtask in subtasks {
            let own = subtask.get("id").and_then(text).unwrap_or_default();
            // A number alone means a task beside it.
            let beside = |other: &str| match numbers.iter().any(|number| number == other) {
                true => format!("{tag}:{number}.{other}"),
                false => format!("{tag}:{other}"),
            };
            let before = dependencies(subtask, beside);
            items.push(one(tag, subtask, &format!("{number}.{own}"), before).ok_or_else(no_words)?);
        }
    }
    Ok(())
}

fn dependencies(task: &Value, name: impl Fn(&str) -> String) -> Vec<String> {
    let list = task.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(text).map(|other| name(&other)).collect()
}

fn one(tag: &str, task: &Value, number: &str, before: Vec<String>) -> Option<Item> {
    let of = |name: &str| task.get(name).and_then(Value::as_str);
    let mut item = with_words(of("title"))?;
    item.native = Some(format!("{tag}:{number}"));
    status(&mut item, of("status").unwrap_or("pending"));
    let parts = ["description", "details", "testStrategy"].into_iter().filter_map(of).filter(|part| !part.is_empty());
    property(&mut item, "description", Some(&parts.collect::<Vec<_>>().join("\n")));
    property(&mut item, "priority", task.get("priority").and_then(text).as_deref());
    if tag != MASTER {
        add_label(&mut item, tag);
    }
    waits_for(&mut item, before);
    Some(item)
}
