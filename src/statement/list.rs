//! What a session says by its list: the difference to the list before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::carry::session_project;
use super::context::Context;
use super::draft::Draft;
use super::links::Links;
use super::match_items::{self, Matched};
use super::session;
use crate::todo::{Channel, ListEntry, Project, SessionInfo, SessionState, Snapshot, TodoId, normalise};

/// How old a list may be, in milliseconds, and still be taken as said knowing all that this device knows.
/// An older one is history: it is weighed only against what had been said by then.
const LIVE: i64 = 60 * 60 * 1000;

/// Returns the session's state after it stated this list, or nothing when the list says nothing new.
///
/// An empty list, or one without words, is never a statement: agents clear completed lists themselves.
pub fn from_snapshot(
    previous: Option<&SessionState>,
    snapshot: &Snapshot,
    context: &Context<'_>,
) -> Option<SessionState> {
    if snapshot.items.iter().all(|item| normalise(&item.content).is_empty()) {
        return None;
    }
    let stated = snapshot.at.min(context.present());
    let at = previous.map_or(stated, |previous| stated.max(previous.info.updated.next()));
    let mut draft = Draft {
        session: &snapshot.session,
        at,
        knows_until: if context.now.millis() - stated.millis() < LIVE { None } else { Some(stated) },
        projects: previous.map(|previous| previous.projects.clone()).unwrap_or_default(),
        context,
    };
    draft.forget();
    let before = previous.map(session::wanted).unwrap_or_default();
    let project = session_project(previous.and_then(|previous| previous.info.project.as_ref()), context.project);
    let project_of = |content: &str| match project {
        Some(project) => draft.home(project, content),
        None => (context.project_of)(content),
    };
    let is_forgotten = |project: &Project, id| draft.is_forgotten(project, id);
    let mut placed = match_items::place(snapshot, &before, &draft.projects, project_of, is_forgotten);
    let home = |id| draft.projects.iter().find(|(_, todos)| todos.contains_key(&id));
    let is_kept = |entry: &ListEntry| home(entry.id).is_none_or(|(project, _)| !draft.is_forgotten(project, entry.id));
    let all_placed = placed.clone();
    let links = Links::new(&all_placed, &before);
    let before: Vec<ListEntry> = before.iter().filter(|entry| is_kept(entry)).cloned().collect();
    placed.retain(|entry| !draft.was_forgotten(&entry.project, &entry.item.content, entry.nth));
    let mut list = draft.say(&placed, &links, project);
    if snapshot.partial {
        list = with_what_is_missing(list, &placed, &before);
    } else {
        draft.drop_what_is_gone(&placed, &before);
    }
    links.note(&mut list, |id| draft.projects.values().find_map(|todos| todos.get(&id)));

    let unchanged = previous.is_some_and(|previous| previous.projects == draft.projects && previous.info.list == list);
    // Nothing comes after the last moment.
    let too_late = previous.is_some_and(|previous| previous.info.updated >= at);
    if unchanged || too_late || draft.projects.is_empty() {
        return None;
    }
    let before = previous.map(|previous| &previous.info);
    // What it said before its end may be read of its files after that. What hooks tell comes in order.
    let is_late = !snapshot.source.is(Channel::Hook);
    let info = SessionInfo {
        session: snapshot.session.clone(),
        agent: snapshot.agent.clone(),
        source: snapshot.source.as_str().to_owned(),
        device: context.device.to_owned(),
        person: session::person(context, before),
        project: project.cloned(),
        branch: snapshot.branch.clone().or_else(|| before.and_then(|before| before.branch.clone())),
        title: before.and_then(|before| before.title.clone()),
        started: before.map_or(at, |before| before.started),
        updated: at,
        ended: before.and_then(|before| before.ended).filter(|ended| stated <= *ended && is_late),
        list,
        extra: before.map(|before| before.extra.clone()).unwrap_or_default(),
    };
    Some(SessionState { info, projects: draft.projects })
}

