//! One value of ours in an agent's settings, a JSON file that belongs to somebody else: below objects that may be there,
//! or have to be made.

use std::path::PathBuf;

use jsonc_parser::ast::{Object, Value};

use super::found::Found;
use super::json_text::{Container, Layout, find, insert, parse};
use super::{InstallError, agent_file};

/// How a switch begins behind its name: nobody else writes a space there, so it can be told from theirs.
const OURS: &str = " :";

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Our tools: ours by what it holds.
    Server,
    /// Something turned on: ours by how it is written.
    Switch,
}

/// A value, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The file.
    pub path: PathBuf,
    /// The names that lead to it.
    pub way: &'static [&'static str],
    /// The value.
    pub value: serde_json::Value,
    /// What it is.
    pub kind: Kind,
}

impl Entry {
    pub(super) fn find(&self) -> Result<Found, InstallError> {
        let Some(text) = agent_file::read(&self.path)? else { return Ok(Found::Nothing) };
        let root = parse(&text).map_err(|reason| agent_file::broken(&self.path, reason))?;
        let Some((members, value)) = self.look(&root) else { return Ok(Found::Nothing) };
        let stands: serde_json::Value = serde_json::from_str(&text[value.start..value.end]).unwrap_or_default();
        Ok(match self.kind {
            Kind::Server if stands == self.value => Found::Ours,
            Kind::Server if is_server(&stands) => Found::Past,
            Kind::Server => Found::Foreign,
            Kind::Switch if is_written_by_us(&members, &text) => Found::Ours,
            // Somebody set it, and knows why.
            Kind::Switch => Found::Nothing,
        })
    }

    /// Returns what stands there, whoever wrote it.
    pub(super) fn stands(&self) -> Option<serde_json::Value> {
        let text = agent_file::read(&self.path).ok()??;
        let value: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        self.way.iter().try_fold(&value, |value, name| value.get(name)).cloned()
    }

    pub(super) fn add(&self) -> Result<(), InstallError> {
        let before = agent_file::read(&self.path)?;
        let rest = match &before {
            Some(text) => self.without(text)?,
            None => None,
        };
        agent_file::write(&self.path, &self.with(rest.as_deref().unwrap_or_default())?)
    }

    pub(super) fn remove(&self) -> Result<(), InstallError> {
        let Some(text) = agent_file::read(&self.path)? else { return Ok(()) };
        agent_file::leave(&self.path, self.without(&text)?.as_deref(), "{}\n")
    }

    /// Returns the text with the value, which is not in it; no text gives a new file.
    fn with(&self, text: &str) -> Result<String, InstallError> {
        let layout = Layout::of(text);
        if text.is_empty() {
            let member = self.member(self.way, 1, &layout);
            return Ok(format!("{{{}{member}{end}}}{end}", layout.line(1), end = layout.line(0)));
        }
        let root = parse(text).map_err(|reason| agent_file::broken(&self.path, reason))?;
        let (mut object, mut depth) = (&root, 1);
        for (at, name) in self.way.iter().enumerate() {
            match find(object, name) {
                Some(Value::Object(inner)) if at + 1 < self.way.len() => (object, depth) = (inner, depth + 1),
                Some(_) => {
                    let way = self.way[..=at].join("\".\"");
                    return Err(agent_file::broken(&self.path, format!("\"{way}\" is something else already")));
                }
                None => {
                    let member = self.member(&self.way[at..], depth, &layout);
                    return Ok(insert(text, vec![Container::of_object(object).with(&[member], &layout, depth)]));
                }
            }
        }
        Ok(text.to_owned())
    }

    fn member(&self, way: &[&str], depth: usize, layout: &Layout) -> String {
        match way {
            [name, rest @ ..] if !rest.is_empty() => {
                let inner = self.member(rest, depth + 1, layout);
                format!("\"{name}\": {{{}{inner}{}}}", layout.line(depth + 1), layout.line(depth))
            }
            _ => {
                let colon = if matches!(self.kind, Kind::Switch) { OURS } else { ":" };
                let name = way.first().unwrap_or(&"");
                format!("\"{name}\"{colon} {}", layout.value(&self.value, depth))
            }
        }
    }

    /// Returns the text without the value, if it is ours; nothing when nothing else was in it.
    fn without(&self, text: &str) -> Result<Option<String>, InstallError> {
        let root = parse(text).map_err(|reason| agent_file::broken(&self.path, reason))?;
        let Some((members, value)) = self.look(&root) else { return Ok(Some(text.to_owned())) };
        let is_ours = match self.kind {
            Kind::Server => is_server(&serde_json::from_str(&text[value.start..value.end]).unwrap_or_default()),
            Kind::Switch => is_written_by_us(&members, text),
        };
        let (mut rest, mut emptied) = (text.to_owned(), is_ours);
        // From the inside out, as long as what is around has nothing else in it.
        for member in members.iter().rev() {
            if !emptied {
                break;
            }
            (rest, emptied) = member.container.without(member.index, text);
        }
        Ok((!emptied).then_some(rest))
    }

