//! Claude Code: list files of old versions, task lists, transcripts, teams and hooks.

mod answer;
mod began;
mod call;
mod copies;
mod goal;
mod hook;
mod names;
mod tasks;
mod teams;
mod titles;
mod todos;
mod transcript;
mod transcripts;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use crate::todo::{SourceKind, Time};
use names::{HOOK, TASKS, TODOS, TRANSCRIPT};

/// The variable that moves the home.
const HOME: &str = "CLAUDE_CONFIG_DIR";

/// Claude Code.
#[derive(Debug)]
pub struct Claude;

impl Agent for Claude {
    fn name(&self) -> &'static str {
        "claude"
    }

    fn title(&self) -> &'static str {
        "Claude Code"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[TODOS, TASKS, TRANSCRIPT, HOOK]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[HOME]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &["CLAUDE_CODE_SESSION_ID"]
    }

    fn home(&self) -> Option<PathBuf> {
        let set = std::env::var_os(HOME).filter(|path| !path.is_empty()).map(PathBuf::from);
        set.or_else(|| std::env::home_dir().map(|home| home.join(".claude")))
    }

    fn recognises(&self, directory: &Path) -> bool {
        ["todos", "tasks", "projects"].iter().any(|name| directory.join(name).is_dir())
            || directory.join("settings.json").is_file()
    }

    fn watched(&self) -> &'static [Watched] {
        &[
            Watched { directory: "todos", below: |_| false, files: &[".json"] },
            Watched { directory: "tasks", below: |path| path.components().count() == 1, files: &[".json"] },
            Watched { directory: "projects", below: transcripts::is_below, files: &[".jsonl"] },
        ]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        if self.recognises(home) {
            todos::scan(&Claude, &home.join("todos"), scan);
            tasks::scan(&Claude, &home.join("tasks"), scan);
            transcripts::scan(&Claude, &home.join("projects"), scan);
        } else {
            tasks::scan_flat(&Claude, home, scan);
            todos::scan(&Claude, home, scan);
            transcripts::scan_directory(&Claude, home, scan);
        }
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        match &unit.kind {
            UnitKind::List { session, agent } => todos::read(&unit.path, session, agent.as_deref()),
            UnitKind::Tasks { session } => Ok(tasks::read(&unit.path, session)),
            UnitKind::Transcript { session } => transcript::read(&unit.path, session),
            UnitKind::Database { .. } => Ok(Reading::default()),
        }
    }

    fn keeper(&self, unit: &Unit) -> Option<Keeper> {
        let UnitKind::Tasks { session: list } = &unit.kind else { return None };
        teams::keeper(unit.path.parent()?.parent()?, list.as_str())
    }

    fn reduce(&self, event: &Value, name: &str, now: Time) -> Result<Option<Value>, String> {
        hook::reduce(event, name, hook::list(self.home().as_deref(), event, name, now).as_deref())
    }

    fn began_in(&self, event: &Value) -> Option<PathBuf> {
        began::began_in(event)
    }

    fn hear(&self, event: &Value) -> Result<Heard, String> {
        hook::read(event)
    }
}
