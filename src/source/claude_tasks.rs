//! Claude Code's tasks: `tasks/<list>/<n>.json`, a file a task.
//!
//! The list is named for its session, for a team, or by a person. `.lock` and `.highwatermark` beside the
//! tasks are the agent's own. A directory without tasks was cleared, which says nothing.

use std::path::Path;

use serde_json::Value;

use super::{Notice, Reading, Scan, Stamp, Unit, UnitKind, entries, file, item, json};
use crate::todo::{Item, Session, Snapshot, SourceKind, Time};

pub(super) fn scan(directory: &Path, scan: &mut Scan) {
    for (name, path, metadata) in entries(directory, scan) {
        if name.starts_with('.') {
            continue;
        }
        if !metadata.is_dir() {
            scan.notices.push(Notice::new(&path, "is no directory of tasks", "move it away if a list should be here"));
            continue;
        }
        match Session::new(&name) {
            Ok(session) => {
                let files = task_files(&path, scan);
                let stamp = Stamp::of_all(files);
                scan.units.push(Unit { path, kind: UnitKind::Tasks { session }, stamp });
            }
            Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no list: {err}"), "rename it")),
        }
    }
}

/// Returns the task files of a list, in the order of their numbers.
fn task_files(directory: &Path, scan: &mut Scan) -> Vec<(String, Stamp)> {
    let mut files = Vec::new();
    for (name, path, metadata) in entries(directory, scan) {
        if name.starts_with('.') || !name.ends_with(".json") {
            continue;
        }
        if metadata.is_file() {
            files.push((name, Stamp::of(&metadata)));
        } else {
            scan.notices.push(file::not_a_file(&path, &metadata));
        }
    }
    files.sort_by_cached_key(|(name, _)| number(name.trim_end_matches(".json")));
    files
}

/// Orders task ids as people count them: numbers by value, before everything else by name.
pub(super) fn number(id: &str) -> (u64, String) {
    (id.parse().unwrap_or(u64::MAX), id.to_owned())
}

pub(super) fn read(directory: &Path, session: &Session) -> Reading {
    let mut reading = Reading::default();
    let (mut items, mut at, mut text) = (Vec::new(), Time::default(), Vec::new());
    for (name, _) in task_files(directory, &mut Scan::default()) {
        let path = directory.join(&name);
        let task = file::read_stable(&path, |bytes| match json::parse(bytes)? {
            value @ Value::Object(_) => Ok(value),
            other => Err(format!("is no task but {}", super::claude_todos::kind_of(&other))),
        });
        match task {
            Ok((task, metadata, bytes)) => {
                at = at.max(file::modified(&metadata));
                text.extend(bytes);
                if is_internal(&task) {
                    continue;
                }
                match read_task(&task, name.trim_end_matches(".json")) {
                    Some(item) => items.push(item),
                    None => reading.notices.push(Notice::new(&path, "has no words", "the other tasks were read")),
                }
            }
            // A file that is gone was cleared between the look and the reading.
            Err(_) if !path.exists() => {}
            Err(notice) => reading.notices.push(notice),
        }
    }
    reading.digest = file::hash(&text);
    if !items.is_empty() {
        let snapshot = Snapshot {
            session: session.clone(),
            agent: None,
            source: SourceKind::ClaudeTasks,
            at,
            branch: None,
            items,
            partial: !reading.notices.is_empty(),
            forced: false,
        };
        reading.snapshots.push((None, snapshot));
    }
    reading
}

/// Reads one task; nothing for one without words.
fn read_task(task: &Value, number: &str) -> Option<Item> {
    let mut item = item::read(task, &["subject", "content", "title"])?;
    let id = item.fields.remove("x-id");
    item.native = Some(match id {
        Some(Value::String(id)) => id,
        Some(Value::Number(id)) => id.to_string(),
        _ => number.to_owned(),
    });
    Some(item)
}

/// Returns whether the agent made this entry for itself.
pub(super) fn is_internal(task: &Value) -> bool {
    task.pointer("/metadata/_internal") == Some(&Value::Bool(true))
}
