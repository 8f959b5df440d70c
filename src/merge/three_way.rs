//! Merge of two lists that come from a common base.

use std::collections::BTreeSet;

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
/// - A todo on both sides: a side that did not change it since the base yields; otherwise the join.
/// - A todo on one side only: new, or changed since the base, it is kept; unchanged, the other side
///   removed it, and it stays removed.
///
/// Histories in which every session speaks for itself only ever add statements, and there the outcome is
/// the [join](super::join()) whatever the base. An empty base is right when there is none.
pub fn three_way(base: &TodoList, ours: TodoList, theirs: &TodoList) -> Outcome {
    let mut outcome = Outcome { todos: ours, ..Outcome::default() };
    let ids: BTreeSet<TodoId> = outcome.todos.keys().chain(theirs.keys()).copied().collect();
    for id in ids {
        let before = base.get(&id);
        match (outcome.todos.get_mut(&id), theirs.get(&id)) {
            (Some(ours), Some(theirs)) => {
                if before != Some(theirs) && ours != theirs {
                    let unmerged = ours.clone();
                    outcome.conflicts.extend(merge_todo(before, ours, theirs));
                    outcome.changed.extend((unmerged != *ours).then_some(id));
                }
            }
            (Some(ours), None) => {
                if before == Some(ours) {
                    outcome.todos.remove(&id);
                    outcome.changed.push(id);
                }
            }
            (None, Some(theirs)) => {
                if before != Some(theirs) {
                    outcome.todos.insert(id, theirs.clone());
                    outcome.changed.push(id);
                }
            }
            (None, None) => {}
        }
    }
    outcome
}

/// Merges two different versions of one todo, of which `theirs` differs from the base.
fn merge_todo(base: Option<&Todo>, ours: &mut Todo, theirs: &Todo) -> Vec<Conflict> {
    if base == Some(ours) {
        ours.clone_from(theirs);
        return Vec::new();
    }
    let before = ours.clone();
    join_todo(ours, theirs);
    let mut conflicts: Vec<_> = status_conflict(base, &before, theirs, ours).into_iter().collect();
    if let Some(base) = base {
        conflicts.extend(field_conflicts(base, &before, theirs));
    }
    conflicts
}
