//! What a session said before, wherever that is: in its own ref, on a remote, or only in the branch.

use std::collections::BTreeMap;

use super::OpsError;
use crate::codec::decode_session;
use crate::git::{ObjectId, Overlay};
use crate::store::paths::session_path;
use crate::store::{Consolidated, Reach, SessionCommit, check_session, read_session};
use crate::todo::{Claims, Project, Session, SessionState, TodoList};

use super::tips::{ForeignTip, Tips};

/// What a session's next statement is compared with.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The commit that the next one is put on; nothing for a new history.
    pub commit: Option<SessionCommit>,
    /// What a session whose ref is gone had said.
    pub state: Option<SessionState>,
}

impl Past {
    /// Returns what the session said.
    pub fn state(&self) -> Option<&SessionState> {
        self.commit.as_ref().map(|commit| &commit.state).or(self.state.as_ref())
    }
}

/// Finds what a session said before.
///
/// - Its own ref, if it has one.
/// - A remote's version: the session was resumed on this machine.
/// - What the branch holds of its statements: its ref was retired. It begins a new history, seeded with them.
///
/// # Errors
/// When its own ref cannot be read.
pub(super) fn past(
    overlay: &Overlay<'_>,
    session: &Session,
    tips: &Tips,
    consolidated: &Consolidated,
    lists: &mut Lists,
) -> Result<Past, OpsError> {
    if let Some(tip) = tips.local.get(session) {
        return Ok(Past { commit: Some(read_session(overlay, session, *tip)?), state: None });
    }
    let foreign = tips.foreign.iter().filter(|tip| tip.session == *session);
    let fit = |tip: &ForeignTip| check_session(overlay, session, tip.commit).ok();
    // The others are merged into it once it has a ref.
    if let Some(commit) = foreign.filter_map(fit).max_by_key(|commit| (commit.state.info.updated, commit.id)) {
        return Ok(Past { commit: Some(commit), state: None });
    }
    Ok(Past { commit: None, state: retired(overlay, session, consolidated, lists)? })
}

/// The todos of the branch by project, each read once.
pub(super) type Lists = BTreeMap<Project, TodoList>;

fn retired(
    overlay: &Overlay<'_>,
    session: &Session,
    consolidated: &Consolidated,
    lists: &mut Lists,
) -> Result<Option<SessionState>, OpsError> {
    let Some(tree) = consolidated.tree else { return Ok(None) };
    let file: Option<ObjectId> = overlay.find(tree, &session_path(session))?;
    let Some(Ok(info)) = file.map(|file| overlay.blob(file)).transpose()?.map(|bytes| decode_session(&bytes)) else {
        return Ok(None);
    };
    if lists.is_empty() {
        *lists = consolidated.with_forgotten(overlay, Reach::Archive)?.0;
    }
    let mut projects: Lists = BTreeMap::new();
    for (project, todos) in lists.iter() {
        let own = todos.values().filter_map(|todo| {
            let claim = todo.claims.get(session)?.clone();
            let mut todo = todo.clone();
            todo.claims = Claims::from_iter([(session.clone(), claim)]);
            Some((todo.id, todo))
        });
        let own: TodoList = own.collect();
        if !own.is_empty() {
            projects.insert(project.clone(), own);
        }
    }
    Ok((!projects.is_empty()).then_some(SessionState { info, projects }))
}
