//! What a list is narrowed to beside words and names.

use std::collections::BTreeSet;

use super::ready::{priority, ready};
use super::{Everything, Links};
use crate::todo::{Time, Todo, TodoId};

/// What is asked for; all of it must hold.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// It waits for another todo, or somebody calls it blocked.
    pub blocked: bool,
    /// It can be begun.
    pub ready: bool,
    /// It is as urgent as this, as [`rank`](super::rank) tells.
    pub priority: Option<u8>,
    /// Somebody spoke of it since.
    pub since: Option<Time>,
    /// It has all of these labels.
    pub labels: Vec<String>,
}

impl Narrow {
    /// Returns which todos are asked for at this time; nothing for all.
    pub fn ids(&self, everything: &Everything, now: Time) -> Option<BTreeSet<TodoId>> {
        let Narrow { blocked, ready: is_ready, priority: rank, since, ref labels } = *self;
        if !blocked && !is_ready && rank.is_none() && since.is_none() && labels.is_empty() {
            return None;
        }
        let links = Links::new(everything);
        let ready: BTreeSet<TodoId> = match is_ready {
            true => ready(everything, None, now).into_iter().map(|(_, todo)| todo.id).collect(),
            false => BTreeSet::new(),
        };
        let found = everything.todos().map(|(_, todo)| todo).filter(|todo| {
            (!is_ready || ready.contains(&todo.id))
                && (!blocked
                    || todo.state().is_open() && (todo.is_called_blocked() || !links.blockers(todo).is_empty()))
                && rank.is_none_or(|rank| priority(todo) == rank)
                && since.is_none_or(|since| todo.updated() >= since)
                && (labels.is_empty() || has_all(todo, labels))
        });
        Some(found.map(|todo| todo.id).collect())
    }
}

fn has_all(todo: &Todo, labels: &[String]) -> bool {
    let has = todo.labels();
    labels.iter().all(|label| has.contains(label))
}
