//! What sessions stated into commits of theirs.

use std::borrow::Cow;

use super::OpsError;
use super::attribute::{Replay, by_hooks, changed, unheard};
use super::previous::Past;
use super::stated::Stated;
use crate::git::{Identity, Overlay};
use crate::statement::{self, Context};
use crate::todo::{Session, SessionState, Snapshot};

/// Makes a commit for each state that says something new, one on the other. Also returns the units of which a call is
/// about a task that nothing tells of, each as often as it has such calls. `title` is what the session is called, where
/// that was read.
pub(super) fn commits(
    overlay: &mut Overlay<'_>,
    mut past: Past,
    states: &[Stated],
    title: Option<&str>,
    context: &Context<'_>,
    identity: &Identity,
) -> Result<(Past, Vec<usize>), OpsError> {
    let captured_until = past.state().map(|state| state.info.updated);
    let called = |next: SessionState| match title {
        Some(title) => statement::titled(&next, title, context.now).unwrap_or(next),
        None => next,
    };
    let mut replay = Replay::default();
    let mut unplaced = Vec::new();
    for stated in states {
        let (state, is_last) = (&stated.state, stated.is_last);
        let before = past.state();
        let said = match (stated.is_old(before, captured_until), &state.change) {
            (false, Some(change)) => {
                let after = changed(before, &state.snapshot, change);
                // Another source may yet tell of it in this run.
                unplaced.extend(stated.unit.zip(change.task()).filter(|_| after.partial && after.items.is_empty()));
                Some(Cow::Owned(after))
            }
            (false, None) => Some(Cow::Borrowed(&state.snapshot)),
            (true, Some(_)) => None,
            (true, None) => before
                .filter(|before| is_last && by_hooks(before))
                .and_then(|before| unheard(before, &state.snapshot))
                .map(Cow::Owned),
        };
        if let Some(next) = said.and_then(|said| statement::from_snapshot(before, &under(&past.name, said), context)) {
            past.say(overlay, called(next), identity, stated.trailer.as_deref())?;
        }
        replay.add(state);
    }
    let before = past.state().filter(|_| captured_until.is_some());
    let late = before.zip(replay.end()).and_then(|(before, snapshot)| unheard(before, &snapshot));
    let late = late.map(|late| under(&past.name, Cow::Owned(late)));
    if let Some(next) = late.and_then(|snapshot| statement::from_snapshot(before, &snapshot, context)) {
        past.say(overlay, called(next), identity, None)?;
    }
    let new_title = title.zip(past.state());
    if let Some(next) = new_title.and_then(|(title, state)| statement::titled(state, title, context.now)) {
        past.say(overlay, next, identity, None)?;
    }
    let known: Vec<_> = past.state().into_iter().flat_map(|state| &state.info.list).collect();
    unplaced.retain(|(_, task)| known.iter().all(|entry| entry.native.as_deref() != Some(*task)));
    let unplaced = unplaced.into_iter().map(|(unit, _)| unit).collect();
    Ok((past, unplaced))
}

/// Returns a list as that of the name under which its session speaks here.
fn under<'a>(name: &Session, mut snapshot: Cow<'a, Snapshot>) -> Cow<'a, Snapshot> {
    if snapshot.session != *name {
        snapshot.to_mut().session = name.clone();
    }
    snapshot
}