    /// Returns the way to the value, and where the value stands.
    fn look(&self, root: &Object<'_>) -> Option<(Vec<Member>, std::ops::Range<usize>)> {
        let (mut object, mut way) = (root, Vec::new());
        for (at, name) in self.way.iter().enumerate() {
            let member = object.properties.iter().rposition(|property| property.name.as_str() == *name)?;
            let property = &object.properties[member];
            way.push(Member { container: Container::of_object(object), index: member, begin: property.range.start });
            match &property.value {
                Value::Object(inner) if at + 1 < self.way.len() => object = inner,
                _ if at + 1 < self.way.len() => return None,
                value => {
                    let range = jsonc_parser::common::Ranged::range(value);
                    return Some((way, range.start..range.end));
                }
            }
        }
        None
    }
}

/// A step on the way to a value.
struct Member {
    /// The object that it is in.
    container: Container,
    /// Which of its members it is.
    index: usize,
    /// Where it begins in the text, with its name.
    begin: usize,
}

/// Returns whether the innermost member is written as we write switches.
fn is_written_by_us(members: &[Member], text: &str) -> bool {
    let begin = members.last().map_or(text.len(), |member| member.begin);
    let name = text[begin..].get(1..).and_then(|rest| rest.split_once('"'));
    name.is_some_and(|(_, behind)| behind.starts_with(OURS))
}

/// Returns whether an entry is one that some version of this program put there: it starts it, for its tools.
fn is_server(value: &serde_json::Value) -> bool {
    let (first, rest) = match &value["command"] {
        serde_json::Value::Array(all) => {
            (all.first().and_then(|first| first.as_str()), all.get(1..).unwrap_or_default())
        }
        command => (command.as_str(), value["args"].as_array().map(Vec::as_slice).unwrap_or_default()),
    };
    let is_program = first.is_some_and(|name| name == "git-chittysync" || name.ends_with("/git-chittysync"));
    is_program && rest == [serde_json::json!("mcp")]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entries() -> [Entry; 2] {
        let path = PathBuf::from("settings.json");
        let server = json!({"command": "/h/git-chittysync", "args": ["mcp"]});
        [
            Entry { path: path.clone(), way: &["mcpServers", "chittysync"], value: server, kind: Kind::Server },
            Entry { path, way: &["tools", "todoWrite", "enabled"], value: json!(true), kind: Kind::Switch },
        ]
    }

    #[test]
    fn what_is_put_in_comes_out_without_a_trace() {
        for entry in entries() {
            for text in [
                "{}",
                "{ }\n",
                "{\n  \"a\": 1\n}\n",
                "{\r\n\t\"mcpServers\": {\r\n\t\t\"other\": {\"command\": \"x\"}\r\n\t},\r\n\t\"tools\": {}\r\n}\r\n",
                "{\"tools\":{\"todoWrite\":{}},\"mcpServers\":{ }}",
                "{\"tools\":{\"todoWrite\":{\"more\":[1]}, \"x\": 1},\"z\":\"}\"}",
            ] {
                let installed = entry.with(text).expect("JSON");
                let value: serde_json::Value = serde_json::from_str(&installed).expect(&installed);
                let stands = entry.way.iter().fold(&value, |value, name| &value[*name]);
                assert_eq!(stands, &entry.value, "{installed}");
                assert_eq!(entry.without(&installed).expect("JSON").as_deref(), Some(text), "{installed}");
            }
            let new = entry.with("").expect("JSON");
            assert_eq!(entry.without(&new).expect("JSON"), None, "{new}");
        }
    }

    #[test]
    fn what_somebody_set_is_theirs() {
        let [server, switch] = entries();
        for text in ["{\"mcpServers\":{\"chittysync\":{\"command\":\"other\"}}}", "{\"mcpServers\":{\"chittysync\":7}}"]
        {
            assert_eq!(server.without(text).expect("JSON").as_deref(), Some(text));
            assert!(server.with(text).is_err());
        }
        for text in
            ["{\"tools\":{\"todoWrite\":{\"enabled\": true}}}", "{\"tools\":{\"todoWrite\":false}}", "{\"tools\":[]}"]
        {
            assert_eq!(switch.without(text).expect("JSON").as_deref(), Some(text));
            assert!(switch.with(text).is_err());
        }
    }
}
