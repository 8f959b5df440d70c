//! What stands in the lines of `--porcelain`.

use serde_json::Value;

use crate::cli::options::PorcelainArgs;
use crate::cli::ui::Ui;

/// The fields of each command's lines, in their order, by the keys of its JSON. `!` is a mark: `!` for a conflict, else
/// `.`.
pub(super) const LINES: [(&str, &[&str]); 11] = [
    ("list", &["id", "status", "!", "updated", "full_project", "session", "content"]),
    ("ready", &["id", "status", "!", "updated", "full_project", "session", "content"]),
    ("sessions", &["session", "state", "open", "total", "updated", "full_project", "device"]),
    ("projects", &["full_project", "active_todos", "completed_todos", "todo_count", "session_count", "last_activity"]),
    (
        "conflicts",
        &[
            "id",
            "local_status",
            "remote_status",
            "property",
            "timestamp",
            "full_project",
            "local_session",
            "remote_session",
            "content",
        ],
    ),
    ("log", &["id", "at", "before", "status", "full_project", "session", "device", "content"]),
    ("graph", &["id", "waitsFor", "full_project", "content"]),
    ("topics", &["topic", "state", "waiting", "threshold", "open", "pending", "ready", "sessions"]),
    ("branch", &["branch", "commit", "updated", "current", "merged"]),
    ("doctor", &["check", "state", "text"]),
    ("daemon log", &["at", "level", "event", "message"]),
];

/// Returns the fields of a command's lines.
pub(super) fn fields(command: &str) -> &'static [&'static str] {
    LINES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, fields)| fields)
}

/// Prints a document for programs: as JSON, or a line for each entry of the list in it. `list` is where that stands, as
/// a JSON pointer (RFC 6901). What an entry has not is `-`.
pub fn print_listing(command: &str, document: &Value, list: &str, args: PorcelainArgs, ui: &mut Ui) {
    if ui.json {
        ui.print_json(document);
        return;
    }
    let row = |entry: &Value| fields(command).iter().map(|key| field(&entry[*key])).collect();
    let entries = document.pointer(list).and_then(Value::as_array);
    let rows: Vec<Vec<String>> = entries.into_iter().flatten().map(row).collect();
    ui.print_rows(&rows, args.zero);
}

fn field(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => values.iter().map(field).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
