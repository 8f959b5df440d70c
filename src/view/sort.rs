//! Orders that somebody may want of a list other than its own.

use super::ready::priority;
use crate::todo::{Time, Todo};

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// How soon: the most urgent first.
    Priority,
    /// Until when: what is due first, then what has no date.
    Due,
    /// How long it has been there: the oldest first.
    Age,
}

impl Sort {
    pub(super) fn key(self, todo: &Todo) -> impl Ord + use<> {
        let due = todo.due().unwrap_or(Time::LAST);
        match self {
            Sort::Priority => (u64::from(priority(todo)), due, todo.created),
            Sort::Due => (0, due, todo.created),
            Sort::Age => (0, todo.created, due),
        }
    }
}
