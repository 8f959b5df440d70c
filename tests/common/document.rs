//! Holds each document that the program prints against what `schema` says of it.

use serde_json::Value;

use super::Done;
use super::fits::fits;

/// Commands of the hub's program, which describes its answers itself.
const ELSEWHERE: [&str; 2] = ["hub", "mirror"];

/// Checks what was printed, where that was one JSON document.
pub fn check(arguments: &[&str], done: &Done) {
    if !arguments.contains(&"--json") || done.stdout.is_empty() {
        return;
    }
    let Ok(document) = serde_json::from_str::<Value>(&done.stdout) else { return };
    let command = command(arguments).unwrap_or("status");
    if ELSEWHERE.contains(&command) {
        return;
    }
    let is_error = done.code != Some(0) && document.get("error").is_some();
    let name = if is_error { "error" } else { command };
    let schema = chittysync::cli::schema(name).unwrap_or_else(|| panic!("{name} is not described"));
    if let Err(why) = fits(&schema, &schema, &document, true) {
        panic!("{arguments:?}: {why}: {document:#}");
    }
    let entries = document.as_array().map_or_else(|| vec![&document], |entries| entries.iter().collect());
    let has_version = entries.iter().all(|entry| entry["schema_version"] == 1);
    assert!(has_version || command == "export", "{arguments:?}: no version: {document:#}");
}

/// Returns a document as those have it who make it: without its version.
pub fn without_version(mut document: Value) -> Value {
    let entries = document.as_array_mut().map_or_else(Vec::new, |entries| entries.iter_mut().collect());
    for entry in entries {
        entry.as_object_mut().map(|entry| entry.remove("schema_version"));
    }
    document.as_object_mut().map(|object| object.remove("schema_version"));
    document
}

/// Returns the command among arguments.
fn command<'a>(arguments: &[&'a str]) -> Option<&'a str> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "-C" | "--store" | "--branch" | "--color" => drop(arguments.next()),
            option if option.starts_with('-') => {}
            command => return Some(command),
        }
    }
    None
}
