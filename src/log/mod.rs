//! The log of what runs in the background: hooks, the daemon, its schedule.
//!
//! `<common git directory>/chittysync/log`, a line an event: `<time> <level> <event> <message>`. Several
//! processes append to it at once. Nobody depends on it, so writing it never fails and never waits long.

mod append;
mod read;

pub use append::{append, clean};
pub use read::{Follower, last_error, over_since, tail};

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::git::{private_file, state_dir};
use crate::todo::Time;

/// How much a line of the log matters. The greater it is, the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something that should have been done was not.
    Error,
    /// Something is not as it should be, and work goes on.
    Warn,
    /// What happened.
    Info,
    /// What happened, in detail.
    Debug,
}

impl Level {
    /// All levels, the most important one first.
    pub const ALL: [Level; 4] = [Level::Error, Level::Warn, Level::Info, Level::Debug];

    /// Returns the word for it in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Info => "info",
            Level::Debug => "debug",
        }
    }

    /// Returns the level that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Level::ALL.into_iter().find(|level| level.as_str() == word)
    }

    /// Returns whether `CHITTYSYNC_LOG` (`off`, `error`, `warn`, `info`, `debug`; default `info`) wants it.
    pub fn is_wanted(self) -> bool {
        match wanted().as_deref() {
            Some("off") => false,
            word => self <= word.and_then(Level::parse).unwrap_or(Level::Info),
        }
    }
}

/// Returns what `CHITTYSYNC_LOG` says, when that is no level; `info` is taken for it.
pub fn unknown_level() -> Option<String> {
    wanted().filter(|word| word != "off" && Level::parse(word).is_none())
}

fn wanted() -> Option<String> {
    std::env::var("CHITTYSYNC_LOG").ok().map(|word| word.to_ascii_lowercase())
}

/// How the line begins that tells of the end of what an error of the same event told of.
pub const WORKS_AGAIN: &str = "works again";

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was written, in RFC 3339 and UTC in the file.
    pub at: Time,
    /// How much it matters.
    pub level: Level,
    /// What happened, in one word.
    pub event: String,
    /// What is to be said about it.
    pub message: String,
}

impl Entry {
    /// Reads a line; nothing when it is none of ours.
    pub fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(4, ' ');
        let at = Time::parse(parts.next()?)?;
        let level = Level::parse(parts.next()?)?;
        let event = parts.next()?.to_owned();
        Some(Entry { at, level, event, message: parts.next().unwrap_or_default().to_owned() })
    }
}

/// Returns the log of the store with this common git directory.
pub fn path(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("log")
}

/// Replaces a file that only one process at a time replaces, by way of `<path>.new`. That name is fixed:
/// a file of any other name there would be taken for what a killed run left, and removed.
pub(crate) fn replace_beside(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = private_file().write(true).create(true).truncate(true).open(&beside)?;
    std::io::Write::write_all(&mut file, content)?;
    std::fs::rename(&beside, path)
}

/// Returns the time by the machine's clock. `CHITTYSYNC_NOW` does not move it: that is the time of
/// statements.
pub fn clock() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
