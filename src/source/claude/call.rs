//! The calls of the task tools: what a model asked for, and what it was answered.

use serde_json::Value;

use super::tasks;
use crate::source::change::{Change, id_text};
use crate::source::item;

/// Reads a call, given what it answered. Nothing when it changed nothing, or something that is the agent's own.
///
/// # Errors
/// Why it cannot be applied.
pub(super) fn change(name: &str, input: &Value, answer: &Value) -> Result<Option<Change>, &'static str> {
    if answer.get("success") == Some(&Value::Bool(false)) {
        return Ok(None);
    }
    match name {
        "TaskCreate" if !tasks::is_internal(input) => {
            let id = answer.pointer("/task/id").and_then(id_text).ok_or("do not say the number of a new task")?;
            let mut task = input.clone();
            // It is saved as the answer says, which need not be what was asked for.
            for key in ["subject", "description"] {
                let saved = answer.pointer(&format!("/task/{key}")).and_then(Value::as_str);
                if let (Some(saved), Some(task)) = (saved.filter(|text| !text.is_empty()), task.as_object_mut()) {
                    task.insert(key.to_owned(), saved.into());
                }
            }
            let mut item = item::read(&task, &["subject", "content", "title"]).ok_or("make a task without words")?;
            item.fields.remove("x-id");
            item.native = Some(id);
            Ok(Some(Change::Created(item)))
        }
        "TaskUpdate" => {
            let input = input.as_object().ok_or("say nothing of a task")?;
            let id = ["taskId", "task_id", "id"].iter().find_map(|key| input.get(*key)).or(answer.get("taskId"));
            let id = id.and_then(id_text).ok_or("name no task")?;
            Ok(Some(Change::Updated(id, input.clone())))
        }
        _ => Ok(None),
    }
}
