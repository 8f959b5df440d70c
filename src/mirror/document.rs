//! A part of a run as the one value that is sent to a database, and what its tables are to hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::adapter::Batch;
use super::failure::Failure;
use super::items::Item;
use super::part::Part;
use super::record::{Entry, Record, digest};
use super::session_rows;
use crate::git::ObjectId;
use crate::merge::disagreements;

/// The columns of each table that stand for something of the store. In the value they are called the same.
pub(super) const TODOS: &[&str] = &[
    "id",
    "content",
    "status",
    "active_form",
    "project",
    "priority",
    "description",
    "session_id",
    "device",
    "created_at",
    "updated_at",
    "deleted",
    "properties",
    "content_hash",
];
pub(super) const HISTORY: &[&str] = &[
    "todo_content",
    "status",
    "session_id",
    "timestamp",
    "previous_status",
    "changed_by",
    "todo_id",
    "project",
    "device",
    "commit_oid",
    "op",
];
pub(super) const SESSIONS: &[&str] =
    &["id", "agent", "device", "person", "project", "started_at", "last_activity", "ended_at", "active_todos"];
pub(super) const CONFLICTS: &[&str] = &[
    "id",
    "todo_id",
    "todo_content",
    "project",
    "kept_session",
    "kept_status",
    "overruled_session",
    "overruled_status",
    "overruled_at",
];

/// What a run has told a database so far, and has to tell it yet.
#[derive(Default)]
pub(super) struct Told {
    /// Todos and commits that a run that sends everything has sent.
    ids: BTreeSet<String>,
    commits: BTreeSet<String>,
    /// What is left to tell of sessions. Some go with each part: all at once can be more than a database takes.
    sessions: BTreeMap<String, Value>,
    /// Sessions that are not to be there any more, of a run that goes on from what is there.
    gone: Vec<String>,
}

impl Told {
    fn begin(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        let mut sessions = session_rows::rows(batch.whole)?.clone();
        let mut gone = Vec::new();
        // What the place holds, it holds as of that commit: its other rows are as they are to be.
        let from = batch.from.and_then(|from| ObjectId::from_hex(from.as_bytes()).ok());
        if let Some(from) = from.filter(|_| batch.is_continued) {
            let changed = session_rows::changed(batch.whole, from)?;
            gone.extend(changed.iter().filter(|id| !sessions.contains_key(*id)).cloned());
            sessions.retain(|id, _| changed.contains(id));
        }
        *self = Told { sessions, gone, ..Told::default() };
        Ok(())
    }

    /// Notes that a part was taken.
    pub(super) fn was_taken(&mut self, document: &Document) {
        for _ in 0..document.sessions {
            self.sessions.pop_first();
        }
    }
}

/// The value.
pub(super) struct Document {
    pub value: Map<String, Value>,
    /// How many sessions it tells of.
    sessions: usize,
}

impl Document {
    /// Returns the value of a part of a run that has told this much.
    pub(super) fn of(store: &str, batch: &Batch<'_>, told: &mut Told) -> Result<Self, Failure> {
        if batch.is_first {
            told.begin(batch)?;
        }
        let (mut todos, mut history, mut forgotten) = (Vec::new(), Vec::new(), Vec::new());
        for item in batch.items {
            match item {
                Item::Record(record, _) => {
                    todos.push(todo(record));
                    forgotten.extend(record.forgotten.then(|| record.id.to_string()));
                    told.ids.insert(record.id.to_string());
                }
                Item::Entry(entry) => {
                    history.push(said(entry));
                    told.commits.insert(entry.commit.clone());
                }
            }
        }
        let most = if batch.is_last { usize::MAX } else { batch.items.len() };
        let sessions: Vec<Value> = told.sessions.values().take(most).cloned().collect();
        let conflicts = if batch.is_last { conflicts(batch.whole)? } else { Vec::new() };
        let count = sessions.len();
        let mut value = json!({
            "store": store,
            "from": batch.from,
            "to": batch.to.commit,
            "projects": batch.to.projects,
            "run": batch.run,
            "first": batch.is_first,
            "last": batch.is_last,
            "todos": todos,
            "history": history,
            "forgotten": forgotten,
            "sessions": sessions,
            "conflicts": conflicts,
        });
        if batch.is_last {
            match batch.is_continued {
                true => value["gone_sessions"] = json!(told.gone),
                false => value["all_sessions"] = json!(session_rows::rows(batch.whole)?.keys().collect::<Vec<_>>()),
            }
        }
        storable(&mut value);
        match value {
            Value::Object(value) => Ok(Document { value, sessions: count }),
            _ => Ok(Document { value: Map::new(), sessions: 0 }),
        }
    }

