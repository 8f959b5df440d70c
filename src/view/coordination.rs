//! Projects: who works on each, and how far it is. The JSON is the original's `project-coordination.json`,
//! with counts of consolidated todos.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::list::todo_json;
use super::table::align;
use super::{Everything, Style, count};
use crate::todo::{Project, Time, TodoList, plain};

/// Returns the projects for people.
pub fn projects_text(everything: &Everything, style: Style) -> String {
    let mut rows = vec![["PROJECT", "OPEN", "COMPLETED", "SESSIONS", "LAST"].map(String::from).to_vec()];
    for (project, todos) in &everything.projects {
        let counts = count(todos.values());
        rows.push(vec![
            plain(project.as_str()),
            counts.open().to_string(),
            counts.completed.to_string(),
            sessions(todos).len().to_string(),
            style.age(last_activity(todos)),
        ]);
    }
    if rows.len() == 1 { String::new() } else { align(&rows) }
}

/// Returns the projects for programs.
pub fn projects_json(everything: &Everything) -> Value {
    let last = everything.projects.values().map(last_activity).max().unwrap_or_default();
    let projects: Vec<Value> =
        everything.projects.iter().map(|(project, todos)| project_json(project, todos)).collect();
    json!({ "version": "1.0.0", "last_updated": last.to_string(), "projects": projects })
}

fn project_json(project: &Project, todos: &TodoList) -> Value {
    let counts = count(todos.values());
    let sessions = sessions(todos);
    json!({
        "project_name": project.as_str(),
        "sessions": sessions,
        "session_count": sessions.len(),
        "todo_count": counts.total() - counts.dropped,
        "active_todos": counts.open(),
        "completed_todos": counts.completed,
        "last_activity": last_activity(todos).to_string(),
        "todos": todos.values().filter(|todo| todo.state() != crate::todo::State::Dropped)
            .map(|todo| todo_json(project, todo)).collect::<Vec<_>>(),
    })
}

fn sessions(todos: &TodoList) -> BTreeSet<&str> {
    todos.values().flat_map(|todo| todo.claims.keys()).map(crate::todo::Session::as_str).collect()
}

fn last_activity(todos: &TodoList) -> Time {
    todos.values().map(crate::todo::Todo::updated).max().unwrap_or_default()
}
