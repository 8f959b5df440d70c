//! Projects, with what they are called.

use serde_json::{Value, json};

use super::named::Named;
use super::todos::{called, last, wanted};
use crate::todo::Time;
use crate::view::{Everything, count};

/// Returns all projects: those that have todos, and those that only have a name.
pub fn project_list(everything: &Everything, at: Option<Time>) -> Value {
    let groups = everything.groups();
    let mut names: Vec<&str> = groups.iter().map(|group| group.project.as_str()).collect();
    let named = Named::all(everything);
    names.extend(named.keys().map(String::as_str).filter(|name| called(&groups, name).is_none()));
    let found: Vec<Value> = names.into_iter().filter_map(|name| project_info(everything, name)).collect();
    json!({ "total": found.len(), "projects": found, "timestamp": at.map(|at| at.to_string()) })
}

/// Returns one project by its short or full name; nothing when there is none of that name.
pub fn project_info(everything: &Everything, name: &str) -> Option<Value> {
    let (groups, mut named) = (everything.groups(), Named::all(everything));
    let group = called(&groups, name);
    let full = group.map_or(name, |group| group.project.as_str());
    let known = named.remove(full).or_else(|| named.remove(name));
    if group.is_none() && known.is_none() {
        return None;
    }
    let known = known.unwrap_or_default();
    let todos = group.map(wanted).unwrap_or_default();
    let (counts, (time, sessions)) = (count(todos.iter().map(|(_, todo)| *todo)), last(&todos));
    let short = group.map_or(name, |group| group.name);
    Some(json!({
        "id": short,
        "name": known.name.as_deref().unwrap_or(short),
        "category": known.category,
        "fullProjectId": full,
        "todoCount": todos.len(),
        "pendingTodos": counts.pending,
        "inProgressTodos": counts.in_progress,
        "completedTodos": counts.completed,
        "sessions": sessions,
        "lastSync": time,
    }))
}
