//! The tools of `mcp`: each is a command of ours with some of its parameters, described by the command line itself,
//! and called as the command line is.

use std::ffi::OsString;

use clap::{Arg, ArgAction};
use rmcp::model::{JsonObject, Tool as Described, ToolAnnotations};
use serde_json::{Value, json};

use super::out::Failure;

/// Of a list, so many todos are shown unless more are asked for.
pub(super) const FEW: usize = 50;

/// What a tool does to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    Reads,
    /// It adds statements; said twice is said once.
    Says,
    /// As [`Effect::Says`], but the second time it says something else.
    SaysMore,
    /// It takes something away from everybody.
    Drops,
}

/// A tool.
#[derive(Debug)]
pub(super) struct Tool {
    /// Its name, and that of the command.
    pub name: &'static str,
    pub description: &'static str,
    /// Parameters of the command, by clap's ids, and [`OWN`] ones.
    pub parameters: &'static [&'static str],
    pub effect: Effect,
}

/// All tools.
pub(super) const TOOLS: [Tool; 9] = [
    Tool {
        name: "list",
        description: "Open todos of this project, those in progress first, of all sessions and people. As JSON.",
        parameters: &["project", "all_projects", "status", "all", "limit"],
        effect: Effect::Reads,
    },
    Tool {
        name: "ready",
        description: "Todos that can be begun now, best first: open, nobody at them, nothing in their way. With \
                      `claim`, takes the first, so that no other session does.",
        parameters: &["project", "all_projects", "claim", "limit"],
        effect: Effect::SaysMore,
    },
    Tool {
        name: "add",
        description: "Adds a todo to this project's list, which every session and person sees.",
        parameters: &["text", "project", "priority", "description", "blocked_by"],
        effect: Effect::Says,
    },
    Tool {
        name: "start",
        description: "Says that you are working on a todo.",
        parameters: &["todo"],
        effect: Effect::Says,
    },
    Tool { name: "done", description: "Says that a todo is done.", parameters: &["todo"], effect: Effect::Says },
    Tool {
        name: "release",
        description: "Lets go of a todo that you started. Nothing is taken from others: who else has it keeps it, and \
                      what nobody else wants can be begun again.",
        parameters: &["todo"],
        effect: Effect::Says,
    },
    Tool {
        name: "drop",
        description: "Gives a todo up for everybody. It is kept, and can be reopened.",
        parameters: &["todo"],
        effect: Effect::Drops,
    },
    Tool {
        name: "show",
        description: "One todo with everything that sessions said of it. As JSON.",
        parameters: &["todo"],
        effect: Effect::Reads,
    },
    Tool {
        name: "context",
        description: "What a new session is told of this project: the open todos of other sessions, and yours.",
        parameters: &[],
        effect: Effect::Reads,
    },
];

/// Parameters that no command has, or that mean something else here: name, JSON type, description.
const OWN: [(&str, &str, &str); 7] = [
    ("all_projects", "boolean", "Of all projects"),
    ("limit", "integer", "At most so many todos [default: 50]"),
    ("project", "string", "The project [default: that of the directory the server runs in]"),
    ("todo", "string", "The beginning of its id (4 digits or more), or words of its text, in this project"),
    ("description", "string", "What else there is to say of it"),
    ("priority", "string", "How soon: high, medium, low, or a number, 0 first"),
    ("blocked_by", "array", "Todos that must be done before, each by its id or words"),
];

impl Tool {
    /// Returns the tool as the protocol describes it.
    pub(super) fn described(&self) -> Described {
        let annotations = ToolAnnotations::new()
            .read_only(self.effect == Effect::Reads)
            .destructive(self.effect == Effect::Drops)
            .idempotent(self.effect != Effect::SaysMore)
            .open_world(false);
        Described::new(self.name, self.description, self.schema()).with_annotations(annotations)
    }

    fn schema(&self) -> JsonObject {
        let command = super::command();
        let mut properties = JsonObject::new();
        let mut required = Vec::new();
        for name in self.parameters {
            let argument = self.argument(&command, name);
            let mut property = json!({ "type": kind(name, argument), "description": description(name, argument) });
            if property["type"] == "array" {
                property["items"] = json!({ "type": "string" });
            }
            let values = argument.map(Arg::get_possible_values).unwrap_or_default();
            let values: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
            if property["type"] == "string" && !values.is_empty() {
                property["enum"] = json!(values);
            }
            if argument.is_some_and(Arg::is_required_set) {
                required.push(*name);
            }
            properties.insert((*name).to_owned(), property);
        }
        let mut schema = JsonObject::new();
        schema.insert("type".into(), json!("object"));
        schema.insert("properties".into(), Value::Object(properties));
        schema.insert("required".into(), json!(required));
        schema.insert("additionalProperties".into(), json!(false));
        schema
    }

