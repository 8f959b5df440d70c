//! Who said it: what is known of a session besides its todos.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Project, Session, Status, Time, Title, TodoId, TodoList};

/// The key that tells what had a session started, where it is an agent that this program started.
pub const SPAWNED_BY: &str = "spawnedBy";

/// What `sessions/<xx>/<session>.json` holds. No absolute paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its name.
    pub session: Session,
    /// The sub-agent whose list this is, when it is not the main one.
    pub agent: Option<String>,
    /// Where the last statement was read (`claude-todos`, `claude-tasks`, …).
    pub source: String,
    /// The label of the device on which it runs.
    pub device: String,
    /// Who works on that device, as git or `chittysync.person` says.
    pub person: Option<String>,
    /// The project of its working directory, when one is known.
    pub project: Option<Project>,
    /// The git branch it worked on.
    pub branch: Option<String>,
    /// What its user or its agent calls it. `None` if nobody said.
    pub title: Option<Title>,
    /// When it first stated a list.
    pub started: Time,
    /// When it last stated a changed one.
    pub updated: Time,
    /// When it ended, if it said so.
    pub ended: Option<Time>,
    /// Its list in the agent's own order, so that it can be shown and restored as it was.
    pub list: Vec<ListEntry>,
    /// Keys written by a newer version, kept as they came.
    pub extra: Map<String, Value>,
}

/// One entry of a session's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// The todo.
    pub id: TodoId,
    /// The number or name by which the agent knows it.
    pub native: Option<String>,
    /// What the session's own list says, where the claim cannot: open again after its own completion,
    /// while `chittysync.reopen` is `manual`.
    pub status: Option<Status>,
    /// What its links meant by numbers that the list shows for something else by now, or not any more.
    pub meant: BTreeMap<String, TodoId>,
}

/// Everything one session ever said: what the tree of its newest commit holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionState {
    /// What is known of the session itself.
    pub info: SessionInfo,
    /// What, by project. Each todo has exactly one claim, the session's own.
    pub projects: BTreeMap<Project, TodoList>,
}
