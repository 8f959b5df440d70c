//! The todos of several stores as one list. Nothing of it is saved: each store stays what it is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Everything;
use super::shelves::{Shelf, Shelves};
use crate::merge::join;
use crate::todo::{SessionInfo, Todo, plain};

impl Everything {
    /// Returns what these stores hold as one: the first is the one in use, whose device and agents these are. A todo that
    /// stands in several has all that is said of it in any, and so has a session.
    pub fn together(stores: Vec<(Shelf, Everything)>) -> Self {
        let mut shelves = Shelves::default();
        let mut sessions: BTreeMap<String, SessionInfo> = BTreeMap::new();
        let mut whole: Option<Everything> = None;
        for (shelf, mut part) in stores {
            shelves.add(shelf, part.todos().map(|(_, todo)| todo.id));
            for info in std::mem::take(&mut part.sessions) {
                match sessions.get(info.session.as_str()) {
                    Some(known) if known.updated >= info.updated => {}
                    _ => drop(sessions.insert(info.session.to_string(), info)),
                }
            }
            let Some(whole) = &mut whole else {
                whole = Some(part);
                continue;
            };
            for (project, todos) in part.projects {
                join(whole.projects.entry(project).or_default(), &todos);
            }
            whole.own_beside.extend(part.own);
        }
        let mut whole = whole.unwrap_or_default();
        whole.sessions = sessions.into_values().collect();
        whole.sessions.sort_by(|a, b| a.session.cmp(&b.session));
        // What was found out of the first one alone does not hold of all.
        whole.calls = std::sync::OnceLock::new();
        whole.shelves = shelves;
        whole
    }
}

/// Says which store a todo is from, before its words; nothing where all are from one.
pub fn shelf_mark(everything: &Everything, todo: &Todo) -> String {
    everything.shelves.called(todo.id).map(|name| format!("[{}] ", plain(&name))).unwrap_or_default()
}

/// Adds to a todo for programs the paths of the stores that it is from, where those of several are shown.
pub fn shelf_json(mut json: Value, everything: &Everything, todo: &Todo) -> Value {
    let shelves = everything.shelves.of(todo.id);
    if !shelves.is_empty() {
        json["stores"] = shelves.iter().map(|shelf| shelf.path.as_str()).collect();
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::{Claim, Claims, Fields, Project, Session, Status, Time, TodoId};

    fn store(name: &str, todos: &[(&str, &str, Status)]) -> (Shelf, Everything) {
        let mut projects: BTreeMap<Project, _> = BTreeMap::new();
        for (project, words, status) in todos {
            let project = Project::new(project).expect("valid");
            let id = TodoId::of(&project, words);
            let session = Session::new(name).expect("valid");
            let claims: Claims = [(session, Claim::new(*status, Time::from_millis(1)))].into_iter().collect();
            let (content, created) = ((*words).to_owned(), Time::default());
            let todo = Todo { id, content, nth: 1, created, claims, fields: Fields::new() };
            projects.entry(project).or_insert_with(crate::todo::TodoList::new).insert(id, todo);
        }
        (Shelf { name: name.into(), path: format!("/{name}") }, Everything::of(projects))
    }

    #[test]
    fn each_todo_says_where_it_is_from() {
        let all = Everything::together(vec![
            store("default", &[("api", "a", Status::Pending), ("api", "both", Status::Pending)]),
            store("shop", &[("shop", "b", Status::Pending), ("api", "both", Status::Completed)]),
        ]);
        let found: Vec<(String, String, String)> = all
            .todos()
            .map(|(project, todo)| {
                let stores = all.shelves.called(todo.id).unwrap_or_default();
                (project.to_string(), format!("{} {}", todo.content, todo.state().as_str()), stores)
            })
            .collect();
        let mut found: Vec<_> = found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                ("api", "a pending", "default"),
                ("api", "both completed", "default, shop"),
                ("shop", "b pending", "shop")
            ]
        );
        assert!(all.shelves.are_several());
    }

    #[test]
    fn of_one_store_nothing_is_marked() {
        let (_, one) = store("default", &[("api", "a", Status::Pending)]);
        assert!(one.todos().all(|(_, todo)| one.shelves.called(todo.id).is_none()));
        assert!(Everything::together(Vec::new()).todos().next().is_none());
    }
}
