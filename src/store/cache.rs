//! What saves work between runs. Everything here can be computed again; a cache that is missing, damaged
//! or of another version counts as empty, and failing to write one is no error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::git::{Fsync, GitError, Repo, replace_private_file, state_dir};

/// What is known of todos whose words are to go from all history, so that it is not looked through each time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purged {
    /// The tree of the branch in which they were looked for last.
    pub tree: String,
    /// Their ids, in hexadecimal digits.
    pub ids: BTreeSet<String>,
    /// Those whose words have gone from this store.
    pub gone: BTreeSet<String>,
    /// Commits that refs lead to, in whose history none of those words is left.
    pub clean: BTreeSet<String>,
}

/// What was read from agents' homes, by the full path of the file or directory.
pub type Seen = BTreeMap<String, SeenUnit>;

/// What one file or directory looked like when it was read, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenUnit {
    /// Its stamp; nothing when it was too fresh to trust the stamp.
    pub stamp: Option<String>,
    /// A hash of what it said.
    pub digest: u64,
    /// Why it could not be read, and what to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<(String, String, String)>,
    /// How many of its calls were about tasks that nothing tells of.
    #[serde(default)]
    pub unplaced: usize,
    /// For each session it speaks for, a hash of the last state.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub last: BTreeMap<String, u64>,
    /// For each session it knows the place of: working directory and branch.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, (String, Option<String>)>,
    /// The transcript lines that its states come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<u64>,
}

/// The version of the caches. Another one counts as empty.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct File<T> {
    version: u32,
    content: T,
}

/// Reads a cache by name.
pub fn load<T: DeserializeOwned + Default>(repo: &Repo, name: &'static str) -> T {
    Cached::load(repo, name).content
}

/// Reads a cache by name unless its file has more than so many bytes, for who has no time for more.
pub fn load_within<T: DeserializeOwned + Default>(repo: &Repo, name: &'static str, most: u64) -> T {
    let fits = std::fs::metadata(path(repo, name)).is_ok_and(|metadata| metadata.len() <= most);
    if fits { load(repo, name) } else { T::default() }
}

/// A cache as it was read, for those who may want it again.
#[derive(Debug, Default)]
pub struct Cached<T> {
    /// What it holds.
    pub content: T,
    name: &'static str,
    /// What its file looked like. Every write makes a new one.
    look: Option<(SystemTime, u64, u64)>,
}

impl<T: DeserializeOwned + Default> Cached<T> {
    /// Reads a cache by name.
    pub fn load(repo: &Repo, name: &'static str) -> Self {
        let path = path(repo, name);
        let look = look(&path);
        let read = std::fs::read(path).ok();
        let content = read.and_then(|bytes| decode(&bytes)).unwrap_or_default();
        Cached { content, name, look }
    }

    /// Reads the cache again if somebody has written it since.
    pub fn refresh(&mut self, repo: &Repo) {
        if look(&path(repo, self.name)) != self.look {
            *self = Cached::load(repo, self.name);
        }
    }
}

/// Returns what the file of a cache looks like; nothing when there is none. Every write makes a new one.
pub fn file_look(repo: &Repo, name: &str) -> Option<String> {
    look(&path(repo, name)).map(|look| format!("{look:?}"))
}

fn look(path: &Path) -> Option<(SystemTime, u64, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let number = 0;
    Some((metadata.modified().ok()?, metadata.len(), number))
}

/// Replaces a cache.
pub fn save<T: Serialize>(repo: &Repo, name: &str, content: &T) {
    if let Ok(bytes) = serde_json::to_vec(&File { version: VERSION, content }) {
        // Losing it costs time, never data.
        let _ = replace_private_file(&path(repo, name), &bytes, Fsync::Off);
    }
}

/// Removes a cache.
///
/// # Errors
/// When it cannot be removed.
pub fn forget(repo: &Repo, name: &str) -> Result<(), GitError> {
    let path = path(repo, name);
    match std::fs::remove_file(&path) {
        Err(err) if err.kind() != std::io::ErrorKind::NotFound => Err(GitError::io("remove", &path)(err)),
        _ => Ok(()),
    }
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let file: File<T> = serde_json::from_slice(bytes).ok()?;
    (file.version == VERSION).then_some(file.content)
}

pub(super) fn path(repo: &Repo, name: &str) -> PathBuf {
    state_dir(repo.common_dir()).join(name)
}
