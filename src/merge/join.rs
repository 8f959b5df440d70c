//! The join: the least list that contains every statement of both.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use litemap::LiteMap;

use crate::todo::{Claim, Field, Todo, TodoId, TodoList};

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

/// Returns the list of these lines, in which an id can stand as often as it likes: its lines are joined two by two, then
/// what came of that, so that many of them cost little more than their bytes.
pub fn join_lines(lines: impl IntoIterator<Item = Todo>) -> TodoList {
    let mut same: BTreeMap<TodoId, Vec<Todo>> = BTreeMap::new();
    for line in lines {
        same.entry(line.id).or_default().push(line);
    }
    same.into_iter().filter_map(|(id, lines)| Some((id, join_all(lines)?))).collect()
}

/// Returns what several lines of one todo say together; nothing when there are none.
pub fn join_all(mut lines: Vec<Todo>) -> Option<Todo> {
    while lines.len() > 1 {
        let mut pairs = lines.into_iter();
        lines = Vec::with_capacity(pairs.len().div_ceil(2));
        while let Some(mut one) = pairs.next() {
            if let Some(other) = pairs.next() {
                join_todo(&mut one, &other);
            }
            lines.push(one);
        }
    }
    lines.pop()
}

/// Adds every statement of `theirs` to `ours`, both the same todo.
pub fn join_todo(ours: &mut Todo, theirs: &Todo) {
    ours.created = ours.created.min(theirs.created);
    // Words and ordinal follow from the id; only a forged file can differ, and then any fixed choice will do.
    if (&theirs.content, theirs.nth) < (&ours.content, ours.nth) {
        ours.content.clone_from(&theirs.content);
        ours.nth = theirs.nth;
    }
    join_map(&mut ours.claims, &theirs.claims, join_claim);
    join_map(&mut ours.fields, &theirs.fields, join_field);
    super::settle(ours);
}

/// Returns whether `ours` has every statement of `theirs`, both the same todo: whether to join them would change nothing.
/// Both were joined or read, and so are [settled](super::settle).
pub fn covers(ours: &Todo, theirs: &Todo) -> bool {
    let has_claim = |(session, theirs): (_, &Claim)| {
        ours.claims.get(session).is_some_and(|ours| theirs.order(ours) != Ordering::Greater)
    };
    let has_field = |(key, theirs): (_, &Field)| ours.fields.get(key).is_some_and(|ours| !is_later(theirs, ours));
    // What is left of a forgotten one is not told by what each of them holds.
    !ours.is_forgotten()
        && !theirs.is_forgotten()
        && ours.created <= theirs.created
        && (&ours.content, ours.nth) <= (&theirs.content, theirs.nth)
        && theirs.claims.iter().all(has_claim)
        && theirs.fields.iter().all(has_field)
}

/// Adds the entries of `theirs` to `ours`; one that both have is joined. New ones are added all at once: each by itself
/// would move all behind it.
fn join_map<K: Ord + Clone, V: Clone>(ours: &mut LiteMap<K, V>, theirs: &LiteMap<K, V>, join: impl Fn(&mut V, &V)) {
    let mut new = Vec::new();
    for (key, value) in theirs {
        match ours.get_mut(key) {
            None => new.push((key.clone(), value.clone())),
            Some(ours) => join(ours, value),
        }
    }
    ours.extend(new);
}

/// Keeps the greater of two claims of one session, by [`Claim::order`].
pub fn join_claim(ours: &mut Claim, theirs: &Claim) {
    if theirs.order(ours) == Ordering::Greater {
        ours.clone_from(theirs);
    }
}

/// Keeps the later of two settings of one property.
pub fn join_field(ours: &mut Field, theirs: &Field) {
    if is_later(theirs, ours) {
        ours.clone_from(theirs);
    }
}

fn is_later(one: &Field, other: &Field) -> bool {
    let by_value = || match (one.value.as_str(), other.value.as_str()) {
        (Some(one), Some(other)) if one == other => Ordering::Equal,
        _ => text(&one.value).cmp(&text(&other.value)),
    };
    one.at.cmp(&other.at).then_with(by_value) == Ordering::Greater
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a JSON value is always written")
}
