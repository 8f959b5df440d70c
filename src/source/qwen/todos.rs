//! Qwen Code's list files: `todos/<session>.json`, written beside and renamed, so that a file can be read at any time.
//!
//! An empty list is what is left of one that was cleared, which says nothing.

use std::path::Path;

use serde_json::{Value, json};

use super::names::TODOS;
use crate::source::change::id_text;
use crate::source::entries::entries as directory_entries;
use crate::source::{Agent, Notice, Reading, Scan, Stamp, Unit, UnitKind, events, file, json};
use crate::todo::{Session, Snapshot};

/// The key of the words.
pub(super) const WORDS: [&str; 1] = ["content"];
/// So many letters of a plan's name tell it from others.
const PLAN: usize = 8;

pub(super) fn scan(agent: &'static dyn Agent, directory: &Path, scan: &mut Scan) {
    for (name, path, metadata) in directory_entries(directory, scan) {
        let Some(stem) = name.strip_suffix(".json").filter(|stem| !stem.starts_with('.')) else { continue };
        if !metadata.is_file() {
            scan.notices.push(file::not_a_file(&path, &metadata));
            continue;
        }
        match Session::new(stem) {
            Ok(session) => {
                let (kind, stamp) = (UnitKind::List { session, agent: None }, Stamp::of(&metadata));
                scan.units.push(Unit { agent, path, kind, stamp });
            }
            Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no session: {err}"), "rename it")),
        }
    }
}

pub(super) fn read(path: &Path, session: &Session) -> Result<Reading, Notice> {
    let (file, metadata, bytes) = file::read_stable(path, |bytes| match json::parse(bytes)? {
        Value::Object(object) if object.get("todos").is_some_and(Value::is_array) => Ok(Value::Object(object)),
        Value::Object(_) => Err("has no list under \"todos\"".into()),
        other => Err(format!("is no object with a list but {}", json::kind_of(&other))),
    })?;
    let mut reading = Reading { digest: file::hash(&bytes), ..Reading::default() };
    let list = file["todos"].as_array().map(Vec::as_slice).unwrap_or_default();
    let items = events::items(&entries(list, file["planId"].as_str()), &WORDS);
    if items.len() < list.len() {
        let reason = format!("{} of its {} entries have no words", list.len() - items.len(), list.len());
        reading.notices.push(Notice::new(path, reason, "the others were read"));
    }
    // A copy keeps the name of the session in it.
    if file["sessionId"].as_str().is_some_and(|named| named != session.as_str()) {
        let reason = "is a copy that something else made: it names another session";
        return Err(Notice::new(path, reason, "remove it if you do not need it"));
    }
    if !items.is_empty() {
        reading.states.push(Snapshot::new(session.clone(), TODOS, file::modified(&metadata), items).into());
    }
    Ok(reading)
}

/// Returns the entries of a list as they are kept. The model counts from 1 again in each plan, so the plan is a part of
/// what an entry is known by; where no plan is named, its words are all there is to know it by.
pub(super) fn entries(list: &[Value], plan: Option<&str>) -> Vec<Value> {
    let plan = plan.map(|plan| plan.get(..PLAN).unwrap_or(plan));
    let number = |id: &Value| Some(json!(format!("{}-{}", plan?, id_text(id)?)));
    let entry = |entry: &Value| {
        let mut entry = entry.clone();
        let Some(object) = entry.as_object_mut() else { return entry };
        let native = object.remove("id").and_then(|id| number(&id));
        object.remove(events::NATIVE);
        object.extend(native.map(|native| (events::NATIVE.to_owned(), native)));
        for key in ["blockedBy", "blocks"] {
            if let Some(links) = object.get_mut(key).and_then(Value::as_array_mut) {
                *links = links.iter().filter_map(number).collect();
            }
        }
        entry
    };
    list.iter().map(entry).collect()
}
