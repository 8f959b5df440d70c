//! What a call does to a list: the same for a hook that tells of it and for a transcript that has it.
//!
//! A session and its sub-agents keep one list of tasks. Whoever changes a task knows what it changes, and not what
//! the others did to the list meanwhile; so a call is applied to the list as it is, and no list is made of the calls
//! of one of them.

use serde_json::{Map, Value};

use super::item;
use crate::todo::{Item, Properties, Status, normalise};

/// What a call did to a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The whole list was replaced.
    List(Vec<Item>),
    /// A task was added.
    Created(Item),
    /// The task with this number was changed: a call's keys.
    Updated(String, Map<String, Value>),
}

impl Change {
    /// Carries it out on a list. Returns whether that can be done: not for a change of a task that is not on the list,
    /// by a call that does not say its words. Then the list stays as it is.
    pub fn apply(&self, list: &mut Vec<Item>) -> bool {
        match self {
            Change::List(items) => list.clone_from(items),
            Change::Created(item) => create(list, item),
            Change::Updated(native, call) => {
                let find = |list: &[Item]| list.iter().rposition(|item| item.native.as_ref() == Some(native));
                // The latest one, should a resumed session have counted from 1 again.
                let known = find(list).or_else(|| {
                    let words = call.get("subject").and_then(Value::as_str)?;
                    create(list, &Item { content: words.to_owned(), native: Some(native.clone()), ..Item::default() });
                    find(list)
                });
                let Some(at) = known else { return false };
                change_task(&mut list[at], call);
            }
        }
        true
    }

    /// Returns the number of the task that this is about, if it is about one.
    pub fn task(&self) -> Option<&str> {
        match self {
            Change::List(_) => None,
            Change::Created(item) => item.native.as_deref(),
            Change::Updated(native, _) => Some(native),
        }
    }
}

/// Returns whether the next task begins a new list: one that is all done is cleared away then.
pub fn is_all_done(list: &[Item]) -> bool {
    list.iter().all(|item| item.status == Status::Completed || item.dropped)
}

/// Adds a task. One that is there already stays as far along as it is: two hooks tell of each new task, and
/// the second may be late.
fn create(list: &mut Vec<Item>, new: &Item) {
    let is_same = |item: &Item| item.native == new.native && normalise(&item.content) == normalise(&new.content);
    if let Some(known) = list.iter_mut().find(|item| is_same(item)) {
        known.fields.extend(new.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        return;
    }
    if is_all_done(list) {
        list.retain(|item| item.native == new.native);
    }
    // A resumed session counts from 1 again. The task that had the number is another one, still to be done.
    for item in list.iter_mut().filter(|item| item.native == new.native) {
        item.native = None;
    }
    list.push(new.clone());
}

/// Changes a task as a call says. The agent mends some keys before it runs a call, and writes them as they
/// came.
fn change_task(item: &mut Item, input: &Map<String, Value>) {
    for (name, value) in input {
        match (name.as_str(), value) {
            ("taskId" | "task_id" | "id", _) => {}
            ("subject", Value::String(subject)) => item.content.clone_from(subject),
            ("status", status) => item::set_status(item, status),
            ("addBlocks", Value::Array(more)) => extend(&mut item.fields, "blocks", more),
            ("addBlockedBy", Value::Array(more)) => extend(&mut item.fields, "blockedBy", more),
            ("metadata", Value::Object(changes)) => merge_metadata(&mut item.fields, changes),
            (name, value) => item::set_field(&mut item.fields, name, value.clone()),
        }
    }
}

/// Returns a number or name as text; nothing for anything else.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn extend(fields: &mut Properties, name: &str, more: &[Value]) {
    let mut list = match fields.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    for value in more {
        if !list.contains(value) {
            list.push(value.clone());
        }
    }
    fields.insert(name.to_owned(), Value::Array(list));
}

/// Metadata is changed key by key; `null` removes one.
fn merge_metadata(fields: &mut Properties, changes: &Map<String, Value>) {
    let mut metadata = match fields.remove("metadata") {
        Some(Value::Object(metadata)) => metadata,
        _ => Map::new(),
    };
    for (key, value) in changes {
        if value.is_null() {
            metadata.remove(key);
        } else {
            metadata.insert(key.clone(), value.clone());
        }
    }
    fields.insert("metadata".to_owned(), Value::Object(metadata));
}
