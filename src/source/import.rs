//! A list from anywhere on standard input: JSON, or Markdown with boxes.

use super::{Format, read_format};
use crate::todo::{Session, Snapshot, SourceKind, Time};

/// Reads a JSON list of todos, or an object with such a list under `todos`. What is no JSON and has items with a box is
/// Markdown: of a plan its boxes are the list.
///
/// # Errors
/// When it is no JSON, no list, or has an entry without words: what is imported by hand is wanted whole.
pub fn read_list(bytes: &[u8], session: &Session, at: Time) -> Result<Snapshot, String> {
    let is_markdown = Format::recognise(bytes) == Ok(Format::Markdown);
    let format = if is_markdown { Format::Markdown } else { Format::Json };
    let listed = read_format(format, &[bytes.to_vec()])?;
    Ok(Snapshot::new(session.clone(), SourceKind::Import, at, listed.items))
}
