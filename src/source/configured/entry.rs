//! One entry of a configured source: what is called how in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::source::events;
use crate::todo::Time;

/// The names under which words stand where nothing else is said.
const WORDS: [&str; 5] = ["content", "subject", "title", "step", "text"];
/// A smaller number counts seconds, a greater one milliseconds: the year 5138, and 1973.
const SECONDS: i64 = 100_000_000_000;

/// What is called how: ours, and the name there, in which dots lead into objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(BTreeMap<String, String>);

/// An entry as it was understood.
pub(super) struct Entry {
    /// Its words and properties, under our names.
    pub value: Value,
    /// The session that it is of, where the entry tells.
    pub session: Option<String>,
    /// Where that works.
    pub directory: Option<String>,
    /// When it was last changed.
    pub at: Option<Time>,
}

impl Fields {
    /// Reads what the settings say, or says what is wrong with it.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        let mut fields = BTreeMap::new();
        for pair in texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|pair| !pair.is_empty()) {
            let (ours, theirs) = pair.split_once('=').unwrap_or((pair, ""));
            let (ours, theirs) = (ours.trim(), theirs.trim());
            let is_name = |text: &str| !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric());
            if !is_name(ours) || theirs.is_empty() {
                return Err(format!(
                    "has '{pair}', and must be <ours>=<theirs>, such as content=title,status=state,session=thread"
                ));
            }
            fields.insert(ours.to_owned(), theirs.to_owned());
        }
        Ok(Fields(fields))
    }

    /// Returns where in a document the list stands; nothing when it is the document.
    pub fn list<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        match self.0.get("list") {
            Some(theirs) => find(document, theirs),
            None => Some(document.get("todos").unwrap_or(document)),
        }
    }

    /// Understands an entry; nothing when it is no object.
    pub fn entry(&self, value: &Value) -> Option<Entry> {
        let object = value.as_object()?;
        let theirs = |ours: &str| find(value, self.0.get(ours).map_or(ours, String::as_str));
        let words = match self.0.get("content") {
            Some(theirs) => find(value, theirs),
            None => WORDS.iter().find_map(|name| object.get(*name)),
        };
        let mut entry = Map::new();
        entry.extend(words.map(|words| ("content".to_owned(), words.clone())));
        let status = theirs("status").map(|status| match status {
            // A box that is ticked.
            Value::Bool(is_done) => json!(if *is_done { "completed" } else { "pending" }),
            status => status.clone(),
        });
        entry.extend(status.map(|status| ("status".to_owned(), status)));
        let named = self.0.get("id").and_then(|theirs| find(value, theirs)).and_then(text);
        entry.extend(named.map(|id| (events::NATIVE.to_owned(), Value::String(id))));
        for (ours, theirs) in &self.0 {
            let is_else = !["content", "status", "id", "session", "directory", "time", "list"].contains(&ours.as_str());
            let value = find(value, theirs).filter(|value| is_else && !value.is_null());
            entry.extend(value.map(|value| (ours.clone(), value.clone())));
        }
        let said = |ours: &str| self.0.get(ours).and_then(|theirs| find(value, theirs));
        Some(Entry {
            value: Value::Object(entry),
            session: said("session").and_then(text),
            directory: said("directory").and_then(text),
            at: said("time").and_then(time),
        })
    }
}

/// Returns what stands under a name, or under names with dots between them.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).or_else(|| name.split('.').try_fold(value, |value, part| value.get(part)))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn time(value: &Value) -> Option<Time> {
    match value {
        Value::String(text) => Time::parse(text).or_else(|| Time::parse(&format!("{}Z", text.replacen(' ', "T", 1)))),
        value => {
            let number = value.as_i64()?;
            Some(Time::from_millis(if number < SECONDS { number.saturating_mul(1000) } else { number }))
        }
    }
}