    fn argument<'a>(&self, command: &'a clap::Command, name: &str) -> Option<&'a Arg> {
        command.find_subcommand(self.name)?.get_arguments().find(|argument| argument.get_id() == name)
    }

    /// Returns what the command line would be, without the program's name and options of every command.
    ///
    /// # Errors
    /// When a parameter is unknown, missing, or of another type.
    pub(super) fn command_line(&self, given: &JsonObject) -> Result<Vec<OsString>, Failure> {
        let command = super::command();
        let (mut line, mut words) = (vec![OsString::from(self.name)], Vec::new());
        for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            if !self.parameters.contains(&name.as_str()) {
                let takes = if self.parameters.is_empty() { "none".to_owned() } else { self.parameters.join(", ") };
                return Err(Failure::usage(format!("'{}' is no parameter of {}", clip(name), self.name))
                    .hint(format!("it takes {takes}")));
            }
            let argument = self.argument(&command, name);
            let kind = kind(name, argument);
            let values = texts(kind, value).ok_or_else(|| {
                Failure::usage(format!("'{name}' must be of the type {kind}, and is {}", clip(value)))
            })?;
            // What our own parameters mean is up to the server.
            let Some(argument) = argument else { continue };
            match argument.get_long() {
                None => words.extend(values.into_iter().map(OsString::from)),
                Some(long) if kind == "boolean" => line.extend(values.iter().map(|_| format!("--{long}").into())),
                Some(long) => line.extend(values.iter().map(|value| format!("--{long}={value}").into())),
            }
        }
        for name in self.parameters {
            let is_required = self.argument(&command, name).is_some_and(Arg::is_required_set);
            if is_required && given.get(*name).is_none_or(Value::is_null) {
                return Err(Failure::usage(format!("{} needs '{name}'", self.name)));
            }
        }
        // Nothing behind this is an option, whatever it looks like.
        line.push("--".into());
        Ok([line, words].concat())
    }
}

/// Returns the JSON type of a parameter.
fn kind(name: &str, argument: Option<&Arg>) -> &'static str {
    if let Some((_, kind, _)) = OWN.iter().find(|(own, ..)| *own == name) {
        return kind;
    }
    match argument.map(Arg::get_action) {
        Some(ArgAction::SetTrue) => "boolean",
        _ => "string",
    }
}

fn description(name: &str, argument: Option<&Arg>) -> String {
    match OWN.iter().find(|(own, ..)| *own == name) {
        Some((.., description)) => (*description).to_owned(),
        None => argument.and_then(Arg::get_help).map(ToString::to_string).unwrap_or_default(),
    }
}

/// Returns a value as the command line takes it: a text for each time that the option is given. Models are not
/// strict about types, and neither is this where the meaning is plain.
fn texts(kind: &str, value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.replace('\0', " ")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match (kind, value) {
        ("boolean", Value::Bool(set)) => Some(if *set { vec![String::new()] } else { Vec::new() }),
        ("boolean", _) => None,
        ("integer", _) => value.as_u64().map(|number| vec![number.to_string()]),
        ("array", Value::Array(values)) => values.iter().map(text).collect(),
        _ => Some(vec![text(value)?]),
    }
}

/// Returns the beginning of what was given, for a message.
fn clip(value: impl std::fmt::Display) -> String {
    value.to_string().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(tool: &str, given: &Value) -> Result<Vec<String>, String> {
        let tool = TOOLS.iter().find(|known| known.name == tool).expect("a tool");
        let line = tool.command_line(given.as_object().expect("an object")).map_err(|failure| failure.lines())?;
        Ok(line.into_iter().map(|word| word.into_string().expect("UTF-8")).collect())
    }

    #[test]
    fn each_parameter_is_the_commands_or_ours() {
        let command = crate::cli::command();
        for tool in &TOOLS {
            for name in tool.parameters {
                let ours = OWN[..2].iter().any(|(own, ..)| own == name);
                assert!(ours || tool.argument(&command, name).is_some(), "{} {name}", tool.name);
            }
        }
    }

    #[test]
    fn what_is_given_becomes_a_command_line() {
        let given = json!({ "text": "--store=/x", "priority": 0, "blocked_by": ["a", "--b"], "project": null });
        let expected = ["add", "--priority=0", "--blocked-by=a", "--blocked-by=--b", "--", "--store=/x"];
        let mut made = line("add", &given).expect("fine");
        made[1..4].sort();
        let mut expected = expected.map(str::to_owned);
        expected[1..4].sort();
        assert_eq!(made, expected);
        assert_eq!(line("ready", &json!({ "claim": true, "limit": 3 })).expect("fine"), ["ready", "--claim", "--"]);
        assert_eq!(line("ready", &json!({ "claim": false })).expect("fine"), ["ready", "--"]);
        for (tool, given, reason) in [
            ("add", json!({}), "add needs 'text'"),
            ("add", json!({ "text": ["a"] }), "'text' must be of the type string, and is [\"a\"]"),
            ("list", json!({ "limit": -1 }), "'limit' must be of the type integer, and is -1"),
            ("list", json!({ "all": "yes" }), "'all' must be of the type boolean, and is \"yes\""),
            ("done", json!({ "id": "a" }), "'id' is no parameter of done\nhint: it takes todo"),
            ("context", json!({ "a": 1 }), "'a' is no parameter of context\nhint: it takes none"),
        ] {
            assert_eq!(line(tool, &given), Err(reason.to_owned()));
        }
    }
}
