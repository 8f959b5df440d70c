//! What commands on this device did, and taking it back: act by act, the latest first, as an editor does. Everybody
//! takes back their own acts, unless all of the device are asked for.
//!
//! What takes an act back is an act too. Its commit names the act, so that the next `undo` goes on before it, and so
//! that it can be taken back in turn.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::disputes::Disputes;
use super::event::{Event, History, speaker};
use super::log::{Walk, walk};
use super::rollback::{EarlierState, Lists, restore_todo, todos_at, value};
use crate::git::{CommitInfo, ObjectId, Overlay};
use crate::merge::disagreements;
use crate::statement::{Act, Precedence};
use crate::store::trailers::{DecidedOn, Mark, continues};
use crate::store::{Rewritten, Store};
use crate::todo::{Project, Session, SessionInfo, State, Status, Time, Todo};
use crate::view::OverProperty;

/// Reads what an act takes back, of commits as they are called now.
fn mark_of(commit: &CommitInfo, rewritten: &Rewritten) -> Option<Mark> {
    Mark::of(&commit.message).map(|mark| mark.map(|id| rewritten.now(id)))
}

/// How to take an act back.
#[derive(Debug)]
pub struct Undo {
    /// What was done, todo by todo, as `log` tells it.
    pub events: Vec<Event>,
    /// What takes it back; said in one commit.
    pub acts: Vec<Act>,
    /// The conflicts over properties that are open again by that.
    pub reopens: Vec<OverProperty>,
    /// The todos that stay as they are, and who spoke of them since.
    pub left: Vec<(Todo, Session)>,
    /// What the commit is to say.
    pub mark: Mark,
}

/// What somebody else did since, by a command on this device.
#[derive(Debug)]
pub struct Later {
    /// The session that did it.
    pub session: SessionInfo,
    /// What.
    pub events: Vec<Event>,
}

/// The same, for people.
#[derive(Debug)]
pub struct NotYours {
    /// What they are called.
    pub who: String,
    /// What they did.
    pub events: Vec<Event>,
}

/// Whose acts are taken back.
#[derive(Clone, Copy)]
pub struct Whose<'a> {
    /// Says whether a session is that of who asks.
    pub own: &'a dyn Fn(&Session) -> bool,
    /// Everybody's on this device, and not only those of who asks.
    pub any: bool,
}

/// Finds the last act made by a command on this device that changes anything still and was not taken back; with
/// `redo`, the last one that was, unless something else was done since. Beside it the last act of somebody else that
/// is passed over, if that is newer.
///
/// A todo of which another session spoke since is left as it is.
///
/// # Errors
/// When the store cannot be read. A session that cannot be read is passed over.
pub fn undo(store: &Store, whose: Whose<'_>, redo: bool) -> Result<(Option<Undo>, Option<Later>), OpsError> {
    let overlay = Overlay::new(&store.repo);
    let now = todos_at(store, None)?;
    let rewritten = Rewritten::load(&store.repo);
    let (mut void, mut later) = (BTreeSet::new(), None);
    let mut speakers = Speakers { own: whose.own, void: BTreeSet::new(), standing: BTreeSet::new() };
    for (said, commit) in Acts::new(&overlay, histories(store, &overlay)?.into_iter()) {
        let is_own = whose.any || (whose.own)(&said.session);
        let (told, mark) = match mark_of(&commit, &rewritten) {
            Some(Mark::Undoes(act)) if redo && is_own && !void.contains(&commit.id) => (act, Mark::Redoes(commit.id)),
            Some(Mark::Undoes(act) | Mark::Redoes(act)) => {
                if !void.contains(&commit.id) {
                    void.insert(act);
                }
                speakers.void.insert(said.session);
                continue;
            }
            None if void.contains(&commit.id) => {
                speakers.void.insert(said.session);
                continue;
            }
            None if !is_own => {
                speakers.standing.insert(said.session.clone());
                if later.is_none() && !redo {
                    let events = History::of_all(store, &overlay)?.said(&commit);
                    later = Some(Later { session: said, events });
                }
                continue;
            }
            None if redo => return Ok((None, later)),
            None => (commit.id, Mark::Undoes(commit.id)),
        };
        let undo = take_back(store, &overlay, (&said.session, &commit), (told, mark), &now, &speakers, &rewritten)?;
        if !undo.acts.is_empty() || !undo.left.is_empty() {
            return Ok((Some(undo), later));
        }
        // It changes nothing any more, and was not taken back.
        speakers.standing.insert(said.session);
    }
    Ok((None, later))
}

/// Who spoke through commands on this device since an act.
struct Speakers<'a> {
    /// Whoever asks: what they said since is theirs to overrule.
    own: &'a dyn Fn(&Session) -> bool,
    /// Those of whom something was taken back.
    void: BTreeSet<Session>,
    /// Those of whom something was not.
    standing: BTreeSet<Session>,
}

