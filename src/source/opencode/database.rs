//! The database: a row for each entry of a list, and one for each session. A list is written whole each time, and a
//! session that is deleted takes its rows along, which says nothing.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::source::sqlite::{self, Row, text};
use crate::source::{Called, Notice, Reading, Workspace, events, lists};
use crate::todo::{Session, SourceKind, Time};

/// The key of the words.
pub(super) const WORDS: [&str; 1] = ["content"];
/// How titles begin that nobody gave.
const UNTITLED: [&str; 2] = ["New session - ", "Child session - "];

pub(super) fn read(path: &Path, source: SourceKind) -> Result<Reading, Notice> {
    let (rows, sessions) = sqlite::read(path, |database| {
        database.expect("todo", &["session_id", "content", "status", "position", "time_updated"])?;
        database.expect("session", &["id", "directory", "title"])?;
        let todos = database.query("SELECT * FROM todo ORDER BY session_id, position")?;
        let sessions = "SELECT id, directory, title FROM session WHERE id IN (SELECT session_id FROM todo)";
        Ok((todos, database.query(sessions)?))
    })?;
    let mut all: BTreeMap<String, (Time, Vec<Value>)> = BTreeMap::new();
    for mut row in rows {
        let at = row.remove("time_updated").and_then(|at| at.as_i64()).map_or(Time::from_millis(0), Time::from_millis);
        let Some(Value::String(session)) = row.remove("session_id") else { continue };
        for own in ["position", "time_created"] {
            row.remove(own);
        }
        let list = all.entry(session).or_insert((at, Vec::new()));
        list.0 = list.0.max(at);
        list.1.push(Value::Object(row));
    }
    let found = all.into_iter().map(|(session, (at, list))| (session, at, events::items(&list, &WORDS)));
    let mut reading = lists::reading(path, source, found);
    for row in &sessions {
        describe(row, &mut reading);
    }
    Ok(reading)
}

/// Takes where a session works, and what it is called.
fn describe(row: &Row, reading: &mut Reading) {
    let Some(session) = text(row, "id").and_then(|id| Session::new(id).ok()) else { return };
    if let Some(directory) = text(row, "directory") {
        let place = Workspace { directory: directory.to_owned(), branch: None };
        reading.workspaces.insert(session.clone(), place);
    }
    if let Some(title) = text(row, "title").filter(|title| !UNTITLED.iter().any(|none| title.starts_with(none))) {
        reading.called.insert(session, Called { title: Some(title.to_owned()), prompt: None });
    }
}
