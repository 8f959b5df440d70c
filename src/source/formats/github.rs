//! Issues of GitHub, as its program prints them.

use serde_json::Value;

use super::entry::{add_label, property, text, with_words};
use crate::todo::{Item, Status};

/// How the name of a label begins that says how soon.
const PRIORITY: [&str; 3] = ["priority:", "priority/", "priority-"];

/// Reads one issue.
pub(super) fn read(issue: &Value) -> Option<Item> {
    let of = |name: &str| issue.get(name).and_then(Value::as_str);
    let mut item = with_words(of("title"))?;
    item.native = issue.get("number").and_then(text);
    let reason = of("stateReason").unwrap_or_default().to_ascii_uppercase();
    match (of("state").unwrap_or_default().to_ascii_uppercase().as_str(), reason.as_str()) {
        ("CLOSED", "NOT_PLANNED" | "DUPLICATE") => item.dropped = true,
        ("CLOSED", _) => item.status = Status::Completed,
        // That somebody has it does not say that it was begun.
        _ => {}
    }
    property(&mut item, "description", of("body"));
    property(&mut item, "url", of("url"));
    let list = |name: &str| issue.get(name).and_then(Value::as_array).into_iter().flatten();
    property(&mut item, "assignee", list("assignees").find_map(|one| one.get("login")?.as_str()));
    for label in list("labels").filter_map(|label| label.get("name").unwrap_or(label).as_str()) {
        let lower = label.to_lowercase();
        match PRIORITY.iter().find_map(|begin| lower.strip_prefix(begin)) {
            Some(priority) => property(&mut item, "priority", Some(priority)),
            None => add_label(&mut item, label),
        }
    }
    Some(item)
}
