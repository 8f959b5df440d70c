//! One todo as one line.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

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

/// A line as it is read. `todo` is missing when a part that every version 1 line has is not there.
pub(super) struct Line {
    pub format: u64,
    pub todo: Option<Todo>,
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
        let (mut claims, mut stamps, mut values) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut format = super::FORMAT;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "id" => id = TodoId::parse(&map.next_value::<String>()?),
                "content" => content = Some(map.next_value::<String>()?),
                "created" => created = Some(map.next_value::<TimeText>()?.0),
                "claims" => claims = map.next_value::<BTreeMap<SessionKey, ClaimValue>>()?,
                "stamps" => stamps = map.next_value::<BTreeMap<String, TimeText>>()?,
                "format" => format = map.next_value()?,
                "status" | "updated" => drop(map.next_value::<serde::de::IgnoredAny>()?),
                _ => values.push((key, map.next_value::<Value>()?)),
            }
        }
        let todo = match (id, content, created) {
            (Some(id), Some(content), Some(created)) if !claims.is_empty() => Some(Todo {
                id,
                content,
                created,
                claims: claims.into_iter().map(|(session, claim)| (session.0, claim.0)).collect(),
                fields: fields(values, &stamps, created),
            }),
            _ => None,
        };
        Ok(Line { format, todo })
    }
}

fn fields(values: Vec<(String, Value)>, stamps: &BTreeMap<String, TimeText>, created: Time) -> Fields {
    let field = |(name, value)| {
        let at = stamps.get(&name).map_or(created, |stamp| stamp.0);
        (name, Field { value, at })
    };
    values.into_iter().map(field).collect()
}

struct TimeText(Time);

impl<'de> Deserialize<'de> for TimeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Time::parse(&text).map(TimeText).ok_or_else(|| D::Error::custom("a time that is not RFC 3339"))
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SessionKey(Session);

impl<'de> Deserialize<'de> for SessionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Session::new(&name).map(SessionKey).map_err(D::Error::custom)
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
        let (mut epoch, mut dropped, mut extra) = (0, false, Map::new());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "status" => status = Status::parse(&map.next_value::<String>()?),
                "raw" => raw = Some(map.next_value()?),
                "at" => at = Some(map.next_value::<TimeText>()?.0),
                "epoch" => epoch = map.next_value()?,
                "dropped" => dropped = map.next_value()?,
                _ => drop(extra.insert(key, map.next_value()?)),
            }
        }
        match (status, at) {
            (Some(status), Some(at)) => Ok(ClaimValue(Claim { status, raw, at, epoch, dropped, extra })),
            _ => Err(A::Error::custom("a claim without a known status or without a time")),
        }
    }
}
