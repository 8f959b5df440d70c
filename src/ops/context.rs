//! What a session should know of the others that work on its project.

use std::cmp::Reverse;

use super::OpsError;
use super::project::Projects;
use crate::codec::decode_session;
use crate::git::{Overlay, session_ref};
use crate::store::paths::session_path;
use crate::store::{Consolidated, Store, read_session};
use crate::todo::{Claim, Project, Session, Status, Time, Todo};

/// At most this many todos are looked at closely; the rest is counted.
const MOST: usize = 24;

/// The open todos of one project, as one session sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The project.
    pub project: Project,
    /// The latest ones, the newest first.
    pub todos: Vec<Open>,
    /// How many more there are.
    pub more: usize,
}

/// An open todo, and who last said something of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its words, as they came.
    pub words: String,
    /// How far along.
    pub status: Status,
    /// When that was said.
    pub at: Time,
    /// By which session.
    pub session: Session,
    /// On which device, as that session says.
    pub device: Option<String>,
    /// The session that asks wants it as well.
    pub own: bool,
}

/// Returns the open todos of the project that a session works on, as of the last consolidation: those of other
/// sessions, with `own` also its own. With `device_only`, what other devices said is left out altogether, words
/// included. Nothing when the directory belongs to no project.
///
/// # Errors
/// When the store cannot be read.
pub fn elsewhere(
    store: &Store,
    directory: &str,
    session: Option<&Session>,
    own: bool,
    device_only: bool,
) -> Result<Option<Elsewhere>, OpsError> {
    let Some(project) = Projects::default().of(Some(directory)) else { return Ok(None) };
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    let todos = consolidated.todos(&overlay, &project)?;
    let is_ours = |other: &Session| session.is_some_and(|session| of(session, other));
    // A ref of this namespace is only ever written on the device on which its session runs.
    let is_here = |other: &Session| store.repo.find_ref(&session_ref(other)).is_ok_and(|found| found.is_some());
    let mut found: Vec<(&Todo, &Session, &Claim, bool)> = todos
        .values()
        .filter(|todo| todo.state().is_open() && !todo.is_forgotten())
        .filter_map(|todo| {
            let ours = todo.claims.iter().any(|(other, claim)| is_ours(other) && !claim.dropped);
            let said = todo.claims.iter().filter(|(_, claim)| claim.is_open());
            let said = said.filter(|(other, _)| !device_only || is_here(other));
            let (by, claim) = said.max_by_key(|(other, claim)| (claim.at, *other))?;
            (own || !ours).then_some((todo, by, claim, ours))
        })
        .collect();
    found.sort_by_key(|(todo, _, claim, _)| (Reverse(claim.at), todo.id));
    let more = found.len().saturating_sub(MOST);
    let mut open = Vec::new();
    for (todo, by, claim, own) in found.into_iter().take(MOST) {
        let Some((words, device)) = (match device_only {
            true => own_words(store, &overlay, by, todo),
            false => Some((todo.content.clone(), device(&overlay, &consolidated, by))),
        }) else {
            continue;
        };
        open.push(Open { words, status: claim.status, at: claim.at, session: by.clone(), device, own });
    }
    Ok(Some(Elsewhere { project, todos: open, more }))
}

/// Returns how many todos of its list a session has completed, and how many there are.
///
/// # Errors
/// When its ref cannot be read.
pub fn progress(store: &Store, session: &Session) -> Result<Option<(usize, usize)>, OpsError> {
    let Some(tip) = store.repo.find_ref(&session_ref(session))? else { return Ok(None) };
    let commit = read_session(&Overlay::new(&store.repo), session, tip)?;
    let list = crate::statement::listed(&commit.state);
    Ok(Some((list.iter().filter(|item| item.status == Status::Completed).count(), list.len())))
}

/// Returns whether a list is this session's or that of one of its sub-agents.
fn of(session: &Session, list: &Session) -> bool {
    let rest = list.as_str().strip_prefix(session.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("-agent-"))
}

/// Returns the words and the device as a session of this device itself wrote them: in the branch, another
/// device may have had a hand in them.
fn own_words(store: &Store, overlay: &Overlay<'_>, by: &Session, todo: &Todo) -> Option<(String, Option<String>)> {
    let tip = store.repo.find_ref(&session_ref(by)).ok()??;
    let state = read_session(overlay, by, tip).ok()?.state;
    let own = state.projects.into_values().find_map(|mut todos| todos.remove(&todo.id))?;
    Some((own.content, Some(state.info.device)))
}

fn device(overlay: &Overlay<'_>, consolidated: &Consolidated, by: &Session) -> Option<String> {
    let blob = overlay.find(consolidated.tree?, &session_path(by)).ok()??;
    decode_session(&overlay.blob(blob).ok()?).ok().map(|info| info.device)
}
