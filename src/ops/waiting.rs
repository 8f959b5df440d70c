//! One event that waits, as it is read.

use crate::redact::{Found, Redactor};
use crate::source::hook::{self, Heard};
use crate::store::spool::Waiting;

/// Why an event was not read.
pub(super) enum Unread {
    /// Its file failed, and need not fail the next time.
    Now(std::io::Error),
    /// It cannot be understood.
    Ever(String),
}

/// Reads an event, and takes credentials out of everything in it before it is compared with what was said.
/// Returns by which rules.
pub(super) fn read(event: &Waiting, redactor: &Redactor) -> Result<(Heard, Found), Unread> {
    let bytes = std::fs::read(&event.path).map_err(Unread::Now)?;
    let mut value = hook::parse(&bytes).map_err(Unread::Ever)?;
    // Where the session works is looked up, not saved.
    let directory = value.get("cwd").cloned();
    let mut found = Found::new();
    redactor.value("", &mut value, &mut found);
    value["cwd"] = directory.unwrap_or_default();
    Ok((hook::read(&value).map_err(Unread::Ever)?, found))
}
