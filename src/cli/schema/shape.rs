//! What a document looks like, as a value: JSON Schema and a table in Markdown are made of it.

use serde_json::{Map, Value, json};

use crate::cli::versioned::VERSION;

/// What a value looks like.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A text.
    Text,
    /// A time in RFC 3339, in UTC.
    Time,
    /// A whole number.
    Count,
    /// Yes or no.
    Flag,
    /// Whatever it is.
    Anything,
    /// Nothing.
    Nothing,
    /// One of these texts.
    Word(&'static [&'static str]),
    /// Many of one shape.
    List(&'static Shape),
    /// An object in which each key is a name, and each value has this shape.
    Map(&'static Shape),
    /// An object with these keys.
    Object(&'static [Key]),
    /// An object with these keys, and others that nobody here can know.
    Open(&'static [Key]),
    /// An object with some more keys.
    With(&'static Shape, &'static [Key]),
    /// This, or null.
    Maybe(&'static Shape),
    /// One of these.
    Or(&'static [Shape]),
    /// A shape that several documents have.
    Named(&'static str, &'static Shape),
}

/// A key of an object: its name, with `?` behind it when it may be missing, its shape, and what it means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(pub &'static str, pub Shape, pub &'static str);

impl Key {
    /// Returns the name, and whether it is always there.
    pub(super) fn name(&self) -> (&'static str, bool) {
        self.0.strip_suffix('?').map_or((self.0, true), |name| (name, false))
    }
}

/// What every document says of itself.
const VERSIONED: &[Key] = &[Key("schema_version?", Shape::Count, "the version of all documents together")];

impl Shape {
    /// Returns the keys of an object, and whether it has others too. `None` for what is no object.
    pub(super) fn keys(self) -> Option<(Vec<&'static Key>, bool)> {
        match self {
            Shape::Object(keys) => Some((keys.iter().collect(), false)),
            Shape::Open(keys) => Some((keys.iter().collect(), true)),
            Shape::With(base, more) => {
                let (mut keys, is_open) = base.keys()?;
                keys.retain(|key| !more.iter().any(|other| other.name().0 == key.name().0));
                keys.extend(more);
                Some((keys, is_open))
            }
            Shape::Named(_, shape) => shape.keys(),
            _ => None,
        }
    }

    /// Returns the shapes with names that this one is made of, each once.
    pub(super) fn named(self, found: &mut Vec<(&'static str, Shape)>) {
        match self {
            Shape::Named(name, shape) if !found.iter().any(|(known, _)| *known == name) => {
                found.push((name, *shape));
                shape.named(found);
            }
            Shape::List(shape) | Shape::Map(shape) | Shape::Maybe(shape) => shape.named(found),
            Shape::Or(shapes) => shapes.iter().for_each(|shape| shape.named(found)),
            Shape::Object(keys) | Shape::Open(keys) => keys.iter().for_each(|key| key.1.named(found)),
            Shape::With(base, keys) => {
                base.named(found);
                keys.iter().for_each(|key| key.1.named(found));
            }
            _ => {}
        }
    }

    /// Returns the JSON Schema of a whole document.
    pub(super) fn document(self, name: &str) -> Value {
        let mut schema = self.versioned();
        let mut named = Vec::new();
        self.named(&mut named);
        let defs: Map<String, Value> =
            named.into_iter().map(|(name, shape)| (name.to_owned(), shape.schema())).collect();
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema["$id"] = json!(format!("urn:chittysync:{}:{VERSION}", name.replace(' ', "-")));
        schema["title"] = json!(format!("git chittysync {name} --json"));
        if !defs.is_empty() {
            schema["$defs"] = Value::Object(defs);
        }
        schema
    }

    /// Returns the schema of a document that says its version: a list says it in each entry, having no other place.
    fn versioned(self) -> Value {
        match self {
            Shape::List(entry) => json!({ "type": "array", "items": entry.versioned() }),
            Shape::Or(shapes) => json!({ "anyOf": shapes.iter().map(|shape| shape.versioned()).collect::<Vec<_>>() }),
            shape => match shape.keys() {
                Some((keys, is_open)) => object(keys.into_iter().chain(VERSIONED), is_open),
                None => shape.schema(),
            },
        }
    }

    /// Returns the JSON Schema.
    pub(super) fn schema(self) -> Value {
        match self {
            Shape::Text => json!({ "type": "string" }),
            Shape::Time => json!({ "type": "string", "format": "date-time" }),
            Shape::Count => json!({ "type": "integer" }),
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::Anything => json!({}),
            Shape::Nothing => json!({ "type": "null" }),
            Shape::Word(words) => json!({ "type": "string", "enum": words }),
            Shape::List(entry) => json!({ "type": "array", "items": entry.schema() }),
            Shape::Map(value) => json!({ "type": "object", "additionalProperties": value.schema() }),
            Shape::Maybe(shape) => json!({ "anyOf": [shape.schema(), { "type": "null" }] }),
            Shape::Or(shapes) => json!({ "anyOf": shapes.iter().map(|shape| shape.schema()).collect::<Vec<_>>() }),
            Shape::Named(name, _) => json!({ "$ref": format!("#/$defs/{name}") }),
            Shape::Object(_) | Shape::Open(_) | Shape::With(..) => {
                let (keys, is_open) = self.keys().unwrap_or_default();
                object(keys.into_iter(), is_open)
            }
        }
    }

    /// Returns what it is, in words for a table.
    pub(super) fn words(self) -> String {
        match self {
            Shape::Text => "text".into(),
            Shape::Time => "time".into(),
            Shape::Count => "number".into(),
            Shape::Flag => "yes or no".into(),
            Shape::Anything => "anything".into(),
            Shape::Nothing => "null".into(),
            Shape::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
            Shape::List(entry) => format!("list of {}", entry.words()),
            Shape::Map(value) => format!("by name: {}", value.words()),
            Shape::Maybe(shape) => format!("{}, or null", shape.words()),
            Shape::Or(shapes) => shapes.iter().map(|shape| shape.words()).collect::<Vec<_>>().join("; or "),
            Shape::Named(name, _) => format!("[{name}](#{name})"),
            Shape::With(base @ Shape::Named(..), more) => format!("{} and {}", base.words(), names(more.iter())),
            Shape::Object(_) | Shape::Open(_) | Shape::With(..) => {
                let (keys, is_open) = self.keys().unwrap_or_default();
                let more = if is_open { ", others" } else { "" };
                format!("{{ {}{more} }}", names(keys.into_iter()))
            }
        }
    }
}

/// Names keys in a line, each with what it is where that is not plain.
fn names<'a>(keys: impl Iterator<Item = &'a Key>) -> String {
    let one = |key: &Key| format!("`{}`{}", key.name().0, if key.name().1 { "" } else { "?" });
    keys.map(one).collect::<Vec<_>>().join(", ")
}

fn object<'a>(keys: impl Iterator<Item = &'a Key>, is_open: bool) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for key in keys {
        let (name, is_needed) = key.name();
        let mut schema = key.1.schema();
        if let (Some(schema), false) = (schema.as_object_mut(), key.2.is_empty()) {
            schema.insert("description".into(), json!(key.2));
        }
        properties.insert(name.to_owned(), schema);
        if is_needed {
            required.push(name);
        }
    }
    let mut object = json!({ "type": "object", "properties": properties, "required": required });
    if is_open {
        object["additionalProperties"] = json!(true);
    }
    object
}
