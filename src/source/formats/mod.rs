//! What people keep todos in beside agents, as one list: a reader a format, from bytes to items.
//!
//! Labels, dates, priorities and what waits for what become the properties that todos have here. What was given up
//! there is left out.

mod backlog;
mod beads;
mod entry;
mod github;
mod taskmaster;
mod taskwarrior;
mod todotxt;

use serde_json::Value;

use super::{item, json, markdown};
use crate::todo::Item;

/// What todos are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON list of entries with words under `content` and a `status`.
    Json,
    /// Beads: `.beads/issues.jsonl`, or what `bd export` prints.
    Beads,
    /// Task Master: `tasks.json`.
    Taskmaster,
    /// Backlog.md: a file for each task.
    Backlog,
    /// todo.txt.
    Todotxt,
    /// What `task export` prints.
    Taskwarrior,
    /// Items with a box.
    Markdown,
    /// What `gh issue list --json …` prints.
    Github,
}

impl Format {
    /// All of them, in the order in which they are told.
    pub const ALL: [Format; 8] = [
        Format::Json,
        Format::Beads,
        Format::Taskmaster,
        Format::Backlog,
        Format::Todotxt,
        Format::Taskwarrior,
        Format::Markdown,
        Format::Github,
    ];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Beads => "beads",
            Format::Taskmaster => "taskmaster",
            Format::Backlog => "backlog",
            Format::Todotxt => "todotxt",
            Format::Taskwarrior => "taskwarrior",
            Format::Markdown => "markdown",
            Format::Github => "github",
        }
    }

    /// Recognises a format by what it looks like.
    ///
    /// # Errors
    /// When it looks like none.
    pub fn recognise(bytes: &[u8]) -> Result<Format, String> {
        let reason = match json::parse(bytes) {
            Ok(value) => return by_keys(&value).ok_or_else(|| "the input is JSON of no known format".to_owned()),
            Err(reason) => reason,
        };
        let text = String::from_utf8_lossy(bytes);
        let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        if let Some(format) = json::parse(first.as_bytes()).ok().filter(Value::is_object).and_then(|one| of_entry(&one))
        {
            return Ok(format);
        }
        if backlog::is_task(&text) {
            return Ok(Format::Backlog);
        }
        if !markdown::items(&text).is_empty() {
            return Ok(Format::Markdown);
        }
        match text.lines().any(todotxt::is_sure) {
            true => Ok(Format::Todotxt),
            false if first.is_empty() || first.starts_with(['{', '[']) => Err(format!("the input {reason}")),
            false => Err("the input looks like none of the formats that are known".to_owned()),
        }
    }
}

fn by_keys(value: &Value) -> Option<Format> {
    match value {
        Value::Array(list) => list.first().map_or(Some(Format::Json), |one| of_entry(one).or(Some(Format::Json))),
        Value::Object(object) if object.get("todos").is_some_and(Value::is_array) => Some(Format::Json),
        Value::Object(_) if taskmaster::is_file(value) => Some(Format::Taskmaster),
        other => of_entry(other),
    }
}

/// Tells a format by one entry of its list.
fn of_entry(entry: &Value) -> Option<Format> {
    let has = |names: &[&str]| names.iter().all(|name| entry.get(*name).is_some());
    match () {
        () if has(&["uuid", "description", "entry"]) => Some(Format::Taskwarrior),
        () if has(&["number", "title", "state"]) => Some(Format::Github),
        () if has(&["id", "title", "issue_type"]) || has(&["id", "title", "created_at"]) => Some(Format::Beads),
        () => None,
    }
}

/// A list that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// What is on it.
    pub items: Vec<Item>,
    /// How many entries were left out, because they were given up.
    pub given_up: usize,
}

/// Reads several files of one format as one list.
///
/// # Errors
/// When one of them is of another shape, or has an entry without words: what is imported by hand is wanted whole.
pub fn read_format(format: Format, files: &[Vec<u8>]) -> Result<Listed, String> {
    let mut all = Vec::new();
    for bytes in files {
        let text = || String::from_utf8_lossy(bytes);
        all.extend(match format {
            Format::Json => plain(bytes)?,
            Format::Beads => entry::each(&entries(bytes)?, beads::read)?,
            Format::Taskmaster => taskmaster::read(&parsed(bytes)?)?,
            Format::Backlog => vec![backlog::read(&text())?],
            Format::Todotxt => todotxt::read(&text())?,
            Format::Taskwarrior => taskwarrior::read(&entries(bytes)?)?,
            Format::Markdown => markdown::items(&text()),
            Format::Github => entry::each(&entries(bytes)?, github::read)?,
        });
    }
    let before = all.len();
    if format != Format::Json {
        all.retain(|item| !item.dropped);
    }
    Ok(Listed { given_up: before - all.len(), items: all })
}

/// Reads a JSON list of todos, or an object with such a list under `todos`. The words stand under `content`, `subject`,
/// `title` or `step`; everything else is kept.
fn plain(bytes: &[u8]) -> Result<Vec<Item>, String> {
    let list = match parsed(bytes)? {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("todos") {
            Some(Value::Array(list)) => list,
            _ => return Err("the input is an object without a list under \"todos\"".into()),
        },
        other => return Err(format!("the input is {}, not a list", json::kind_of(&other))),
    };
    let items = list.iter().enumerate().map(|(at, value)| {
        item::read(value, &["content", "subject", "title", "step"])
            .ok_or_else(|| format!("entry {} of the input has no words under \"content\"", at + 1))
    });
    items.collect()
}

fn parsed(bytes: &[u8]) -> Result<Value, String> {
    json::parse(bytes).map_err(|reason| format!("the input {reason}"))
}

/// Returns the entries of a JSON list, or of lines that each are one.
fn entries(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let whole = json::parse(bytes);
    match whole {
        Ok(Value::Array(list)) => Ok(list),
        Ok(value @ Value::Object(_)) => Ok(vec![value]),
        Ok(other) => Err(format!("the input is {}, not a list", json::kind_of(&other))),
        Err(reason) => {
            let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
            let lines: Result<Vec<Value>, String> = lines
                .enumerate()
                .map(|(at, line)| json::parse(line).map_err(|reason| format!("line {} of the input {reason}", at + 1)))
                .collect();
            if bytes.trim_ascii().contains(&b'\n') { lines } else { Err(format!("the input {reason}")) }
        }
    }
}

#[cfg(test)]
mod tests;
