//! What the tools of `mcp` answer: the documents of the commands, brief, and each an object.

use serde_json::{Value, json};

use super::sessions::{OF_PROJECT, WARNING};
use super::shape::Key;
use super::shape::Shape::{self, *};
use super::todos::{CONFLICT, STATE};

const TEXTS: Shape = List(&Text);
const MORE: Key = Key("more?", Count, "how many are not shown; `limit` says how many are");

const BRIEF: Shape = Object(&[
    Key("id", Text, "the beginning of its id"),
    Key("content", Text, "its words"),
    Key("status?", STATE, "missing: pending"),
    Key("project?", Text, "missing: the one of all of them"),
    Key("priority?", Anything, ""),
    Key("due?", Anything, ""),
    Key("defer?", Anything, ""),
    Key("labels?", Anything, ""),
    Key("assignedTo?", Text, "a session"),
    Key("yours?", Flag, ""),
]);

const TODOS: Shape = Object(&[Key("todos", List(&BRIEF), ""), Key("project?", Text, "of all of them"), MORE, WARNINGS]);

const WARNINGS: Key = Key("warnings?", TEXTS, "what there is to warn of");

const TODO: Shape = Open(&[
    Key("id", Text, ""),
    Key("content", Text, ""),
    Key("status", STATE, ""),
    Key("project", Text, ""),
    Key("full_project", Text, ""),
    Key("claims", Map(&Open(&[])), "what each session last said of it"),
    WARNINGS,
]);

const SESSION: Shape = Object(&[
    Key("session", Text, ""),
    Key("name", Text, "what people see"),
    Key("project", Text, ""),
    Key("device", Text, ""),
    Key("person?", Text, ""),
    Key("branch?", Text, ""),
    Key("state", Word(&["active", "idle", "stale", "ended"]), ""),
    Key("open", Count, "how many open todos it wants"),
    Key("total", Count, ""),
    Key("updated", Time, "when it last spoke"),
    Key("ended?", Time, ""),
    Key("warnings?", List(&WARNING), ""),
]);

/// Returns what a tool answers, as a JSON Schema of an object.
pub(in crate::cli) fn output(tool: &str) -> Value {
    let shape = match tool {
        "list" => TODOS,
        "ready" | "add" => Or(&[TODOS, TODO]),
        "sessions" => Object(&[Key("sessions", List(&SESSION), ""), MORE, WARNINGS]),
        "projects" => Object(&[
            Key("version", Text, ""),
            Key("last_updated", Time, ""),
            Key("projects", List(&OF_PROJECT), ""),
            WARNINGS,
        ]),
        "conflicts" => Object(&[
            Key("timestamp", Time, ""),
            Key("auto_resolved", Count, "how many there are"),
            Key("conflicts", List(&CONFLICT), ""),
            MORE,
            WARNINGS,
        ]),
        "context" => Object(&[Key("text", Text, ""), WARNINGS]),
        _ => TODO,
    };
    let mut named = Vec::new();
    shape.named(&mut named);
    let mut schema = shape.schema();
    schema["type"] = json!("object");
    if !named.is_empty() {
        let defs = named.into_iter().map(|(name, shape)| (name.to_owned(), shape.schema()));
        schema["$defs"] = Value::Object(defs.collect());
    }
    schema
}
