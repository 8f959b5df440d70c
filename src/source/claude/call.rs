//! The calls of the task tools: what a model asked for, and what it was answered.

use serde_json::Value;

use super::tasks;
use crate::source::change::{Change, id_text};
use crate::source::item;

/// Reads a call, given what it answered. Nothing when it changed nothing, or something that is the agent's own.
pub(super) fn change(name: &str, input: &Value, answer: &Value) -> Option<Change> {
    match name {
        "TaskCreate" if !tasks::is_internal(input) => {
            let id = answer.pointer("/task/id")?;
            let mut item = item::read(input, &["subject", "content", "title"])?;
            item.fields.remove("x-id");
            item.native = Some(id_text(id)?);
            Some(Change::Created(item))
        }
        "TaskUpdate" if answer.get("success") != Some(&Value::Bool(false)) => {
            let input = input.as_object()?;
            let id = ["taskId", "task_id", "id"].iter().find_map(|key| input.get(*key))?;
            Some(Change::Updated(id_text(id)?, input.clone()))
        }
        _ => None,
    }
}
