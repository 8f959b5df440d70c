//! The files of a directory that is a mirror, as bytes. They are a function of the commit.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{calendar, note, table};
use crate::git::Overlay;
use crate::mirror::failure::Failure;
use crate::mirror::part::Part;
use crate::ops;
use crate::view::{self, Everything};

/// Returns the original's files and the list of each project as JSON, by their paths.
pub(in crate::mirror) fn documents(part: &Part<'_>) -> Result<BTreeMap<String, Value>, Failure> {
    let everything = part.everything()?;
    // Ages are those that things had then: the same commit makes the same files, whenever.
    let at = Overlay::new(&part.store.repo).commit_info(part.commit)?.time;
    let properties = ops::open_properties(part.store, everything)?;
    let mut documents = BTreeMap::from([
        ("todos.json".to_owned(), view::old_todos_json(everything)),
        ("project-coordination.json".to_owned(), view::projects_json(everything)),
        ("conflicts.json".to_owned(), view::conflicts_json(everything, false, &properties, at)),
    ]);
    for (project, todos) in &everything.projects {
        let alone = Everything::of(BTreeMap::from([(project.clone(), todos.clone())]));
        documents.insert(format!("projects/{}/todos.json", project.component()), view::old_todos_json(&alone));
    }
    Ok(documents)
}

/// Returns all files, by their paths.
pub(super) fn files(part: &Part<'_>) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let everything = part.everything()?;
    let records = part.records()?;
    let documents = documents(part)?.into_iter();
    let mut files: BTreeMap<String, Vec<u8>> = documents.map(|(path, value)| (path, json(&value))).collect();
    files.insert("todos.md".to_owned(), view::markdown(everything).into_bytes());
    files.insert("todos.csv".to_owned(), table::csv(&records).into_bytes());
    files.extend(calendar::calendar(&records).map(|text| ("todos.ics".to_owned(), text.into_bytes())));
    for record in records.iter().filter(|record| record.is_wanted()) {
        let path = format!("notes/{}/{}.md", record.project.component(), record.id);
        files.insert(path, note::note(record).into_bytes());
    }
    Ok(files)
}

fn json(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
