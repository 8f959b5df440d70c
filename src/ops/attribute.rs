//! What is read beside what hooks tell: whose a list is, and what of it was never heard of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::redact::{Found, Redactor};
use crate::source::{Change, Keeper, Reading, State, Unit, UnitKind, Workspace, is_all_done};
use crate::statement::listed;
use crate::store::cache::Seen;
use crate::store::task_lists::TaskLists;
use crate::todo::{Channel, Claim, Item, ListEntry, SessionState, Snapshot, TodoId, link_name, normalise};

/// Returns where sessions work, by their names.
pub(super) fn workspaces<'a>(seen: &'a Seen, lists: &'a TaskLists) -> BTreeMap<&'a str, Workspace> {
    let heard = lists.directories().map(|(name, directory)| {
        let workspace = Workspace { directory: directory.to_owned(), branch: None };
        (name, workspace)
    });
    let read = seen.values().flat_map(|unit| &unit.places).map(|(session, (directory, branch))| {
        (session.as_str(), Workspace { directory: directory.clone(), branch: branch.clone() })
    });
    heard.chain(read).collect()
}

/// Learns whose the lists are that hooks did not tell of: while a session runs, its team does. Of those who work in a
/// directory that is not wanted, nothing is learnt.
pub(super) fn learn<'a>(
    lists: &mut TaskLists,
    units: impl Iterator<Item = &'a Unit>,
    redactor: &Redactor,
    wants: impl Fn(Option<&str>) -> bool,
) {
    for unit in units {
        let UnitKind::Tasks { session: list } = &unit.kind else { continue };
        let keeper = if lists.owner(list).is_none() { unit.agent.keeper(unit) } else { None };
        if let Some(Keeper { mut session, directory, since }) =
            keeper.filter(|keeper| wants(keeper.directory.as_deref()))
        {
            redactor.session(&mut session, &mut Found::new());
            lists.note(&session, directory.as_deref(), Some((list.as_str(), true)), since);
        }
    }
}

/// Gives lists to the sessions that keep them, as far as is known.
pub(super) fn attribute(reading: &mut Reading, lists: &TaskLists) {
    for State { snapshot, change, .. } in &mut reading.states {
        let is_tasks = change.is_some() || snapshot.items.iter().any(|item| item.native.is_some());
        if let Some((owner, several)) = lists.owner(&snapshot.session) {
            // After a resume a session has a new list; what is on the old one only is not gone.
            snapshot.partial |= several;
            snapshot.session = owner;
        } else if let (Some(shared), true) = (lists.shared(&snapshot.session), is_tasks) {
            // What only one of those has who keep the list is not all of it.
            snapshot.partial = true;
            snapshot.session = shared;
        }
    }
}

/// Returns whether the list of a session has the number of the task that a change is about; so does one that a change
/// adds, or that is not about one task.
pub(super) fn has_number(state: &SessionState, change: &Change) -> bool {
    !matches!(change, Change::Updated(..)) || listed(state).iter().any(|item| item.native.as_deref() == change.task())
}

/// Returns whether a change is about a task of this list: one with its number and, where the change says words, with
/// these.
pub(super) fn is_about(state: &SessionState, change: &Change) -> bool {
    let Change::Updated(native, call) = change else { return false };
    let words = call.get("subject").and_then(Value::as_str).map(normalise);
    let is_meant = |item: &Item| {
        item.native.as_ref() == Some(native) && words.as_ref().is_none_or(|words| *words == normalise(&item.content))
    };
    listed(state).iter().any(is_meant)
}

/// Returns a change with its links to tasks that the list does not have, and the session's own does, by the ids of those.
pub(super) fn with_own_links(change: &Change, list: Option<&SessionState>, own: &SessionState) -> Change {
    let number = |entry: &ListEntry, name: &str| entry.native.as_deref() == Some(name);
    let has = |state: &SessionState, name: &str| state.info.list.iter().any(|entry| number(entry, name));
    let link = |value: &mut Value| {
        let name = link_name(value).filter(|name| !list.is_some_and(|list| has(list, name)));
        let meant = name.and_then(|name| own.info.list.iter().find(|entry| number(entry, &name)));
        if let Some(entry) = meant {
            *value = Value::from(entry.id.to_string());
        }
    };
    let links = |(key, value): (&String, &mut Value)| {
        if let (true, Value::Array(names)) = (LINK_KEYS.contains(&key.as_str()), value) {
            names.iter_mut().for_each(link);
        }
    };
    let mut change = change.clone();
    match &mut change {
        Change::Created(item) => item.fields.iter_mut().for_each(links),
        Change::Updated(_, call) => call.iter_mut().for_each(links),
        Change::List(_) => {}
    }
    change
}

/// The keys of calls and tasks that name other tasks.
const LINK_KEYS: [&str; 4] = ["blocks", "blockedBy", "addBlocks", "addBlockedBy"];

