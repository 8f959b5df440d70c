//! Which of the todos with the same words each item of a list is.
//!
//! An agent's number tells. Without one, what the list showed before tells: in the same place, as far along, in the
//! same order; and nothing is taken to be reopened that can be another one.

use std::collections::{BTreeMap, BTreeSet};

use crate::todo::{Claim, Item, ListEntry, Project, Session, Status, Todo, TodoId, TodoList};

/// The todo that an item is.
#[derive(Clone, Copy)]
pub(super) struct Which {
    pub nth: u32,
    pub id: TodoId,
    /// Which entry of the list before it was, if it is known to be one.
    pub was: Option<usize>,
}

/// An item that has words.
pub(super) struct Worded<'a> {
    pub item: &'a Item,
    pub project: Project,
    /// Normalised.
    pub words: String,
}

/// An entry of the list before.
struct Past<'a> {
    at: usize,
    entry: &'a ListEntry,
    project: &'a Project,
    todo: &'a Todo,
    /// As the list showed it.
    status: Status,
}

/// How many pairs of an item and an entry with the same words are compared. Beyond, their order alone tells.
const MOST_COMPARED: usize = 64 * 64;

/// Where an item stands among those with its words: behind which other one, and how many there are in between.
type Spot<'a> = (Option<&'a str>, usize);

/// Finds out for each item which todo it is; nothing for one that says nothing. `before` is the list as it was, `projects`
/// what the session said.
pub(super) fn identify(
    items: &[Worded<'_>],
    before: &[ListEntry],
    projects: &BTreeMap<Project, TodoList>,
    session: &Session,
    partial: bool,
    is_forgotten: impl Fn(&Project, TodoId) -> bool,
) -> Vec<Option<Which>> {
    let past: Vec<Past<'_>> =
        before.iter().enumerate().filter_map(|(at, entry)| known(at, entry, projects, session)).collect();
    let listed: BTreeSet<TodoId> = before.iter().map(|entry| entry.id).collect();
    let forgotten = past.iter().filter(|past| past.todo.is_forgotten()).count();
    let mut by_words: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, past) in past.iter().enumerate().filter(|(_, past)| !past.todo.is_forgotten()) {
        by_words.entry(past.todo.content.as_str()).or_default().push(at);
    }
    let mut groups: BTreeMap<(&Project, &str), Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        groups.entry((&item.project, item.words.as_str())).or_default().push(at);
    }
    let several = groups.values().any(|group| group.len() > 1) || by_words.values().any(|group| group.len() > 1);
    let old = given_up_before(items, projects, &listed);
    let spots = if several { Spots::new(items, &past, old) } else { Spots { old, ..Spots::default() } };

    let mut found: Vec<Option<Which>> = vec![None; items.len()];
    for ((project, words), mut group) in groups {
        // What is wanted comes before what is given up.
        group.sort_by_key(|at| items[*at].item.dropped);
        let mut entries = by_words.get(words).cloned().unwrap_or_default();
        if forgotten > 0 {
            // They have no words; their ids tell that they had these.
            let ids: BTreeSet<TodoId> =
                (1..).take(group.len() + before.len()).map(|nth| TodoId::of_nth(project, words, nth)).collect();
            let is_one = |past: &Past<'_>| past.todo.is_forgotten() && ids.contains(&past.entry.id);
            entries.extend((0..past.len()).filter(|at| is_one(&past[*at])));
            entries.sort_unstable();
        }
        // The project of a session may have become known: then its todos are those of another one before.
        entries.sort_by_key(|at| past[*at].project != project);
        let own = projects.get(project);
        let mut names = Names { project, words, own, session, listed: &listed, used: BTreeSet::new() };
        if group.len() > 1 {
            let all = (1..).take(group.len() + entries.len());
            let gone: BTreeSet<u32> = all.filter(|nth| is_forgotten(project, names.id(*nth))).collect();
            let known = entries.iter().map(|at| &past[*at]).filter(|past| past.project == project);
            let known: Vec<&Past<'_>> = known.filter(|past| !gone.contains(&names.nth_of(past))).collect();
            if !gone.is_empty() && group.len() > known.len() {
                group.sort_unstable();
                let entries = entries.iter().map(|at| &past[*at]).filter(|past| past.project == project);
                names.in_order(&group, items, &entries.collect::<Vec<_>>(), &gone, &mut found);
                continue;
            }
        }
        let pairs = pair(&group, &entries, items, &past, &spots, partial);
        for at in &group {
            let was = pairs.get(at).map(|entry| &past[*entry]);
            if let Some(was) = was.filter(|was| was.project == project) {
                let nth = names.nth_of(was);
                found[*at] = Some(Which { nth, id: was.entry.id, was: Some(was.at) });
                names.used.insert(nth);
            }
        }
        // What was given up before, or done, says nothing new when it is given up.
        let given_up = |at: &usize| items[*at].item.dropped && !pairs.contains_key(at);
        let mut old: BTreeSet<usize> =
            group.iter().copied().filter(given_up).filter(|_| names.takes_left(|claim| claim.dropped)).collect();
        for at in group {
            if given_up(&at) && !old.contains(&at) && names.takes_left(|claim| !claim.dropped) {
                old.insert(at);
            }
            if found[at].is_some() || old.contains(&at) {
                continue;
            }
            let was = pairs.get(&at).map(|entry| &past[*entry]);
            let (nth, id) = names.name_new(items[at].item, was.map(|was| was.todo.nth));
            found[at] = Some(Which { nth, id, was: was.map(|was| was.at) });
        }
    }
    found
}

