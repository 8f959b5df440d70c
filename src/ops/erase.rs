//! What a purge leaves behind in a store when no ref leads to it any more, and what lies beside refs and objects.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::OpsError;
use crate::git::{GitError, ObjectId, ObjectKind, Overlay, Writer, state_dir};
use crate::store::purge::Purge;
use crate::store::quotes::contains;
use crate::store::spool;
use crate::store::{Store, StoreError};

/// Deletes the objects that held the words, those of history that was rewritten among them. Everything else stays. The
/// objects of a project's own repository are its owner's.
pub(super) fn erase(
    store: &Store,
    writer: &Writer<'_>,
    history: &mut Purge<'_>,
    left: &mut Vec<(String, String)>,
) -> Result<usize, OpsError> {
    let fresh = store.reopen()?;
    if store.is_project() {
        forget_words(store, &history.words(), left)?;
        let why = "old objects of a project's repository are left to its owner: \
                   `git reflog expire --expire-unreachable=now --all`, then `git gc --prune=now`, deletes them";
        left.push((store.repo.common_dir().display().to_string(), why.to_owned()));
        return Ok(0);
    }
    let unreachable = fresh.repo.unreachable()?;
    let overlay = Overlay::new(&fresh.repo);
    let mut garbage =
        Garbage { overlay: &overlay, history, kinds: unreachable.into_iter().collect(), known: HashMap::new() };
    let ids: Vec<ObjectId> = garbage.kinds.keys().copied().collect();
    let gone: HashSet<ObjectId> = ids.into_iter().filter(|id| garbage.holds_words(*id)).collect();
    // A run that came to no end can have left the words there and nowhere else. So they go last.
    let rewritten = history.moved();
    let held = rewritten.keys().filter(|id| !gone.contains(*id) && overlay.size_of(**id).is_some()).count();
    if held > 0 {
        let why = "something else than a ref of ours leads to them: a tag, a branch with other files, a working tree";
        left.push((format!("{held} old commits"), why.to_owned()));
    }
    forget_words(store, &history.words(), left)?;
    if !gone.is_empty() {
        Writer { repo: &fresh.repo, ..*writer }.erase(&gone)?;
    }
    Ok(gone.len())
}

/// Objects that nothing leads to.
struct Garbage<'a, 'h, 'r> {
    overlay: &'a Overlay<'a>,
    history: &'h mut Purge<'r>,
    kinds: HashMap<ObjectId, ObjectKind>,
    known: HashMap<ObjectId, bool>,
}

impl Garbage<'_, '_, '_> {
    /// Returns whether an object holds words that are to go, or leads to one that does or did: one whose parts are gone
    /// was left by a run that came to no end.
    fn holds_words(&mut self, id: ObjectId) -> bool {
        let Some(kind) = self.kinds.get(&id).copied() else { return !self.is_there(id) };
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        self.known.insert(id, false);
        let holds = match kind {
            ObjectKind::Blob => self.overlay.blob(id).is_ok_and(|bytes| self.history.holds_words(&bytes)),
            ObjectKind::Tree => match self.overlay.entries(Some(id)) {
                Ok(entries) => entries.into_iter().any(|entry| self.holds_words(entry.id)),
                Err(_) => true,
            },
            ObjectKind::Commit => match self.history.commit(id, |_| Ok::<_, StoreError>(())) {
                Ok(new) => new != id,
                Err(_) => true,
            },
            ObjectKind::Tag => false,
        };
        self.known.insert(id, holds);
        holds
    }

    fn is_there(&self, id: ObjectId) -> bool {
        self.overlay.size_of(id).is_some()
    }
}

/// Removes what holds the words of what is kept beside the refs: caches and exported files, which are made anew, and
/// events that nobody could understand.
pub(super) fn forget_words(
    store: &Store,
    words: &BTreeSet<String>,
    left: &mut Vec<(String, String)>,
) -> Result<(), OpsError> {
    let common_dir = store.repo.common_dir();
    let waiting: Vec<PathBuf> = spool::waiting(common_dir).into_iter().map(|event| event.path).collect();
    for path in files(&state_dir(common_dir)) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let escaped = |words: &String| serde_json::Value::from(words.as_str()).to_string();
        let holds = |words: &String| contains(&text, words) || contains(&text, escaped(words).trim_matches('"'));
        if !words.iter().any(holds) {
            continue;
        }
        if waiting.contains(&path) || KEPT.iter().any(|name| path.ends_with(name)) {
            left.push((path.display().to_string(), "it has not been saved yet; the next run takes it".to_owned()));
            continue;
        }
        match std::fs::remove_file(&path) {
            Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
                return Err(GitError::Io { action: "remove", path, source: err }.into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// What cannot be made anew.
const KEPT: [&str; 4] = ["chittysync/lists", "chittysync/rewritten", "chittysync/lock", "chittysync/transfer"];

fn files(directory: &Path) -> Vec<PathBuf> {
    let (mut files, mut queue) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = queue.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => queue.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}
