//! A list from anywhere on standard input: JSON, or Markdown with boxes.

use serde_json::Value;

use super::{item, json, markdown};
use crate::todo::{Session, Snapshot, SourceKind, Time};

/// Reads a JSON list of todos, or an object with such a list under `todos`. The words stand under
/// `content`, `subject`, `title` or `step`; everything else is kept. What is no JSON and has items with a box is
/// Markdown: of a plan its boxes are the list.
///
/// # Errors
/// When it is no JSON, no list, or has an entry without words: what is imported by hand is wanted whole.
pub fn read_list(bytes: &[u8], session: &Session, at: Time) -> Result<Snapshot, String> {
    let value = match json::parse(bytes) {
        Ok(value) => value,
        Err(reason) => {
            let items = markdown::items(&String::from_utf8_lossy(bytes));
            if items.is_empty() {
                return Err(format!("the input {reason}"));
            }
            return Ok(Snapshot::new(session.clone(), SourceKind::Import, at, items));
        }
    };
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("todos") {
            Some(Value::Array(list)) => list,
            _ => return Err("the input is an object without a list under \"todos\"".into()),
        },
        other => return Err(format!("the input is {}, not a list", json::kind_of(&other))),
    };
    let items = list.iter().enumerate().map(|(at, value)| {
        item::read(value, &["content", "subject", "title", "step"])
            .ok_or_else(|| format!("entry {} of the input has no words under \"content\"", at + 1))
    });
    Ok(Snapshot::new(session.clone(), SourceKind::Import, at, items.collect::<Result<_, _>>()?))
}