/// Returns the items that are given up and say nothing new by it: the session has let go of a todo with these words.
fn given_up_before(
    items: &[Worded<'_>],
    projects: &BTreeMap<Project, TodoList>,
    listed: &BTreeSet<TodoId>,
) -> BTreeSet<usize> {
    if items.iter().all(|item| !item.item.dropped) {
        return BTreeSet::new();
    }
    let all = projects.iter().flat_map(|(project, todos)| todos.values().map(move |todo| (project, todo)));
    let left = all.filter(|(_, todo)| !listed.contains(&todo.id));
    let left: BTreeSet<(&Project, &str)> = left.map(|(project, todo)| (project, todo.content.as_str())).collect();
    let is_old =
        |Worded { item, project, words }: &Worded<'_>| item.dropped && left.contains(&(project, words.as_str()));
    items.iter().enumerate().filter(|(_, item)| is_old(item)).map(|(at, _)| at).collect()
}

fn known<'a>(
    at: usize,
    entry: &'a ListEntry,
    projects: &'a BTreeMap<Project, TodoList>,
    session: &Session,
) -> Option<Past<'a>> {
    let (project, todo) = projects.iter().find_map(|(project, todos)| Some((project, todos.get(&entry.id)?)))?;
    let status = entry.status.or_else(|| Some(todo.claims.get(session)?.status)).unwrap_or_default();
    Some(Past { at, entry, project, todo, status })
}