/// Returns the list of a session after a call that a transcript has. It is applied to what the session says by now:
/// its other transcripts, its hooks and its files may have told of more.
pub(super) fn changed(state: Option<&SessionState>, snapshot: &Snapshot, change: &Change) -> Snapshot {
    let mut items = state.map(listed).unwrap_or_default();
    if change.apply(&mut items) {
        return Snapshot { items, partial: false, ..snapshot.clone() };
    }
    // The task was cleared away. What the transcript knows of it may be old, but for its words.
    let is_meant = |item: &&Item| item.native.is_some() && item.native.as_deref() == change.task();
    let mut items: Vec<Item> = snapshot.items.iter().filter(is_meant).cloned().collect();
    for item in &mut items {
        let spoken = state.and_then(|state| own_claim(state, &item.content));
        if let Some(claim) = spoken {
            (item.status, item.raw, item.dropped) = (claim.status, claim.raw.clone(), false);
        }
    }
    change.apply(&mut items);
    items.retain(|item| !item.dropped);
    Snapshot { items, partial: true, ..snapshot.clone() }
}

/// Returns what a session says of the todo with these words that is not on its list any more: of several the one that
/// is done.
fn own_claim<'a>(state: &'a SessionState, words: &str) -> Option<&'a Claim> {
    let words = normalise(words);
    let listed: BTreeSet<TodoId> = state.info.list.iter().map(|entry| entry.id).collect();
    let todos = state.projects.values().flat_map(|todos| todos.values());
    let left = todos.filter(|todo| todo.content == words && !listed.contains(&todo.id));
    // What was carried over to another project is wanted there.
    left.filter_map(|todo| todo.claims.get(&state.info.session)).max_by_key(|claim| (!claim.dropped, claim.status))
}

/// The calls of all transcripts of a session, one after the other: what the list would be if nothing else told of it.
#[derive(Default)]
pub(super) struct Replay<'a> {
    list: Vec<Item>,
    /// What was done and cleared away.
    cleared: Vec<Item>,
    last: Option<&'a Snapshot>,
}

impl<'a> Replay<'a> {
    /// Carries out the call that made a state, if one did.
    pub(super) fn add(&mut self, state: &'a State) {
        let Some(change) = &state.change else { return };
        if matches!(change, Change::Created(_)) && is_all_done(&self.list) {
            self.cleared.extend(self.list.iter().cloned());
        }
        change.apply(&mut self.list);
        self.list.retain(|item| !item.dropped);
        self.last = Some(&state.snapshot);
    }

    /// Returns all that was not deleted.
    pub(super) fn end(self) -> Option<Snapshot> {
        let Replay { list, mut cleared, last } = self;
        // The same words under another number are another task.
        let is_other = |item: &Item, other: &Item| {
            item.content != other.content
                || item.native.is_some() && other.native.is_some() && item.native != other.native
        };
        cleared.retain(|item| list.iter().all(|other| is_other(item, other)));
        cleared.extend(list);
        Some(Snapshot { items: cleared, ..last?.clone() })
    }
}

/// Returns whether hooks tell what a session says.
pub(super) fn by_hooks(state: &SessionState) -> bool {
    state.info.source.strip_suffix(Channel::Hook.as_str()).is_some_and(|agent| agent.ends_with('-'))
}

/// Returns the part of an older list that its session never spoke of. Hooks may have begun in the middle of it, and
/// know only of what changed since; and of a list that several transcripts change, one may be written after the
/// others were read.
pub(super) fn unheard(state: &SessionState, snapshot: &Snapshot) -> Option<Snapshot> {
    let todos = || state.projects.values().flat_map(|todos| todos.values());
    let mut spoken: BTreeMap<&str, usize> = BTreeMap::new();
    todos().for_each(|todo| *spoken.entry(todo.content.as_str()).or_default() += 1);
    let words = |id: TodoId| todos().find(|todo| todo.id == id).map(|todo| todo.content.as_str());
    let mut numbers: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for entry in &state.info.list {
        numbers.extend(entry.native.as_deref().map(|native| (native, words(entry.id))));
    }
    // As many as are spoken of with the same words are heard of, those first that the list has by their numbers.
    let is_listed = |item: &Item, words: &str| {
        item.native.as_deref().and_then(|native| numbers.get(native)).is_some_and(|listed| *listed == Some(words))
    };
    let mut hear = |words: &str| match spoken.get_mut(words) {
        Some(left @ 1..) => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let mut rest = Vec::new();
    for item in &snapshot.items {
        let words = normalise(&item.content);
        if !is_listed(item, &words) || !hear(&words) {
            rest.push(item);
        }
    }
    let items: Vec<Item> = rest
        .into_iter()
        .filter(|item| !hear(&normalise(&item.content)))
        .map(|item| {
            let native = item.native.clone().filter(|native| !numbers.contains_key(native.as_str()));
            Item { native, ..item.clone() }
        })
        .collect();
    (!items.is_empty()).then(|| Snapshot { items, partial: true, ..snapshot.clone() })
}
