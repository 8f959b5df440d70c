//! A todo as a note: Markdown with what is known of it above.

use std::fmt::Write;

use serde_json::json;

use crate::mirror::record::Record;
use crate::todo::plain;
use crate::view::escape;

/// Returns the note.
pub(super) fn note(record: &Record) -> String {
    let mut text = String::from("---\n");
    let mut line = |name: &str, value: &str| {
        // JSON is YAML, and nothing in it ends the head.
        let _ = writeln!(text, "{name}: {}", json!(plain(value)));
    };
    line("id", &record.id.to_string());
    line("project", record.project.as_str());
    line("status", record.state.as_str());
    if let Some(priority) = record.text("priority") {
        line("priority", priority);
    }
    line("session", &record.session);
    line("created", &record.created.to_string());
    line("updated", &record.updated.to_string());
    let done = if record.is_completed() { "x" } else { " " };
    let _ = write!(text, "---\n\n- [{done}] {}\n", escape(&record.content));
    if let Some(description) = record.text("description") {
        text.push('\n');
        for line in description.lines() {
            let _ = writeln!(text, "{}", escape(line));
        }
    }
    text
}