impl Speakers<'_> {
    /// Returns whether nothing stands that a session said since, apart from the act that `did` is about.
    fn are_silent(&self, session: &Session, did: &Session) -> bool {
        let is_one_of = |all: &BTreeSet<Session>| all.iter().any(|one| one.is_same(session));
        (self.own)(session) || (session.is_same(did) || is_one_of(&self.void)) && !is_one_of(&self.standing)
    }
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
    (session, commit): (&Session, &CommitInfo),
    (told, mark): (ObjectId, Mark),
    now: &Lists,
    speakers: &Speakers<'_>,
    rewritten: &Rewritten,
) -> Result<Undo, OpsError> {
    let before = DecidedOn::of(&commit.message).and_then(DecidedOn::commit).map(|id| rewritten.now(id));
    let mut then = match before {
        Some(before) => todos_at(store, Some(&EarlierState::at(store, before)))?,
        None => Lists::new(),
    };
    let history = History::of_all(store, overlay)?;
    let did = history.said(commit);
    for event in &did {
        let todo = event.before.clone().map(|todo| (todo.id, todo));
        then.entry(event.project.clone()).or_default().extend(todo);
    }
    let (mut acts, mut left) = (BTreeMap::new(), Vec::new());
    let disputes = Disputes::of(store, overlay, (before, &then), (history.tip(), now), &did)?;
    for event in &did {
        fn todo<'a>(lists: &'a Lists, event: &Event) -> Option<&'a Todo> {
            lists.get(&event.project)?.get(&event.after.id)
        }
        let (then, Some(present)) = (todo(&then, event), todo(now, event)) else { continue };
        let project = &event.project;
        let works = |todo: &Todo| {
            todo.state() == State::Wanted(Status::InProgress) && todo.workers().any(|(one, _)| one.is_same(session))
        };
        let let_go = || (speakers.own)(session).then(|| let_go(project, then, present, session)).flatten();
        let act = match spoke_since(then, event, present, |other| speakers.are_silent(other, session)) {
            // Of two who work on it, one can let go without taking anything from the other.
            Some(other) => match let_go().filter(|act| act.precedence == Precedence::Yields && works(present)) {
                None => {
                    left.push((present.clone(), other));
                    continue;
                }
                act => act,
            },
            None => disputes.bring_back(project, present, bring_back(project, then, present)).or_else(let_go),
        };
        acts.extend(act.map(|act| ((project.clone(), event.after.id), act)));
    }
    let reopens =
        disputes.open_again.into_iter().filter(|one| acts.contains_key(&(one.project.clone(), one.conflict.id)));
    let reopens = reopens.collect();
    let acts = acts.into_values().collect();
    let events = if told == commit.id { did } else { history.said(&overlay.commit_info(told)?) };
    Ok(Undo { events, acts, reopens, left, mark })
}

/// Returns the act that brings a todo back to what it was, with what was open between sessions then; nothing when it is
/// that still.
fn bring_back(project: &Project, then: Option<&Todo>, now: &Todo) -> Option<Act> {
    let act = restore_todo(project, then, Some(now));
    let Some(then) = then else { return act };
    fn open(todo: &Todo) -> BTreeSet<&Session> {
        disagreements(todo).into_iter().map(|one| one.overruled.0).collect()
    }
    let again = (!open(then).is_empty()).then(|| then.winner().1.decided());
    let says_no_state = act.as_ref().is_none_or(|act| act.target.is_none());
    if says_no_state && open(then) != open(now) {
        let fields = act.map(|act| act.fields).unwrap_or_default();
        return Some(Act { precedence: Precedence::Settles, again, fields, ..Act::new(project, then, then.state()) });
    }
    act.map(|act| Act { again: again.filter(|_| act.target.is_some()), ..act })
}

/// Returns the act by which a session no longer works on a todo that it began to work on, or works on it again, where
/// its state is that of others.
fn let_go(project: &Project, then: Option<&Todo>, now: &Todo, session: &Session) -> Option<Act> {
    let of = |todo: &Todo| todo.voice(session).filter(|(_, claim)| claim.epoch == todo.epoch()).map(|(_, c)| c.state());
    let (was, is) = (then.and_then(of).unwrap_or(State::Dropped), of(now)?);
    match was {
        _ if was == is || is == State::Wanted(Status::Completed) => None,
        State::Dropped => Act::release(project, now, session),
        State::Wanted(Status::Completed) => None,
        State::Wanted(_) => Some(Act { precedence: Precedence::Yields, ..Act::new(project, now, was) }),
    }
}

/// Returns who else spoke of a todo since an act, or changed a property of it: anybody but those of whom nothing stands.
fn spoke_since(then: Option<&Todo>, act: &Event, now: &Todo, speaks: impl Fn(&Session) -> bool) -> Option<Session> {
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
