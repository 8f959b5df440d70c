//! A row of what was read.

use serde_json::{Map, Value};

use crate::todo::Time;

/// A row, by the names of its columns.
pub(crate) type Row = Map<String, Value>;

/// Returns the text in a column, if there is some.
pub(crate) fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Returns the time in a column, as SQLite writes it (`2026-11-29 10:05:00`, in UTC) or as the original does.
pub(crate) fn time(row: &Row, column: &str) -> Option<Time> {
    let text = text(row, column)?;
    Time::parse(text).or_else(|| Time::parse(&format!("{}Z", text.replacen(' ', "T", 1))))
}
