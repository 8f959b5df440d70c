//! One event that waits, as it is read.

use std::path::Path;

use serde_json::Value;

use crate::log::{self, Level};
use crate::redact::{Found, Redactor};
use crate::source::{Heard, hook};
use crate::store::spool::Waiting;

/// Why an event was not read.
pub(super) enum Unread {
    /// Its file failed, and need not fail the next time.
    Now(std::io::Error),
    /// It cannot be understood.
    Ever(String),
}

/// Reads an event. What an earlier version put down may still hold credentials: by which rules they were taken out is
/// returned.
pub(super) fn read(event: &Waiting, redactor: &Redactor) -> Result<(Heard, Found), Unread> {
    let bytes = std::fs::read(&event.path).map_err(Unread::Now)?;
    let mut value = hook::parse(&bytes).map_err(Unread::Ever)?;
    let found = redact(&mut value, redactor);
    Ok((hook::read(&value).map_err(Unread::Ever)?, found))
}

/// Takes credentials out of everything in an event, before it is written anywhere. Returns by which rules.
pub(super) fn redact(event: &mut Value, redactor: &Redactor) -> Found {
    // Where the session works is looked up, not saved.
    let directory = event.get("cwd").cloned();
    let mut found = Found::new();
    redactor.value("", event, &mut found);
    event["cwd"] = directory.unwrap_or_default();
    found
}

/// Says in the log that a session said credentials.
pub(super) fn tell(common_dir: &Path, session: &str, found: Found) {
    for rule in found {
        let message = format!("session {session} said a credential ({rule}); it was redacted before it was saved");
        log::append(common_dir, Level::Warn, "hook", &message);
    }
}
