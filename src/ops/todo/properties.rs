//! What else there is to say of a todo.

use serde_json::{Value, json};

use super::find::{Which, find};
use super::refusal::Refusal;
use crate::todo::{Project, TodoId};
use crate::view::{Everything, rank};

/// Properties to give a todo. What is not there stays; what is empty is taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// How soon.
    pub priority: Option<String>,
    /// What else there is to say.
    pub description: Option<String>,
    /// What must be done before.
    pub blocked_by: Option<Vec<Which>>,
}

impl Properties {
    /// Returns properties as they are typed: each name of a todo that must be done before by itself, an empty one for
    /// none.
    ///
    /// # Errors
    /// When the priority is none.
    pub fn typed(priority: Option<&str>, description: Option<&str>, blocked_by: &[String]) -> Result<Self, Refusal> {
        if let Some(priority) = priority.filter(|text| !text.is_empty() && rank(text).is_none()) {
            return Err(Refusal::Priority(priority.to_owned()));
        }
        let named = blocked_by.iter().filter(|words| !words.is_empty());
        let named: Vec<Which> = named.map(|words| Which::Words(words.clone())).collect();
        Ok(Properties {
            priority: priority.map(str::to_owned),
            description: description.map(str::to_owned),
            blocked_by: (!blocked_by.is_empty()).then_some(named),
        })
    }

    /// Returns them as they are said of a todo of this project. What it waits for is looked for there.
    pub(super) fn fields(
        &self,
        everything: &Everything,
        project: &Project,
        id: TodoId,
    ) -> Result<Vec<(String, Value)>, Refusal> {
        let mut fields = Vec::new();
        for (name, value) in [("priority", &self.priority), ("description", &self.description)] {
            fields.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
        }
        if let Some(named) = &self.blocked_by {
            let ids = named.iter().map(|which| match find(everything, Some(project), which)?.1.id {
                itself if itself == id => Err(Refusal::WaitsForItself),
                other => Ok(other.to_string()),
            });
            fields.push(("blockedBy".to_owned(), json!(ids.collect::<Result<Vec<String>, Refusal>>()?)));
        }
        Ok(fields)
    }
}
