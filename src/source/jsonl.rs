//! Files with a JSON object on each line, to which an agent goes on adding.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;

use super::reading::Notice;
use super::{file, json};

/// What takes the lines of a file that are about todos.
pub(super) trait Lines {
    /// Returns whether a line is to be read at all. Looking for bytes is much cheaper than reading JSON.
    fn wants(&self, line: &[u8]) -> bool;

    /// Takes a line.
    fn line(&mut self, line: &Value);
}

/// Gives a file's lines to a reader, as far as the file goes now. Returns how many it wanted that cannot be read; the
/// last one does not count, which may be in the making.
pub(super) fn read(path: &Path, lines: &mut impl Lines) -> Result<usize, Notice> {
    let (file, metadata) = file::open(path)?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut line, mut left, mut lost) = (Vec::new(), metadata.len(), 0);
    while left > 0 {
        line.clear();
        let read = Read::take(&mut reader, left.min(file::LARGEST)).read_until(b'\n', &mut line);
        let read = read.map_err(|err| Notice::new(path, format!("cannot be read: {err}"), "make it readable"))?;
        if read == 0 {
            break;
        }
        left -= read as u64;
        if !lines.wants(&line) {
            continue;
        }
        match json::parse(&line) {
            Ok(value) => lines.line(&value),
            Err(_) => lost += usize::from(line.ends_with(b"\n")),
        }
    }
    Ok(lost)
}

/// Returns whether a line has one of these in it.
pub(super) fn has(line: &[u8], parts: &[&str]) -> bool {
    parts.iter().any(|part| memchr::memmem::find(line, part.as_bytes()).is_some())
}

/// Returns a text in a line, if it is one.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Says how many lines on todos could not be taken.
pub(super) fn notice(path: &Path, lost: usize) -> Option<Notice> {
    let reason = format!("{lost} of its lines on todos cannot be read");
    (lost > 0).then(|| Notice::new(path, reason, "the others were read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct All(Vec<Value>);

    impl Lines for All {
        fn wants(&self, line: &[u8]) -> bool {
            has(line, &["n"])
        }

        fn line(&mut self, line: &Value) {
            self.0.push(line.clone());
        }
    }

    #[test]
    fn a_line_in_the_making_is_not_lost() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("s.jsonl");
        for (text, whole, lost) in [
            ("{\"n\":1}\n{\"n\":2}\n", 2, 0),
            ("{\"n\":1}\n{\"n\":2", 1, 0),
            ("{\"n\":1}\n{\"n\":\n{\"n\":3}\n", 2, 1),
            ("{\"x\":\n", 0, 0),
            ("", 0, 0),
            // Not of this kind at all, and still nothing breaks.
            ("\u{0}\u{0}n\nn", 0, 1),
        ] {
            std::fs::write(&path, text).expect("a file");
            let mut all = All(Vec::new());
            assert_eq!((read(&path, &mut all), all.0.len()), (Ok(lost), whole), "{text}");
        }
    }
}
