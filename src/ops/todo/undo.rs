//! The last thing that a command did, taken back.

use super::actor::Actor;
use super::outcome::Said;
use super::read::read_sessions;
use super::refusal::Refusal;
use crate::ops::undo::{Whose, undo as last};
use crate::ops::{NotYours, OpsError, Reason, Undo, todos_at, with_prompts};
use crate::source::agents;
use crate::store::Store;
use crate::view::Everything;

/// What was taken back, or would be.
#[derive(Debug)]
pub struct TakenBack {
    /// What was done, what takes it back, and what stays as it is because others spoke of it since.
    pub undo: Undo,
    /// What somebody else did since on this device, which stays.
    pub later: Option<NotYours>,
    /// What was said; `None` where it was only asked for.
    pub said: Option<Said>,
}

/// What is to be taken back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// What was taken back last is done again.
    pub redo: bool,
    /// What anybody did on this device, and not only who asks.
    pub any: bool,
    /// It is only told what that would be.
    pub dry_run: bool,
}

/// Takes back what the last command of who asks did on this device.
///
/// # Errors
/// When nothing is left, when others spoke since of all of it, on another branch than the consolidated one, and when
/// the store says no.
pub fn undo(actor: &Actor<'_>, wanted: Wanted) -> Result<TakenBack, Refusal> {
    let Wanted { redo, any, dry_run } = wanted;
    let store = actor.store;
    if store.settings.aside {
        return Err(Refusal::Aside { branch: store.settings.branch_name().to_owned() });
    }
    let own = actor.own()?;
    let (undo, later) = last(store, Whose { own: &own, any }, redo)?;
    let later = later.map(|later| called(store).map(|called| (called.who(&later.session.session), later.events)));
    let later = later.transpose()?.map(|(who, events)| NotYours { who, events });
    let Some(undo) = undo else { return Err(Refusal::NothingToUndo { redo, later: later.map(Box::new) }) };
    if undo.acts.is_empty() {
        let called = Box::new(called(store)?);
        return Err(Refusal::SpokenSince { undo: Box::new(undo), redo, later: later.map(Box::new), called });
    }
    let verb = if redo { "redo" } else { "undo" };
    let words = undo.events.first().map_or("", |event| event.after.content.as_str());
    let what = match undo.events.len() {
        0 | 1 => format!("{verb}: {words}"),
        several => format!("{verb}: {words} and {} more", several - 1),
    };
    let reason = Reason { mark: Some(undo.mark), reopens: &undo.reopens, ..Reason::from(&what) };
    let said = match dry_run {
        true => None,
        false => Some(actor.act(reason, |_| Ok((undo.acts.clone(), ())))?.0),
    };
    Ok(TakenBack { undo, later, said })
}

/// Returns what sessions are called.
fn called(store: &Store) -> Result<Everything, OpsError> {
    let mut sessions = read_sessions(store)?.0;
    with_prompts(store, &mut sessions);
    let mut everything = Everything::of(todos_at(store, None)?);
    everything.agents = agents().map(|agent| (agent.name(), agent.title())).collect();
    everything.sessions = sessions;
    Ok(everything)
}
