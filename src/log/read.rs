//! Reading the log.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Entry, Level, WORKS_AGAIN, path};
use crate::todo::Time;

/// Returns the last lines, the oldest first. A log that is not there has none.
pub fn tail(common_dir: &Path, lines: usize) -> Vec<Entry> {
    let text = std::fs::read(path(common_dir)).unwrap_or_default();
    let entries: Vec<Entry> = String::from_utf8_lossy(&text).lines().filter_map(Entry::parse).collect();
    entries[entries.len().saturating_sub(lines)..].to_vec()
}

/// Returns the last line that tells of an error.
pub fn last_error(common_dir: &Path) -> Option<Entry> {
    let text = std::fs::read(path(common_dir)).ok()?;
    String::from_utf8_lossy(&text).lines().rev().filter_map(Entry::parse).find(|entry| entry.level == Level::Error)
}

/// Returns when what an error tells of was over, if the log tells that.
pub fn over_since(common_dir: &Path, error: &Entry) -> Option<Time> {
    let text = std::fs::read(path(common_dir)).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut later = text.lines().filter_map(Entry::parse).skip_while(|entry| entry != error).skip(1);
    later.find(|entry| entry.event == error.event && entry.message.starts_with(WORKS_AGAIN)).map(|entry| entry.at)
}

/// Reads what is appended from now on, also beyond the moment when the oldest lines are removed.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    file: Option<File>,
    /// How much of the file was read.
    at: u64,
    /// The beginning of a line whose rest is still to come.
    begun: Vec<u8>,
}

impl Follower {
    /// Begins at the present end of the log of the store with this common git directory.
    pub fn new(common_dir: &Path) -> Self {
        let path = path(common_dir);
        let file = File::open(&path).ok();
        let at = file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len());
        Follower { path, file, at, begun: Vec::new() }
    }

    /// Returns the lines that were written since the last call.
    pub fn news(&mut self) -> Vec<Entry> {
        let mut text = std::mem::take(&mut self.begun);
        text.extend(self.rest());
        if let Some(file) = self.replaced() {
            self.at = self.known_part(&file);
            self.file = Some(file);
            text.extend(self.rest());
        }
        let end = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
        self.begun = text.split_off(end);
        String::from_utf8_lossy(&text).lines().filter_map(Entry::parse).collect()
    }

    /// Reads on in the file that is open.
    fn rest(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        if let Some(file) = &mut self.file {
            let read = file.seek(SeekFrom::Start(self.at)).and_then(|_| file.read_to_end(&mut text));
            self.at += read.unwrap_or_default() as u64;
        }
        text
    }

    /// Returns the file that now has the name of the one that is open.
    fn replaced(&self) -> Option<File> {
        let file = File::open(&self.path).ok()?;
        let Some(open) = &self.file else { return Some(file) };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let number = |file: &File| file.metadata().map(|metadata| (metadata.dev(), metadata.ino())).ok();
            (number(&file) != number(open)).then_some(file)
        }
        #[cfg(not(unix))]
        {
            let _ = open;
            None
        }
    }

    /// Returns how much of the new file was in the old one: its last lines.
    fn known_part(&mut self, file: &File) -> u64 {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        let Some(open) = &mut self.file else { return 0 };
        let read = open.rewind().and_then(|()| open.read_to_end(&mut old));
        let mut file = file;
        if read.is_err() || file.rewind().and_then(|()| file.read_to_end(&mut new)).is_err() {
            return 0;
        }
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', &old).map(|at| at + 1));
        let kept = starts.map(|start| &old[start..]).find(|kept| new.starts_with(kept));
        kept.map_or(0, |kept| kept.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::append;
    use super::*;

    #[test]
    fn follows_beyond_the_removal_of_old_lines() {
        let directory = tempfile::tempdir().expect("a directory");
        append(directory.path(), Level::Error, "before", "not followed");
        let mut follower = Follower::new(directory.path());
        let mut seen = Vec::new();
        for number in 0..3_000 {
            append(directory.path(), Level::Info, "count", &format!("{number} {}", "x".repeat(40)));
            if number % 97 == 0 {
                seen.extend(follower.news());
            }
        }
        seen.extend(follower.news());
        let numbers: Vec<usize> =
            seen.iter().map(|entry| entry.message.split(' ').next().and_then(|n| n.parse().ok()).expect("n")).collect();
        assert_eq!(numbers, (0..3_000).collect::<Vec<_>>());
        let kept = tail(directory.path(), usize::MAX).len();
        assert!((1_000..1_400).contains(&kept), "{kept} lines are kept");
        assert_eq!(last_error(directory.path()), None, "the first line is gone");
    }

    #[test]
    fn a_line_is_one_line_whatever_it_says() {
        let directory = tempfile::tempdir().expect("a directory");
        append(directory.path(), Level::Error, "two words", "one\n2026-01-01T00:00:00.000Z error x two\u{1b}[2J");
        append(directory.path(), Level::Warn, "push", "cannot reach https://ana:hunter2correct@host.example/x");
        append(directory.path(), Level::Debug, "detail", "not wanted by default");
        let entries = tail(directory.path(), 9);
        assert_eq!(entries.len(), 2, "{entries:?}");
        assert_eq!(entries[1].message, "cannot reach https://ana:[redacted: url-password]@host.example/x");
        assert_eq!(entries[0].event, "two-words");
        assert_eq!(entries[0].message, "one 2026-01-01T00:00:00.000Z error x two\u{fffd}[2J");
        assert_eq!(last_error(directory.path()).as_ref(), entries.first());
    }

    #[test]
    fn a_store_that_is_gone_is_not_made_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let gone = directory.path().join("gone");
        append(&gone, Level::Error, "x", "y");
        assert!(!gone.exists());
        assert!(tail(&gone, 9).is_empty() && last_error(&gone).is_none());
    }
}
