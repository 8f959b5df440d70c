//! What a place shows.

use std::collections::BTreeSet;

use crate::todo::{Project, State, TodoId};

/// A record as a place shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledRecord {
    /// What the place calls it.
    pub remote: String,
    /// The todo that we wrote there; nothing for one that somebody made there.
    pub id: Option<TodoId>,
    /// Its project, where the place says one.
    pub project: Option<Project>,
    /// Its words.
    pub content: String,
    /// How far it is.
    pub state: State,
    /// How soon.
    pub priority: Option<String>,
    /// What else there is to say.
    pub description: Option<String>,
    /// Who is to do it, empty for nobody; nothing where the place shows no such thing.
    pub assignee: Option<String>,
    /// Its labels; nothing where the place shows none.
    pub labels: Option<BTreeSet<String>>,
    /// The place's own count of changes, or its time of the last one.
    pub revision: i64,
}

impl PulledRecord {
    /// Returns one that shows words and a state, and nothing else.
    pub fn new(remote: &str, content: &str, state: State) -> Self {
        PulledRecord {
            remote: remote.to_owned(),
            id: None,
            project: None,
            content: content.to_owned(),
            state,
            priority: None,
            description: None,
            assignee: None,
            labels: None,
            revision: 0,
        }
    }
}

/// What a place shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Records that changed since the cursor, or all of them.
    pub records: Vec<PulledRecord>,
    /// Records that somebody threw away there, by what the place calls them: it says so of each.
    pub gone: Vec<String>,
    /// Whether these are all records that there are, to the last page.
    pub is_complete: bool,
    /// The newest revision that there is.
    pub newest: i64,
}

impl Pulled {
    /// Returns what a place lists that has a revision of each record: all there are, where it was not asked for changes
    /// since some moment.
    pub fn listed(records: Vec<PulledRecord>, since: Option<i64>) -> Self {
        let newest = records.iter().map(|record| record.revision).max().unwrap_or_default();
        Pulled { records, gone: Vec::new(), is_complete: since.is_none(), newest }
    }
}

/// What became of a record that a whole listing does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there, and is not listed.
    There,
    /// Somebody threw it away: the place says so.
    ThrownAway,
    /// The place does not know it. That says nothing of the todo.
    Unknown,
}
