//! A part of a run as the one value that is sent to a database.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::adapter::Batch;
use super::failure::Failure;
use super::items::Item;
use super::part::Part;
use super::record::{Entry, Record, digest};
use crate::merge::disagreements;

/// The value.
pub(super) struct Document(pub Map<String, Value>);

impl Document {
    pub(super) fn of(store: &str, batch: &Batch<'_>) -> Result<Self, Failure> {
        let (mut todos, mut history, mut forgotten) = (Vec::new(), Vec::new(), Vec::new());
        let mut spoke = BTreeSet::new();
        for item in batch.items {
            match item {
                Item::Record(record, _) => {
                    todos.push(todo(record));
                    forgotten.extend(record.forgotten.then(|| record.id.to_string()));
                }
                Item::Entry(entry) => {
                    spoke.insert(entry.session.clone());
                    history.push(said(entry));
                }
            }
        }
        let (sessions, conflicts) = match batch.is_last {
            // Who said something in an earlier part of a long run is told of in the last one, too.
            true => (
                sessions(batch.whole, (batch.is_first && batch.is_continued).then_some(&spoke))?,
                conflicts(batch.whole)?,
            ),
            false => (Vec::new(), Vec::new()),
        };
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
        storable(&mut value);
        match value {
            Value::Object(map) => Ok(Document(map)),
            _ => Ok(Document(Map::new())),
        }
    }

    /// Has everything removed that is not among these.
    pub(super) fn keep_only(&mut self, ids: &BTreeSet<String>, commits: &BTreeSet<String>) {
        self.0.insert("ids".to_owned(), json!(ids));
        self.0.insert("commits".to_owned(), json!(commits));
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
        "at": entry.at.to_string(),
        "previous_status": entry.previous,
        "changed_by": entry.person.as_ref().unwrap_or(&entry.device),
        "todo_id": entry.id.to_string(),
        "project": entry.project.as_str(),
        "device": entry.device,
        "commit_oid": entry.commit,
        "op": entry.op,
    })
}

/// Returns the sessions, or those of these names.
fn sessions(part: &Part<'_>, only: Option<&BTreeSet<String>>) -> Result<Vec<Value>, Failure> {
    let everything = part.everything()?;
    let mut active: BTreeMap<String, usize> = BTreeMap::new();
    for (_, todo) in everything.todos() {
        for (session, claim) in todo.voices() {
            let is_open = todo.state().is_open() && claim.is_open() && !claim.dropped;
            *active.entry(session.root().into_owned()).or_default() += usize::from(is_open);
        }
    }
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    // A session that went on elsewhere is one; what it said last counts.
    let mut infos: Vec<_> = everything.sessions.iter().collect();
    infos.sort_by_key(|info| info.updated);
    for info in infos {
        let id = info.session.root().into_owned();
        if only.is_some_and(|only| !only.contains(&id)) {
            continue;
        }
        let value = json!({
            "id": id,
            "agent": info.agent,
            "device": info.device,
            "person": info.person,
            "project": info.project.as_ref().map(|project| project.as_str()),
            "started_at": info.started.to_string(),
            "last_activity": info.updated.to_string(),
            "ended_at": info.ended.map(|ended| ended.to_string()),
            "active_todos": active.get(&id).copied().unwrap_or(0),
        });
        found.insert(id, value);
    }
    Ok(found.into_values().collect())
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
