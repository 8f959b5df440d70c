//! Credentials taken out of what was read, before anything is made of it or remembered.

use memchr::memmem;

use crate::codec::{encode_session, encode_todos};
use crate::redact::{Found, Redactor, marker};
use crate::source::{Change, Notice, Reading, State, Unit};
use crate::todo::{Session, SessionState};

/// Takes credentials out of the name of the list that a unit holds. Returns its path without any.
pub(super) fn redact_unit(unit: &mut Unit, redactor: &Redactor) -> String {
    let path = unit.path.to_string_lossy();
    // The name is a part of the path.
    if !redactor.suspects(&path) {
        return path.into_owned();
    }
    if let Some(session) = unit.kind.session() {
        redactor.session(session, &mut Found::new());
    }
    redactor.text(&path, &mut Found::new()).into_owned()
}

/// Takes credentials out of all that was read in one unit. Returns by which rules, for each session.
pub(super) fn redact_reading(reading: &mut Reading, redactor: &Redactor) -> Vec<(Session, Found)> {
    let mut all = Vec::new();
    for State { snapshot, change, line: _ } in &mut reading.states {
        let mut found = Found::new();
        redactor.snapshot(snapshot, &mut found);
        change.iter_mut().for_each(|change| redact_change(change, redactor, &mut found));
        if !found.is_empty() {
            all.push((snapshot.session.clone(), found));
        }
    }
    let places = std::mem::take(&mut reading.workspaces).into_iter().map(|(mut session, mut place)| {
        let mut found = Found::new();
        redactor.string(&mut place.directory, &mut Found::new());
        place.branch.iter_mut().for_each(|branch| redactor.string(branch, &mut found));
        redactor.session(&mut session, &mut found);
        all.push((session.clone(), found));
        (session, place)
    });
    reading.workspaces = places.collect();
    let called = std::mem::take(&mut reading.called).into_iter().map(|(mut session, mut called)| {
        let mut found = Found::new();
        // A prompt may stay on this device, where nobody is told of it.
        called.title.iter_mut().for_each(|title| redactor.string(title, &mut found));
        called.prompt.iter_mut().for_each(|prompt| redactor.string(prompt, &mut found));
        redactor.session(&mut session, &mut found);
        all.push((session.clone(), found));
        (session, called)
    });
    reading.called = called.collect();
    reading.notices.iter_mut().for_each(|notice| redact_notice(notice, redactor));
    all
}

fn redact_change(change: &mut Change, redactor: &Redactor, found: &mut Found) {
    match change {
        Change::List(items) => items.iter_mut().for_each(|item| redactor.item(item, found)),
        Change::Created(item) => redactor.item(item, found),
        Change::Updated(native, call) => {
            redactor.string(native, found);
            redactor.object(call, found);
        }
    }
}

/// Takes credentials out of what a notice says and of the path that it names.
pub(super) fn redact_notice(notice: &mut Notice, redactor: &Redactor) {
    let mut found = Found::new();
    let mut path = notice.path.to_string_lossy().into_owned();
    redactor.string(&mut path, &mut found);
    redactor.string(&mut notice.reason, &mut found);
    if !found.is_empty() {
        notice.path = path.into();
    }
}

/// Returns how often the mark of each of these rules stands in what a session says: more than before means that
/// something was taken out that was not known.
pub(super) fn marks(state: Option<&SessionState>, rules: &Found) -> Vec<(&'static str, usize)> {
    if rules.is_empty() {
        return Vec::new();
    }
    let mut bytes: Vec<u8> = state.map(|state| encode_session(&state.info)).unwrap_or_default();
    for todos in state.iter().flat_map(|state| state.projects.values()) {
        bytes.extend(encode_todos(todos));
    }
    rules.iter().map(|rule| (*rule, memmem::find_iter(&bytes, marker(rule).as_bytes()).count())).collect()
}

/// Returns the rules whose mark stands more often in what a session says than it did.
pub(super) fn new_marks(state: Option<&SessionState>, before: &[(&'static str, usize)]) -> Vec<&'static str> {
    let rules: Found = before.iter().map(|(rule, _)| *rule).collect();
    let now = marks(state, &rules).into_iter().zip(before);
    now.filter(|(now, before)| now.1 > before.1).map(|(now, _)| now.0).collect()
}
