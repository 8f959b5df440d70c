//! One session: its database, and the few words beside it that tell where it works.
//!
//! The model makes and alters the tables itself. What is not as it is offered to the model is named, and not guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::source::sqlite::{self, Row, text};
use crate::source::{Called, Notice, Reading, Workspace, events, file, lists};
use crate::todo::{Session, SourceKind};

/// The key of the words.
pub(super) const WORDS: [&str; 1] = ["title"];
/// The file that tells where the session works.
const PLACE: &str = "workspace.yaml";

pub(super) fn read(path: &Path, session: &Session, source: SourceKind) -> Result<Reading, Notice> {
    let (rows, links) = sqlite::read(path, |database| {
        // A session without a plan has no such table.
        if database.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'todos'")?.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        database.expect("todos", &["id", "title", "status"])?;
        let links = match database.expect("todo_deps", &["todo_id", "depends_on"]) {
            Ok(_) => database.query("SELECT todo_id, depends_on FROM todo_deps")?,
            Err(_) => Vec::new(),
        };
        Ok((database.query("SELECT * FROM todos ORDER BY rowid")?, links))
    })?;
    let mut waits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (todo, on) in links.iter().filter_map(|row| text(row, "todo_id").zip(text(row, "depends_on"))) {
        waits.entry(todo).or_default().insert(on);
    }
    // The model may leave the times as they are when it changes something.
    let told = rows.iter().filter_map(|row| sqlite::time(row, "updated_at")).max();
    let at = told.unwrap_or_else(|| sqlite::changed(path)).max(sqlite::changed(path));
    let list: Vec<Value> = rows.iter().map(|row| entry(row, &waits)).collect();
    let mut reading = lists::reading(path, source, [(session.to_string(), at, events::items(&list, &WORDS))]);
    if reading.states.is_empty() && !rows.is_empty() {
        reading.notices.push(Notice::new(path, "has todos, and none with words", "its last good state is kept"));
    }
    if let Some(place) = path.parent().map(|directory| directory.join(PLACE)) {
        describe(&place, session, &mut reading);
    }
    Ok(reading)
}

fn entry(row: &Row, waits: &BTreeMap<&str, BTreeSet<&str>>) -> Value {
    let mut entry = row.clone();
    for own in ["created_at", "updated_at"] {
        entry.remove(own);
    }
    entry.retain(|_, value| !value.is_null());
    if let Some(Value::String(id)) = entry.remove("id") {
        if let Some(on) = waits.get(id.as_str()) {
            entry.insert("blockedBy".to_owned(), json!(on));
        }
        entry.insert(events::NATIVE.to_owned(), Value::String(id));
    }
    Value::Object(entry)
}

/// Takes where the session works and what it is called, of lines `key: value`.
fn describe(path: &Path, session: &Session, reading: &mut Reading) {
    let Ok((text, ..)) = file::read_stable(path, |bytes| Ok(String::from_utf8_lossy(bytes).into_owned())) else {
        return;
    };
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        line.map(|value| value.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    if let Some(directory) = value("cwd") {
        reading.workspaces.insert(session.clone(), Workspace { directory, branch: value("branch") });
    }
    if let Some(title) = value("name") {
        reading.called.insert(session.clone(), Called { title: Some(title), prompt: None });
    }
}
