//! An agent that there is not: a file for each list, its first line says where it works.

use std::path::{Path, PathBuf};

use chittysync::source::{Agent, Change, Keeper, Notice, Reading, Scan, Stamp, Unit, UnitKind, Watched, Workspace};
use chittysync::source::{Heard, What};
use chittysync::todo::{Channel, Item, Session, Snapshot, SourceKind, Status, Time};
use serde_json::Value;

/// The one there is.
pub static NOTEBOOK: Notebook = Notebook;

const PAGES: SourceKind = SourceKind::Agent(Channel::List, "notebook-todos");
const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "notebook-hook");

#[derive(Debug)]
pub struct Notebook;

impl Agent for Notebook {
    fn name(&self) -> &'static str {
        "notebook"
    }

    fn title(&self) -> &'static str {
        "Notebook"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[PAGES, HOOK]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &["NOTEBOOK_HOME"]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &["NOTEBOOK_PAGE"]
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir().map(|home| home.join(".notebook"))
    }

    fn recognises(&self, directory: &Path) -> bool {
        directory.join("pages").is_dir()
    }

    fn watched(&self) -> &'static [Watched] {
        &[Watched { directory: "pages", below: |_| false, files: &[".page"] }]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        for entry in std::fs::read_dir(home.join("pages")).into_iter().flatten().flatten() {
            let (path, metadata) = (entry.path(), entry.metadata().expect("metadata"));
            let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            let session = Session::new(name).expect("a session");
            let kind = UnitKind::List { session, agent: None };
            scan.units.push(Unit { agent: &NOTEBOOK, path, kind, stamp: Stamp::of(&metadata) });
        }
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        let UnitKind::List { session, .. } = &unit.kind else { unreachable!("it has pages only") };
        let text = std::fs::read_to_string(&unit.path)
            .map_err(|err| Notice::new(&unit.path, err.to_string(), "make it readable"))?;
        let mut lines = text.lines();
        let directory = lines.next().unwrap_or_default().to_owned();
        let mut reading = Reading::default();
        reading.workspaces.insert(session.clone(), Workspace { directory, branch: None });
        let at = Time::parse("2026-11-20T10:00:00Z").expect("a time");
        reading.states.push(Snapshot::new(session.clone(), PAGES, at, lines.map(item).collect()).into());
        Ok(reading)
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, event: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        Ok(event.get("page").map(|_| event.clone()))
    }

    fn hear(&self, event: &Value) -> Result<Heard, String> {
        let text = |key: &str| event[key].as_str().map(str::to_owned);
        let lines = event["lines"].as_array().ok_or("has no lines")?;
        let items = lines.iter().filter_map(Value::as_str).map(item).collect();
        Ok(Heard {
            source: HOOK,
            event: "page".into(),
            session: Session::new(&text("page").ok_or("has no page")?).map_err(|err| err.to_string())?,
            agent: None,
            directory: text("cwd"),
            list: None,
            what: What::Changed(Change::List(items)),
        })
    }
}

fn item(line: &str) -> Item {
    let (mark, words) = line.split_once(' ').expect("a mark and words");
    let status = if mark == "x" { Status::Completed } else { Status::Pending };
    Item { content: words.to_owned(), status, ..Item::default() }
}
