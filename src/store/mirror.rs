//! What is known of a mirror, beside its settings: what it holds, in a ref; how its last runs went, in a file.
//!
//! `refs/chittysync-mirrors/<name>` is one commit without parents, which each change replaces. Its `state.json` is what
//! everybody reads. No words of todos are in it, so a purge has nothing to do there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::git::{
    Fsync, GitError, ObjectId, Overlay, Repo, private_directories, private_file, replace_private_file, state_dir,
};

/// `refs/chittysync-mirrors/`: what is known of each mirror. Never sent: who syncs the same store mirrors it, or not.
pub const MIRRORS: &str = "refs/chittysync-mirrors/";

/// The file of a mirror's ref that says what it holds.
pub const STATE: &str = "state.json";

/// Returns `refs/chittysync-mirrors/<name>`.
pub fn mirror_ref(name: &str) -> String {
    format!("{MIRRORS}{name}")
}

/// What a mirror holds, as far as this store knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MirrorHead {
    /// Where it is: what is known of another place means nothing.
    pub url: String,
    /// The commit of the branch that it holds.
    pub checkpoint: Option<String>,
    /// The projects that it holds; all, when there are none.
    pub projects: Vec<String>,
    /// Up to when was heard what it says.
    pub cursor: Option<i64>,
    /// When all of it was last listed, in milliseconds.
    pub swept: Option<i64>,
    /// Todos that it did not take, each with its reason.
    pub parked: BTreeMap<String, String>,
}

impl MirrorHead {
    /// Reads it; nothing when nothing is known, or what is cannot be read: it is found out again.
    ///
    /// # Errors
    /// When the ref or its commit cannot be read.
    pub fn load(repo: &Repo, name: &str) -> Result<Option<Self>, StoreError> {
        let Some(commit) = repo.find_ref(&mirror_ref(name))? else { return Ok(None) };
        let overlay = Overlay::new(repo);
        let file = overlay.find(overlay.commit_info(commit)?.tree, STATE)?;
        let Some(bytes) = file.map(|file| overlay.blob(file)).transpose()? else { return Ok(None) };
        Ok(serde_json::from_slice(&bytes).ok())
    }

    /// Returns the commit that it holds.
    pub fn commit(&self) -> Option<ObjectId> {
        ObjectId::from_hex(self.checkpoint.as_deref()?.as_bytes()).ok()
    }
}

/// How the last runs for a mirror went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MirrorRuns {
    /// When the last one began.
    pub last: Option<String>,
    /// When one last ended well.
    pub last_success: Option<String>,
    /// How many ended badly since.
    pub failures: u32,
    /// Why the last one did, if it did.
    pub error: Option<String>,
    /// What to do about it.
    pub remedy: Option<String>,
    /// Before when the daemon does not try again.
    pub next: Option<String>,
}

impl MirrorRuns {
    /// Reads it. What cannot be read never happened.
    pub fn load(common_dir: &Path, name: &str) -> Self {
        let bytes = std::fs::read(place(common_dir, name, "json")).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Writes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, common_dir: &Path, name: &str) -> Result<(), GitError> {
        let path = place(common_dir, name, "json");
        make_directory(&path)?;
        let text = serde_json::to_vec_pretty(self).expect("plain data is always written");
        replace_private_file(&path, &text, Fsync::Off)
    }

    /// Forgets it.
    pub fn remove(common_dir: &Path, name: &str) {
        let _ = std::fs::remove_file(place(common_dir, name, "json"));
    }
}

/// The right to bring one mirror up to date, held until dropped. The kernel takes it back from a process that dies.
#[derive(Debug)]
pub struct MirrorLock {
    _file: std::fs::File,
}

impl MirrorLock {
    /// Takes the turn if it is free; nothing when another process has it.
    ///
    /// # Errors
    /// When the lock cannot be made or asked for.
    pub fn try_acquire(common_dir: &Path, name: &str) -> Result<Option<Self>, GitError> {
        let path = place(common_dir, name, "lock");
        make_directory(&path)?;
        let file = private_file().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(GitError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(MirrorLock { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(err)) => Err(GitError::io("lock", &path)(err)),
        }
    }
}

fn place(common_dir: &Path, name: &str, end: &str) -> PathBuf {
    state_dir(common_dir).join("mirrors").join(format!("{name}.{end}"))
}

fn make_directory(path: &Path) -> Result<(), GitError> {
    let directory = path.parent().unwrap_or(path);
    private_directories(directory).map_err(GitError::io("create", directory))
}