/// Returns which entry each item of a group was.
fn pair(
    group: &[usize],
    entries: &[usize],
    items: &[Worded<'_>],
    past: &[Past<'_>],
    spots: &Spots<'_>,
    partial: bool,
) -> BTreeMap<usize, usize> {
    let mut pairs = BTreeMap::new();
    let mut numbers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for at in entries.iter().rev() {
        if let Some(native) = past[*at].entry.native.as_deref() {
            numbers.entry(native).or_default().push(*at);
        }
    }
    let mut items_left: Vec<usize> = Vec::new();
    for at in group {
        let native = items[*at].item.native.as_deref();
        match native.and_then(|native| numbers.get_mut(native)).and_then(Vec::pop) {
            Some(entry) => drop(pairs.insert(*at, entry)),
            None if spots.old.contains(at) => {}
            // What is given up by its number is not another one with the same words.
            None if native.is_some() && items[*at].item.dropped => {}
            None => items_left.push(*at),
        }
    }
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let mut left: Vec<usize> = entries.iter().copied().filter(|at| !taken.contains(at)).collect();
    if items_left.len() * left.len() > MOST_COMPARED {
        pairs.extend(items_left.into_iter().zip(left));
        return pairs;
    }
    let regresses = |item: usize, entry: usize| {
        past[entry].status == Status::Completed
            && (items[item].item.status != Status::Completed || items[item].item.dropped)
    };
    let alike = |item: usize, entry: usize| past[entry].status == items[item].item.status;
    let placed = |item: usize, entry: usize| spots.items.get(&item) == spots.past.get(&entry);
    let open = |item: usize, entry: usize| {
        let is_done = |status| status == Status::Completed;
        !is_done(past[entry].status) && !is_done(items[item].item.status) && !items[item].item.dropped
    };
    // Two numbers are two tasks, unless a list was numbered anew: what is done of one is not done of the other.
    let numbered = |item: usize, entry: usize| {
        let numbers = (items[item].item.native.as_ref(), past[entry].entry.native.as_ref());
        matches!(numbers, (Some(now), Some(before)) if now != before)
    };
    type Test<'a> = &'a dyn Fn(usize, usize) -> bool;
    let both: Test<'_> = &|item, entry| alike(item, entry) && placed(item, entry);
    let onward: Test<'_> = &|item, entry| !regresses(item, entry);
    // What is given up is none of those that are wanted.
    let (wanted, given_up): (Vec<usize>, Vec<usize>) = items_left.iter().partition(|item| !items[**item].item.dropped);
    // Where items stand on a part of a list says nothing. As many as before: they moved, or changed. Fewer or more: what stands elsewhere may be another one.
    let tests: [Test<'_>; 4] = match wanted.len() + given_up.len() == left.len() {
        _ if partial => [&alike, onward, &|_, _| false, &|_, _| false],
        true => [both, &alike, onward, &|_, _| true],
        false => [both, &|item, entry| placed(item, entry) && !regresses(item, entry), &alike, onward],
    };
    for mut items_left in [wanted, given_up] {
        for test in tests {
            items_left.retain(|item| {
                let fits = |entry: &usize| test(*item, *entry) && (!numbered(*item, *entry) || open(*item, *entry));
                let Some(at) = left.iter().position(fits) else { return true };
                pairs.insert(*item, left.remove(at));
                false
            });
        }
    }
    pairs
}

/// Where items and entries stand.
#[derive(Default)]
struct Spots<'a> {
    items: BTreeMap<usize, Spot<'a>>,
    past: BTreeMap<usize, Spot<'a>>,
    /// Items that are given up once more: the list is kept without them.
    old: BTreeSet<usize>,
}

impl<'a> Spots<'a> {
    fn new(items: &'a [Worded<'_>], past: &'a [Past<'a>], old: BTreeSet<usize>) -> Self {
        let numbers_now: BTreeSet<_> =
            items.iter().filter_map(|item| Some((item.item.native.as_deref()?, item.words.as_str()))).collect();
        let number = |past: &Past<'a>| Some((past.entry.native.as_deref()?, past.todo.content.as_str()));
        let numbers_before: BTreeSet<_> = past.iter().filter_map(number).collect();
        // What its number tells needs no place, and what is given up by its number has none.
        let has_spot = |at: usize, Worded { item, words, .. }: &Worded<'_>| {
            let native = item.native.as_deref();
            !old.contains(&at)
                && native.is_none_or(|native| !item.dropped && !numbers_before.contains(&(native, words.as_str())))
        };
        let shown = items.iter().enumerate().filter(|(at, item)| has_spot(*at, item));
        let (shown, now): (Vec<usize>, Vec<&str>) = shown.map(|(at, item)| (at, item.words.as_str())).unzip();
        let kept =
            past.iter().enumerate().filter(|(_, past)| number(past).is_none_or(|key| !numbers_now.contains(&key)));
        let (kept, before): (Vec<usize>, Vec<&str>) = kept.map(|(at, past)| (at, past.todo.content.as_str())).unzip();
        let (once_now, once_before) = (once(&now), once(&before));
        let marks: BTreeSet<&str> = once_now.intersection(&once_before).copied().collect();
        let place = |list: &[&'a str], all: &[usize]| {
            spots(list, &marks).into_iter().map(|(at, spot)| (all[at], spot)).collect()
        };
        Spots { items: place(&now, &shown), past: place(&before, &kept), old }
    }
}

/// Returns the words that stand once in a list.
fn once<'a>(list: &[&'a str]) -> BTreeSet<&'a str> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    list.iter().for_each(|words| *count.entry(words).or_default() += 1);
    count.into_iter().filter(|(_, count)| *count == 1).map(|(words, _)| words).collect()
}

fn spots<'a>(list: &[&'a str], marks: &BTreeSet<&'a str>) -> BTreeMap<usize, Spot<'a>> {
    let (mut last, mut behind): (Option<&str>, BTreeMap<&str, usize>) = (None, BTreeMap::new());
    let mut spots = BTreeMap::new();
    for (at, words) in list.iter().copied().enumerate() {
        let count = behind.entry(words).or_default();
        spots.insert(at, (last, *count));
        *count += 1;
        if marks.contains(&words) {
            (last, behind) = (Some(words), BTreeMap::new());
        }
    }
    spots
}

