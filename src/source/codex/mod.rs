//! Codex CLI: the files of its conversations, and hooks. Its tool `update_plan` writes the whole list each time.

mod names;
mod rollout;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use super::{began, events};
use crate::todo::{SourceKind, Time};
use names::{DONE, HOOK, TOOL, TRANSCRIPT, WORDS};

/// The variable that moves the home.
const HOME: &str = "CODEX_HOME";

/// Codex CLI.
#[derive(Debug)]
pub struct Codex;

impl Agent for Codex {
    fn name(&self) -> &'static str {
        "codex"
    }

    fn title(&self) -> &'static str {
        "Codex"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[TRANSCRIPT, HOOK]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[HOME]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        // It starts programs without any. Its client of our tools names the session in each call.
        &[]
    }

    fn home(&self) -> Option<PathBuf> {
        let set = std::env::var_os(HOME).filter(|path| !path.is_empty()).map(PathBuf::from);
        set.or_else(|| std::env::home_dir().map(|home| home.join(".codex")))
    }

    fn recognises(&self, directory: &Path) -> bool {
        directory.join("sessions").is_dir()
            && (directory.ends_with(".codex") || directory.join("config.toml").is_file() || rollout::is_in(directory))
    }

    fn watched(&self) -> &'static [Watched] {
        // A directory for each year, month and day.
        &[Watched { directory: "sessions", below: |path| path.components().count() <= 3, files: &[".jsonl"] }]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        for part in ["sessions", "archived_sessions"] {
            rollout::scan(&Codex, &home.join(part), 0, scan);
        }
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        match &unit.kind {
            UnitKind::Transcript { session } => rollout::read(&unit.path, session),
            UnitKind::Database { .. } | UnitKind::List { .. } | UnitKind::Tasks { .. } => Ok(Reading::default()),
        }
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, event: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        events::reduce(event, |tool, event| {
            let refused = event.get("tool_response").and_then(Value::as_str).is_some_and(|said| said.trim() != DONE);
            if tool != TOOL || refused {
                return Ok(None);
            }
            let plan = event.pointer("/tool_input/plan").and_then(Value::as_array);
            plan.cloned().map(Some).ok_or_else(|| "has no plan".to_owned())
        })
    }

    fn began_in(&self, event: &Value) -> Option<PathBuf> {
        began::of_event(event, &["/payload/cwd"])
    }

    fn hear(&self, event: &Value) -> Result<Heard, String> {
        events::hear(event, HOOK, &WORDS)
    }
}
