//! Having a todo forgotten, and not saying again what was.

use std::collections::BTreeMap;

use serde_json::Map;

use super::act::introduce;
use super::context::Context;
use super::draft::Draft;
use crate::todo::{
    Claim, Claims, Fields, LAST_EPOCH, Project, Session, SessionState, SourceKind, Status, Time, Todo, TodoId,
};

/// Returns the session's state after it had a todo forgotten; nothing when it had before.
///
/// A session that never spoke of it, or never spoke at all, can say so too. What is known of an agent's session
/// stays as it is: it did not state a list, and what it lists next is not to be taken for older than this.
pub fn forget(
    previous: Option<&SessionState>,
    session: &Session,
    project: &Project,
    id: TodoId,
    context: &Context<'_>,
) -> Option<SessionState> {
    gone(previous, session, project, id, context, false)
}

/// As [`forget`], and its words are to go from all history. Nothing when the session had said that before.
pub fn purge(
    previous: Option<&SessionState>,
    session: &Session,
    project: &Project,
    id: TodoId,
    context: &Context<'_>,
) -> Option<SessionState> {
    gone(previous, session, project, id, context, true)
}

fn gone(
    previous: Option<&SessionState>,
    session: &Session,
    project: &Project,
    id: TodoId,
    context: &Context<'_>,
    purged: bool,
) -> Option<SessionState> {
    let at = previous.map_or(context.present(), |previous| previous.info.updated.next().max(context.present()));
    let new = || SessionState { info: introduce(session, at, context), projects: BTreeMap::new() };
    let mut state = previous.cloned().unwrap_or_else(new);
    let todos = state.projects.entry(project.clone()).or_default();
    if todos.get(&id).is_some_and(|todo| todo.is_forgotten() && (todo.is_purged() || !purged)) {
        return None;
    }
    let todo = forgotten(todos.get(&id), session, id, at, purged);
    todos.insert(id, todo);
    if state.info.source == SourceKind::Command.as_str() {
        state.info.updated = at;
    }
    Some(state)
}

/// Returns what a session keeps of a todo that it had forgotten. Status and epoch stay those of its last claim,
/// so that programs that know nothing of forgetting do not prefer an older one to it.
fn forgotten(before: Option<&Todo>, session: &Session, id: TodoId, at: Time, purged: bool) -> Todo {
    let claim = before.and_then(|todo| todo.claims.get(session)).cloned();
    let claim = claim.unwrap_or_else(|| Claim::new(Status::Pending, at));
    let at = if claim.at < at { at } else { claim.at.next() };
    let epoch = claim.epoch.min(LAST_EPOCH);
    let claim = Claim { raw: None, at, epoch, dropped: true, forgotten: true, purged, extra: Map::new(), ..claim };
    let claims = Claims::from_iter([(session.clone(), claim)]);
    Todo { id, content: String::new(), nth: 1, created: at, claims, fields: Fields::new() }
}

impl Draft<'_> {
    /// Lets go of the words of everything that was forgotten since the session last spoke.
    pub(super) fn forget(&mut self) {
        let is_forgotten = |project: &Project, id| self.context.known.todo(project, id).is_some_and(Todo::is_forgotten);
        for (project, todos) in &mut self.projects {
            for (id, todo) in todos.iter_mut().filter(|(id, todo)| !todo.is_forgotten() && is_forgotten(project, **id))
            {
                *todo = forgotten(Some(todo), self.session, *id, self.at, false);
            }
        }
    }

    /// Returns whether these words were forgotten in a project, by whatever name it went.
    pub(super) fn was_forgotten(&self, project: &Project, words: &str, nth: u32) -> bool {
        let is_forgotten = |project: &Project| self.is_forgotten(project, TodoId::of_nth(project, words, nth));
        is_forgotten(project) || project.plain().as_ref().is_some_and(is_forgotten)
    }

    /// Returns whether a todo was forgotten, so that nobody speaks of it again.
    pub(super) fn is_forgotten(&self, project: &Project, id: TodoId) -> bool {
        let said = self.projects.get(project).and_then(|todos| todos.get(&id));
        said.into_iter().chain(self.context.known.todo(project, id)).any(Todo::is_forgotten)
    }
}
