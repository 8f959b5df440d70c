//! Commits and who descends from whom.

use std::collections::{BTreeSet, HashSet, VecDeque};

use gix::ObjectId;

use super::Overlay;
use crate::todo::Time;

/// Reads a date as git does (`yesterday`, `2 weeks ago`, RFC 2822, …); nothing when it is none.
pub fn parse_date(text: &str, now: Time) -> Option<Time> {
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_millis(now.millis().try_into().ok()?);
    let time = gix::date::parse(text, Some(gix::date::Zoned::try_from(now).ok()?)).ok()?;
    Some(Time::from_millis(time.seconds.saturating_mul(1000)))
}

/// A commit with everything it descends from.
#[derive(Debug, Default)]
pub struct Ancestors(HashSet<ObjectId>);

impl Ancestors {
    /// Adds a commit with everything it descends from.
    pub fn add(&mut self, overlay: &Overlay<'_>, tip: ObjectId) {
        let mut queue = vec![tip];
        while let Some(id) = queue.pop() {
            if self.0.insert(id) {
                queue.extend(overlay.parents(id));
            }
        }
    }

    /// Adds what another walk found.
    pub fn absorb(&mut self, other: Self) {
        if self.0.is_empty() { *self = other } else { self.0.extend(other.0) }
    }

    /// Walks the whole history of a commit. A missing or damaged commit ends the walk there: history that
    /// was cut off (a shallow clone) is no reason to refuse new work.
    pub fn of(overlay: &Overlay<'_>, tip: Option<ObjectId>) -> Self {
        let mut found = Ancestors::default();
        if let Some(tip) = tip {
            found.add(overlay, tip);
        }
        found
    }

    /// Returns whether the commit is among them.
    pub fn contains(&self, id: ObjectId) -> bool {
        self.0.contains(&id)
    }
}

/// Returns the newest ancestors of a commit (or the commit itself) that `contained` holds, sorted, and without
/// those that others of them descend from: the bases of a merge with whatever holds them.
pub fn frontier(overlay: &Overlay<'_>, tip: ObjectId, contained: impl Fn(ObjectId) -> bool) -> Vec<ObjectId> {
    let (mut seen, mut queue, mut hit) = (HashSet::new(), vec![tip], BTreeSet::new());
    while let Some(id) = queue.pop() {
        if contained(id) {
            hit.insert(id);
        } else if seen.insert(id) {
            queue.extend(overlay.parents(id));
        }
    }
    if hit.len() > 1 {
        let mut below = HashSet::new();
        let mut queue: Vec<ObjectId> = hit.iter().flat_map(|id| overlay.parents(*id)).collect();
        while let Some(id) = queue.pop() {
            if below.insert(id) {
                queue.extend(overlay.parents(id));
            }
        }
        hit.retain(|id| !below.contains(id));
    }
    hit.into_iter().collect()
}

/// Returns whether a commit is, or descends from, another one. The nearest are looked at first.
pub fn descends(overlay: &Overlay<'_>, commit: ObjectId, from: ObjectId) -> bool {
    let (mut seen, mut queue) = (HashSet::new(), VecDeque::from([commit]));
    while let Some(id) = queue.pop_front() {
        if id == from {
            return true;
        }
        if seen.insert(id) {
            queue.extend(overlay.parents(id));
        }
    }
    false
}
