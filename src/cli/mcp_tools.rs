//! The tools of `mcp`: what each is for, and what it takes.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool as Described, ToolAnnotations};
use serde_json::{Value, json};

use super::schema::output;

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
    /// Its name, and that of the command which does the same.
    pub name: &'static str,
    pub description: &'static str,
    /// What it takes; the first one is needed where `needs_first` says so.
    pub parameters: &'static [&'static str],
    pub needs_first: bool,
    pub effect: Effect,
}

/// All tools.
pub(super) const TOOLS: [Tool; 14] = [
    Tool {
        name: "list",
        description: "Open todos of this project, those in progress first, of all sessions and people. As JSON.",
        parameters: &["project", "all_projects", "topic", "status", "all", "limit"],
        needs_first: false,
        effect: Effect::Reads,
    },
    Tool {
        name: "ready",
        description: "Todos that can be begun now, best first: open, nobody at them, nothing in their way. With \
                      `claim`, takes the first, so that no other session does: what is assigned to you goes before the \
                      others, and what is assigned to others is left to them.",
        parameters: &["project", "all_projects", "topic", "claim", "any", "limit"],
        needs_first: false,
        effect: Effect::SaysMore,
    },
    Tool {
        name: "add",
        description: "Adds a todo to this project's list, which every session and person sees; with `more`, several in \
                      one act.",
        parameters: &["text", "more", "project", "priority", "description", "due", "defer", "labels", "blocked_by"],
        needs_first: true,
        effect: Effect::Says,
    },
    Tool {
        name: "start",
        description: "Says that you are working on a todo.",
        parameters: &["todo"],
        needs_first: true,
        effect: Effect::Says,
    },
    Tool {
        name: "done",
        description: "Says that a todo is done.",
        parameters: &["todo"],
        needs_first: true,
        effect: Effect::Says,
    },
    Tool {
        name: "release",
        description: "Lets go of a todo that you started. Nothing is taken from others: who else has it keeps it, and \
                      what nobody else wants can be begun again.",
        parameters: &["todo"],
        needs_first: true,
        effect: Effect::Says,
    },
    Tool {
        name: "drop",
        description: "Gives a todo up for everybody. It is kept, and can be reopened.",
        parameters: &["todo"],
        needs_first: true,
        effect: Effect::Drops,
    },
    Tool {
        name: "reopen",
        description: "Opens a completed or dropped todo again.",
        parameters: &["todo"],
        needs_first: true,
        effect: Effect::Says,
    },
    Tool {
        name: "edit",
        description: "Changes a todo: its words, or what is known of it. What is not given stays, and an empty text takes \
                      something back.",
        parameters: &["todo", "text", "priority", "description", "due", "defer", "labels", "blocked_by"],
        needs_first: true,
        effect: Effect::Says,
    },
    Tool {
        name: "show",
        description: "One todo with everything that sessions said of it. As JSON.",
        parameters: &["todo"],
        needs_first: true,
        effect: Effect::Reads,
    },
    Tool {
        name: "projects",
        description: "All projects, how far each is, and who works on it. As JSON.",
        parameters: &[],
        needs_first: false,
        effect: Effect::Reads,
    },
    Tool {
        name: "sessions",
        description: "Who works on what, where, and since when. As JSON.",
        parameters: &["limit"],
        needs_first: false,
        effect: Effect::Reads,
    },
    Tool {
        name: "conflicts",
        description: "What sessions disagree on, the newest first. As JSON.",
        parameters: &["limit"],
        needs_first: false,
        effect: Effect::Reads,
    },
    Tool {
        name: "context",
        description: "What a new session is told of this project: the open todos of other sessions, and yours.",
        parameters: &[],
        needs_first: false,
        effect: Effect::Reads,
    },
];

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text; one of these, where there are any.
    Text(&'static [&'static str]),
    /// Yes or no.
    Flag,
    /// A number.
    Count,
    /// Several texts.
    Texts,
}

