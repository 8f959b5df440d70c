//! Agents' state as snapshots. Read-only, tolerant, and honest about what could not be read.
//!
//! A *unit* is what changes as a whole: a list file, a directory of tasks, a transcript. [`scan`] finds
//! the units of a home without opening them; [`read`] reads one. Nothing here knows of a store.

mod agent;
mod change;
pub mod claude;
mod file;
pub mod hook;
mod import;
mod item;
mod json;
mod markdown;
mod records;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use agent::{Agent, Home, Keeper, Watched, agents, also, home_variables, named, session_variable};
pub use change::{Change, is_all_done};
pub use file::Stamp;
pub use import::read_list;

use crate::todo::{Session, Snapshot};

/// Something that was not read, why, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The file or directory.
    pub path: PathBuf,
    /// Why it was not read.
    pub reason: String,
    /// What a person can do.
    pub remedy: String,
}

impl Notice {
    /// Returns one of a file or directory.
    pub fn new(path: &Path, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Notice { path: path.to_owned(), reason: reason.into(), remedy: remedy.into() }
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
    /// Returns the session or the list that it is named for.
    pub fn session(&self) -> &Session {
        match &self.kind {
            UnitKind::List { session, .. } | UnitKind::Tasks { session } | UnitKind::Transcript { session } => session,
        }
    }
}

/// What a unit holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A list file, with the sub-agent it is named for when that is not the session itself.
    List {
        /// The session in its name.
        session: Session,
        /// The sub-agent in its name.
        agent: Option<String>,
    },
    /// A directory of tasks.
    Tasks {
        /// The list.
        session: Session,
    },
    /// A transcript.
    Transcript {
        /// The session that its file is named for.
        session: Session,
    },
}

/// What a scan found.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The units, in the order of their paths.
    pub units: Vec<Unit>,
    /// What looks like a unit and cannot be one.
    pub notices: Vec<Notice>,
}

/// Where a session works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its working directory. Never written to a store.
    pub directory: String,
    /// Its git branch.
    pub branch: Option<String>,
}

/// A state of a list that a unit tells of.
#[derive(Clone, Debug)]
pub struct State {
    /// The list, as far as the unit tells.
    pub snapshot: Snapshot,
    /// What identifies the line of a transcript, so that a copy in another transcript can be recognised.
    pub line: Option<u64>,
    /// The call that made this state of the one before, where the list is not this transcript's alone.
    pub change: Option<Change>,
}

impl From<Snapshot> for State {
    /// A state that stands for itself.
    fn from(snapshot: Snapshot) -> Self {
        State { snapshot, line: None, change: None }
    }
}

/// What one unit says.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The states it tells of, in the order in which they were stated.
    pub states: Vec<State>,
    /// Where sessions work.
    pub places: BTreeMap<Session, Place>,
    /// What in it could not be read.
    pub notices: Vec<Notice>,
    /// A hash of what it says: equal for a copy.
    pub digest: u64,
}

impl UnitKind {
    /// Returns the session that the unit is named for.
    pub fn session(&mut self) -> &mut Session {
        match self {
            UnitKind::List { session, .. } | UnitKind::Tasks { session } | UnitKind::Transcript { session } => session,
        }
    }

    /// Returns what people call it.
    pub fn as_str(&self) -> &'static str {
        match self {
            UnitKind::List { .. } => "todo list",
            UnitKind::Tasks { .. } => "task list",
            UnitKind::Transcript { .. } => "transcript",
        }
    }
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

/// An entry of a directory: its name, its path, and what it looks like, a link unfollowed.
type Entry = (String, PathBuf, std::fs::Metadata);

/// Returns the entries of a directory, by name. A directory that is not there has none.
fn entries(directory: &Path, scan: &mut Scan) -> Vec<Entry> {
    let listed = match std::fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(err) => {
            scan.notices.push(Notice::new(directory, format!("cannot be listed: {err}"), "make it readable"));
            return Vec::new();
        }
    };
    let entry = |entry: std::fs::DirEntry| {
        let metadata = entry.metadata().ok()?;
        Some((entry.file_name().to_string_lossy().into_owned(), entry.path(), metadata))
    };
    let mut entries: Vec<_> = listed.flatten().filter_map(entry).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}
