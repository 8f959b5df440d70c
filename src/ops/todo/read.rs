//! The consolidated state, as what is decided needs it.

use super::find::Which;
use crate::git::Overlay;
use crate::ops::OpsError;
use crate::store::{Consolidated, Reach, Store, Unreadable};
use crate::todo::{Project, SessionInfo};
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
