//! A todo out for good.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::capture::Captured;
use super::device::own_session;
use crate::git::{Overlay, RefChange, session_ref};
use crate::redact::Found;
use crate::statement::{self, Context};
use crate::store::{Consolidated, Store, commit_session, read_session};
use crate::todo::{Project, Session, Time, TodoId};

/// Adds to what is to be written that a todo is forgotten: the user's session says so, and every session of this
/// device that spoke of it lets go of its words. Sessions of other devices do when they next speak.
pub(super) fn forget(
    store: &Store,
    captured: &mut Captured,
    project: &Project,
    id: TodoId,
    now: Time,
) -> Result<(), OpsError> {
    let mut overlay = Overlay::above(&store.repo, &captured.batch);
    let spoke = Consolidated::find(store, &overlay)?.todos(&overlay, project)?.remove(&id);
    let spoke = spoke.into_iter().flat_map(|todo| todo.claims).map(|(session, _)| session);
    let mut speakers: BTreeSet<Session> = spoke.filter(|session| captured.tips.contains_key(session)).collect();
    speakers.insert(own_session(store)?);
    let known = BTreeMap::new();
    let context = Context {
        known: &known,
        now,
        reopen: store.settings.reopen,
        device: &store.settings.redactor.text(&store.settings.device, &mut Found::new()),
        project: None,
        project_of: &|_| Project::general(),
    };
    let identity = store.settings.identity(now);
    let mut moved = Vec::new();
    for session in speakers {
        let tip = match captured.tips.get(&session).map(|tip| read_session(&overlay, &session, *tip)).transpose() {
            Ok(tip) => tip,
            Err(err) => {
                captured.left_out.push((session, super::chain(&err)));
                continue;
            }
        };
        let state = tip.as_ref().map(|tip| &tip.state);
        let Some(state) = statement::forget(state, &session, project, id, &context) else { continue };
        let commit = commit_session(&mut overlay, tip.as_ref(), state, &identity, None)?;
        moved.push((session, commit.id));
    }
    let batch = overlay.batch;
    captured.batch.absorb(batch);
    for (session, new) in moved {
        let name = session_ref(&session);
        let old = captured.tips.insert(session.clone(), new);
        match captured.changes.iter_mut().find(|change| change.name == name) {
            Some(change) => change.new = new,
            None => captured.changes.push(RefChange { name, old, new, message: "forget".into() }),
        }
        captured.sessions.push(session);
    }
    Ok(())
}
