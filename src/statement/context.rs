//! What a statement is made with.

use std::collections::BTreeMap;

use super::claim::Reopen;
use crate::todo::{Names, Project, Time, Todo, TodoId, TodoList};

/// What is known of todos, by whatever takes the least work: few are asked for.
pub trait Knowledge: Sync {
    /// Returns what is known of a todo of this project.
    fn todo(&self, project: &Project, id: TodoId) -> Option<&Todo>;

    /// Returns whether no other repository is known by the last part of this project's name.
    fn is_alone(&self, project: &Project) -> bool;
}

impl Knowledge for BTreeMap<Project, TodoList> {
    fn todo(&self, project: &Project, id: TodoId) -> Option<&Todo> {
        self.get(project)?.get(&id)
    }

    fn is_alone(&self, project: &Project) -> bool {
        Names::of(self.keys().cloned()).is_alone(project)
    }
}

/// What a statement is made with besides the list.
pub struct Context<'a> {
    /// What this device knows of every todo: the consolidated state.
    pub known: &'a dyn Knowledge,
    /// The clock. A list from the future is taken to be of this moment.
    pub now: Time,
    /// Who may reopen a completed todo.
    pub reopen: Reopen,
    /// The label of this device.
    pub device: &'a str,
    /// Who works on it, where that is known.
    pub person: Option<&'a str>,
    /// The project of the session's working directory, when one is known.
    pub project: Option<&'a Project>,
    /// The project of a todo by its words, for sessions without a directory.
    pub project_of: &'a (dyn Fn(&str) -> Project + Sync),
}

impl Context<'_> {
    /// Returns the present, as far as anything can be said of it.
    pub(super) fn present(&self) -> Time {
        self.now.min(Time::LAST)
    }
}
