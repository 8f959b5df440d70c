//! Writing a line, and keeping the file short.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Level, clock, path, replace_beside};
use crate::git::{Repo, private_directory, private_file, state_dir};
use crate::redact::{Found, Redactor};
use crate::settings::{Settings, default_log_lines};
use crate::todo::plain;

/// A longer message is cut: a log is for reading.
const LONGEST: usize = 2_000;
/// How long a line waits for another process, which has the file only for as long as a write takes. Past
/// that it was stopped, and the line is written all the same.
const TIMEOUT: Duration = Duration::from_millis(250);
/// How many bytes are written between two looks at the number of lines.
const STEP: u64 = 16 * 1024;

/// Appends a line to the log of the store with this common git directory, if `CHITTYSYNC_LOG` wants it.
///
/// Never fails: a log that cannot be written is not worth failing for. `event` is one word; `message` is
/// [`clean`]ed.
pub fn append(common_dir: &Path, level: Level, event: &str, message: &str) {
    if !level.is_wanted() {
        return;
    }
    let message: String = clean(message).trim_end().chars().take(LONGEST).collect();
    let event: String = plain(event).chars().map(|c| if c == ' ' { '-' } else { c }).collect();
    let line = format!("{} {} {event} {message}\n", clock(), level.as_str());
    // Nobody could be told.
    let _ = write(common_dir, line.as_bytes());
}

/// Returns what somebody else said, fit to be kept and shown: on one line, without control characters, and
/// without credentials. Other programs like to name the URL that failed, password and all.
pub fn clean(text: &str) -> String {
    plain(&Redactor::default().text(text, &mut Found::new()))
}

fn write(common_dir: &Path, line: &[u8]) -> std::io::Result<()> {
    let path = path(common_dir);
    let mut file = open_locked(common_dir, &path)?;
    let before = file.metadata()?.len();
    if let Err(err) = file.write_all(line) {
        // A full disk takes a part of a line. The next one must not stand behind it.
        let _ = file.set_len(before);
        return Err(err);
    }
    let after = before + line.len() as u64;
    if before / STEP != after / STEP {
        shorten(common_dir, &path)?;
    }
    Ok(())
}

/// Opens the log for one line more, and keeps other processes from replacing it meanwhile.
fn open_locked(common_dir: &Path, path: &Path) -> std::io::Result<File> {
    let mut options = private_file();
    options.append(true).create(true);
    let open = || match options.open(path) {
        // The store has no directory of ours yet. One that has gone altogether is not made for a log.
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => {
            private_directory(&state_dir(common_dir))?;
            options.open(path)
        }
        opened => opened,
    };
    let started = Instant::now();
    let mut file = open()?;
    loop {
        match file.try_lock() {
            // It may have been replaced by a shorter one while this process waited.
            Ok(()) if is_at(&file, path) => return Ok(file),
            Ok(()) => file = open()?,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_micros(200)),
            Err(TryLockError::Error(_)) => return Ok(file),
        }
        if started.elapsed() > TIMEOUT {
            return Ok(file);
        }
    }
}

/// Returns whether an open file is still the one with this name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let ids = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().ok().map(ids) == std::fs::metadata(path).ok().map(ids)
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Removes the oldest lines, those beyond `chittysync.logLines`.
fn shorten(common_dir: &Path, path: &Path) -> std::io::Result<()> {
    let repo = Repo::open(common_dir).ok();
    let settings = repo.as_ref().and_then(|repo| Settings::read(&repo.values().ok()?).ok());
    // With a setting that cannot be read, the log that tells of it must not grow either.
    let kept = settings.map_or_else(default_log_lines, |settings| settings.log_lines);
    let text = std::fs::read(path)?;
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', &text).collect();
    if ends.len() > kept {
        let first = ends.len() - kept;
        let from = if first == 0 { 0 } else { ends[first - 1] + 1 };
        replace_beside(path, &text[from..])?;
    }
    Ok(())
}
