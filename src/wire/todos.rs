//! Todos and projects in the original's shapes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Query;
use super::named::Named;
use crate::todo::{Project, Session, State, Status, Time, Todo};
use crate::view::{Everything, Group, count, show_json, todo_json};

/// Returns one todo: the original's keys, and ours.
pub fn entry(everything: &Everything, project: &Project, todo: &Todo) -> Value {
    let first = todo.claims.iter().min_by_key(|(_, claim)| claim.at);
    let last = todo.claims.iter().max_by_key(|(_, claim)| claim.at);
    let name = |claim: Option<(&Session, &_)>| claim.map(|(session, _)| session.origin().to_string());
    let mut object = todo_json(&everything.names(), project, todo);
    object["activeForm"] = json!(todo.text("activeForm").unwrap_or(&todo.content));
    object["addedBy"] = json!(name(first));
    object["addedAt"] = json!(todo.created.to_string());
    object["updatedBy"] = json!(name(last));
    object["updatedAt"] = json!(todo.updated().to_string());
    object
}

/// Returns the todos of a project that somebody wants.
pub(super) fn wanted<'a>(group: &Group<'a>) -> Vec<(&'a Project, &'a Todo)> {
    let all = group.parts.iter().flat_map(|(project, todos)| todos.values().map(move |todo| (*project, todo)));
    all.filter(|(_, todo)| todo.state() != State::Dropped).collect()
}

/// Returns when a project last changed, and the sessions that spoke of it.
pub(super) fn last(todos: &[(&Project, &Todo)]) -> (Option<String>, BTreeSet<String>) {
    let time = todos.iter().map(|(_, todo)| todo.updated()).max();
    let sessions = todos.iter().flat_map(|(_, todo)| todo.claims.keys()).map(|session| session.origin().to_string());
    (time.map(|time| time.to_string()), sessions.collect())
}

/// Returns the projects: what `GET /api/todos` answers. `at` is when what is shown was said.
pub fn projects(everything: &Everything, at: Option<Time>) -> Value {
    let rows: Vec<Value> = everything
        .groups()
        .iter()
        .map(|group| {
            let todos = wanted(group);
            let (counts, (time, sessions)) = (count(todos.iter().map(|(_, todo)| *todo)), last(&todos));
            json!({
                "projectId": group.name,
                "fullProjectId": group.project.as_str(),
                "todoCount": todos.len(),
                "lastSync": time,
                "sessions": sessions.len(),
                "pendingTodos": counts.pending,
                "inProgressTodos": counts.in_progress,
                "completedTodos": counts.completed,
            })
        })
        .collect();
    json!({ "total": rows.len(), "projects": rows, "timestamp": at.map(|at| at.to_string()) })
}

/// Returns the todos of all projects that a query wants: what `GET /api/todos?status=…` answers.
pub fn todos(everything: &Everything, query: &Query, at: Option<Time>) -> Value {
    let groups = everything.groups();
    let all = groups.iter().flat_map(wanted);
    let is = |found: &Todo| query.status.is_none_or(|status: Status| found.state() == State::Wanted(status));
    let found: Vec<(&Project, &Todo)> = all.filter(|(_, todo)| is(todo)).collect();
    let page = found.iter().skip(query.offset).take(query.limit.unwrap_or(usize::MAX));
    let data: Vec<Value> = page.map(|(project, one)| entry(everything, project, one)).collect();
    json!({ "success": true, "data": data, "total": found.len(), "timestamp": at.map(Time::millis) })
}

/// Returns one project by its short or full name; nothing when there is none of that name.
pub fn project(everything: &Everything, name: &str) -> Option<Value> {
    let groups = everything.groups();
    let Some(group) = called(&groups, name) else {
        let known = Named::all(everything).remove(name)?;
        return Some(json!({
            "projectId": name, "fullProjectId": name, "todos": [], "lastSync": known.at.to_string(), "sessions": [],
            "totalUpdates": 0,
        }));
    };
    let found = wanted(group);
    let (time, sessions) = last(&found);
    let shown: Vec<Value> = found.iter().map(|(project, one)| entry(everything, project, one)).collect();
    Some(json!({
        "projectId": group.name,
        "fullProjectId": group.project.as_str(),
        "todos": shown,
        "lastSync": time,
        "sessions": sessions,
        "totalUpdates": found.iter().map(|(_, todo)| todo.claims.len()).sum::<usize>(),
    }))
}

/// Finds a project by its short or full name.
pub(super) fn called<'a, 'b>(groups: &'b [Group<'a>], name: &str) -> Option<&'b Group<'a>> {
    let is_named = |group: &&Group<'_>| group.parts.iter().any(|(project, _)| project.as_str() == name);
    groups.iter().find(|group| group.name == name).or_else(|| groups.iter().find(is_named))
}

/// Returns the todos that changed at this time or later, those that were dropped too.
pub fn since(everything: &Everything, since: Time, at: Option<Time>) -> Value {
    let found = everything.todos().filter(|(_, todo)| todo.updated() >= since);
    let found: Vec<Value> = found.map(|(project, one)| entry(everything, project, one)).collect();
    json!({ "success": true, "total": found.len(), "todos": found, "since": since.millis(), "timestamp": at.map(Time::millis) })
}

/// Returns a todo with everything that was said of it.
pub fn one(everything: &Everything, project: &Project, todo: &Todo) -> Value {
    let mut object = entry(everything, project, todo);
    object["claims"] = show_json(&everything.names(), project, todo)["claims"].take();
    object
}

/// Returns what became of a list that a session stated: its todos as they are now, and how many of them are new or
/// different. The keys are those of both of the original's hubs.
pub fn stated(before: &Everything, after: &Everything, session: &Session, now: Time) -> Map<String, Value> {
    let own = after.todos().filter(|(_, todo)| todo.voice(session).is_some_and(|(_, claim)| !claim.dropped));
    let own: Vec<(&Project, &Todo)> = own.collect();
    let (mut added, mut updated) = (0, 0);
    for (project, todo) in &own {
        match before.projects.get(*project).and_then(|todos| todos.get(&todo.id)) {
            None => added += 1,
            Some(old) if old.state() != todo.state() || old.fields != todo.fields => updated += 1,
            Some(_) => {}
        }
    }
    let conflicts = count(own.iter().map(|(_, todo)| *todo)).conflicts;
    let shown: Vec<Value> = own.iter().map(|(project, one)| entry(after, project, one)).collect();
    let document = json!({
        "success": true,
        "session": session.as_str(),
        "synced": own.len(),
        "added": added,
        "updated": updated,
        "unchanged": own.len() - added - updated,
        "conflicts": conflicts,
        "todos": shown,
        "totalTodos": own.len(),
        "lastSync": now.to_string(),
    });
    match document {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
