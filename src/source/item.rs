//! One entry of an agent's list.

use serde_json::Value;

use crate::todo::{Item, Properties, RESERVED, Status};

/// Reads an entry whose words stand under one of these keys. Nothing when it has no words.
pub(super) fn read(value: &Value, words: &[&str]) -> Option<Item> {
    let object = value.as_object()?;
    let (key, content) = words.iter().find_map(|key| Some((*key, object.get(*key)?.as_str()?)))?;
    if content.trim().is_empty() {
        return None;
    }
    let mut item = Item { content: content.to_owned(), ..Item::default() };
    for (name, value) in object {
        match name.as_str() {
            _ if name == key => {}
            // Said by our own `list --json` of the document, not of the todo.
            "schema_version" => {}
            "status" => set_status(&mut item, value),
            _ => set_field(&mut item.fields, name, value.clone()),
        }
    }
    Some(item)
}

/// Sets the status from an agent's own word, which is kept when it is none of ours.
pub(super) fn set_status(item: &mut Item, value: &Value) {
    let word = match value {
        Value::String(word) => word.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        // No word for how far along it is; as text it could hold what nobody looks for there.
        Value::Null | Value::Array(_) | Value::Object(_) => return,
    };
    if let Some(status) = Status::parse(&word) {
        (item.status, item.dropped, item.raw) = (status, false, None);
    } else {
        (item.status, item.dropped) = Status::nearest(&word);
        item.raw = Some(word);
    }
}

/// Sets a property under the key by which it is known, whatever the agent calls it.
pub(super) fn set_field(fields: &mut Properties, name: &str, value: Value) {
    let name = match name {
        "active_form" => "activeForm".to_owned(),
        // Ours, written by the rename of a todo.
        "renamedFrom" | "renamedTo" => format!("x-{name}"),
        _ if RESERVED.contains(&name) || name.starts_with("x-") => format!("x-{name}"),
        _ => name.to_owned(),
    };
    fields.insert(name, value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keeps_what_it_does_not_know() {
        let value = json!({"content": "A", "status": "blocked", "id": "1", "active_form": "Doing A", "claims": 3});
        let item = read(&value, &["content"]).expect("an item");
        assert_eq!((item.status, item.raw.as_deref()), (Status::Pending, Some("blocked")));
        let fields = json!({"x-id": "1", "activeForm": "Doing A", "x-claims": 3});
        let found: serde_json::Map<String, Value> = item.fields.into_iter().collect();
        assert_eq!(Value::Object(found), fields);
    }

    #[test]
    fn entries_without_words_are_none() {
        for value in [json!(null), json!("A"), json!({}), json!({"content": " "}), json!({"content": 1})] {
            assert_eq!(read(&value, &["content"]), None, "{value}");
        }
    }
}
