//! The consolidated state, as what is decided needs it.

use super::actor::known_author;
use super::find::{Which, find_anywhere};
use crate::git::Overlay;
use crate::ops::near::{Near, look_near};
use crate::ops::{OpsError, with_prompts};
use crate::source::agents;
use crate::store::{Consolidated, Reach, Store, StoreError, Unreadable};
use crate::todo::{Project, Scope, Session, SessionInfo};
use crate::view::{Everything, search};

/// Reads the todos of the branch, and says what could not be read. Nothing is known of sessions then.
///
/// # Errors
/// When the branch cannot be read.
pub fn read(store: &Store, reach: Reach) -> Result<(Everything, Vec<Unreadable>), OpsError> {
    let overlay = Overlay::new(&store.repo);
    let (projects, unreadable) = Consolidated::find(store, &overlay)?.all(&overlay, reach)?;
    Ok((Everything::of(projects), unreadable))
}

/// As [`read`], with archived todos only when none of the others is named so.
///
/// # Errors
/// When the branch cannot be read.
pub fn read_named(
    store: &Store,
    here: Option<&Project>,
    which: &Which,
) -> Result<(Everything, Vec<Unreadable>), OpsError> {
    let working = read(store, Reach::Working)?;
    if search(&working.0, here, &which.text()).is_empty() { read(store, Reach::Archive) } else { Ok(working) }
}

/// Reads the working todos of one project and what is known of the sessions that speak of them, as far as `session` needs
/// it, which looks: what other projects hold is left out. Nothing where that takes all todos, or something could not be
/// read; [`read`] tells what.
///
/// # Errors
/// When the branch cannot be read.
pub fn read_near(store: &Store, project: &Project, session: Option<&Session>) -> Result<Option<Everything>, OpsError> {
    look(store, Near { project: Some(project), id: None, links: true }, session)
}

/// As [`read_near`], of the project of the one todo that is named.
///
/// # Errors
/// As [`read_near`].
pub fn read_near_one(
    store: &Store,
    here: Option<&Project>,
    which: &Which,
    session: Option<&Session>,
) -> Result<Option<Everything>, OpsError> {
    let words = Near::lower(&which.text());
    let Some(near) = Near::words(here, &words) else { return Ok(None) };
    let Some(found) = look(store, Near { links: near.id.is_none(), ..near }, session)? else { return Ok(None) };
    match find_anywhere(&found, here, which) {
        Err(_) => Ok(None),
        Ok(_) if near.id.is_none() => Ok(Some(found)),
        Ok((project, _)) => read_near(store, project, session),
    }
}

/// Returns what was found near by, if it could be read.
fn look(store: &Store, near: Near<'_>, session: Option<&Session>) -> Result<Option<Everything>, OpsError> {
    match look_near(store, near, session) {
        // Which list it is, and what the others hold, is told by who reads all of them.
        Err(OpsError::Store(StoreError::Decode { .. })) => Ok(None),
        found => found,
    }
}

/// Returns whether there is a todo in a project, archived or not.
///
/// # Errors
/// When the branch cannot be read.
pub fn has_todos(store: &Store, scope: &Scope) -> Result<bool, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    for project in scope.projects() {
        // A list that cannot be read is told of elsewhere.
        let working = consolidated.todos(&overlay, project).unwrap_or_default();
        let archived = consolidated.archive(&overlay, project)?.map(|archive| archive.read()).transpose()?;
        let archived = archived.map(|(todos, _)| todos).unwrap_or_default();
        if working.into_values().chain(archived.into_values()).any(|todo| !todo.is_forgotten()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads what is known of the sessions of the branch, and says what could not be read.
///
/// # Errors
/// When the branch cannot be read.
pub fn read_sessions(store: &Store) -> Result<(Vec<SessionInfo>, Vec<Unreadable>), OpsError> {
    let overlay = Overlay::new(&store.repo);
    Ok(Consolidated::find(store, &overlay)?.sessions(&overlay)?)
}

/// Reads the open working todos with their sessions, as they are at this moment. What blocks a todo may be named by a
/// number of its agent, which only the session's file knows.
pub(super) fn with_sessions(store: &Store) -> Result<Everything, OpsError> {
    let store = store.reopen()?;
    let mut everything = read(&store, Reach::Working)?.0;
    everything.sessions = read_sessions(&store)?.0;
    Ok(everything)
}

/// Lets `find` look for a session among all that are known, called as people see them called on this device: first prompts
/// are known here alone, so what is made of them is not to be saved, nor told elsewhere. Who acts is called `you`.
pub(super) fn with_names<T>(
    everything: &mut Everything,
    store: &Store,
    agent: Option<&str>,
    find: impl FnOnce(&Everything) -> T,
) -> T {
    let mut named = Everything::of(std::mem::take(&mut everything.projects));
    named.sessions = everything.sessions.clone();
    with_prompts(store, &mut named.sessions);
    named.agents = agents().map(|agent| (agent.name(), agent.title())).collect();
    // A name that cannot be one is told by whoever speaks.
    named.own = known_author(store, agent).ok().flatten();
    let found = find(&named);
    everything.projects = named.projects;
    found
}
