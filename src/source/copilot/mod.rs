//! GitHub Copilot CLI: a directory for each session, with a small database in which the model keeps its todos by writing
//! SQL, and hooks.

mod session;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::entries::entries;
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use super::{events, sqlite};
use crate::todo::{Channel, Session, SourceKind, Time};

/// What its databases are called as a source.
const TODOS: SourceKind = SourceKind::Agent(Channel::List, "copilot-todos");
/// What its hooks are called as a source.
const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "copilot-hook");
/// The variable that moves the home.
const HOME: &str = "COPILOT_HOME";
/// The directory with one for each session.
const SESSIONS: &str = "session-state";
/// The tool with which it plans, among other things.
const TOOL: &str = "sql";

/// GitHub Copilot CLI.
#[derive(Debug)]
pub struct Copilot;

impl Agent for Copilot {
    fn name(&self) -> &'static str {
        "copilot"
    }

    fn title(&self) -> &'static str {
        "Copilot CLI"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[TODOS, HOOK]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[HOME]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &["COPILOT_AGENT_SESSION_ID"]
    }

    fn home(&self) -> Option<PathBuf> {
        let set = std::env::var_os(HOME).filter(|path| !path.is_empty()).map(PathBuf::from);
        set.or_else(|| std::env::home_dir().map(|home| home.join(".copilot")))
    }

    fn recognises(&self, directory: &Path) -> bool {
        directory.join(SESSIONS).is_dir()
    }

    fn watched(&self) -> &'static [Watched] {
        &[Watched { directory: SESSIONS, below: |path| path.components().count() <= 1, files: sqlite::ENDS }]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        for (name, path, _) in entries(&home.join(SESSIONS), scan).into_iter().filter(|(.., found)| found.is_dir()) {
            let (Ok(session), path) = (Session::new(&name), path.join("session.db")) else { continue };
            sqlite::unit(&Copilot, path, UnitKind::List { session, agent: None }, scan);
        }
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        match &unit.kind {
            UnitKind::List { session, .. } => session::read(&unit.path, session, TODOS),
            UnitKind::Database { .. } | UnitKind::Tasks { .. } | UnitKind::Transcript { .. } => Ok(Reading::default()),
        }
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, event: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        // What the model wrote is SQL, which only its database understands.
        events::reduce(event, |_, _| Ok(None))
    }

    fn hear(&self, event: &Value) -> Result<Heard, String> {
        events::hear(event, HOOK, &session::WORDS)
    }

    fn is_to_be_looked_at(&self, event: &Value) -> bool {
        let given = ["tool_input", "toolArgs"].into_iter().find_map(|key| event.get(key));
        // Whatever changes the table names it. What it does with it is for the database to say.
        let may_change = given.is_none_or(|given| given.to_string().to_ascii_lowercase().contains("todo"));
        events::text(event, &["tool_name", "toolName"]) == Some(TOOL) && may_change
    }

    fn answer(&self, context: &str) -> Value {
        json!({ "additionalContext": context })
    }
}
