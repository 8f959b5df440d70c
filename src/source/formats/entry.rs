//! An item made of what another tool calls its parts.

use serde_json::{Value, json};

use crate::source::item::{set_field, set_status};
use crate::todo::{DEFER, DUE, Item, LABEL, Status, label};

/// No description is kept longer, in characters: what is imported are todos, and no documents.
const LONGEST: usize = 2_000;

/// Reads each entry of a list.
pub(super) fn each(list: &[Value], read: impl Fn(&Value) -> Option<Item>) -> Result<Vec<Item>, String> {
    let numbered = list.iter().enumerate();
    numbered.map(|(at, one)| read(one).ok_or_else(|| format!("entry {} of the input has no words", at + 1))).collect()
}

/// Begins an item with these words; nothing when they are none.
pub(super) fn with_words(words: Option<&str>) -> Option<Item> {
    let words = words.map(str::trim).filter(|words| !words.is_empty())?;
    Some(Item { content: words.to_owned(), ..Item::default() })
}

/// Sets how far along it is, by the tool's word.
pub(super) fn status(item: &mut Item, word: &str) {
    match word.to_ascii_lowercase().as_str() {
        "pending" | "open" | "todo" | "to do" => {}
        "tombstone" => item.dropped = true,
        "hooked" => item.status = Status::InProgress,
        "closed" | "done" => item.status = Status::Completed,
        "in-progress" | "in progress" => item.status = Status::InProgress,
        _ => set_status(item, &Value::String(word.to_owned())),
    }
}

/// Sets a property, where there is one.
pub(super) fn property(item: &mut Item, name: &str, value: Option<&str>) {
    if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
        set_field(&mut item.fields, name, Value::String(value.chars().take(LONGEST).collect()));
    }
}

/// Adds a label; what is none is kept in the words that are one.
pub(super) fn add_label(item: &mut Item, text: &str) {
    if let Some(label) = label(&text.replace([',', '='], "-")) {
        item.fields.insert(format!("{LABEL}{label}"), json!(true));
    }
}

/// Sets a date: a day, RFC 3339, or the form of iCalendar (`20261205T000000Z`).
pub(super) fn date(item: &mut Item, name: &str, text: Option<&str>) {
    debug_assert!(name == DUE || name == DEFER, "the two dates that a todo has");
    let Some(text) = text.map(str::trim) else { return };
    let is_basic = text.len() == 16 && text.is_ascii() && text.ends_with('Z') && text.as_bytes()[8] == b'T';
    let text = match is_basic {
        true => format!(
            "{}-{}-{}T{}:{}:{}Z",
            &text[..4],
            &text[4..6],
            &text[6..8],
            &text[9..11],
            &text[11..13],
            &text[13..15]
        ),
        false => text.to_owned(),
    };
    property(item, name, Some(&text));
}

/// Sets what must be done before, by the tool's own numbers.
pub(super) fn waits_for(item: &mut Item, natives: Vec<String>) {
    if !natives.is_empty() {
        item.fields.insert("blockedBy".into(), json!(natives));
    }
}

/// Returns a text, or a number as one.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
