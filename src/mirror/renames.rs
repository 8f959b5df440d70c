//! What a todo is called since its words changed: other words are another todo, and a record there stays the same one.

use std::collections::BTreeMap;

use super::links::Links;
use super::record::Record;
use crate::todo::TodoId;

/// No todo is followed through more names.
const NAMES: usize = 64;

/// Returns what a todo became that was renamed; itself, if it was not.
pub(super) fn current(ours: &BTreeMap<TodoId, Record>, id: TodoId) -> TodoId {
    let mut now = id;
    for _ in 0..NAMES {
        let old = ours.get(&now).filter(|record| !record.is_wanted());
        match old.and_then(|record| TodoId::parse(record.text("renamedTo")?)) {
            Some(next) if ours.contains_key(&next) => now = next,
            _ => return now,
        }
    }
    id
}

/// Has links lead from what todos became.
pub(super) fn follow(ours: &BTreeMap<TodoId, Record>, links: &mut Links) {
    let renamed: Vec<(TodoId, TodoId)> =
        links.links.keys().map(|id| (*id, current(ours, *id))).filter(|(id, now)| id != now).collect();
    for (id, now) in renamed {
        if !links.links.contains_key(&now)
            && let Some(link) = links.links.remove(&id)
        {
            links.links.insert(now, link);
        }
    }
}
