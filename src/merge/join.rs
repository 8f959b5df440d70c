//! The join: the least list that contains every statement of both.

use std::cmp::Ordering;
use std::collections::btree_map::Entry;

use crate::todo::{Claim, Field, Todo, TodoList};

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

/// Keeps the greater of two claims of one session, by [`Claim::order`].
pub fn join_claim(ours: &mut Claim, theirs: &Claim) {
    if theirs.order(ours) == Ordering::Greater {
        ours.clone_from(theirs);
    }
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
