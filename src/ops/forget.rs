//! A todo out for good.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::captured::Captured;
use super::device::own_session;
use super::previous::{Lists, past};
use super::tips::Tips;
use crate::git::{Overlay, RefChange, session_ref};
use crate::statement::{self, Context};
use crate::store::{Consolidated, Store};
use crate::todo::{Project, Session, Time, TodoId};

/// Adds to what is to be written that a todo is forgotten: the user's session says so, and every session of this
/// device that spoke of it lets go of its words; with `purge`, that they are to go from all history, too. Sessions of other devices do when they next speak.
pub(super) fn forget(
    store: &Store,
    captured: &mut Captured,
    tips: &Tips,
    (project, id): (&Project, TodoId),
    purge: bool,
    now: Time,
) -> Result<(), OpsError> {
    let tips = Tips { local: captured.tips.clone(), ..tips.clone() };
    let mut overlay = Overlay::above(&store.repo, &captured.batch);
    let consolidated = Consolidated::find(store, &overlay)?;
    let spoke = consolidated.some_todos(&overlay, project, &BTreeSet::from([id]))?.remove(&id);
    let spoke = spoke.into_iter().flat_map(|todo| todo.claims).map(|(session, _)| session);
    let mut speakers: BTreeSet<Session> = spoke.filter(|session| tips.local.contains_key(session)).collect();
    speakers.insert(own_session(store)?);
    let known = BTreeMap::new();
    let context = Context {
        known: &known,
        now,
        reopen: store.settings.reopen,
        device: &store.settings.device,
        person: store.settings.person(),
        project: None,
        project_of: &|_| Project::general(),
    };
    let identity = store.settings.identity(now);
    let (mut moved, mut lists) = (Vec::new(), Lists::new());
    for session in speakers {
        let mut past = match past(&overlay, store, &session, &tips, &consolidated, &mut lists, now) {
            // Under two names of one session it speaks once.
            Ok(past) if moved.iter().any(|(name, _)| *name == past.name) => continue,
            Ok(past) => past,
            Err(err) => {
                captured.left_out.push((session, super::chain(&err)));
                continue;
            }
        };
        let say = if purge { statement::purge } else { statement::forget };
        let Some(state) = say(past.state(), &past.name, project, id, &context) else { continue };
        past.say(&mut overlay, state, &identity, None)?;
        moved.extend(past.commit.map(|commit| (past.name, commit.id)));
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
