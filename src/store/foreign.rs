//! What comes from a remote is not trusted: it is looked at before anything is built on it.

use std::collections::BTreeMap;

use crate::codec::{decode_session, decode_todos};
use crate::git::{ObjectId, Overlay};
use crate::todo::{Project, Session};

use super::paths::{ARCHIVE, ATTRIBUTES_PATH, BOARD_PATH, PROJECTS, SESSIONS, TODOS, month, session_path};
use super::session::{SessionCommit, read_session};

/// No file that we make is nearly as big.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;
/// A directory of more than 300,000 entries.
const LARGEST_TREE: u64 = 16 * 1024 * 1024;

/// Reads a remote's version of a session, if it is one: the session's own file, its own statements, nothing
/// else.
///
/// # Errors
/// In words, when it is something else, damaged, or of a newer version.
pub fn check_session(overlay: &Overlay<'_>, session: &Session, tip: ObjectId) -> Result<SessionCommit, String> {
    let tree = overlay.commit_info(tip).map_err(|err| err.to_string())?.tree;
    check_tree(overlay, tree, None)?;
    let commit = read_session(overlay, session, tip).map_err(|err| chain(&err))?;
    if commit.state.info.session != *session || session_of(overlay, tree).as_ref() != Some(session) {
        return Err("it speaks for another session".to_owned());
    }
    let claims = commit.state.projects.values().flat_map(|todos| todos.values()).flat_map(|todo| todo.claims.keys());
    match claims.into_iter().find(|speaker| *speaker != session) {
        Some(_) => Err("it makes statements of another session".to_owned()),
        None => Ok(commit),
    }
}

/// Looks at a remote's consolidated commit. What stands in `known`, a tree of ours, is not looked at again.
///
/// # Errors
/// In words, when there is anything in it that we would not have written or cannot read.
pub fn check_consolidated(overlay: &Overlay<'_>, tip: ObjectId, known: Option<ObjectId>) -> Result<(), String> {
    let tree = overlay.commit_info(tip).map_err(|err| err.to_string())?.tree;
    check_tree(overlay, tree, known)
}

/// Returns the session whose tree this is: the one with the only session file in it.
pub fn session_of(overlay: &Overlay<'_>, tree: ObjectId) -> Option<Session> {
    let shards = overlay.entries(overlay.find(tree, SESSIONS).ok()?).ok()?;
    let [(_, true, shard)] = shards.as_slice() else { return None };
    let files = overlay.entries(Some(*shard)).ok()?;
    let [(name, false, _)] = files.as_slice() else { return None };
    let session = Session::from_component(name.strip_suffix(".json")?)?;
    overlay.find(tree, &session_path(&session)).ok()?.map(|_| session)
}

fn chain(err: &dyn std::error::Error) -> String {
    std::iter::successors(Some(err), |err| err.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

type Entries = Vec<(String, bool, ObjectId)>;

/// Returns the entries of a tree that are not the same in `known`.
fn new_entries(overlay: &Overlay<'_>, tree: ObjectId, known: Option<ObjectId>) -> Result<Entries, String> {
    if overlay.size_of(tree).is_none_or(|size| size > LARGEST_TREE) {
        return Err(format!("the tree {tree} is missing or too large"));
    }
    let known: BTreeMap<String, ObjectId> = match known {
        Some(known) => overlay.entries(Some(known)).unwrap_or_default().into_iter().map(|(n, _, id)| (n, id)).collect(),
        None => BTreeMap::new(),
    };
    let entries = overlay.entries(Some(tree)).map_err(|err| err.to_string())?;
    Ok(entries.into_iter().filter(|(name, _, id)| known.get(name) != Some(id)).collect())
}

fn check_tree(overlay: &Overlay<'_>, tree: ObjectId, known: Option<ObjectId>) -> Result<(), String> {
    let below = |known: Option<ObjectId>, path: &str| known.and_then(|known| overlay.find(known, path).ok().flatten());
    let unexpected = |path: &str| Err(format!("it holds {path}, which is none of ours"));
    for (name, is_tree, id) in new_entries(overlay, tree, known)? {
        match (name.as_str(), is_tree) {
            (ATTRIBUTES_PATH | BOARD_PATH, false) => drop(file(overlay, id, &name)?),
            (PROJECTS, true) => {
                let known = below(known, PROJECTS);
                for (project, is_tree, id) in new_entries(overlay, id, known)? {
                    let path = format!("{PROJECTS}/{project}");
                    if Project::from_component(&project).is_none() || !is_tree {
                        return unexpected(&path);
                    }
                    check_project(overlay, id, below(known, &project), &path)?;
                }
            }
            (SESSIONS, true) => {
                let known = below(known, SESSIONS);
                for (shard, is_tree, id) in new_entries(overlay, id, known)? {
                    if !is_tree {
                        return unexpected(&format!("{SESSIONS}/{shard}"));
                    }
                    for (name, is_tree, id) in new_entries(overlay, id, below(known, &shard))? {
                        let path = format!("{SESSIONS}/{shard}/{name}");
                        let session = name.strip_suffix(".json").and_then(Session::from_component);
                        if is_tree || session.is_none_or(|session| session_path(&session) != path) {
                            return unexpected(&path);
                        }
                        decode_session(&file(overlay, id, &path)?).map_err(|err| format!("{path}: {err}"))?;
                    }
                }
            }
            _ => return unexpected(&name),
        }
    }
    Ok(())
}

fn check_project(overlay: &Overlay<'_>, tree: ObjectId, known: Option<ObjectId>, path: &str) -> Result<(), String> {
    for (name, is_tree, id) in new_entries(overlay, tree, known)? {
        let path = format!("{path}/{name}");
        match (name.as_str(), is_tree) {
            (TODOS, false) => drop(decode_todos(&file(overlay, id, &path)?).map_err(|err| format!("{path}: {err}"))?),
            (ARCHIVE, true) => {
                check_archive(overlay, id, known.and_then(|known| overlay.find(known, ARCHIVE).ok()?), &path)?;
            }
            _ => return Err(format!("it holds {path}, which is none of ours")),
        }
    }
    Ok(())
}

fn check_archive(overlay: &Overlay<'_>, tree: ObjectId, known: Option<ObjectId>, path: &str) -> Result<(), String> {
    for (name, is_tree, id) in new_entries(overlay, tree, known)? {
        let path = format!("{path}/{name}");
        if is_tree || month(&name).is_none() {
            return Err(format!("it holds {path}, which is none of ours"));
        }
        decode_todos(&file(overlay, id, &path)?).map_err(|err| format!("{path}: {err}"))?;
    }
    Ok(())
}

/// Reads a file that is not too large to be read.
fn file(overlay: &Overlay<'_>, blob: ObjectId, path: &str) -> Result<Vec<u8>, String> {
    match overlay.size_of(blob) {
        Some(size) if size <= LARGEST_FILE => overlay.blob(blob).map_err(|err| format!("{path}: {err}")),
        Some(size) => Err(format!("{path} has {size} bytes, more than {LARGEST_FILE}")),
        None => Err(format!("{path} is missing")),
    }
}
