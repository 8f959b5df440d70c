//! What an event of an agent's hooks says, once it is understood.

use super::change::Change;
use crate::todo::{Session, SourceKind};

/// What an event says, once it is understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Where it was heard.
    pub source: SourceKind,
    /// The name of the event, for people.
    pub event: String,
    /// The session in which it happened.
    pub session: Session,
    /// The sub-agent in which it happened.
    pub agent: Option<String>,
    /// The working directory of the session. `None` if the event names none.
    pub directory: Option<String>,
    /// The task list that the session keeps, when the event names one.
    pub list: Option<KeptList>,
    /// What happened.
    pub what: What,
}

/// The task list that a session keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptList {
    /// Its name.
    pub name: String,
    /// Whether it is the session's alone.
    pub is_own: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The session began, or goes on.
    Started,
    /// The session, or its sub-agent, ended.
    Ended,
    /// A list was changed.
    Changed(Change),
    /// Nothing that changes a list.
    Nothing,
}
