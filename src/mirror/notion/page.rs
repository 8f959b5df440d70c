//! A todo as a page of a database, and a page as what it says of a todo. Pure.

use serde_json::{Map, Value, json};

use super::columns::{Columns, DESCRIPTION, ID, LABELS, PRIORITY, PROJECT};
use crate::mirror::base::Facet;
use crate::mirror::pulled::PulledRecord;
use crate::mirror::record::Record;
use crate::todo::{Project, TodoId, label};

/// No piece of a text is longer, in UTF-16 units, and no text has more pieces.
const PIECE: usize = 2000;
const PIECES: usize = 100;
/// No name of a choice is longer, in characters.
const CHOICE: usize = 100;

/// Reads a page; nothing for what is none, or was thrown away.
pub(super) fn parse(page: &Value, columns: &Columns) -> Option<PulledRecord> {
    if page["object"] != "page" || is_thrown_away(page) {
        return None;
    }
    let properties = &page["properties"];
    let chosen = |name: &str| properties[name]["select"]["name"].as_str().map(str::to_owned);
    let description = plain(&properties[DESCRIPTION]["rich_text"]);
    let labels = properties[LABELS]["multi_select"].as_array().into_iter().flatten();
    let time = page["last_edited_time"].as_str().unwrap_or_default();
    let time = chrono::DateTime::parse_from_rfc3339(time).map(|time| time.timestamp_millis()).unwrap_or_default();
    Some(PulledRecord {
        id: TodoId::parse(plain(&properties[ID]["rich_text"]).trim()),
        project: chosen(PROJECT).and_then(|name| Project::new(&name).ok()),
        priority: chosen(PRIORITY),
        description: Some(description).filter(|text| !text.is_empty()),
        labels: Some(labels.filter_map(|one| label(one["name"].as_str()?)).collect()),
        revision: time,
        ..PulledRecord::new(
            page["id"].as_str()?,
            &plain(&properties[&columns.title]["title"]),
            columns.state(properties),
        )
    })
}

/// Returns whether somebody threw a page away.
pub(super) fn is_thrown_away(page: &Value) -> bool {
    page["in_trash"] == true || page["archived"] == true
}

/// Returns the text of its pieces.
fn plain(pieces: &Value) -> String {
    pieces.as_array().into_iter().flatten().filter_map(|piece| piece["plain_text"].as_str()).collect()
}

/// Returns a text in pieces, as long as it may be.
fn text(text: &str) -> Value {
    let mut pieces: Vec<String> = Vec::new();
    let mut units = PIECE;
    for char in text.chars() {
        if units + char.len_utf16() > PIECE {
            if pieces.len() == PIECES {
                break;
            }
            pieces.push(String::new());
            units = 0;
        }
        units += char.len_utf16();
        if let Some(piece) = pieces.last_mut() {
            piece.push(char);
        }
    }
    pieces.iter().map(|piece| json!({ "type": "text", "text": { "content": piece } })).collect()
}

/// Returns the name of a choice, which has no comma.
fn choice(text: &str) -> Value {
    let name: String = text.replace(',', " ").chars().take(CHOICE).collect();
    if name.trim().is_empty() { Value::Null } else { json!({ "name": name }) }
}

/// Returns the properties that show these facets. `before` has the labels that stay.
pub(super) fn properties(record: &Record, facets: &[Facet], columns: &Columns, before: &Value) -> Map<String, Value> {
    let mut all = Map::new();
    for facet in facets {
        let (name, value) = match facet {
            Facet::Content => {
                let words = if record.forgotten { "(forgotten)" } else { record.content.as_str() };
                (columns.title.clone(), json!({ "title": text(words) }))
            }
            Facet::State => columns.say(record.state),
            Facet::Priority => {
                (PRIORITY.to_owned(), json!({ "select": choice(record.text("priority").unwrap_or_default()) }))
            }
            Facet::Description => {
                (DESCRIPTION.to_owned(), json!({ "rich_text": text(record.text("description").unwrap_or_default()) }))
            }
            Facet::Labels => {
                let there = before["properties"][LABELS]["multi_select"].as_array().into_iter().flatten();
                let there = there.filter_map(|one| one["name"].as_str());
                // What is called the same in another way keeps its name.
                let kept: Vec<&str> =
                    there.filter(|name| label(name).is_some_and(|label| record.labels.contains(&label))).collect();
                let has = |wanted: &String| kept.iter().any(|name| label(name).as_ref() == Some(wanted));
                let new = record.labels.iter().filter(|wanted| !has(wanted)).map(String::as_str);
                let names: Vec<Value> = kept.iter().copied().chain(new).map(choice).collect();
                (LABELS.to_owned(), json!({ "multi_select": names }))
            }
            Facet::Assignee => continue,
        };
        all.insert(name, value);
    }
    all
}

/// Returns the property that says which todo it is.
pub(super) fn mark(record: &Record) -> Option<(String, Value)> {
    Some((ID.to_owned(), json!({ "rich_text": text(&record.id.to_string()) })))
}

/// Returns the properties of a new page.
pub(super) fn new(record: &Record, columns: &Columns) -> Map<String, Value> {
    let mut all = properties(record, &Facet::ALL, columns, &Value::Null);
    all.extend(mark(record));
    all.insert(PROJECT.to_owned(), json!({ "select": choice(record.project.as_str()) }));
    all
}

/// Returns the record that shows a todo as a page can.
pub(super) fn shown(record: &Record, columns: &Columns) -> Option<PulledRecord> {
    let mut all = new(record, columns);
    for value in all.values_mut() {
        for kind in ["title", "rich_text"] {
            for piece in value.get_mut(kind).and_then(Value::as_array_mut).into_iter().flatten() {
                piece["plain_text"] = piece["text"]["content"].clone();
            }
        }
    }
    parse(&json!({ "object": "page", "id": "", "properties": all }), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_into_pieces_that_are_taken() {
        let sizes = |words: &str| -> Vec<usize> {
            let pieces = text(words);
            let pieces = pieces.as_array().cloned().unwrap_or_default();
            pieces
                .iter()
                .map(|piece| piece["text"]["content"].as_str().unwrap_or_default().encode_utf16().count())
                .collect()
        };
        assert_eq!(sizes(""), Vec::<usize>::new());
        assert_eq!(sizes(&"a".repeat(4001)), [2000, 2000, 1]);
        assert_eq!(sizes(&format!("a{}", "𝄞".repeat(1000))), [1999, 2]);
        assert_eq!(sizes(&"a".repeat(300_000)).len(), 100);
        assert_eq!(choice("a,b"), json!({ "name": "a b" }));
        assert_eq!(choice(" "), Value::Null);
    }
}
