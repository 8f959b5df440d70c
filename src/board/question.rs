//! What somebody is asked at the foot of the screen, and what the answer asks for.

use super::request::Request;
use crate::todo::{Project, Todo, TodoId, plain};

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// The words of a new todo of this project.
    Add(Option<Project>),
    /// Other words for a todo.
    Edit(TodoId),
    /// How soon a todo should be done.
    Priority(TodoId),
}

/// A question at the foot of the screen, and what was typed so far.
#[derive(Clone, Debug)]
pub(super) struct Prompt {
    pub(super) asked: Asked,
    pub(super) text: String,
}

impl Prompt {
    pub(super) fn add(project: Option<Project>) -> Self {
        Prompt { asked: Asked::Add(project), text: String::new() }
    }

    pub(super) fn edit(todo: &Todo) -> Self {
        Prompt { asked: Asked::Edit(todo.id), text: plain(&todo.content) }
    }

    pub(super) fn priority(todo: &Todo) -> Self {
        Prompt { asked: Asked::Priority(todo.id), text: String::new() }
    }

    /// Returns what is wanted, now that it is typed; nothing where nothing was.
    pub(super) fn request(self) -> Option<Request> {
        let words = self.text.trim().to_owned();
        match self.asked {
            _ if words.is_empty() => None,
            Asked::Add(project) => Some(Request::Add(project, words)),
            Asked::Edit(id) => Some(Request::Edit(id, words)),
            Asked::Priority(_) => None,
        }
    }
}