/// The ordinals of the todos with the same words.
struct Names<'a> {
    project: &'a Project,
    words: &'a str,
    own: Option<&'a TodoList>,
    session: &'a Session,
    /// What the list before had.
    listed: &'a BTreeSet<TodoId>,
    used: BTreeSet<u32>,
}

impl Names<'_> {
    /// Returns the ordinal of an entry of the list before. One that was forgotten does not say it any more.
    fn nth_of(&self, was: &Past<'_>) -> u32 {
        match was.todo.is_forgotten() {
            true => (1..).find(|nth| self.id(*nth) == was.entry.id).unwrap_or(1),
            false => was.todo.nth,
        }
    }

    fn id(&self, nth: u32) -> TodoId {
        TodoId::of_nth(self.project, self.words, nth)
    }

    /// Uses up one that the session spoke of and that the list before did not have. Returns whether there was one.
    fn takes_left(&mut self, is_meant: impl Fn(&Claim) -> bool) -> bool {
        let mut spoken = (1..).map_while(|nth| Some((nth, self.claim(nth)?)));
        let left = spoken.find(|(nth, claim)| is_meant(claim) && !self.is_listed(*nth)).map(|(nth, _)| nth);
        self.used.extend(left);
        left.is_some()
    }

    /// Names items one after the other: one of them was forgotten and is not on the list any more, although the agent
    /// shows it, so that what the list had tells nothing of the others.
    fn in_order(
        &mut self,
        group: &[usize],
        items: &[Worded<'_>],
        entries: &[&Past<'_>],
        gone: &BTreeSet<u32>,
        found: &mut [Option<Which>],
    ) {
        let entries: BTreeMap<u32, &Past<'_>> = entries.iter().map(|was| (self.nth_of(was), *was)).collect();
        let which = |nth: u32, names: &mut Self| {
            names.used.insert(nth);
            Some(Which { nth, id: names.id(nth), was: entries.get(&nth).map(|was| was.at) })
        };
        for at in group {
            let native = items[*at].item.native.as_deref();
            let numbered = entries.iter().find(|(_, was)| native.is_some() && was.entry.native.as_deref() == native);
            if let Some((nth, _)) = numbered {
                found[*at] = which(*nth, self);
            }
        }
        // Where none of those without a number is missing, it was one with a number.
        let bare = |at: &&usize| items[**at].item.native.is_none();
        let bare_before: Vec<u32> = entries
            .iter()
            .filter(|(nth, was)| !gone.contains(nth) && was.entry.native.is_none())
            .map(|(nth, _)| *nth)
            .collect();
        if group.iter().filter(bare).count() <= bare_before.len() {
            for (at, nth) in group.iter().filter(bare).zip(bare_before) {
                found[*at] = which(nth, self);
            }
        }
        for at in group {
            if found[*at].is_none() {
                let is_next = |nth: &u32| !self.used.contains(nth) && (gone.contains(nth) || entries.contains_key(nth));
                let nth = (1..).find(|nth| is_next(nth) || self.is_free(*nth)).unwrap_or(u32::MAX);
                found[*at] = which(nth, self);
            }
        }
    }

    fn claim(&self, nth: u32) -> Option<&Claim> {
        self.own?.get(&self.id(nth))?.claims.get(self.session)
    }

    fn is_listed(&self, nth: u32) -> bool {
        self.used.contains(&nth) || self.listed.contains(&self.id(nth))
    }

    fn is_done(&self, nth: u32) -> bool {
        self.claim(nth).is_some_and(|claim| claim.status == Status::Completed && !claim.dropped)
    }

    fn is_free(&self, nth: u32) -> bool {
        !self.is_listed(nth) && !self.is_done(nth)
    }

    /// Names an item that the list before did not have; `wished` is the ordinal that it had in another project.
    fn name_new(&mut self, item: &Item, wished: Option<u32>) -> (u32, TodoId) {
        // What is done may be told once more. What is open is another one than what was done and left.
        let mut spoken = (1..).take_while(|nth| self.claim(*nth).is_some() || self.used.contains(nth));
        let is_again = |nth: &u32| self.is_done(*nth) && !self.is_listed(*nth);
        let again = if item.status == Status::Completed && !item.dropped { spoken.find(is_again) } else { None };
        let is_free = |nth: &u32| self.is_free(*nth);
        let nth = again.or(wished.filter(is_free)).unwrap_or_else(|| (1..).find(is_free).unwrap_or(u32::MAX));
        self.used.insert(nth);
        (nth, self.id(nth))
    }
}
