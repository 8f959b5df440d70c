//! Commits and who descends from whom.

use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};

use gix::ObjectId;

use super::{CommitInfo, Overlay};
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
        let leads_nowhere = || overlay.walk_on().is_some_and(|graph| graph.is_no_descendant(id, from));
        if seen.insert(id) && !leads_nowhere() {
            queue.extend(overlay.parents(id));
        }
    }
    false
}

/// What one commit descends from, itself included, and another one does not.
#[derive(Debug)]
pub struct Beyond {
    /// The commits, the latest first. Where clocks were wrong, some that both descend from can be among them.
    pub commits: Vec<CommitInfo>,
    /// Whether the one descends from the other, or is it.
    pub is_descendant: bool,
    /// Whether all commits on the way could be read.
    pub is_whole: bool,
}

/// Walks from two commits at once, the latest first, until all that is left is behind the second one too. History that
/// was cut off ends there.
pub fn beyond(overlay: &Overlay<'_>, tip: ObjectId, known: ObjectId) -> Beyond {
    let (sides, queue, read) = (HashMap::new(), BinaryHeap::new(), HashMap::new());
    let mut walk = TwoSides { overlay, sides, queue, read, wanted: 0, is_whole: true };
    walk.reach(tip, TIP);
    walk.reach(known, KNOWN);
    let mut commits = Vec::new();
    while walk.wanted > 0 {
        let Some((_, id)) = walk.queue.pop() else { break };
        let (Some(commit), Some(side)) = (walk.read.remove(&id), walk.sides.get(&id).copied()) else { continue };
        walk.wanted -= usize::from(side == TIP);
        commit.parents.iter().for_each(|parent| walk.reach(*parent, side));
        if side == TIP {
            commits.push(commit);
        }
    }
    let side = |id: &ObjectId| walk.sides.get(id).copied().unwrap_or_default();
    commits.retain(|commit| side(&commit.id) == TIP);
    Beyond { commits, is_descendant: side(&known) & TIP != 0, is_whole: walk.is_whole }
}

/// What the one descends from.
const TIP: u8 = 1;
/// What the other one descends from.
const KNOWN: u8 = 2;

struct TwoSides<'a, 'o> {
    overlay: &'a Overlay<'o>,
    /// For each commit that was met, which of the two descend from it.
    sides: HashMap<ObjectId, u8>,
    queue: BinaryHeap<(Time, ObjectId)>,
    /// Those in the queue.
    read: HashMap<ObjectId, CommitInfo>,
    /// How many of them only the one is known to descend from.
    wanted: usize,
    is_whole: bool,
}

impl TwoSides<'_, '_> {
    fn reach(&mut self, id: ObjectId, side: u8) {
        let sides = self.sides.entry(id).or_default();
        let before = *sides;
        *sides |= side;
        let now = *sides;
        if before == now {
            return;
        }
        if self.read.contains_key(&id) {
            self.wanted -= usize::from(before == TIP);
            return;
        }
        // New, or met again from the other side: then so are those below.
        let Ok(commit) = self.overlay.commit_info(id) else {
            self.is_whole = false;
            return;
        };
        self.wanted += usize::from(now == TIP);
        self.queue.push((commit.time, id));
        self.read.insert(id, commit);
    }
}
