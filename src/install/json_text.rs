//! Changing a JSON text and leaving every other byte as it is.
//!
//! Members go in directly behind the bracket that opens their container, and out again the same way, so that
//! taking out what was put in gives the text as it was. Two spaces behind the last member put into an empty
//! container say that the container was there before; one that becomes empty without them goes too.

use jsonc_parser::ast::{Array, Object, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// What stands behind the last member in a container that was empty.
const WAS_THERE: &str = "  ";

/// How a text is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    indent: String,
    end: &'static str,
}

impl Layout {
    /// Returns that of a text: what its first indented line begins with, and how its first line ends.
    pub(super) fn of(text: &str) -> Self {
        let end = match text.split_once('\n') {
            Some((first, _)) if first.ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let indents = text.lines().skip(1).map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]);
        let indent = indents.into_iter().find(|indent| !indent.is_empty()).unwrap_or("  ");
        Layout { indent: indent.to_owned(), end }
    }

    /// Returns a line end and the indentation of this depth.
    pub(super) fn line(&self, depth: usize) -> String {
        format!("{}{}", self.end, self.indent.repeat(depth))
    }

    /// Returns a value as it stands at this depth.
    pub(super) fn value(&self, value: &serde_json::Value, depth: usize) -> String {
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(self.indent.as_bytes());
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        serde::Serialize::serialize(value, &mut serializer).expect("a vector takes every byte");
        String::from_utf8_lossy(&bytes).replace('\n', &self.line(depth))
    }
}

/// Parses a text as JSON, strictly: as the agent does.
///
/// # Errors
/// Why it is none.
pub(super) fn parse(text: &str) -> Result<Object<'_>, String> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|err| err.to_string())?;
    match parsed.value {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err("it is no JSON object".into()),
        None => Err("it is empty".into()),
    }
}

/// Returns the member of an object with this name.
pub(super) fn find<'a, 'b>(object: &'b Object<'a>, name: &str) -> Option<&'b Value<'a>> {
    // Of members of one name the last one counts, for the agent too.
    object.properties.iter().rev().find(|property| property.name.as_str() == name).map(|property| &property.value)
}

/// A list or an object, as far as its place in the text goes.
#[derive(Clone, Debug)]
pub(super) struct Container {
    range: Range,
    members: Vec<Range>,
}

impl Container {
    pub(super) fn of_object(object: &Object<'_>) -> Self {
        Container { range: object.range, members: object.properties.iter().map(Ranged::range).collect() }
    }

    pub(super) fn of_array(array: &Array<'_>) -> Self {
        Container { range: array.range, members: array.elements.iter().map(Ranged::range).collect() }
    }

    /// Returns where members go in, and the text of these ones there.
    pub(super) fn with(&self, members: &[String], layout: &Layout, depth: usize) -> (usize, String) {
        let line = layout.line(depth);
        let members: Vec<String> = members.iter().map(|member| format!("{line}{member}")).collect();
        let end = if self.members.is_empty() { WAS_THERE } else { "," };
        (self.range.start + 1, members.join(",") + end)
    }

    /// Returns the text without a member, and whether the container has to go as well.
    pub(super) fn without(&self, member: usize, text: &str) -> (String, bool) {
        let Range { start, end } = self.members[member];
        let cut = |from: usize, to: usize| [&text[..from], &text[to..]].concat();
        if member > 0 {
            return (cut(self.members[member - 1].end, end), false);
        }
        if self.members.len() > 1 {
            let comma = text[end..].find(',').map_or(end, |comma| end + comma + 1);
            return (cut(self.range.start + 1, comma), false);
        }
        debug_assert!(start > self.range.start);
        match text[end..].starts_with(WAS_THERE) {
            true => (cut(self.range.start + 1, end + WAS_THERE.len()), false),
            false => (cut(self.range.start + 1, end), true),
        }
    }
}

/// Puts texts in at places, all of which are those of the text as it is.
pub(super) fn insert(text: &str, mut parts: Vec<(usize, String)>) -> String {
    parts.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut text = text.to_owned();
    for (at, part) in parts {
        text.insert_str(at, &part);
    }
    text
}