impl Kind {
    /// Returns its JSON type.
    pub(super) fn json(self) -> &'static str {
        match self {
            Kind::Text(_) => "string",
            Kind::Flag => "boolean",
            Kind::Count => "integer",
            Kind::Texts => "array",
        }
    }
}

const STATES: &[&str] = &["pending", "in_progress", "completed", "dropped"];

/// All parameters: name, what it is, description.
const PARAMETERS: [(&str, Kind, &str); 17] = [
    ("all", Kind::Flag, "Completed and dropped todos too"),
    ("all_projects", Kind::Flag, "Of all projects"),
    ("any", Kind::Flag, "With `claim`: what is assigned to others, too"),
    (
        "blocked_by",
        Kind::Texts,
        "Todos that must be done before, each by its id or words; with + or - before each, it is added or taken out",
    ),
    (
        "claim",
        Kind::Flag,
        "Take the first one: it is in progress, and nobody else's. In a store with a remote, the remote is asked",
    ),
    ("defer", Kind::Text(&[]), "Before when it is not to be begun: 2026-12-01, tomorrow, 3d, or RFC 3339"),
    ("description", Kind::Text(&[]), "What else there is to say of it"),
    ("due", Kind::Text(&[]), "Until when it should be done: 2026-12-01, tomorrow, 3d, or RFC 3339"),
    ("labels", Kind::Texts, "Labels to put on, or with - before it to take off"),
    ("limit", Kind::Count, "At most so many todos [default: 50]"),
    ("more", Kind::Texts, "What else is to be done: a todo each"),
    ("priority", Kind::Text(&[]), "How soon: high, medium, low, or a number, 0 first"),
    ("project", Kind::Text(&[]), "The project [default: that of the directory the server runs in]"),
    ("status", Kind::Text(STATES), "Only todos in this state"),
    ("text", Kind::Text(&[]), "What is to be done, in its words"),
    ("topic", Kind::Text(&[]), "Only todos of this topic"),
    ("todo", Kind::Text(&[]), "The beginning of its id (4 digits or more), or words of its text, in this project"),
];

/// Returns what a parameter is, and what it is for.
pub(super) fn parameter(name: &str) -> (Kind, &'static str) {
    let found = PARAMETERS.iter().find(|(known, ..)| *known == name);
    found.map_or((Kind::Text(&[]), ""), |(_, kind, description)| (*kind, *description))
}

impl Tool {
    /// Returns the tool as the protocol describes it.
    pub(super) fn described(&self) -> Described {
        let annotations = ToolAnnotations::new()
            .read_only(self.effect == Effect::Reads)
            .destructive(self.effect == Effect::Drops)
            .idempotent(self.effect != Effect::SaysMore)
            .open_world(false);
        let output = output(self.name).as_object().cloned().unwrap_or_default();
        Described::new(self.name, self.description, self.schema())
            .with_annotations(annotations)
            .with_raw_output_schema(Arc::new(output))
    }

    /// Returns the parameters that must be given.
    pub(super) fn needed(&self) -> &'static [&'static str] {
        &self.parameters[..usize::from(self.needs_first)]
    }

    fn schema(&self) -> JsonObject {
        let mut properties = JsonObject::new();
        for name in self.parameters {
            let (kind, description) = parameter(name);
            let mut property = json!({ "type": kind.json(), "description": description });
            match kind {
                Kind::Texts => property["items"] = json!({ "type": "string" }),
                Kind::Text(values) if !values.is_empty() => property["enum"] = json!(values),
                Kind::Text(_) | Kind::Flag | Kind::Count => {}
            }
            properties.insert((*name).to_owned(), property);
        }
        let mut schema = JsonObject::new();
        schema.insert("type".into(), json!("object"));
        schema.insert("properties".into(), Value::Object(properties));
        schema.insert("required".into(), json!(self.needed()));
        schema.insert("additionalProperties".into(), json!(false));
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_described() {
        for tool in &TOOLS {
            for name in tool.parameters {
                assert!(parameter(name).1.len() > 5, "{} {name}", tool.name);
            }
        }
    }
}
