//! Databases of agents. They are read through SQLite, because the newest rows may stand in the log beside the file only;
//! and read-only, in one short transaction, so that no agent waits for us.

#[cfg(not(feature = "sqlite"))]
mod absent;
mod files;
#[cfg(feature = "sqlite")]
mod reader;

use serde_json::{Map, Value};

#[cfg(not(feature = "sqlite"))]
pub(super) use absent::read;
pub(super) use files::{ENDS, changed, find, unit};
#[cfg(feature = "sqlite")]
pub(super) use reader::read;

use crate::todo::Time;

/// Whether this build reads databases.
pub const READS_DATABASES: bool = cfg!(feature = "sqlite");

/// A row, by the names of its columns.
pub(super) type Row = Map<String, Value>;

/// Returns the text in a column, if there is some.
pub(super) fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Returns the time in a column, as SQLite writes it (`2026-11-29 10:05:00`, in UTC) or as the original does.
pub(super) fn time(row: &Row, column: &str) -> Option<Time> {
    let text = text(row, column)?;
    Time::parse(text).or_else(|| Time::parse(&format!("{}Z", text.replacen(' ', "T", 1))))
}
