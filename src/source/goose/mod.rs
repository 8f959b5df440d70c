//! Goose: one database with all sessions, each with a list in Markdown among its other data.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::heard::Heard;
use super::reading::{Called, Notice, Reading, Workspace};
use super::sqlite::{self, text};
use super::{json, lists, markdown};
use crate::todo::{Channel, Session, SourceKind, Time};

/// What its database is called as a source.
const TODOS: SourceKind = SourceKind::Agent(Channel::List, "goose-todos");
/// The variable that moves everything of its.
const ROOT: &str = "GOOSE_PATH_ROOT";
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
        let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let data = || set("XDG_DATA_HOME").or_else(|| Some(std::env::home_dir()?.join(".local/share")));
        set(ROOT).map(|root| root.join("data")).or_else(|| Some(data()?.join("goose")))
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
    let found = rows.iter().filter_map(|row| {
        let data = json::parse(text(row, "extension_data")?.as_bytes()).ok()?;
        let list = data.get("todo.v0")?.get("content")?.as_str()?;
        let at: Time = sqlite::time(row, "updated_at").unwrap_or_else(|| sqlite::changed(path));
        Some((name(row)?, at, markdown::items(list)))
    });
    let mut reading = lists::reading(path, TODOS, found);
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

/// Returns the name of the session. Its own is a date and a number, which another device gives on the same day as well.
fn name(row: &sqlite::Row) -> Option<String> {
    let began = ["working_dir", "created_at"].map(|column| text(row, column).unwrap_or_default());
    let place = super::file::hash(began.join("\n").as_bytes()) >> 32;
    Some(format!("goose-{}-{place:08x}", text(row, "id")?))
}
