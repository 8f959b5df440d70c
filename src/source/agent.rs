//! What an agent is to us. Everything that is particular to one stands in its folder.

use std::fmt::Debug;
use std::panic::RefUnwindSafe;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::file::Stamp;
use super::heard::Heard;
use super::reading::{Notice, Reading, UnitKind};
use crate::todo::{Session, SourceKind, Time};

/// A program that keeps todo lists while it works.
pub trait Agent: Debug + Sync + RefUnwindSafe {
    /// Its name in options, and how the words of its sources begin. It is saved, so it never changes.
    fn name(&self) -> &'static str;

    /// What people call it.
    fn title(&self) -> &'static str;

    /// The kinds of its sources. Their words are saved: `<name>-<channel>`.
    fn sources(&self) -> &'static [SourceKind];

    /// The variables that say where its files are. What starts without the user's environment is given them.
    fn home_variables(&self) -> &'static [&'static str];

    /// The variables by which it tells the programs it starts in which session they run, the best one first.
    fn session_variables(&self) -> &'static [&'static str];

    /// Where it keeps its files, or would; nothing when the user has no home.
    fn home(&self) -> Option<PathBuf>;

    /// Where it keeps its settings, or would: its home, unless its files stand elsewhere.
    fn settings_home(&self) -> Option<PathBuf> {
        self.home()
    }

    /// Whether a directory looks like a home of this agent.
    fn recognises(&self, directory: &Path) -> bool;

    /// The parts of its home in which lists change.
    fn watched(&self) -> &'static [Watched];

    /// Returns directories elsewhere in which lists change: those that the home names by now.
    fn watched_elsewhere(&self, _: &Path) -> Vec<(PathBuf, Watched)> {
        Vec::new()
    }

    /// Finds the units below a home, without opening them.
    fn scan(&self, home: &Path, scan: &mut Scan);

    /// Reads one of the units that [`Agent::scan`] found.
    ///
    /// # Errors
    /// Why nothing of it can be read.
    fn read(&self, unit: &Unit) -> Result<Reading, Notice>;

    /// Returns whose a list is that is not named for its session, while the agent tells.
    fn keeper(&self, unit: &Unit) -> Option<Keeper>;

    /// Returns the little of a hook's event that [`Agent::hear`] needs; nothing when it says nothing of todos or
    /// sessions. `name` is the event's name where the event does not say it.
    ///
    /// # Errors
    /// Why what it says of them cannot be read.
    fn reduce(&self, event: &Value, name: &str, now: Time) -> Result<Option<Value>, String>;

    /// Returns the directory in which the session of a hook's event began, wherever it has gone since; nothing when the
    /// event does not tell.
    fn began_in(&self, event: &Value) -> Option<PathBuf> {
        event.get("cwd").and_then(Value::as_str).map(PathBuf::from)
    }

    /// Reads what [`Agent::reduce`] kept of an event.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn hear(&self, event: &Value) -> Result<Heard, String>;

    /// Returns whether an event says that a list may have changed which only the agent's files tell.
    fn is_to_be_looked_at(&self, _: &Value) -> bool {
        false
    }

    /// Returns why nothing of it can be read, whatever is there.
    fn trouble(&self) -> Option<&str> {
        None
    }

    /// Returns what its hooks print for a session that starts, so that its model is told this.
    fn answer(&self, context: &str) -> Value {
        json!({"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": context}})
    }
}

impl PartialEq for dyn Agent {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for dyn Agent {}

/// A part of an agent's home in which lists change.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    /// Its name in the home.
    pub directory: &'static str,
    /// Whether lists change in the directory with this path below it, too.
    pub below: fn(&Path) -> bool,
    /// How the names of files end in which lists change.
    pub files: &'static [&'static str],
}

/// The session that keeps a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// The session.
    pub session: Session,
    /// Its working directory. `None` if no event named one.
    pub directory: Option<String>,
    /// Since when it keeps the list.
    pub since: Time,
}

/// A directory in which an agent keeps its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Whose it is.
    pub agent: &'static dyn Agent,
    /// The directory.
    pub path: PathBuf,
}

impl Home {
    /// Returns the directories that are watched with what is in them, whether they are there or not.
    pub fn watched(&self) -> impl Iterator<Item = (PathBuf, Watched)> {
        let parts = self.agent.watched().iter().map(|part| (self.path.join(part.directory), *part));
        parts.chain(self.agent.watched_elsewhere(&self.path))
    }
}

/// A part of an agent's home that changes as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Whose it is.
    pub agent: &'static dyn Agent,
    /// The file or directory.
    pub path: PathBuf,
    /// What it holds.
    pub kind: UnitKind,
    /// What it looks like from outside.
    pub stamp: Stamp,
}

impl Unit {
    /// Returns the session or the list that it is named for; nothing when it holds those of many.
    pub fn session(&self) -> Option<&Session> {
        match &self.kind {
            UnitKind::Database { .. } => None,
            UnitKind::List { session, .. } | UnitKind::Tasks { session } | UnitKind::Transcript { session } => {
                Some(session)
            }
        }
    }
}

/// What a scan found.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The units, in the order of their paths.
    pub units: Vec<Unit>,
    /// What looks like a unit and cannot be one.
    pub notices: Vec<Notice>,
}

/// Finds the units of a home.
pub fn scan(home: &Home) -> Scan {
    let mut scan = Scan::default();
    home.agent.scan(&home.path, &mut scan);
    scan.units.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    scan
}

/// Reads one unit. What cannot be read becomes a notice, never an error: the rest goes on.
pub fn read(unit: &Unit) -> Reading {
    let read = unit.agent.read(unit);
    read.unwrap_or_else(|notice| Reading { notices: vec![notice], ..Reading::default() })
}

/// Returns whether anything in these homes tells of a list.
pub fn tell_of_a_list(homes: &[Home]) -> bool {
    homes.iter().flat_map(|home| scan(home).units).any(|unit| !read(&unit).states.is_empty())
}
