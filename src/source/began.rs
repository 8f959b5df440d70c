//! Where a session began, as the file of its conversation tells: the directory that its hooks name is where it is now.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{file, json};

/// More bytes of a file are not looked at: its first lines say it.
const MOST: u64 = 256 * 1024;

/// Returns the first directory that a file with a JSON object a line names, at one of these places; nothing where there
/// is none yet, or none to be read.
pub(super) fn first_directory(path: &Path, pointers: &[&str]) -> Option<PathBuf> {
    let (file, _) = file::open(path).ok()?;
    for line in BufReader::new(file.take(MOST)).split(b'\n') {
        let line = line.ok()?;
        // Most lines before it name none, and can be long.
        if memchr::memmem::find(&line, b"\"cwd\"").is_none() {
            continue;
        }
        let Ok(value) = json::parse(&line) else { continue };
        if let Some(directory) = pointers.iter().find_map(|pointer| value.pointer(pointer)?.as_str()) {
            return Some(PathBuf::from(directory));
        }
    }
    None
}

/// Returns where the session of an event began whose conversation stands in a file that the event names: the first
/// directory there, else where the session is.
pub(super) fn of_event(event: &Value, pointers: &[&str]) -> Option<PathBuf> {
    let text = |key: &str| event.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let named = text("transcript_path").and_then(|path| first_directory(Path::new(path), pointers));
    named.filter(|path| path.is_absolute()).or_else(|| text("cwd").map(PathBuf::from))
}
