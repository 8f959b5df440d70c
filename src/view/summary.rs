//! Counts.

use std::collections::BTreeSet;

use super::Everything;
use crate::merge::disagreements;
use crate::todo::{Session, State, Status, Todo};

/// How many todos there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pending ones, blocked ones among them.
    pub pending: usize,
    /// Being worked on.
    pub in_progress: usize,
    /// Done.
    pub completed: usize,
    /// Those that no session wants any more.
    pub dropped: usize,
    /// Sessions that spoke of them, each once wherever it goes on.
    pub sessions: usize,
    /// Statements on todos that another session had also spoken of: what merging saved a reader.
    pub duplicates: usize,
    /// Todos on which a session disagrees, and spoke later than the one that was kept.
    pub conflicts: usize,
}

impl Counts {
    /// Returns how many todos there are.
    pub fn total(&self) -> usize {
        self.open() + self.completed + self.dropped
    }

    /// Returns how many todos are still to be done.
    pub fn open(&self) -> usize {
        self.pending + self.in_progress
    }

    fn add(&mut self, todo: &Todo) {
        *match todo.state() {
            State::Wanted(Status::Pending) => &mut self.pending,
            State::Wanted(Status::InProgress) => &mut self.in_progress,
            State::Wanted(Status::Completed) => &mut self.completed,
            State::Dropped => &mut self.dropped,
        } += 1;
        self.duplicates += todo.voices().count() - 1;
        self.conflicts += usize::from(in_conflict(todo));
    }
}

/// Counts all todos.
pub fn count<'a>(todos: impl IntoIterator<Item = &'a Todo>) -> Counts {
    let mut counts = Counts::default();
    let mut sessions = BTreeSet::new();
    for todo in todos {
        counts.add(todo);
        sessions.extend(todo.claims.keys().map(Session::root));
    }
    counts.sessions = sessions.len();
    counts
}

impl Everything {
    /// Counts all todos.
    pub fn counts(&self) -> Counts {
        count(self.todos().map(|(_, todo)| todo))
    }
}

/// Returns whether a session disagrees and spoke later than the one that was kept.
pub(super) fn in_conflict(todo: &Todo) -> bool {
    todo.claims.len() > 1 && disagreements(todo).iter().any(crate::merge::Disagreement::is_newer)
}
