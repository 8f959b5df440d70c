//! `GET /api/status`: how much there is, all of it counted in one state of the branch.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::plan::{Moment, Topics, standings};
use crate::todo::{Session, Time};
use crate::view::Everything;

/// Returns the document. `at` is the commit that it is of.
pub fn status(everything: &Everything, topics: &Topics, at: Option<&str>, version: &str, now: Time) -> Value {
    let (counts, standings, moment) = (everything.counts(), standings(everything), Moment::at(now));
    let projects = everything.groups().len();
    let (mut categories, mut speakers) = (BTreeSet::new(), BTreeSet::new());
    for (project, todo) in everything.todos().filter(|(_, todo)| todo.state().is_open()) {
        if let Some(topic) = topics.primary(project, todo) {
            categories.insert(&topic.name);
            speakers.extend(todo.claims.keys().map(Session::root));
        }
    }
    json!({
        "service": "sync",
        "version": version,
        "timestamp": now.to_string(),
        // What is counted is in the store; there is nothing else that it would have to be in.
        "projects": { "total": projects, "synced": projects },
        "sessions": {
            "total": standings.len(),
            "active": standings.values().filter(|standing| standing.is_there(moment)).count(),
        },
        "topics": { "categories": categories.len(), "total_conversations": speakers.len() },
        "at": at,
        "todos": {
            "open": counts.open(),
            "pending": counts.pending,
            "in_progress": counts.in_progress,
            "completed": counts.completed,
            "dropped": counts.dropped,
        },
        "conflicts": counts.conflicts,
    })
}
