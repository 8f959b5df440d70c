//! Properties that name other todos.

use serde_json::Value;

use super::TodoId;

/// The properties that say what waits for what: `blocks` on the one that comes first, `blockedBy` on the other one.
pub const LINKS: [&str; 2] = ["blocks", "blockedBy"];

/// Returns the names in the value of such a property: ids of todos, or an agent's own numbers.
pub fn link_names(value: &Value) -> Vec<String> {
    match value {
        Value::Array(names) => names.iter().filter_map(link_name).collect(),
        name => link_name(name).into_iter().collect(),
    }
}

/// Returns the ids among the names.
pub fn link_ids(value: &Value) -> Vec<TodoId> {
    link_names(value).iter().filter_map(|name| TodoId::parse(name)).collect()
}

/// Returns one name as text; nothing for what is none.
pub fn link_name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
