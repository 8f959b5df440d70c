//! Plans in Markdown that stand in a project: those of spec-kit, OpenSpec and Kiro, and `TODO.md`. Only read, and only
//! where `--from` names the project.

mod edit;
mod file;
mod names;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::agent::{Agent, Keeper, Scan, Unit, Watched};
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use crate::todo::{SourceKind, Time};
use names::PLAN;

pub use edit::{Plan, PlanBox};

/// Reads a plan whose boxes may be checked; nothing for what is none.
///
/// # Errors
/// Why it cannot be read.
pub fn plan(unit: &Unit) -> Result<Option<Plan>, Notice> {
    if unit.agent.name() == Plans.name() { Plan::read(unit).map(Some) } else { Ok(None) }
}

/// Plans in Markdown.
#[derive(Debug)]
pub struct Plans;

impl Agent for Plans {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn title(&self) -> &'static str {
        "Markdown plans"
    }

    fn sources(&self) -> &'static [SourceKind] {
        &[PLAN]
    }

    fn home_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn session_variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn home(&self) -> Option<PathBuf> {
        // Each project has its own.
        None
    }

    fn recognises(&self, directory: &Path) -> bool {
        // An agent's home may have notes of its user beside everything else.
        let is_home = directory.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        !is_home && !file::plans(directory, &mut Scan::default()).is_empty()
    }

    fn watched(&self) -> &'static [Watched] {
        &[]
    }

    fn scan(&self, home: &Path, scan: &mut Scan) {
        file::scan(&Plans, home, scan);
    }

    fn read(&self, unit: &Unit) -> Result<Reading, Notice> {
        match &unit.kind {
            UnitKind::List { session, .. } => file::read(&unit.path, session),
            UnitKind::Database { .. } | UnitKind::Tasks { .. } | UnitKind::Transcript { .. } => Ok(Reading::default()),
        }
    }

    fn keeper(&self, _: &Unit) -> Option<Keeper> {
        None
    }

    fn reduce(&self, _: &Value, _: &str, _: Time) -> Result<Option<Value>, String> {
        Ok(None)
    }

    fn hear(&self, _: &Value) -> Result<Heard, String> {
        Err("plans have no hooks".to_owned())
    }
}
