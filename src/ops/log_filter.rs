//! What part of history is asked for.

use crate::todo::{By, Scope, Time, TodoId};

/// What part of history to tell.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Only of this todo, and of what it was renamed from.
    pub todo: Option<TodoId>,
    /// Only of this project, and of what is shown as one with it.
    pub project: Option<Scope>,
    /// Only by sessions whose name begins so.
    pub session: Option<String>,
    /// Only by sessions of these.
    pub by: Option<By>,
    /// Only what was said at this time or later.
    pub since: Option<Time>,
    /// Only what was said at this time or earlier.
    pub until: Option<Time>,
    /// At most so many events.
    pub most: usize,
}
