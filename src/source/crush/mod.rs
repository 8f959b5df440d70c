//! Crush: a database in each project, and a list of them in its home.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::events;
use super::heard::Heard;
use super::reading::{Called, Notice, Reading, UnitKind, Workspace};
use super::sqlite::{self, text};
use super::{file, json, lists, places};
use crate::todo::{Channel, Session, SourceKind, Time};

/// What its databases are called as a source.
const TODOS: SourceKind = SourceKind::Agent(Channel::List, "crush-todos");
/// The list of projects.
const PROJECTS: &str = "projects.json";
/// The database of a project.
const DATABASE: &str = "crush.db";
/// So many projects are looked at, those first in which it was used last.
const MOST: usize = 200;
/// A smaller number counts seconds, a greater one milliseconds: the year 5138, and 1973.
const SECONDS: i64 = 100_000_000_000;

/// Crush.
#[derive(Debug)]
pub struct Crush;

impl Agent for Crush {
    fn name(&self) -> &'static str {
        "crush"
    }

    fn title(&self) -> &'static str {
        "Crush"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[TODOS]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &["CRUSH_GLOBAL_DATA"]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn home(&self) -> Option<PathBuf> {
        places::set("CRUSH_GLOBAL_DATA").or_else(|| places::data("crush"))
    }

    fn settings_home(&self) -> Option<PathBuf> {
        places::set("CRUSH_GLOBAL_CONFIG").or_else(|| places::config("crush"))
    }

    fn recognises(&self, directory: &Path) -> bool {
        // The directory of one project, or the home, which may be called anything.
        directory.join(DATABASE).is_file() || !projects(directory).is_empty()
    }

    fn watched(&self) -> &'static [Watched] {
        &[Watched { directory: "", below: |_| false, files: &[".json"] }]
    }

    fn watched_elsewhere(&self, home: &Path) -> Vec<(PathBuf, Watched)> {
        let watched = Watched { directory: "", below: |_| false, files: sqlite::ENDS };
        projects(home).into_iter().map(|(_, data)| (data, watched)).collect()
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        // What the home names is what a directory is taken for; one alone mostly stands in its project.
        let around = home.parent().filter(|_| home.ends_with(".crush")).map(Path::to_owned);
        let mut databases = BTreeMap::from([(home.to_owned(), around)]);
        databases.extend(projects(home).into_iter().map(|(project, data)| (data, Some(project))));
        for (data, directory) in databases {
            sqlite::unit(&Crush, data.join(DATABASE), UnitKind::Database { directory }, scan);
        }
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        match &unit.kind {
            UnitKind::Database { directory } => read(&unit.path, directory.as_deref()),
            UnitKind::List { .. } | UnitKind::Tasks { .. } | UnitKind::Transcript { .. } => Ok(Reading::default()),
        }
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, _: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        // Its only hook comes before a list is written.
        Ok(None)
    }

    fn hear(&self, _: &Value) -> Result<Heard, String> {
        Err("Crush has no hook that tells what was written".to_owned())
    }
}

/// Returns the projects that the home names: where each is, and where its database stands.
fn projects(home: &Path) -> Vec<(PathBuf, PathBuf)> {
    let Ok((list, ..)) = file::read_stable(&home.join(PROJECTS), json::parse) else { return Vec::new() };
    let path = |project: &Value, key: &str| project.get(key).and_then(Value::as_str).map(PathBuf::from);
    let mut found: Vec<(String, PathBuf, PathBuf)> = Vec::new();
    for project in list.get("projects").and_then(Value::as_array).into_iter().flatten() {
        let used = project.get("last_accessed").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(place) = path(project, "path").filter(|path| path.is_absolute()) else { continue };
        // As it is set, which may be within the project.
        found.extend(path(project, "data_dir").map(|data| (used, place.clone(), place.join(data))));
    }
    found.sort_by(|one, other| other.0.cmp(&one.0));
    found.into_iter().take(MOST).map(|(_, path, data)| (path, data)).collect()
}

fn read(path: &Path, project: Option<&Path>) -> Result<Reading, Notice> {
    let rows = sqlite::read(path, |database| {
        database.expect("sessions", &["id", "title", "todos", "updated_at"])?;
        database.query("SELECT id, title, todos, updated_at FROM sessions WHERE todos IS NOT NULL ORDER BY id")
    })?;
    let list = |row: &sqlite::Row| json::parse(text(row, "todos")?.as_bytes()).ok()?.as_array().cloned();
    let broken = rows.iter().filter(|row| text(row, "todos").is_some() && list(row).is_none()).count();
    let found = rows.iter().filter_map(|row| {
        let at = row.get("updated_at").and_then(Value::as_i64).unwrap_or_default();
        let at = if at < SECONDS { at.saturating_mul(1000) } else { at };
        Some((text(row, "id")?.to_owned(), Time::from_millis(at), events::items(&list(row)?, &["content"])))
    });
    let mut reading = lists::reading(path, TODOS, found);
    if broken > 0 {
        reading.notices.push(Notice::new(path, format!("{broken} of its lists are no JSON"), "the others were read"));
    }
    let directory = project.map(|project| project.to_string_lossy().into_owned());
    for row in &rows {
        let Some(session) = text(row, "id").and_then(|id| Session::new(id).ok()) else { continue };
        if let Some(directory) = &directory {
            let place = Workspace { directory: directory.clone(), branch: None };
            reading.workspaces.insert(session.clone(), place);
        }
        let title = text(row, "title").map(str::to_owned);
        reading.called.extend(title.map(|title| (session, Called { title: Some(title), prompt: None })));
    }
    Ok(reading)
}
