//! The original's `todos.json`: one flat list, as an agent's own.

use serde_json::{Map, Value};

use super::Everything;
use crate::todo::{State, Todo};

/// Returns every todo that is wanted, as an agent's list holds it: `content`, `status`, `activeForm` and its
/// other properties. The same words in two projects stand twice, which the original could not say.
pub fn old_todos_json(everything: &Everything) -> Value {
    let wanted = everything.todos().filter(|(_, todo)| todo.state() != State::Dropped);
    wanted.map(|(_, todo)| entry(todo)).collect()
}

fn entry(todo: &Todo) -> Value {
    let mut object = Map::new();
    for (name, field) in &todo.fields {
        // An agent's own `id` was put aside for ours.
        let name = name.strip_prefix("x-").unwrap_or(name);
        if !name.starts_with("renamed") {
            object.insert(name.to_owned(), field.value.clone());
        }
    }
    object.insert("content".into(), todo.content.as_str().into());
    object.insert("status".into(), todo.state().as_str().into());
    Value::Object(object)
}
