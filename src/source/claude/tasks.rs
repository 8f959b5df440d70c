//! Claude Code's tasks: `tasks/<list>/<n>.json`, a file a task.
//!
//! The list is named for its session, for a team, or by a person. `.lock` and `.highwatermark` beside the
//! tasks are the agent's own. A directory without tasks was cleared, which says nothing.

use std::path::Path;

use serde_json::Value;

use super::{Claude, TASKS};
use crate::source::{Notice, Reading, Scan, Stamp, Unit, UnitKind, entries, file, item, json};
use crate::todo::{Item, Session, Snapshot, Time};

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
                scan.units.push(Unit { agent: &Claude, path, kind: UnitKind::Tasks { session }, stamp });
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
    read_files(directory, session, task_files(directory, &mut Scan::default()).into_iter().map(|(name, _)| name))
}

fn read_files(directory: &Path, session: &Session, names: impl Iterator<Item = String>) -> Reading {
    let mut reading = Reading::default();
    let (mut items, mut at, mut said, mut gone) = (Vec::new(), Time::default(), file::Hash::default(), false);
    for name in names {
        let path = directory.join(&name);
        let task = file::read_stable(&path, |bytes| match json::parse(bytes)? {
            value @ Value::Object(_) => Ok(value),
            other => Err(format!("is no task but {}", json::kind_of(&other))),
        });
        match task {
            Ok((task, metadata, bytes)) => {
                at = at.max(file::modified(&metadata));
                said.add(&bytes);
                if is_internal(&task) {
                    continue;
                }
                match read_task(&task, name.trim_end_matches(".json")) {
                    Some(item) => items.push(item),
                    None => reading.notices.push(Notice::new(&path, "has no words", "the other tasks were read")),
                }
            }
            // The list is being cleared: what is left says nothing of the others.
            Err(_) if !path.exists() => gone = true,
            Err(notice) => reading.notices.push(notice),
        }
    }
    reading.digest = said.end();
    if !items.is_empty() {
        let snapshot = Snapshot {
            session: session.clone(),
            agent: None,
            source: TASKS,
            at,
            branch: None,
            items,
            partial: gone || !reading.notices.is_empty(),
            forced: false,
        };
        reading.states.push(snapshot.into());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The agent clears a list while it is being read: what is left is not all that the list says.
    #[test]
    fn a_file_that_is_gone_when_it_is_read_drops_nothing() {
        let list = tempfile::tempdir().expect("a directory");
        std::fs::write(list.path().join("1.json"), r#"{"id":"1","subject":"A","status":"pending"}"#).expect("a file");
        let session = Session::new("s").expect("a name");
        for (names, partial) in [(&["1.json"][..], false), (&["1.json", "2.json"], true)] {
            let reading = read_files(list.path(), &session, names.iter().map(ToString::to_string));
            assert_eq!((reading.states[0].snapshot.partial, reading.notices.len()), (partial, 0));
        }
    }
}
