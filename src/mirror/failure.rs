//! Why something did not work at a mirror: what kind of failure it is decides what is done about it.

use std::time::Duration;

use crate::todo::TodoId;

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may work later: the place is away, or busy, or answered with something that passes.
    #[error("{reason}")]
    Later {
        /// What happened.
        reason: String,
        /// How long the place asks to be left alone, if it says so.
        after: Option<Duration>,
    },
    /// Somebody has to do something before it can work.
    #[error("{reason}")]
    Refused {
        /// What happened.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// The place does not take a record, and takes others.
    #[error("{reason}")]
    Record {
        /// Which, where the place says so.
        id: Option<TodoId>,
        /// Why.
        reason: String,
    },
    /// Somebody else brought the place further meanwhile.
    #[error("somebody else brought it up to date at the same time")]
    Overtaken,
}

impl Failure {
    /// Returns one that passes.
    pub fn later(reason: impl Into<String>) -> Self {
        Failure::Later { reason: reason.into(), after: None }
    }

    /// Returns one that needs somebody.
    pub fn refused(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Failure::Refused { reason: reason.into(), remedy: remedy.into() }
    }

    /// Returns that the store failed.
    pub fn store(err: &dyn std::error::Error) -> Self {
        Failure::refused(crate::ops::chain(err), "`git chittysync doctor` says what to put right")
    }

    /// Returns what to do about it.
    pub fn remedy(&self, name: &str) -> String {
        match self {
            Failure::Refused { remedy, .. } => remedy.clone(),
            Failure::Later { .. } | Failure::Overtaken => {
                format!("it is tried again; `git chittysync mirror sync {name}` tries at once")
            }
            Failure::Record { .. } => format!("`git chittysync mirror sync {name}` tries again"),
        }
    }
}
