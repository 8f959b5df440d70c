//! What a session's own state says besides its statements: its list as it was, and that it ended.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use crate::todo::{Item, ListEntry, SessionInfo, SessionState, Time, Title, Todo, TodoId};

/// Returns the list that a session stated last, and behind it what else the session wants: where it went on on two
/// machines, its file has the later list only.
pub(super) fn wanted(state: &SessionState) -> Vec<ListEntry> {
    let listed: BTreeSet<TodoId> = state.info.list.iter().map(|entry| entry.id).collect();
    let is_wanted = |todo: &&Todo| todo.claims.get(&state.info.session).is_some_and(|claim| claim.is_open());
    let todos = state.projects.values().flat_map(|todos| todos.values()).filter(is_wanted);
    let others = todos.map(|todo| todo.id).filter(|id| !listed.contains(id));
    let others = others.map(|id| ListEntry { id, native: None, status: None, meant: BTreeMap::new() });
    state.info.list.iter().cloned().chain(others).collect()
}

/// Returns the list of a session, as if it had been read again. A change of one task can so be applied to it.
pub fn listed(state: &SessionState) -> Vec<Item> {
    let todo = |id| state.projects.values().find_map(|todos| todos.get(&id));
    let entries = wanted(state).into_iter().filter_map(|entry| {
        let todo = todo(entry.id)?;
        let claim = todo.claims.get(&state.info.session)?;
        let status = entry.status.unwrap_or(claim.status);
        // Where a todo was renamed from and to is ours to say.
        let fields = todo.fields.iter().filter(|(name, _)| !matches!(name.as_str(), "renamedFrom" | "renamedTo"));
        Some(Item {
            content: todo.content.clone(),
            status,
            raw: claim.raw.clone().filter(|_| status == claim.status),
            dropped: false,
            native: entry.native,
            fields: fields.map(|(name, field)| (name.clone(), field.value.clone())).collect(),
        })
    });
    entries.collect()
}

/// Returns who speaks: whoever works on this device now, else whoever did before.
pub(super) fn person(context: &Context<'_>, before: Option<&SessionInfo>) -> Option<String> {
    context.person.map(str::to_owned).or_else(|| before.and_then(|before| before.person.clone()))
}

/// Returns the state of a session that is called otherwise from now on, or nothing when it is called so already.
pub fn titled(state: &SessionState, text: &str, at: Time) -> Option<SessionState> {
    let known = state.info.title.as_ref();
    if known.map_or("", |title| title.text.as_str()) == text {
        return None;
    }
    let at = known.map_or(at, |known| at.max(known.at.next())).min(Time::LAST);
    let mut state = state.clone();
    state.info.title = Some(Title { at, text: text.to_owned() });
    Some(state)
}

/// Returns the state of a session that has ended, or nothing when that is known. When it last spoke stays as it
/// is: what it said before its end may still come in by another way.
pub fn ended(state: &SessionState, at: Time) -> Option<SessionState> {
    if state.info.ended.is_some() {
        return None;
    }
    let mut state = state.clone();
    state.info.ended = Some(at.max(state.info.updated).min(Time::LAST));
    Some(state)
}
