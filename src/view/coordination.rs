//! Projects: who works on each, and how far it is. The JSON is the original's `project-coordination.json`,
//! with counts of consolidated todos.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::list::todo_json;
use super::table::{Column, Table};
use super::{Everything, Style, count};
use crate::todo::{Names, Project, Time, Todo, TodoList, plain};

/// The columns of projects, as people see them.
pub const PROJECT_COLUMNS: [(&str, Column); 6] = [
    ("PROJECT", Column::Flexible),
    ("OPEN", Column::Number),
    ("IN PROGRESS", Column::Number),
    ("COMPLETED", Column::Number),
    ("SESSIONS", Column::Number),
    ("LAST", Column::Fixed),
];

/// Returns the projects that have todos, each as a row of [`PROJECT_COLUMNS`].
pub fn project_rows(everything: &Everything, style: Style) -> Vec<(&Project, [String; 6])> {
    let groups = everything.groups().into_iter().filter(|group| group.todos().next().is_some());
    let rows = groups.map(|group| {
        let counts = count(group.todos());
        let row = [
            plain(group.name),
            counts.open().to_string(),
            counts.in_progress.to_string(),
            counts.completed.to_string(),
            sessions(group.todos()).len().to_string(),
            style.age(last_activity(group.todos())),
        ];
        (group.project, row)
    });
    rows.collect()
}

/// Returns the projects for people.
pub fn projects_text(everything: &Everything, style: Style) -> String {
    let rows: Vec<_> = project_rows(everything, style).into_iter().map(|(_, row)| row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let table = Table::new(PROJECT_COLUMNS, &rows, style.width);
    let mut text = format!("{}\n", style.dim(table.head().trim_end()));
    for row in &rows {
        let line = table.line(row, |at, cell| match (at, cell) {
            (0, _) => style.title(&style.words(cell)),
            (5, _) | (_, "0") => style.dim(cell),
            _ => cell.to_owned(),
        });
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Returns the projects that have todos. One whose todos were all forgotten is none.
fn known(everything: &Everything) -> impl Iterator<Item = (&Project, &TodoList)> {
    everything.projects.iter().filter(|(_, todos)| !todos.is_empty())
}

/// Returns the projects for programs.
pub fn projects_json(everything: &Everything) -> Value {
    let last = everything.projects.values().map(|todos| last_activity(todos.values())).max().unwrap_or_default();
    let names = everything.names();
    let projects: Vec<Value> = known(everything).map(|(project, todos)| project_json(&names, project, todos)).collect();
    json!({ "version": "1.0.0", "last_updated": last.to_string(), "projects": projects })
}

fn project_json(names: &Names, project: &Project, todos: &TodoList) -> Value {
    let counts = count(todos.values());
    let sessions = sessions(todos.values());
    json!({
        "project_name": names.shown(project),
        "full_project": project.as_str(),
        "sessions": sessions,
        "session_count": sessions.len(),
        "todo_count": counts.total() - counts.dropped,
        "active_todos": counts.open(),
        "completed_todos": counts.completed,
        "last_activity": last_activity(todos.values()).to_string(),
        "todos": todos.values().filter(|todo| todo.state() != crate::todo::State::Dropped)
            .map(|todo| todo_json(names, project, todo)).collect::<Vec<_>>(),
    })
}

fn sessions<'a>(todos: impl Iterator<Item = &'a Todo>) -> BTreeSet<String> {
    todos.flat_map(|todo| todo.claims.keys()).map(|session| session.origin().to_string()).collect()
}

fn last_activity<'a>(todos: impl Iterator<Item = &'a Todo>) -> Time {
    todos.map(Todo::updated).max().unwrap_or_default()
}
