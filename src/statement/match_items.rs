//! Which todo each item of a list is.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::nth::{Which, Worded, identify};
use super::rename;
use crate::todo::{Item, ListEntry, Project, Snapshot, Todo, TodoId, TodoList, normalise};

/// An item of the new list, with the todo it is.
#[derive(Clone)]
pub(super) struct Matched<'a> {
    pub item: &'a Item,
    pub project: Project,
    pub id: TodoId,
    /// Which of the todos with its words it is.
    pub nth: u32,
    /// The todo that this one was before its words, or its project, changed.
    pub renamed_from: Option<(Project, TodoId)>,
}

/// Finds the todo of each item that has words, and recognises renamed ones among `before`.
pub(super) fn place<'a>(
    snapshot: &'a Snapshot,
    before: &[ListEntry],
    projects: &BTreeMap<Project, TodoList>,
    project_of: impl Fn(&str) -> Project,
    is_forgotten: impl Fn(&Project, TodoId) -> bool,
) -> Vec<Matched<'a>> {
    let worded = snapshot.items.iter().filter_map(|item| {
        let words = normalise(&item.content);
        (!words.is_empty()).then(|| Worded { item, project: project_of(&item.content), words: words.into_owned() })
    });
    let worded = once(worded.collect());
    let mut moved: BTreeSet<TodoId> = BTreeSet::new();
    let named = identify(&worded, before, projects, &snapshot.session, snapshot.partial, is_forgotten);
    let mut place = |(Worded { item, project, .. }, which): (Worded<'a>, Which)| {
        // The same words in another project: the session's project became known.
        let was = which.was.map(|at| before[at].id).filter(|was| *was != which.id);
        moved.extend(was);
        let old = was.filter(|_| !item.dropped).and_then(|was| find(projects, was));
        let renamed_from = old.map(|(project, todo)| (project.clone(), todo.id));
        Matched { item, project, id: which.id, nth: which.nth, renamed_from }
    };
    let mut placed: Vec<Matched<'a>> =
        worded.into_iter().zip(named).filter_map(|(item, which)| Some(place((item, which?)))).collect();

    let was_listed: BTreeSet<TodoId> = before.iter().map(|entry| entry.id).collect();
    let is_listed: BTreeSet<TodoId> = placed.iter().map(|entry| entry.id).collect();
    let places_before = places(before.iter().map(|entry| entry.id), &is_listed);
    let places_now = places(placed.iter().map(|entry| entry.id), &was_listed);
    let is_gone = |entry: &&ListEntry| !is_listed.contains(&entry.id) && !moved.contains(&entry.id);
    let gone = before.iter().filter(is_gone).filter_map(|entry| {
        let (project, todo) = find(projects, entry.id).filter(|(_, todo)| !todo.is_forgotten())?;
        Some(Gone { project, todo, native: entry.native.as_deref(), place: places_before[&entry.id] })
    });
    let mut gone: Vec<Option<Gone<'_>>> = gone.map(Some).collect();

    let mut by_native = BTreeMap::new();
    for (at, gone) in gone.iter().flatten().enumerate() {
        if let Some(native) = gone.native {
            by_native.entry(native).or_insert(at);
        }
    }
    // Every pair is compared; past this many the list was replaced, not edited.
    let new = placed.iter().filter(|entry| !was_listed.contains(&entry.id)).count();
    let few = gone.len() * new <= MOST_COMPARED;
    for entry in &mut placed {
        let is_known = was_listed.contains(&entry.id) || entry.renamed_from.is_some();
        if is_known || entry.item.dropped || gone.is_empty() {
            continue;
        }
        let content = normalise(&entry.item.content);
        let there = |at: &usize| gone[*at].is_some();
        let became = if let Some(native) = entry.item.native.as_deref() {
            // What else is on a list that is only partly known may have the same number.
            let alike = |at: &usize| {
                let gone = gone[*at].as_ref();
                !snapshot.partial || gone.is_some_and(|gone| rename::likeness(&gone.todo.content, &content).is_some())
            };
            by_native.get(native).copied().filter(there).filter(alike)
        } else if few && !snapshot.partial {
            // What is not on a part of a list need not be gone.
            most_alike(&gone, &content, places_now[&entry.id])
        } else {
            None
        };
        if let Some(gone) = became.and_then(|at| gone[at].take()) {
            entry.renamed_from = Some((gone.project.clone(), gone.todo.id));
        }
    }
    placed
}

/// A number that stands twice with the same words is one task, which is done when both say so: the least advanced one
/// speaks.
fn once<'a>(worded: Vec<Worded<'a>>) -> Vec<Worded<'a>> {
    let mut all: Vec<Worded<'a>> = Vec::with_capacity(worded.len());
    let mut numbered: BTreeMap<(&'a str, String), usize> = BTreeMap::new();
    for new in worded {
        let known = new.item.native.as_deref().map(|native| numbered.entry((native, new.words.clone())));
        match known {
            Some(Entry::Occupied(at)) => {
                let said = &mut all[*at.get()].item;
                if (new.item.dropped, new.item.status) < (said.dropped, said.status) {
                    *said = new.item;
                }
                continue;
            }
            Some(Entry::Vacant(place)) => drop(place.insert(all.len())),
            None => {}
        }
        all.push(new);
    }
    all
}

/// How many pairs of a vanished todo and a new one are compared by their words. A pair takes some microseconds.
const MOST_COMPARED: usize = 64 * 64;

/// A todo of the list before that is not on it any more.
struct Gone<'a> {
    project: &'a Project,
    todo: &'a Todo,
    native: Option<&'a str>,
    place: Option<TodoId>,
}

/// Returns which open todo that stood in this place is most like these words.
fn most_alike(gone: &[Option<Gone<'_>>], content: &str, place: Option<TodoId>) -> Option<usize> {
    gone.iter()
        .enumerate()
        .filter_map(|(at, gone)| Some((at, gone.as_ref()?)))
        .filter(|(_, gone)| gone.place == place && gone.todo.winner().1.is_open())
        .filter_map(|(at, gone)| rename::likeness(&gone.todo.content, content).map(|likeness| (likeness, at)))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map(|(_, at)| at)
}

fn find(projects: &BTreeMap<Project, TodoList>, id: TodoId) -> Option<(&Project, &Todo)> {
    projects.iter().find_map(|(project, todos)| todos.get(&id).map(|todo| (project, todo)))
}

/// Returns for each todo of a list the nearest one before it that is on both lists: what "its place" means
/// when items around it come and go.
fn places(list: impl Iterator<Item = TodoId>, kept: &BTreeSet<TodoId>) -> BTreeMap<TodoId, Option<TodoId>> {
    let (mut places, mut last) = (BTreeMap::new(), None);
    for id in list {
        places.entry(id).or_insert(last);
        last = if kept.contains(&id) { Some(id) } else { last };
    }
    places
}
