//! Values of properties as Notion takes and answers them.

use serde_json::{Map, Value, json};

use crate::http::Reply;

pub fn text(pieces: &Value) -> String {
    pieces.as_array().into_iter().flatten().filter_map(|piece| piece["plain_text"].as_str()).collect()
}

pub fn no(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "object": "error", "status": status, "code": code, "message": message }))
}

pub fn invalid(message: &str) -> Reply {
    no(400, "validation_error", message)
}

/// Pieces of a text as they are answered.
pub fn pieces(given: &Value) -> Result<Value, Reply> {
    let given = given.as_array().ok_or_else(|| invalid("a text is a list"))?;
    if given.len() > 100 {
        return Err(invalid("rich_text.length should be ≤ 100"));
    }
    let pieces = given.iter().map(|piece| {
        let content = piece["text"]["content"].as_str().ok_or_else(|| invalid("text.content should be defined"))?;
        match content.encode_utf16().count() {
            0..=2000 => Ok(json!({ "type": "text", "text": { "content": content, "link": null }, "plain_text": content, "href": null,
                "annotations": { "bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false, "color": "default" } })),
            _ => Err(invalid("text.content.length should be ≤ 2000")),
        }
    });
    pieces.collect()
}

pub fn option(given: &Value) -> Result<Value, Reply> {
    let name = given["name"].as_str().ok_or_else(|| invalid("a choice has a name"))?;
    if name.contains(',') || name.is_empty() || name.chars().count() > 100 {
        return Err(invalid("a name of a choice has no commas, and at most 100 characters"));
    }
    Ok(json!({ "id": format!("o-{name}"), "name": name, "color": "default" }))
}

/// A value of a property as it is answered.
pub fn value(kind: &str, given: &Value) -> Result<Value, Reply> {
    let given = given.get(kind).ok_or_else(|| invalid(&format!("is expected to be {kind}")))?;
    let value = match kind {
        "title" | "rich_text" => pieces(given)?,
        "select" | "status" if given.is_null() => Value::Null,
        "select" | "status" => option(given)?,
        "multi_select" => given.as_array().into_iter().flatten().map(option).collect::<Result<Value, Reply>>()?,
        "checkbox" if given.is_boolean() => given.clone(),
        _ => return Err(invalid("a type that is not known here")),
    };
    Ok(json!({ "id": "p", "type": kind, kind: value }))
}

pub fn nothing(kind: &str) -> Value {
    let empty = match kind {
        "title" | "rich_text" | "multi_select" => json!([]),
        "checkbox" => json!(false),
        _ => Value::Null,
    };
    json!({ "id": "p", "type": kind, kind: empty })
}

pub fn described(properties: &Value) -> Map<String, Value> {
    let all = properties.as_object().into_iter().flatten();
    all.map(|(name, value)| {
        let kind = value.as_object().and_then(|value| value.keys().next()).cloned().unwrap_or_default();
        (name.clone(), json!({ "id": name, "name": name, "type": kind, kind.as_str(): value[&kind] }))
    })
    .collect()
}

pub fn rich(text: &str) -> Value {
    pieces(&json!([{ "text": { "content": text } }])).unwrap_or_default()
}
