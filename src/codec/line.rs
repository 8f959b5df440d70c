//! One todo as one line.

use std::collections::HashMap;
use std::fmt;
use std::io::Write;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::DecodeError;
use super::text::{FromText, Pairs, Text, read_json};
use crate::merge::settle;
use crate::todo::{Claim, Field, Fields, Session, Status, Time, Todo, TodoId};

/// The order in which known properties are written; others follow by name.
const FIELD_ORDER: [&str; 9] =
    ["activeForm", "description", "priority", "owner", "blocks", "blockedBy", "metadata", "renamedFrom", "renamedTo"];

/// Appends the canonical line of a todo, without a line end.
pub(super) fn write_line(out: &mut Vec<u8>, todo: &Todo) {
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(todo.id.to_string().as_bytes());
    out.extend_from_slice(b"\",\"content\":");
    write_json(out, &todo.content);
    if todo.nth > 1 {
        out.extend_from_slice(format!(",\"nth\":{}", todo.nth).as_bytes());
    }
    out.extend_from_slice(b",\"status\":\"");
    out.extend_from_slice(todo.state().as_str().as_bytes());
    out.push(b'"');
    let known = FIELD_ORDER.iter().filter_map(|name| Some((*name, todo.fields.get(*name)?)));
    let others = todo.fields.iter().map(|(name, field)| (name.as_str(), field));
    let others = others.filter(|(name, _)| !FIELD_ORDER.contains(name));
    for (name, field) in known.chain(others) {
        out.push(b',');
        write_json(out, name);
        out.push(b':');
        write_json(out, &field.value);
    }
    write_time(out, "created", todo.created);
    write_time(out, "updated", todo.updated());
    out.extend_from_slice(b",\"claims\":{");
    for (at, (session, claim)) in todo.claims.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_json(out, session.as_str());
        out.push(b':');
        write_claim(out, claim);
    }
    out.push(b'}');
    write_stamps(out, todo);
    out.push(b'}');
}

fn write_claim(out: &mut Vec<u8>, claim: &Claim) {
    out.extend_from_slice(b"{\"status\":\"");
    out.extend_from_slice(claim.status.as_str().as_bytes());
    out.push(b'"');
    if let Some(raw) = &claim.raw {
        out.extend_from_slice(b",\"raw\":");
        write_json(out, raw);
    }
    write_time(out, "at", claim.at);
    if claim.epoch > 0 {
        out.extend_from_slice(format!(",\"epoch\":{}", claim.epoch).as_bytes());
    }
    if claim.dropped {
        out.extend_from_slice(b",\"dropped\":true");
    }
    if claim.forgotten {
        out.extend_from_slice(b",\"forgotten\":true");
    }
    if claim.purged {
        out.extend_from_slice(b",\"purged\":true");
    }
    for (key, value) in &claim.extra {
        out.push(b',');
        write_json(out, key);
        out.push(b':');
        write_json(out, value);
    }
    out.push(b'}');
}

/// A property without a stamp was set when the todo was created, which nearly all are.
fn write_stamps(out: &mut Vec<u8>, todo: &Todo) {
    let mut stamped = todo.fields.iter().filter(|(_, field)| field.at != todo.created).peekable();
    if stamped.peek().is_none() {
        return;
    }
    out.extend_from_slice(b",\"stamps\":{");
    for (at, (name, field)) in stamped.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_json(out, name);
        out.extend_from_slice(format!(":\"{}\"", field.at).as_bytes());
    }
    out.push(b'}');
}

fn write_time(out: &mut Vec<u8>, key: &str, time: Time) {
    write!(out, ",\"{key}\":\"{time}\"").expect("a vector takes every byte");
}

fn write_json(out: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("a vector takes every byte, and these values are plain JSON");
}

/// Reads one line, without its comma.
pub(super) fn decode_line(line: &[u8]) -> Result<Todo, DecodeError> {
    read_json::<Line>(line)?.todo()
}

/// A line as it is read. `todo` is missing when a part that every version 1 line has is not there.
pub(super) struct Line {
    format: u64,
    todo: Option<Todo>,
}

impl Line {
    /// Returns the todo on it.
    pub(super) fn todo(self) -> Result<Todo, DecodeError> {
        if self.format > super::FORMAT {
            return Err(DecodeError::Newer(self.format));
        }
        let missing = || <serde_json::Error as Error>::custom("a todo without id, content, created or claims");
        Ok(self.todo.ok_or_else(missing)?)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineVisitor)
    }
}

struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Line;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a todo")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Line, A::Error> {
        let (mut id, mut content, mut created) = (None, None, None);
        let (mut claims, mut stamps, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (mut format, mut nth) = (super::FORMAT, 1);
        while let Some(Text(key)) = map.next_key::<Text<LineKey>>()? {
            match key {
                // The first one is what the line is found by.
                LineKey::Id if id.is_some() => return Err(A::Error::duplicate_field("id")),
                LineKey::Id => id = map.next_value::<Text<Option<TodoId>>>()?.0,
                LineKey::Content => content = Some(map.next_value::<String>()?),
                LineKey::Nth => match ordinal(map.next_value()?) {
                    Ok(which) => nth = which,
                    // Version 1 did not know the key, so an agent's own property can have it.
                    Err(value) => values.push(("x-nth".to_owned(), value)),
                },
                LineKey::Created => created = Some(map.next_value::<Text<Time>>()?.0),
                LineKey::Claims => claims = map.next_value::<Pairs<Session, ClaimValue>>()?.0,
                LineKey::Stamps => stamps = map.next_value::<Pairs<String, Text<Time>>>()?.0,
                LineKey::Format => format = map.next_value()?,
                LineKey::Derived => drop(map.next_value::<serde::de::IgnoredAny>()?),
                LineKey::Field(name) => values.push((name, map.next_value::<Value>()?)),
            }
        }
        let todo = match (id, content, created) {
            (Some(id), Some(content), Some(created)) if !claims.is_empty() => Some(Todo {
                id,
                content,
                nth,
                created,
                claims: claims.into_iter().map(|(session, claim)| (session, claim.0)).collect(),
                fields: fields(values, &stamps, created),
            }),
            _ => None,
        };
        let todo = todo.map(|mut todo| {
            settle(&mut todo);
            todo
        });
        Ok(Line { format, todo })
    }
}

/// Returns the ordinal that a value is, or the value when it is none.
fn ordinal(value: Value) -> Result<u32, Value> {
    let nth = value.as_u64().and_then(|nth| u32::try_from(nth).ok()).filter(|nth| *nth > 0);
    nth.ok_or(value)
}

fn fields(values: Vec<(String, Value)>, stamps: &[(String, Text<Time>)], created: Time) -> Fields {
    // The last one counts of several for one property.
    let stamps: HashMap<&str, Time> = stamps.iter().map(|(name, stamp)| (name.as_str(), stamp.0)).collect();
    let field = |(name, value): (String, Value)| {
        let at = stamps.get(name.as_str()).copied().unwrap_or(created);
        (name, Field { value, at })
    };
    values.into_iter().map(field).collect()
}

/// A key of a line.
enum LineKey {
    Id,
    Content,
    Nth,
    Created,
    Claims,
    Stamps,
    Format,
    /// What follows from the claims.
    Derived,
    Field(String),
}

impl FromText for LineKey {
    const WHAT: &'static str = "a key";

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "id" => LineKey::Id,
            "content" => LineKey::Content,
            "nth" => LineKey::Nth,
            "created" => LineKey::Created,
            "claims" => LineKey::Claims,
            "stamps" => LineKey::Stamps,
            "format" => LineKey::Format,
            "status" | "updated" => LineKey::Derived,
            name => LineKey::Field(name.to_owned()),
        })
    }
}

struct ClaimValue(Claim);

impl<'de> Deserialize<'de> for ClaimValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ClaimVisitor)
    }
}

struct ClaimVisitor;

impl<'de> Visitor<'de> for ClaimVisitor {
    type Value = ClaimValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what a session said")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ClaimValue, A::Error> {
        let (mut status, mut at, mut raw) = (None, None, None);
        let (mut epoch, mut dropped, mut forgotten, mut purged) = (0, false, false, false);
        let mut extra = Map::new();
        while let Some(Text(key)) = map.next_key::<Text<ClaimKey>>()? {
            match key {
                ClaimKey::Status => status = map.next_value::<Text<Option<Status>>>()?.0,
                ClaimKey::Raw => raw = Some(map.next_value()?),
                ClaimKey::At => at = Some(map.next_value::<Text<Time>>()?.0),
                ClaimKey::Epoch => epoch = map.next_value()?,
                ClaimKey::Dropped => dropped = map.next_value()?,
                ClaimKey::Forgotten => forgotten = map.next_value()?,
                ClaimKey::Purged => purged = map.next_value()?,
                ClaimKey::Other(name) => drop(extra.insert(name, map.next_value()?)),
            }
        }
        match (status, at) {
            (Some(status), Some(at)) => {
                Ok(ClaimValue(Claim { status, raw, at, epoch, dropped, forgotten, purged, extra }))
            }
            _ => Err(A::Error::custom("a claim without a known status or without a time")),
        }
    }
}

/// A key of a claim.
enum ClaimKey {
    Status,
    Raw,
    At,
    Epoch,
    Dropped,
    Forgotten,
    Purged,
    Other(String),
}

impl FromText for ClaimKey {
    const WHAT: &'static str = "a key";

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "status" => ClaimKey::Status,
            "raw" => ClaimKey::Raw,
            "at" => ClaimKey::At,
            "epoch" => ClaimKey::Epoch,
            "dropped" => ClaimKey::Dropped,
            "forgotten" => ClaimKey::Forgotten,
            "purged" => ClaimKey::Purged,
            name => ClaimKey::Other(name.to_owned()),
        })
    }
}
