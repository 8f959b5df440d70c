//! Goose: one database with all sessions, each with a list in Markdown among its other data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::heard::Heard;
use super::reading::{Called, Notice, Reading, Workspace};
use super::sqlite::{self, text};
use super::{json, lists, markdown, places};
use crate::todo::{Channel, Item, Session, SourceKind, Time};

/// What its database is called as a source.
const TODOS: SourceKind = SourceKind::Agent(Channel::List, "goose-todos");
/// The variable that moves everything of its.
const ROOT: &str = "GOOSE_PATH_ROOT";
/// The key of a list, and how those of all its versions begin.
const KEY: &str = "todo.v0";
const VERSIONS: &str = "todo.v";
/// The directory with the database.
const SESSIONS: &str = "sessions";

/// Goose.
#[derive(Debug)]
pub struct Goose;

impl Agent for Goose {
    fn name(&self) -> &'static str {
        "goose"
    }

    fn title(&self) -> &'static str {
        "Goose"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[TODOS]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[ROOT]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn home(&self) -> Option<PathBuf> {
        places::set(ROOT).map(|root| root.join("data")).or_else(|| places::data("goose"))
    }

    fn settings_home(&self) -> Option<PathBuf> {
        places::set(ROOT).map(|root| root.join("config")).or_else(|| places::config("goose"))
    }

    fn recognises(&self, directory: &Path) -> bool {
        directory.join(SESSIONS).join("sessions.db").is_file()
    }

    fn watched(&self) -> &'static [Watched] {
        &[Watched { directory: SESSIONS, below: |_| false, files: sqlite::ENDS }]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        sqlite::find(&Goose, home.join(SESSIONS).join("sessions.db"), scan);
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        read(&unit.path)
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, _: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        Ok(None)
    }

    fn hear(&self, _: &Value) -> Result<Heard, String> {
        Err("Goose has no hook that tells of a list".to_owned())
    }
}

fn read(path: &Path) -> Result<Reading, Notice> {
    let rows = sqlite::read(path, |database| {
        let columns = database.expect("sessions", &["id", "working_dir", "extension_data"])?;
        let more =
            ["created_at", "updated_at", "name"].into_iter().filter(|more| columns.iter().any(|column| column == more));
        let more: String = more.map(|column| format!(", {column}")).collect();
        let has_list = "extension_data LIKE '%\"todo.v%'";
        let all = format!("SELECT id, working_dir, extension_data{more} FROM sessions WHERE {has_list} ORDER BY id");
        database.query(&all)
    })?;
    let lists: Vec<_> = rows.iter().map(|row| list(text(row, "extension_data").unwrap_or_default())).collect();
    let found = rows.iter().zip(&lists).filter_map(|(row, list)| {
        let List::Boxes(items) = list else { return None };
        let at: Time = sqlite::time(row, "updated_at").unwrap_or_else(|| sqlite::changed(path));
        Some((name(row)?, at, items.clone()))
    });
    let mut reading = lists::reading(path, TODOS, found);
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for list in &lists {
        let List::Other(form) = list else { continue };
        *others.entry(form).or_default() += 1;
    }
    for (form, count) in others {
        let reason = format!("has {count} lists that cannot be read: {form}");
        reading.notices.push(Notice::new(path, reason, "the others were read; a newer git chittysync may know these"));
    }
    for row in &rows {
        let Some(session) = name(row).and_then(|name| Session::new(&name).ok()) else { continue };
        if let Some(directory) = text(row, "working_dir") {
            let place = Workspace { directory: directory.to_owned(), branch: None };
            reading.workspaces.insert(session.clone(), place);
        }
        let title = text(row, "name").map(str::to_owned);
        reading.called.extend(title.map(|title| (session, Called { title: Some(title), prompt: None })));
    }
    Ok(reading)
}

/// A list as it stands among the other data of a session.
enum List {
    /// The items with a box.
    Boxes(Vec<Item>),
    /// None that is known, and why not.
    Other(String),
    /// There is none.
    Nothing,
}

/// Looks for the list of a session. Where there is one of another version, what stands under the one that is known was
/// left behind.
fn list(data: &str) -> List {
    let Ok(data) = json::parse(data.as_bytes()) else {
        return List::Other("the data around them is no JSON".to_owned());
    };
    let Some(data) = data.as_object() else { return List::Nothing };
    let is_number = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let versions = data.keys().filter(|key| key.strip_prefix(VERSIONS).is_some_and(is_number));
    match versions.max_by_key(|key| (*key != KEY, *key)) {
        None => List::Nothing,
        Some(key) if key == KEY => match data[KEY].get("content").and_then(Value::as_str) {
            Some(text) => List::Boxes(markdown::items(text)),
            None => List::Other(format!("there is no text under {KEY}")),
        },
        Some(other) => List::Other(format!("their version is {other}, and {KEY} is known")),
    }
}

/// Returns the name of the session. Its own is a date and a number, which another device gives on the same day as well.
fn name(row: &sqlite::Row) -> Option<String> {
    let began = ["working_dir", "created_at"].map(|column| text(row, column).unwrap_or_default());
    let place = super::file::hash(began.join("\n").as_bytes()) >> 32;
    Some(format!("goose-{}-{place:08x}", text(row, "id")?))
}
