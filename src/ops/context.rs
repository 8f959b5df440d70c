//! What a session should know of the others that work on its project.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::OpsError;
use super::project::{Projects, names};
use crate::codec::decode_session;
use crate::git::{ObjectId, Overlay, session_ref};
use crate::store::paths::session_path;
use crate::store::{Consolidated, Store, read_session};
use crate::todo::{Claim, Session, Status, Time, Todo, TodoList};

/// At most this many todos are looked at closely; the rest is counted.
const MOST: usize = 24;

/// The open todos of one project, as one session sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// What the project is called.
    pub project: String,
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
    /// By which session; nothing for one of another device, where only this device's are told of.
    pub session: Option<Session>,
    /// On which device, as that session says.
    pub device: Option<String>,
    /// The session that asks wants it as well.
    pub own: bool,
    /// The session that asks claimed it too, and this other one has it. `session` is who, where that may be told.
    pub lost: bool,
}

/// A todo that may be told of.
struct Candidate<'a> {
    todo: &'a Todo,
    /// Who has it, or last spoke of it.
    by: &'a Session,
    claim: &'a Claim,
    /// Whose words are told, where only those of this device are.
    words_of: &'a Session,
    own: bool,
    lost: bool,
}

/// Returns the open todos of the project that a session works on, as of the last consolidation: those of other
/// sessions, with `wanted_too` also its own, and first those that it lost to another session. With `device_only`, what
/// other devices said is left out altogether, words and names included. Nothing when the directory belongs to no
/// project.
///
/// # Errors
/// When the store cannot be read.
pub fn elsewhere(
    store: &Store,
    directory: &str,
    session: Option<&Session>,
    wanted_too: bool,
    device_only: bool,
) -> Result<Option<Elsewhere>, OpsError> {
    let Some(project) = Projects::default().of(Some(directory)) else { return Ok(None) };
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    let names = names(&consolidated, &overlay)?;
    let (scope, mut todos) = (names.scope(&project), TodoList::new());
    for project in scope.projects() {
        todos.extend(consolidated.todos(&overlay, project)?);
    }
    let is_ours = |other: &Session| session.is_some_and(|session| session.main() == other.main());
    // A ref of this namespace is only ever written on the device on which its session runs.
    let here = if device_only { store.repo.sessions()?.into_iter().collect() } else { BTreeMap::new() };
    let is_here = |other: &Session| here.contains_key(other);
    let mut found: Vec<Candidate> = todos
        .values()
        .filter(|todo| todo.state().is_open() && !todo.is_forgotten())
        .filter_map(|todo| {
            let own = todo.claims.iter().any(|(other, claim)| is_ours(other) && !claim.dropped);
            let mut said = todo.claims.iter().filter(|(_, claim)| claim.is_open());
            if let Some((by, claim)) = todo.lost_to(is_ours) {
                // The words are told as a session of this device has them, which is not the one that won.
                let words_of = if !device_only || is_here(by) { by } else { said.find(|(other, _)| is_ours(other))?.0 };
                return Some(Candidate { todo, by, claim, words_of, own, lost: true });
            }
            let (by, claim) = said
                .filter(|(other, _)| !device_only || is_here(other))
                .max_by_key(|(other, claim)| (claim.at, *other))?;
            (wanted_too || !own).then_some(Candidate { todo, by, claim, words_of: by, own, lost: false })
        })
        .collect();
    found.sort_by_key(|found| (!found.lost, Reverse(found.claim.at), found.todo.id));
    let more = found.len().saturating_sub(MOST);
    let mut open = Vec::new();
    for Candidate { todo, by, claim, words_of, own, lost } in found.into_iter().take(MOST) {
        let Some((words, device)) = (match device_only {
            true => here.get(words_of).and_then(|tip| own_words(&overlay, words_of, *tip, todo)),
            false => Some((todo.content.clone(), device(&overlay, &consolidated, by))),
        }) else {
            continue;
        };
        let told = words_of == by;
        let (session, device) = (told.then(|| by.clone()), device.filter(|_| told));
        open.push(Open { words, status: claim.status, at: claim.at, session, device, own, lost });
    }
    Ok(Some(Elsewhere { project: names.shown(&project).to_owned(), todos: open, more }))
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

/// Returns the words and the device as a session of this device itself wrote them: in the branch, another
/// device may have had a hand in them.
fn own_words(overlay: &Overlay<'_>, by: &Session, tip: ObjectId, todo: &Todo) -> Option<(String, Option<String>)> {
    let state = read_session(overlay, by, tip).ok()?.state;
    let own = state.projects.into_values().find_map(|mut todos| todos.remove(&todo.id))?;
    Some((own.content, Some(state.info.device)))
}

fn device(overlay: &Overlay<'_>, consolidated: &Consolidated, by: &Session) -> Option<String> {
    let blob = overlay.find(consolidated.tree?, &session_path(by)).ok()??;
    decode_session(&overlay.blob(blob).ok()?).ok().map(|info| info.device)
}
