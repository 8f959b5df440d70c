//! What commands on this device did, and taking it back: act by act, the latest first, as an editor does.
//!
//! What takes an act back is an act too. Its commit names the act, so that the next `undo` goes on before it, and so
//! that it can be taken back in turn.

use std::collections::BTreeSet;

use super::OpsError;
use super::event::{Event, History, speaker};
use super::log::{Walk, walk};
use super::rollback::{EarlierState, Lists, restore, todos_at, value};
use crate::git::{CommitInfo, ObjectId, Overlay};
use crate::statement::Act;
use crate::store::trailers::{DecidedOn, Mark, continues};
use crate::store::{Rewritten, Store};
use crate::todo::{Project, Session, SessionInfo, Time, Todo, TodoId};

/// Reads what an act takes back, of commits as they are called now.
fn mark_of(commit: &CommitInfo, rewritten: &Rewritten) -> Option<Mark> {
    Mark::of(&commit.message).map(|mark| mark.map(|id| rewritten.now(id)))
}

/// How to take an act back.
#[derive(Debug)]
pub struct Undo {
    /// What was done.
    pub events: Vec<Event>,
    /// What takes it back.
    pub acts: Vec<Act>,
    /// The todos that stay as they are, and who spoke of them since.
    pub left: Vec<(Todo, Session)>,
    /// What the commit is to say.
    pub mark: Mark,
}

/// Finds the last act made by a command on this device that changes anything still and was not taken back; with
/// `redo`, the last one that was, unless something else was done since.
///
/// A todo of which another session spoke since is left as it is.
///
/// # Errors
/// When the store cannot be read. A session that cannot be read is passed over.
pub fn undo(store: &Store, redo: bool) -> Result<Option<Undo>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let now = todos_at(store, None)?;
    let rewritten = Rewritten::load(&store.repo);
    let (mut void, mut speakers) = (BTreeSet::new(), BTreeSet::new());
    for (said, commit) in Acts::new(&overlay, histories(store, &overlay)?.into_iter()) {
        speakers.insert(said.session.clone());
        let (told, mark) = match mark_of(&commit, &rewritten) {
            _ if void.contains(&commit.id) => continue,
            Some(Mark::Redoes(undo)) => {
                void.insert(undo);
                continue;
            }
            Some(Mark::Undoes(act)) if redo => (act, Mark::Redoes(commit.id)),
            Some(Mark::Undoes(act)) => {
                void.insert(act);
                continue;
            }
            None if redo => return Ok(None),
            None => (commit.id, Mark::Undoes(commit.id)),
        };
        let undo = take_back(store, &overlay, &commit, (told, mark), &now, &speakers, &rewritten)?;
        if !undo.acts.is_empty() || !undo.left.is_empty() {
            return Ok(Some(undo));
        }
    }
    Ok(None)
}

/// Returns the newest commits of this device's sessions, and those that they had under names which somebody else wrote
/// too.
fn histories(store: &Store, overlay: &Overlay<'_>) -> Result<Vec<ObjectId>, OpsError> {
    let mut found = Vec::new();
    for (session, tip) in store.repo.sessions()? {
        let first = found.len();
        found.push(tip);
        let mut at = if session.is_continued() { first } else { found.len() };
        while let Some(tip) = found.get(at).copied() {
            let before = walk(overlay, tip).filter_map(|commit| continues(&commit.message));
            let news: Vec<ObjectId> = before.filter(|id| !found.contains(id)).collect();
            found.extend(news);
            at += 1;
        }
    }
    Ok(found)
}

/// Returns how to take back what a commit did, and what the commit `told` did, for people.
fn take_back(
    store: &Store,
    overlay: &Overlay<'_>,
    commit: &CommitInfo,
    (told, mark): (ObjectId, Mark),
    now: &Lists,
    speakers: &BTreeSet<Session>,
    rewritten: &Rewritten,
) -> Result<Undo, OpsError> {
    let mut then = match DecidedOn::of(&commit.message).and_then(DecidedOn::commit).map(|id| rewritten.now(id)) {
        Some(before) => todos_at(store, Some(&EarlierState::at(store, before)))?,
        None => Lists::new(),
    };
    let history = History::of_all(store, overlay)?;
    let did = history.said(commit);
    for event in &did {
        let todo = event.before.clone().map(|todo| (todo.id, todo));
        then.entry(event.project.clone()).or_default().extend(todo);
    }
    let (mut taken, mut left) = (BTreeSet::new(), Vec::new());
    for event in &did {
        let todo = |lists: &Lists| lists.get(&event.project).and_then(|todos| todos.get(&event.after.id)).cloned();
        let Some(present) = todo(now) else { continue };
        match spoke_since(todo(&then).as_ref(), event, &present, speakers) {
            Some(session) => left.push((present, session)),
            None => drop(taken.insert((event.project.clone(), event.after.id))),
        }
    }
    let takes = |project: &Project, id: TodoId| taken.contains(&(project.clone(), id));
    let acts = restore(&then, now, takes);
    let events = if told == commit.id { did } else { history.said(&overlay.commit_info(told)?) };
    Ok(Undo { events, acts, left, mark })
}

/// Returns who else spoke of a todo since an act, or changed a property of it: anybody but those who speak through
/// commands on this device, all of whose later acts were taken back.
fn spoke_since(then: Option<&Todo>, act: &Event, now: &Todo, speakers: &BTreeSet<Session>) -> Option<Session> {
    let speaks = |session: &Session| speakers.iter().any(|speaker| speaker.is_same(session));
    let others = now.claims.iter().filter(|(session, _)| !speaks(session));
    let mut news = others.filter(|(session, claim)| then.and_then(|then| then.claims.get(session)) != Some(claim));
    if let Some((session, _)) = news.next() {
        return Some(session.clone());
    }
    let names = act.after.fields.keys().chain(now.fields.keys());
    let changed = names.into_iter().any(|name| value(&act.after, name) != value(now, name));
    let other = || now.claims.keys().find(|session| !speaks(session)).cloned();
    changed.then(other).flatten()
}

/// The acts of sessions of this device, the latest first.
struct Acts<'a> {
    overlay: &'a Overlay<'a>,
    walk: std::iter::Peekable<Walk<'a>>,
    /// Those of one second, the latest last.
    second: Vec<(SessionInfo, CommitInfo)>,
}

impl<'a> Acts<'a> {
    fn new(overlay: &'a Overlay<'a>, tips: impl Iterator<Item = ObjectId>) -> Self {
        Acts { overlay, walk: Walk::new(overlay, tips).peekable(), second: Vec::new() }
    }
}

impl Iterator for Acts<'_> {
    type Item = (SessionInfo, CommitInfo);

    fn next(&mut self) -> Option<Self::Item> {
        // Commits tell seconds, sessions milliseconds.
        while self.second.is_empty() {
            let mut time: Option<Time> = None;
            while let Some(commit) = self.walk.next_if(|commit| time.is_none_or(|time| commit.time == time)) {
                time = Some(commit.time);
                if DecidedOn::of(&commit.message).is_some()
                    && let Some(session) = speaker(self.overlay, &commit)
                {
                    self.second.push((session, commit));
                }
            }
            time?;
            self.second.sort_by_key(|(session, _)| session.updated);
        }
        self.second.pop()
    }
}
