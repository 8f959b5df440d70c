//! The join: the least list that contains every statement of both.

use std::cmp::Ordering;
use std::collections::btree_map::Entry;

use crate::todo::{Claim, Field, Status, Todo, TodoList};

/// Adds every statement of `theirs` to `ours`.
pub fn join(ours: &mut TodoList, theirs: &TodoList) {
    for (id, theirs) in theirs {
        match ours.entry(*id) {
            Entry::Vacant(entry) => {
                entry.insert(theirs.clone());
            }
            Entry::Occupied(mut entry) => join_todo(entry.get_mut(), theirs),
        }
    }
}

/// Adds every statement of `theirs` to `ours`, both the same todo.
pub fn join_todo(ours: &mut Todo, theirs: &Todo) {
    ours.created = ours.created.min(theirs.created);
    // Words and ordinal follow from the id; only a forged file can differ, and then any fixed choice will do.
    if (&theirs.content, theirs.nth) < (&ours.content, ours.nth) {
        ours.content.clone_from(&theirs.content);
        ours.nth = theirs.nth;
    }
    for (session, claim) in &theirs.claims {
        match ours.claims.get_mut(session) {
            None => drop(ours.claims.insert(session.clone(), claim.clone())),
            Some(ours) => join_claim(ours, claim),
        }
    }
    for (name, field) in &theirs.fields {
        match ours.fields.get_mut(name) {
            None => drop(ours.fields.insert(name.clone(), field.clone())),
            Some(ours) => join_field(ours, field),
        }
    }
    super::settle(ours);
}

/// Keeps the greater of two claims of one session: the greatest of (forgotten, epoch, is completed, time, rank,
/// not dropped). So a session moves freely between pending, in progress and dropped, while completed sticks
/// until someone reopens the todo, which takes a new epoch.
pub fn join_claim(ours: &mut Claim, theirs: &Claim) {
    if claim_order(theirs, ours) == Ordering::Greater {
        ours.clone_from(theirs);
    }
}

fn claim_order(a: &Claim, b: &Claim) -> Ordering {
    let completed = |claim: &Claim| claim.status == Status::Completed;
    let key = |claim: &Claim| (claim.forgotten, claim.epoch, completed(claim), claim.at, claim.status, !claim.dropped);
    // The rest cannot matter to a reader, but equal bytes on every machine need a total order.
    key(a).cmp(&key(b)).then_with(|| a.raw.cmp(&b.raw)).then_with(|| text(&a.extra).cmp(&text(&b.extra)))
}

/// Keeps the later of two settings of one property.
pub fn join_field(ours: &mut Field, theirs: &Field) {
    let order = theirs.at.cmp(&ours.at).then_with(|| text(&theirs.value).cmp(&text(&ours.value)));
    if order == Ordering::Greater {
        ours.clone_from(theirs);
    }
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a JSON value is always written")
}