/// Returns a list of which a part could not be read: what is missing is still on it, where it was.
fn with_what_is_missing(list: Vec<ListEntry>, placed: &[Matched<'_>], before: &[ListEntry]) -> Vec<ListEntry> {
    let shown: BTreeSet<TodoId> = placed.iter().map(|entry| entry.id).collect();
    let renamed: BTreeSet<TodoId> = placed.iter().filter_map(|entry| Some(entry.renamed_from.as_ref()?.1)).collect();
    let mut new: Vec<Option<ListEntry>> = list.into_iter().map(Some).collect();
    let mut whole = Vec::new();
    for entry in before.iter().filter(|entry| !renamed.contains(&entry.id)) {
        let now = new.iter_mut().find(|now| now.as_ref().is_some_and(|now| now.id == entry.id));
        whole.extend(match now {
            Some(now) => now.take(),
            None => (!shown.contains(&entry.id)).then(|| entry.clone()),
        });
    }
    whole.extend(new.into_iter().flatten());
    whole
}

impl Draft<'_> {
    /// States every item of the list, and returns the list as the session's file holds it.
    fn say(&mut self, placed: &[Matched<'_>], links: &Links<'_>, project: Option<&Project>) -> Vec<ListEntry> {
        for entry in placed {
            self.say_item(entry, links);
            if !entry.item.dropped {
                self.carry(entry, project);
            }
        }
        placed.iter().filter_map(|entry| self.entry(entry)).collect()
    }

    fn say_item(&mut self, entry: &Matched<'_>, links: &Links<'_>) {
        let item = entry.item;
        self.claim(&entry.project, entry.id, (&item.content, entry.nth), |claim| {
            claim.status = item.status;
            claim.raw.clone_from(&item.raw);
            claim.dropped = item.dropped;
        });
        let (home, was) = entry.renamed_from.as_ref().map_or((&entry.project, entry.id), |(home, was)| (home, *was));
        for (name, value) in &item.fields {
            let stored = self.own(home, was).and_then(|todo| todo.fields.get(name));
            let value = links.kept(entry.id, name, value, stored.map(|field| &field.value));
            self.set_field(&entry.project, entry.id, name, &value);
        }
        if self.own(&entry.project, entry.id).is_some_and(|todo| todo.text("renamedTo").is_some()) {
            self.set_field(&entry.project, entry.id, "renamedTo", &Value::from(""));
        }
        if let Some(old) = &entry.renamed_from {
            self.set_field(&entry.project, entry.id, "renamedFrom", &Value::from(old.1.to_string()));
            self.set_field(&old.0, old.1, "renamedTo", &Value::from(entry.id.to_string()));
            self.claim(&old.0, old.1, ("", 1), |claim| claim.dropped = true);
        }
    }

    fn entry(&self, entry: &Matched<'_>) -> Option<ListEntry> {
        let item = entry.item;
        let claim = &self.own(&entry.project, entry.id)?.claims[self.session];
        let status = (!claim.dropped && claim.status != item.status).then_some(item.status);
        (!item.dropped).then(|| ListEntry { id: entry.id, native: item.native.clone(), status, meant: BTreeMap::new() })
    }

    /// Open todos that the list no longer shows are dropped. Completed ones stay: agents clear them away
    /// themselves.
    fn drop_what_is_gone(&mut self, placed: &[Matched<'_>], before: &[ListEntry]) {
        let shown: BTreeSet<TodoId> = placed.iter().map(|entry| entry.id).collect();
        for entry in before.iter().filter(|entry| !shown.contains(&entry.id)) {
            let home = self.projects.iter().find(|(_, todos)| todos.contains_key(&entry.id));
            let Some(project) = home.map(|(project, _)| project.clone()) else { continue };
            self.claim(&project, entry.id, ("", 1), |claim| claim.dropped |= claim.is_open());
        }
    }
}

#[cfg(test)]
mod tests;
