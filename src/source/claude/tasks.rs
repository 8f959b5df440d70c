//! Claude Code's tasks: `tasks/<list>/<n>.json`, a file a task; in a project's own `.claude` also `tasks/<n>.json`.
//!
//! The list is named for its session, for a team, or by a person. `.lock` and `.highwatermark` beside the
//! tasks are the agent's own. A directory without tasks was cleared, which says nothing.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::copies;
use super::names::TASKS;
use crate::source::change::id_text;
use crate::source::entries::{Entry, entries};
use crate::source::{Agent, Notice, Reading, Scan, Stamp, Unit, UnitKind, Workspace, file, item, json};
use crate::todo::{Item, Session, Snapshot, Time};

pub(super) fn scan(agent: &'static dyn Agent, directory: &Path, scan: &mut Scan) {
    scan_flat(agent, directory, scan);
    for (name, path, metadata) in entries(directory, scan) {
        if name.starts_with('.') || is_task_file(&name) {
            continue;
        }
        if !metadata.is_dir() {
            scan.notices.push(Notice::new(&path, "is no directory of tasks", "move it away if a list should be here"));
            continue;
        }
        if copies::is_copied_list(&name) {
            scan.notices.push(copies::notice(&path));
            continue;
        }
        add(agent, path, &name, scan);
    }
}

/// Finds the list whose tasks stand in a directory itself: a project may keep one of its own, in `.claude/tasks`. It has
/// the name of the project's directory, as a person would name it.
pub(super) fn scan_flat(agent: &'static dyn Agent, directory: &Path, scan: &mut Scan) {
    let is_task = |entry: &Entry| is_task_file(&entry.0) && entry.2.is_file();
    if entries(directory, &mut Scan::default()).iter().any(is_task) {
        let place = project(directory).unwrap_or(directory);
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        add(agent, directory.to_owned(), &name, scan);
    }
}

/// Returns the directory of the project whose own tasks stand here.
fn project(directory: &Path) -> Option<&Path> {
    directory.ends_with(".claude/tasks").then(|| directory.parent()?.parent()).flatten()
}

/// Returns whether a file is named as the agent names tasks.
pub(super) fn is_task_file(name: &str) -> bool {
    name.strip_suffix(".json").is_some_and(|stem| !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit()))
}

fn add(agent: &'static dyn Agent, path: PathBuf, name: &str, scan: &mut Scan) {
    match Session::new(name) {
        Ok(session) => {
            let stamp = Stamp::of_all(task_files(&path, scan));
            scan.units.push(Unit { agent, path, kind: UnitKind::Tasks { session }, stamp });
        }
        Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no list: {err}"), "rename it")),
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
    let names = task_files(directory, &mut Scan::default()).into_iter().map(|(name, _)| name);
    let mut reading = read_files(directory, session, names);
    if let Some(project) = project(directory) {
        let place = Workspace { directory: project.to_string_lossy().into_owned(), branch: None };
        reading.workspaces.insert(session.clone(), place);
    }
    reading
}

fn read_files(directory: &Path, session: &Session, names: impl Iterator<Item = String>) -> Reading {
    let mut reading = Reading::default();
    let (mut items, mut at, mut said) = (Vec::new(), Time::default(), file::Hash::default());
    // Something of the list could not be read.
    let mut partial = false;
    for name in names {
        let path = directory.join(&name);
        let task = file::read_stable(&path, |bytes| match json::parse(bytes)? {
            value @ Value::Object(_) => Ok(value),
            other => Err(format!("is no task but {}", json::kind_of(&other))),
        });
        match task {
            Ok((task, ..)) if is_copy(&task, &name, directory) => {
                reading.notices.push(copies::notice(&path));
            }
            Ok((task, metadata, bytes)) => {
                at = at.max(file::modified(&metadata));
                said.add(&bytes);
                if is_internal(&task) {
                    continue;
                }
                match read_task(&task, name.trim_end_matches(".json")) {
                    Some(item) => items.push(item),
                    None => {
                        partial = true;
                        reading.notices.push(Notice::new(&path, "has no words", "the other tasks were read"));
                    }
                }
            }
            // The list is being cleared: what is left says nothing of the others.
            Err(_) if !path.exists() => partial = true,
            Err(notice) => {
                partial = true;
                reading.notices.push(notice);
            }
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
            partial,
            forced: false,
        };
        reading.states.push(snapshot.into());
    }
    reading
}

/// Returns whether the file with this name is a copy of another task's: a task has the number that its file has. One
/// that has another name is still a task where its file is named as the agent names them, and no file has its name.
fn is_copy(task: &Value, name: &str, directory: &Path) -> bool {
    let Some(id) = task.get("id").and_then(id_text) else { return false };
    let own = format!("{id}.json");
    name != own && (!is_task_file(name) || directory.join(own).exists())
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
