//! What the daemon says of itself: a small file that it replaces whenever something happened.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::git::state_dir;
use crate::log::replace_beside;

/// What the daemon of a store was last seen to do. Times are RFC 3339, in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The process that wrote this.
    pub pid: u32,
    /// When the process began, in RFC 3339.
    pub since: String,
    /// When this was written, in RFC 3339.
    pub updated: String,
    /// The agents' homes, whether they are there or not.
    pub homes: Vec<String>,
    /// How many directories are watched.
    pub directories: usize,
    /// Why changes may go unseen, so that the daemon looks every ten seconds.
    pub degraded: Option<String>,
    /// The remote that it talks with.
    pub remote: Option<String>,
    /// How often it woke up.
    pub wakeups: u64,
    /// How each job is doing: `sync`, `network`, `mirror`.
    pub jobs: BTreeMap<String, JobState>,
}

/// How one job is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobState {
    /// How often it ran since the daemon began.
    pub runs: u64,
    /// When it last began, in RFC 3339. `None` if it never ran.
    pub last: Option<String>,
    /// How long that took, in milliseconds.
    pub took: u64,
    /// How often in a row it failed.
    pub failures: u32,
    /// What it last failed with, whether it works again or not.
    pub last_error: Option<Trouble>,
    /// When it runs next, if nothing changes before.
    pub next: Option<String>,
}

/// Something that went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When it happened, in RFC 3339.
    pub at: String,
    /// The error with its causes, in one line.
    pub message: String,
}

fn path(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("daemon.json")
}

impl State {
    /// Reads what the daemon of the store with this common git directory last wrote; nothing when it never
    /// wrote, or the file is damaged.
    pub(super) fn load(common_dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path(common_dir)).ok()?).ok()
    }

    /// Reads what the running daemon said, given its process as far as that is known. What the one before it
    /// left is not taken for its words.
    pub fn of_running(common_dir: &Path, pid: Option<Option<u32>>) -> Option<Self> {
        let pid = pid?;
        State::load(common_dir).filter(|state| pid.is_none_or(|pid| pid == state.pid))
    }

    /// Returns the job that fails, with what it failed with.
    pub fn failing(&self) -> Option<(&str, &JobState)> {
        self.jobs.iter().map(|(name, job)| (name.as_str(), job)).find(|(_, job)| job.failures > 0)
    }

    /// Writes it. A store that is gone is not made again.
    pub(super) fn save(&self, common_dir: &Path) {
        let Ok(text) = serde_json::to_string_pretty(self) else { return };
        let path = path(common_dir);
        if replace_beside(&path, text.as_bytes()).is_err() {
            // A full disk has no room for a second file, but maybe for this one to change.
            let _ = over_write(&path, text.as_bytes());
        }
    }
}

fn over_write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(text)?;
    file.set_len(text.len() as u64)
}
