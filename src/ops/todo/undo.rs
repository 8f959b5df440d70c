//! The last thing that a command did, taken back.

use super::actor::Actor;
use super::outcome::Said;
use super::refusal::Refusal;
use crate::ops::undo::undo as last;
use crate::ops::{Reason, Undo};

/// What was taken back, or would be.
#[derive(Debug)]
pub struct TakenBack {
    /// What was done, what takes it back, and what stays as it is because others spoke of it since.
    pub undo: Undo,
    /// What was said; `None` where it was only asked for.
    pub said: Option<Said>,
}

/// Takes back what the last command on this device did; with `redo`, does again what was taken back last. With
/// `dry_run`, only tells what that would be.
///
/// # Errors
/// When nothing is left, when others spoke since of all of it, on another branch than the consolidated one, and when
/// the store says no.
pub fn undo(actor: &Actor<'_>, redo: bool, dry_run: bool) -> Result<TakenBack, Refusal> {
    let store = actor.store;
    if store.settings.aside {
        return Err(Refusal::Aside { branch: store.settings.branch_name().to_owned() });
    }
    let undo = last(store, redo)?.ok_or(Refusal::NothingToUndo { redo })?;
    if undo.acts.is_empty() {
        return Err(Refusal::SpokenSince { undo: Box::new(undo), redo });
    }
    let verb = if redo { "redo" } else { "undo" };
    let words = undo.events.first().map_or("", |event| event.after.content.as_str());
    let what = match undo.events.len() {
        0 | 1 => format!("{verb}: {words}"),
        several => format!("{verb}: {words} and {} more", several - 1),
    };
    let reason = Reason { what: &what, mark: Some(undo.mark) };
    let said = match dry_run {
        true => None,
        false => Some(actor.act(reason, |_| Ok((undo.acts.clone(), ())))?.0),
    };
    Ok(TakenBack { undo, said })
}
