//! What is read of an agent's files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::change::Change;
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
    /// A database, or another file, with the lists of several sessions.
    Database {
        /// Where they work, as far as something beside it tells.
        directory: Option<PathBuf>,
    },
    /// A transcript.
    Transcript {
        /// The session that its file is named for.
        session: Session,
    },
}

impl UnitKind {
    /// Returns the session that the unit is named for, if it is named for one.
    pub fn session(&mut self) -> Option<&mut Session> {
        match self {
            UnitKind::Database { .. } => None,
            UnitKind::List { session, .. } | UnitKind::Tasks { session } | UnitKind::Transcript { session } => {
                Some(session)
            }
        }
    }

    /// Returns what people call it.
    pub fn as_str(&self) -> &'static str {
        match self {
            UnitKind::List { .. } => "todo list",
            UnitKind::Tasks { .. } => "task list",
            UnitKind::Database { .. } => "database",
            UnitKind::Transcript { .. } => "transcript",
        }
    }
}

/// Where a session works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its working directory. Never written to a store.
    pub directory: String,
    /// The git branch there. `None` if it is not told.
    pub branch: Option<String>,
}

/// What a session is called, as far as a unit tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// What its user calls it, else what its agent does, else a summary.
    pub title: Option<String>,
    /// The beginning of the first thing that its user asked for.
    pub prompt: Option<String>,
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
    pub workspaces: BTreeMap<Session, Workspace>,
    /// What sessions are called.
    pub called: BTreeMap<Session, Called>,
    /// What in it could not be read.
    pub notices: Vec<Notice>,
    /// A hash of what it says: equal for a copy.
    pub digest: u64,
}
