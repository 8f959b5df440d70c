//! Projects, and what they are called. A project's display name has no place among todos: sessions say it of themselves,
//! and the latest one counts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::todos::{called, last, wanted};
use crate::todo::{SessionInfo, Time};
use crate::view::{Everything, count};

/// The key of a session's file under which it says what projects are called.
pub const PROJECTS: &str = "projects";

/// What a project is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// When that was said.
    pub at: Time,
    /// Its display name.
    pub name: Option<String>,
    /// What kind of project it is.
    pub category: Option<String>,
}

impl Named {
    /// Returns what all projects are called of which somebody said so, by their full names.
    pub fn all(everything: &Everything) -> BTreeMap<String, Self> {
        let mut found: BTreeMap<String, Self> = BTreeMap::new();
        for info in &everything.sessions {
            let said = info.extra.get(PROJECTS).and_then(Value::as_object);
            for (project, value) in said.into_iter().flatten() {
                let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
                let at = text("at").and_then(|at| Time::parse(&at)).unwrap_or_default();
                let named = Named { at, name: text("name"), category: text("category") };
                let known = found.entry(project.clone()).or_default();
                if (named.at, &named.name) >= (known.at, &known.name) {
                    *known = named;
                }
            }
        }
        found
    }

    /// Has a session say it.
    pub fn say(&self, info: &mut SessionInfo, project: &str) {
        let mut said = info.extra.get(PROJECTS).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut value = Map::from_iter([("at".to_owned(), json!(self.at.to_string()))]);
        for (key, text) in [("name", &self.name), ("category", &self.category)] {
            value.extend(text.as_ref().map(|text| (key.to_owned(), json!(text))));
        }
        said.insert(project.to_owned(), Value::Object(value));
        info.extra.insert(PROJECTS.to_owned(), Value::Object(said));
    }
}

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
