//! What files of a configured source hold, and what they say.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::entry::{Entry, Fields};
use crate::source::{Notice, Reading, Workspace, events, file, json, lists, markdown, sqlite};
use crate::todo::{Item, Session, SourceKind, Time};

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// One document with a list in it.
    Json,
    /// An object a line, each an entry; a later one with the same id takes the place of an earlier one.
    Lines,
    /// Items with a box.
    Markdown,
    /// What a query finds, a row an entry.
    Sqlite(String),
}

impl Format {
    /// Reads what the settings say, or says of which one what is wrong with it.
    pub fn parse(format: Option<&str>, query: Option<&str>) -> Result<Self, (&'static str, String)> {
        match format {
            Some("json") => Ok(Format::Json),
            Some("jsonl") => Ok(Format::Lines),
            Some("markdown") => Ok(Format::Markdown),
            Some("sqlite") => {
                let word = |query: &str| query.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
                let query = query.filter(|query| ["select", "with"].contains(&word(query).as_str()));
                let missing = || ("query", "must be a SELECT that finds an entry a row".to_owned());
                query.map(|query| Format::Sqlite(query.to_owned())).ok_or_else(missing)
            }
            other => {
                let is = other.map_or("is not set".to_owned(), |other| format!("is '{other}'"));
                Err(("format", format!("{is}, and must be json, jsonl, markdown or sqlite")))
            }
        }
    }
}

/// Reads a file of the source with this name.
pub(super) fn read(
    path: &Path,
    name: &str,
    source: SourceKind,
    format: &Format,
    fields: &Fields,
) -> Result<Reading, Notice> {
    let mut lost = 0;
    let entries: Vec<Value> = match format {
        Format::Markdown => {
            let (items, ..) = file::read_stable(path, |bytes| Ok(markdown::items(&String::from_utf8_lossy(bytes))))?;
            let place = around(path).map(|place| place.to_string_lossy().into_owned());
            return Ok(whole(path, source, vec![(own(name, path), sqlite::changed(path), items, place)], 0));
        }
        Format::Json => {
            let (document, ..) = file::read_stable(path, |bytes| {
                let document = json::parse(bytes)?;
                let list = fields.list(&document).and_then(Value::as_array);
                list.cloned().ok_or_else(|| "has no list where `fields` says it stands".to_owned())
            })?;
            document
        }
        Format::Lines => {
            let (text, ..) = file::read_stable(path, |bytes| Ok(String::from_utf8_lossy(bytes).into_owned()))?;
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let read: Vec<Option<Value>> = lines.map(|line| json::parse(line.as_bytes()).ok()).collect();
            lost = read.iter().filter(|line| line.is_none()).count();
            latest(read.into_iter().flatten(), fields)
        }
        Format::Sqlite(query) => {
            sqlite::read(path, |database| database.query(query))?.into_iter().map(Value::Object).collect()
        }
    };
    let count = entries.len();
    let mut sessions: BTreeMap<String, Said> = BTreeMap::new();
    for Entry { value, session, directory, at } in entries.iter().filter_map(|entry| fields.entry(entry)) {
        let session = session.map_or_else(|| own(name, path), |session| format!("{name}-{session}"));
        let list = sessions.entry(session).or_default();
        list.at = list.at.max(at);
        list.entries.push(value);
        list.directory = list.directory.take().or(directory);
    }
    let around = around(path).map(|place| place.to_string_lossy().into_owned());
    let lists: Vec<_> = sessions
        .into_iter()
        .map(|(session, said)| {
            let items = events::items(&said.entries, &["content"]);
            let place = said.directory.or_else(|| around.clone());
            (session, said.at.unwrap_or_else(|| sqlite::changed(path)), items, place)
        })
        .collect();
    let read: usize = lists.iter().map(|(_, _, items, _)| items.len()).sum();
    Ok(whole(path, source, lists, lost + count - read))
}

/// What the entries of a file say of one session.
#[derive(Default)]
struct Said {
    at: Option<Time>,
    entries: Vec<Value>,
    directory: Option<String>,
}

/// Returns the entries of which none that comes later has the same id.
fn latest(entries: impl Iterator<Item = Value>, fields: &Fields) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    for value in entries {
        let id = fields.entry(&value).and_then(|entry| {
            let id = entry.value.get(events::NATIVE)?.as_str()?.to_owned();
            Some((entry.session.unwrap_or_default(), id))
        });
        match id {
            Some(id) => match known.get(&id) {
                Some(at) => found[*at] = value,
                None => {
                    known.insert(id, found.len());
                    found.push(value);
                }
            },
            None => found.push(value),
        }
    }
    found
}

fn whole(
    path: &Path,
    source: SourceKind,
    found: Vec<(String, Time, Vec<Item>, Option<String>)>,
    lost: usize,
) -> Reading {
    let places: Vec<_> = found.iter().map(|(name, .., place)| (name.clone(), place.clone())).collect();
    let lists = found.into_iter().map(|(name, at, items, _)| (name, at, items));
    let mut reading = lists::reading(path, source, lists);
    for (name, place) in places {
        let Some((session, directory)) = Session::new(&name).ok().zip(place) else { continue };
        reading.workspaces.insert(session, Workspace { directory, branch: None });
    }
    if lost > 0 {
        let reason = format!("{lost} of its entries have no words, or cannot be read");
        reading.notices.push(Notice::new(path, reason, "the others were read; `fields` says where the words stand"));
    }
    reading
}

/// Returns the name of the session of a file whose entries name none: two files may have the same name.
fn own(name: &str, path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().replace("-agent-", "-")).unwrap_or_default();
    let place = file::hash(path.to_string_lossy().as_bytes()) >> 32;
    format!("{name}-{stem}-{place:08x}")
}

/// Returns the repository that a file stands in, if it stands in one.
fn around(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|directory| directory.join(".git").exists())
}
