//! The tracker of Gemini CLI: `tmp/<project>/<session>/tracker/<id>.json`, a file for each task.
//!
//! Files are written in place, so one can be half there. The agent removes whole directories after a while, and never a
//! single task: what is not there says nothing.

use std::path::Path;

use serde_json::Value;

use super::names::{TASKS, WORDS};
use super::workspace::workspace;
use crate::source::entries::entries as directory_entries;
use crate::source::{Agent, Notice, Reading, Scan, Stamp, Unit, UnitKind, events, file, json};
use crate::todo::{Session, Snapshot, Time};

/// A hook reads no more tasks: a session has a few dozen.
const MOST: usize = 500;

pub(super) fn scan(agent: &'static dyn Agent, project: &Path, scan: &mut Scan) {
    for (name, path, metadata) in directory_entries(project, scan) {
        let path = path.join("tracker");
        if !metadata.is_dir() || name == "chats" || !path.is_dir() {
            continue;
        }
        match Session::new(&name) {
            Ok(session) => {
                let stamp = Stamp::of_all(files(&path, scan));
                scan.units.push(Unit { agent, path, kind: UnitKind::Tasks { session }, stamp });
            }
            Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no session: {err}"), "rename it")),
        }
    }
}

/// Returns the files of tasks, by name.
fn files(directory: &Path, scan: &mut Scan) -> Vec<(String, Stamp)> {
    let mut files = Vec::new();
    for (name, path, metadata) in directory_entries(directory, scan) {
        match name.ends_with(".json") && !name.starts_with('.') {
            true if metadata.is_file() => files.push((name, Stamp::of(&metadata))),
            true => scan.notices.push(file::not_a_file(&path, &metadata)),
            false => {}
        }
    }
    files
}

pub(super) fn read(directory: &Path, session: &Session, root: Option<String>) -> Reading {
    let mut reading = Reading::default();
    let (mut tasks, mut at, mut said, mut partial) = (Vec::new(), Time::default(), file::Hash::default(), false);
    for (name, _) in files(directory, &mut Scan::default()) {
        let path = directory.join(&name);
        match file::read_stable(&path, |bytes| task(bytes, &name)) {
            Ok((task, metadata, bytes)) => {
                at = at.max(file::modified(&metadata));
                said.add(&bytes);
                tasks.push(task);
            }
            // It is being removed.
            Err(_) if !path.exists() => partial = true,
            Err(notice) => {
                partial = true;
                reading.notices.push(notice);
            }
        }
    }
    workspace(&mut reading, session, root);
    reading.digest = said.end();
    let items = events::items(&tasks, &WORDS);
    partial |= items.len() < tasks.len();
    if !items.is_empty() {
        let snapshot = Snapshot { partial, ..Snapshot::new(session.clone(), TASKS, at, items) };
        reading.states.push(snapshot.into());
    }
    reading
}

/// Returns all tasks for a hook, which waits for none: nothing where one is half written, or where there are too many.
pub(super) fn entries(directory: &Path) -> Option<Vec<Value>> {
    let names = files(directory, &mut Scan::default());
    let read = |(name, _): (String, Stamp)| task(&std::fs::read(directory.join(&name)).ok()?, &name).ok();
    if names.len() > MOST { None } else { names.into_iter().map(read).collect() }
}

/// Reads a task as it is kept.
fn task(bytes: &[u8], name: &str) -> Result<Value, String> {
    let mut task = match json::parse(bytes)? {
        task @ Value::Object(_) => task,
        other => return Err(format!("is no task but {}", json::kind_of(&other))),
    };
    let Some(object) = task.as_object_mut() else { return Ok(task) };
    object.remove("id");
    // What syncs files puts copies beside them: a task is known by its file.
    object.insert(events::NATIVE.to_owned(), Value::from(name.trim_end_matches(".json")));
    if let Some(links) = object.remove("dependencies") {
        object.insert("blockedBy".to_owned(), links);
    }
    Ok(task)
}
