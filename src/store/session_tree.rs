//! What the tree of a session's commit holds, found out on the walk on which it is weighed.

use std::collections::HashMap;

use super::paths::{PROJECTS, SESSIONS};
use super::weight::{Excess, Walk, is_readable};
use crate::git::{ObjectId, Overlay, TreeEntry};
use crate::todo::Session;

/// What a commit of a session holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionTree {
    /// The session that speaks.
    pub session: Session,
    /// Its file.
    pub file: ObjectId,
    /// The names of the directories of its projects, and their trees. Nothing when they cannot be read.
    pub projects: Option<Vec<(String, ObjectId)>>,
}

/// What commits of sessions hold, by their trees.
pub type SessionTrees = HashMap<ObjectId, SessionTree>;

/// Weighs the tree of a session's commit, and returns what it holds; nothing when it is no session's.
///
/// # Errors
/// With what it has too much of.
pub fn session_tree(overlay: &Overlay<'_>, tree: ObjectId) -> Result<Option<SessionTree>, Excess> {
    // A branch has many, and is weighed by another measure.
    let readable = |tree| is_readable(overlay, tree).then(|| overlay.entries(Some(tree)).ok()).flatten();
    let sessions = readable(tree).and_then(|entries| below(&entries, SESSIONS));
    if sessions.and_then(readable).is_none_or(|shards| shards.len() != 1) {
        return Ok(None);
    }
    let walk = Walk::of_session(overlay, tree)?;
    let Some((session, file)) = speaker(tree, |tree| walk.entries_of(tree)) else { return Ok(None) };
    let directory = |entry: &TreeEntry| entry.is_tree.then(|| (entry.name.clone(), entry.id));
    let projects = match walk.entries_of(tree).and_then(|entries| below(entries, PROJECTS)) {
        Some(projects) => walk.entries_of(projects).map(|entries| entries.iter().filter_map(directory).collect()),
        None => Some(Vec::new()),
    };
    Ok(Some(SessionTree { session, file, projects }))
}

/// Returns the session whose tree this is: the one with the only session file in it.
pub fn session_of(overlay: &Overlay<'_>, tree: ObjectId) -> Option<Session> {
    let entries = |tree| is_readable(overlay, tree).then(|| overlay.entries(Some(tree)).ok()).flatten();
    speaker(tree, entries).map(|(session, _)| session)
}

/// Returns the session whose tree this is, and its file, given what is in a directory.
fn speaker<E: AsRef<[TreeEntry]>>(
    tree: ObjectId,
    entries: impl Fn(ObjectId) -> Option<E>,
) -> Option<(Session, ObjectId)> {
    let shards = entries(below(entries(tree)?.as_ref(), SESSIONS)?)?;
    let [TreeEntry { is_tree: true, name: shard_name, id: shard }] = shards.as_ref() else { return None };
    let files = entries(*shard)?;
    let [TreeEntry { is_tree: false, name, id: file }] = files.as_ref() else { return None };
    let session = Session::from_component(name.strip_suffix(".json")?)?;
    (session.shard() == *shard_name).then_some((session, *file))
}

/// Returns the directory of this name.
fn below(entries: &[TreeEntry], name: &str) -> Option<ObjectId> {
    entries.iter().find(|entry| entry.name == name).filter(|entry| entry.is_tree).map(|entry| entry.id)
}
