//! Where a session began, as its hooks tell: the directory that they name is where it is now.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::source::began::first_directory;

/// The variable with the directory in which the agent was started.
const STARTED_IN: &str = "CLAUDE_PROJECT_DIR";

/// Returns the directory in which the session of an event began: the first one that its transcript names, which a
/// capture of its files goes by as well, else where the agent was started, else where the session is.
pub(super) fn began_in(event: &Value) -> Option<PathBuf> {
    let started = std::env::var_os(STARTED_IN).filter(|path| !path.is_empty()).map(PathBuf::from);
    began(event, started)
}

fn began(event: &Value, started: Option<PathBuf>) -> Option<PathBuf> {
    let text = |key: &str| event.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let named = text("transcript_path").and_then(|path| first_directory(Path::new(path), &["/cwd"]));
    named.or(started).filter(|path| path.is_absolute()).or_else(|| text("cwd").map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_directory_of_a_transcript_counts() {
        let directory = tempfile::tempdir().expect("a directory");
        let transcript = directory.path().join("s.jsonl");
        let lines = [
            json!({"type": "summary", "summary": "says \"cwd\" and names none"}),
            json!({"type": "user", "sessionId": "s", "cwd": "/work/one"}),
            json!({"type": "user", "sessionId": "s", "cwd": "/work/two"}),
        ];
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&transcript, text).expect("a file");
        let event = json!({"transcript_path": transcript, "cwd": "/work/three"});
        let started = Some(PathBuf::from("/work/zero"));
        assert_eq!(began(&event, started.clone()), Some(PathBuf::from("/work/one")));
        std::fs::write(&transcript, "{\"type\":\"summary\"}\n").expect("a file");
        assert_eq!(began(&event, started.clone()), started);
        assert_eq!(began(&event, None), Some(PathBuf::from("/work/three")));
        let event = json!({"transcript_path": "/nowhere/at/all.jsonl", "cwd": "/work/three"});
        assert_eq!(began(&event, None), Some(PathBuf::from("/work/three")));
    }
}
