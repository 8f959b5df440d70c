//! Branches beside the consolidated one: a plan, an experiment. The same kind of commits, from the same sessions,
//! and acts that only the branch knows of until it is merged.

use super::OpsError;
use super::rollback::EarlierState;
use super::write::write;
use crate::git::{Ancestors, ObjectId, Overlay, RefChange, RefDelete, StoreLock, Writer, branch_of_ref, descends};
use crate::store::{Consolidated, Store, check_consolidated, is_marked};
use crate::todo::Time;

/// A branch of todos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its name, without `refs/heads/`.
    pub name: String,
    /// Its newest commit.
    pub tip: ObjectId,
    /// The date of that commit, to the second.
    pub time: Time,
    /// Whether it is the one that commands use.
    pub is_current: bool,
    /// Whether that one contains it.
    pub is_merged: bool,
}

/// Returns the branches that hold todos and nothing else, by name.
///
/// # Errors
/// When the refs cannot be read.
pub fn branches(store: &Store) -> Result<Vec<Branch>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let current = Consolidated::find(store, &overlay)?;
    let contained = Ancestors::of(&overlay, current.tip);
    let mut found = Vec::new();
    for (full, tip) in store.repo.branches()? {
        let is_current = full == store.settings.branch;
        if !is_current && find_flaw(&overlay, tip, current.tree).is_some() {
            continue;
        }
        let name = branch_of_ref(&full).to_owned();
        let time = overlay.commit_info(tip)?.time;
        found.push(Branch { name, tip, time, is_current, is_merged: contained.contains(tip) });
    }
    Ok(found)
}

/// Returns the newest commit of a branch (its full name) of todos.
///
/// # Errors
/// When there is none, and when it holds anything else.
pub fn find_branch(store: &Store, full: &str) -> Result<ObjectId, OpsError> {
    let name = branch_of_ref(full);
    let Some(tip) = store.repo.find_ref(full)? else {
        return Err(OpsError::Input(format!("there is no branch '{name}'")));
    };
    let overlay = Overlay::new(&store.repo);
    let known = Consolidated::find(store, &overlay)?.tree;
    match find_flaw(&overlay, tip, known) {
        None => Ok(tip),
        Some(flaw) => Err(OpsError::Input(format!("'{name}' is no branch of todos: {flaw}"))),
    }
}

/// Returns why a commit is none of a branch of todos; nothing when it is one.
fn find_flaw(overlay: &Overlay<'_>, tip: ObjectId, known: Option<ObjectId>) -> Option<String> {
    match check_consolidated(overlay, tip, known) {
        Err(unfit) => Some(unfit.reason),
        Ok(checked) => match checked.strays.first() {
            Some(stray) => Some(format!("it holds {stray}")),
            // An empty tree, or one with nothing but a README.md, holds nothing that we do not.
            None => (!is_marked(overlay, tip)).then(|| "nothing in it says so".to_owned()),
        },
    }
}

/// Makes a branch (its full name) at a state.
///
/// # Errors
/// When there is such a branch, and when the store cannot be written.
pub fn create_branch(store: &Store, full: &str, at: &EarlierState, now: Time) -> Result<(), OpsError> {
    let lock = StoreLock::acquire(store.repo.common_dir())?;
    let message = "branch: created".to_owned();
    let change = RefChange { name: full.to_owned(), old: None, new: at.commit, message };
    match write(store, &lock, &at.made, &[change], now)?.is_empty() {
        true => Ok(()),
        false => Err(OpsError::Input(format!("there is a branch '{}' already", branch_of_ref(full)))),
    }
}

/// Deletes a branch (its full name). Returns what it pointed to.
///
/// # Errors
/// When it is the one in use or that of `chittysync.branch`, when it is not merged, unless `force`d, when it is
/// checked out, and when the store cannot be written.
pub fn delete_branch(store: &Store, full: &str, force: bool, now: Time) -> Result<ObjectId, OpsError> {
    let lock = StoreLock::acquire(store.repo.common_dir())?;
    let tip = find_branch(store, full)?;
    let overlay = Overlay::new(&store.repo);
    let name = branch_of_ref(full);
    if full == store.settings.main_branch {
        return Err(OpsError::Input(format!("'{name}' is the branch that chittysync.branch names")));
    }
    if full == store.settings.branch {
        return Err(OpsError::Input(format!("'{name}' is the branch in use")));
    }
    let current = Consolidated::find(store, &overlay)?.tip;
    if let Some(directory) = store.repo.checked_out(full) {
        return Err(OpsError::Input(format!("'{name}' is checked out in {}", directory.display())));
    }
    let is_merged = current.is_some_and(|current| current == tip || descends(&overlay, current, tip));
    if !is_merged && !force {
        return Err(OpsError::Unmerged { name: name.to_owned(), into: store.settings.branch_name().to_owned() });
    }
    let identity = store.settings.identity(now);
    let writer = Writer { repo: &store.repo, lock: &lock, fsync: store.settings.fsync, identity: &identity };
    match writer.delete(&[RefDelete { name: full.to_owned(), old: tip }])?.is_empty() {
        true => Ok(tip),
        false => Err(OpsError::Moved(vec![full.to_owned()])),
    }
}
