//! Merge of two lists that come from a common base.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use super::conflict::{field_conflicts, status_conflict};
use super::{Conflict, join_todo};
use crate::todo::{Todo, TodoId, TodoList};

/// What a merge arrives at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The merged list.
    pub todos: TodoList,
    /// Where a rule had to choose, by id.
    pub conflicts: Vec<Conflict>,
    /// The todos that came out different from ours, by id.
    pub changed: Vec<TodoId>,
}

/// Merges `ours` and `theirs`, which both come from `base`.
///
/// - A todo on both sides is joined, always.
/// - A todo on one side only is kept, unless the base has it just so: then the other side moved it to another file.
///
/// An absence is never a statement: `base` has to be an ancestor of both sides, or a line would vanish that the
/// other side never saw. Where there is no such base, an empty one is right. What a merge leaves out although it
/// stands nowhere else is put back when the merge is verified.
pub fn three_way(base: &TodoList, ours: TodoList, theirs: &TodoList) -> Outcome {
    let mut outcome = Outcome { todos: ours, ..Outcome::default() };
    let ids: BTreeSet<TodoId> = outcome.todos.keys().chain(theirs.keys()).copied().collect();
    for id in ids {
        let (before, theirs) = (base.get(&id), theirs.get(&id));
        let changed = match (who_decides(before, outcome.todos.get(&id), theirs), theirs) {
            (Decides::Ours, _) | (Decides::Both, None) => false,
            (Decides::Theirs, None) => {
                outcome.todos.remove(&id);
                true
            }
            (Decides::Theirs, Some(theirs)) => {
                outcome.todos.insert(id, theirs.clone());
                true
            }
            (Decides::Both, Some(theirs)) => match outcome.todos.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert(theirs.clone());
                    true
                }
                Entry::Occupied(mut entry) => {
                    let ours = entry.get().clone();
                    join_todo(entry.get_mut(), theirs);
                    outcome.conflicts.extend(conflicts(before, &ours, theirs, entry.get()));
                    ours != *entry.get()
                }
            },
        };
        outcome.changed.extend(changed.then_some(id));
    }
    outcome
}

/// Whose version of a todo, or of its absence, is the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// Ours stays: theirs says the same, or lacks what is not in the base, or has what we moved elsewhere.
    Ours,
    /// Theirs is new, or has moved elsewhere what we have as the base has it.
    Theirs,
    /// Both have it, and not the same.
    Both,
}

/// Returns whose version of one todo decides. Works on whatever stands for a version, if equal stands for equal.
pub fn who_decides<T: PartialEq>(base: Option<&T>, ours: Option<&T>, theirs: Option<&T>) -> Decides {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours != theirs => Decides::Both,
        (None, Some(_)) if theirs != base => Decides::Theirs,
        (Some(_), None) if ours == base => Decides::Theirs,
        _ => Decides::Ours,
    }
}

/// Returns where a rule had to choose between two versions of one todo that were joined.
pub fn conflicts(base: Option<&Todo>, ours: &Todo, theirs: &Todo, joined: &Todo) -> Vec<Conflict> {
    let mut conflicts: Vec<_> = status_conflict(base, ours, theirs, joined).into_iter().collect();
    if let Some(base) = base {
        conflicts.extend(field_conflicts(base, ours, theirs));
    }
    conflicts
}