    /// Has todos and history removed that this run did not send.
    pub(super) fn keep_only(&mut self, told: &Told) {
        self.value.insert("ids".to_owned(), json!(told.ids));
        self.value.insert("commits".to_owned(), json!(told.commits));
    }
}

/// What the tables are to hold, row by row.
pub(super) struct Rows {
    pub todos: Vec<Value>,
    pub history: Vec<Value>,
    pub sessions: Vec<Value>,
    pub conflicts: Vec<Value>,
}

impl Rows {
    pub(super) fn of(part: &Part<'_>) -> Result<Self, Failure> {
        let (mut todos, mut history) = (Vec::new(), Vec::new());
        for item in part.items(None, true)? {
            match &item {
                Item::Record(record, _) => todos.push(todo(record)),
                Item::Entry(entry) => history.push(said(entry)),
            }
        }
        let sessions = session_rows::rows(part)?.values().cloned().collect();
        let mut rows = Rows { todos, history, sessions, conflicts: conflicts(part)? };
        for row in [&mut rows.todos, &mut rows.history, &mut rows.sessions, &mut rows.conflicts].into_iter().flatten() {
            storable(row);
        }
        Ok(rows)
    }
}

/// Makes every text one that PostgreSQL can hold: it has no place for U+0000, which words may have in them.
fn storable(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(values) => values.iter_mut().for_each(storable),
        Value::Object(map) => {
            let strange: Vec<String> = map.keys().filter(|key| key.contains('\0')).cloned().collect();
            for key in strange {
                if let Some(value) = map.remove(&key) {
                    map.insert(key.replace('\0', "\u{fffd}"), value);
                }
            }
            map.values_mut().for_each(storable);
        }
        _ => {}
    }
}

fn todo(record: &Record) -> Value {
    json!({
        "id": record.id.to_string(),
        "content": record.content,
        "status": record.state.as_str(),
        "active_form": record.text("activeForm"),
        "project": record.project.as_str(),
        "priority": record.text("priority"),
        "description": record.text("description"),
        "session_id": record.session,
        "device": record.device,
        "created_at": record.created.to_string(),
        "updated_at": record.updated.to_string(),
        "deleted": !record.is_wanted(),
        "properties": record.fields,
        "content_hash": record.digest(),
    })
}

fn said(entry: &Entry) -> Value {
    json!({
        "todo_content": entry.content,
        "status": entry.status,
        "session_id": entry.session,
        "timestamp": entry.at.to_string(),
        "previous_status": entry.previous,
        "changed_by": entry.person.as_ref().unwrap_or(&entry.device),
        "todo_id": entry.id.to_string(),
        "project": entry.project.as_str(),
        "device": entry.device,
        "commit_oid": entry.commit,
        "op": entry.op,
    })
}

/// Returns what sessions do not agree on.
fn conflicts(part: &Part<'_>) -> Result<Vec<Value>, Failure> {
    let mut found = BTreeMap::new();
    for (project, todo) in part.everything()?.todos() {
        for one in disagreements(todo) {
            let (kept, overruled) = (one.winner, one.overruled);
            let id = digest(format!("{} {}", todo.id, overruled.0).as_bytes());
            let value = json!({
                "id": id,
                "todo_id": todo.id.to_string(),
                "todo_content": todo.content,
                "project": project.as_str(),
                "kept_session": kept.0.root(),
                "kept_status": kept.1.state().as_str(),
                "overruled_session": overruled.0.root(),
                "overruled_status": overruled.1.state().as_str(),
                "overruled_at": overruled.1.at.to_string(),
            });
            found.insert(id, value);
        }
    }
    Ok(found.into_values().collect())
}
