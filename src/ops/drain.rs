//! Events that wait in the spool into session refs.
//!
//! The event is taken as said when it happened, and no earlier than those that came before it: the clock may have
//! stepped back meanwhile. A commit names the events that it is made of: when a process is
//! killed between moving a ref and removing the files, the next one finds them there and says nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use super::attribute::{has_number, is_about, with_own_links};
use super::knowledge::some_todos;
use super::previous::{Lists, Past, past};
use super::project::{Projects, by_words, lies_in};
use super::spooled::{Unread, read, tell};
use super::tips::Tips;
use super::write::{TRIES, write};
use super::{OpsError, check_clock, unrouted};
use crate::git::{Batch, ObjectId, Overlay, Reading, RefChange, StoreLock, session_ref};
use crate::log::{self, Level};
use crate::redact::Found;
use crate::source::Change;
use crate::source::{Heard, What};
use crate::statement::{self, Context};
use crate::store::spool::{self, Waiting};
use crate::store::task_lists::TaskLists;
use crate::store::{Consolidated, MergedTips, Store, StoreError, cache, heard_events, trailers};
use crate::todo::{Session, SessionState, Snapshot, Time};

/// Saves the events that wait in a store whose lock is held and which was opened just now. Returns the sessions that said something new.
///
/// # Errors
/// When the store cannot be written. What waits goes on waiting then.
pub fn drain(store: &Store, lock: &StoreLock, now: Time) -> Result<Vec<Session>, OpsError> {
    drain_within(store, lock, None, now)
}

/// As [`drain`], reading no more than is allowed. Nothing is saved where that is not enough.
pub(super) fn drain_within(
    store: &Store,
    lock: &StoreLock,
    reading: Option<&Reading>,
    now: Time,
) -> Result<Vec<Session>, OpsError> {
    check_clock(now)?;
    spool::take_in_left(store.repo.common_dir());
    let mut moved = Vec::new();
    let mut store = store.clone();
    for _ in 0..TRIES {
        let waiting = unrouted::send_on(&store, spool::waiting(store.repo.common_dir()));
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        match attempt(&store, lock, &waiting, reading, now)? {
            Ok(sessions) => return Ok(sessions),
            Err(rejected) => (moved, store) = (rejected, store.reopen()?),
        }
    }
    Err(OpsError::Moved(moved))
}

/// As [`drain`], before something else is done with the lock: that need not wait for what cannot be saved.
pub(super) fn drain_if_any(store: &Store, lock: &StoreLock, now: Time) -> Vec<Session> {
    let common_dir = store.repo.common_dir();
    if spool::is_empty(common_dir) {
        return Vec::new();
    }
    let drained = store.reopen().map_err(OpsError::from).and_then(|store| drain(&store, lock, now));
    drained.unwrap_or_else(|err| {
        log::append(common_dir, Level::Error, "hook", &format!("events wait: {}", super::chain(&err)));
        Vec::new()
    })
}

fn attempt(
    store: &Store,
    lock: &StoreLock,
    waiting: &[Waiting],
    reading: Option<&Reading>,
    now: Time,
) -> Result<Result<Vec<Session>, Vec<String>>, OpsError> {
    let before: TaskLists = cache::load(&store.repo, TaskLists::CACHE);
    let overlay = Overlay::within(&store.repo, reading);
    let consolidated = Consolidated::find(store, &overlay)?;
    let mut drain = Drain {
        store,
        overlay,
        lists: before.clone(),
        projects: Projects::default(),
        sessions: BTreeMap::new(),
        consolidated,
        tips: Tips::news(store, None, &MergedTips::load(&store.repo, store.merged_cache()), None)?,
        since: waiting.iter().map(|event| event.at).min().unwrap_or(now),
        most: waiting.len(),
        now,
    };
    let (mut done, mut latest) = (Vec::new(), Time::default());
    for event in waiting {
        latest = latest.max(event.at.min(now));
        let event = &Waiting { at: latest, ..event.clone() };
        match read(event, &store.settings.redactor) {
            Ok((heard, redacted)) => {
                tell(store.repo.common_dir(), &heard.session.short(), redacted);
                done.extend(drain.hear(event, &heard)?.then(|| event.clone()));
            }
            Err(unread) => {
                let (what, reason) = match unread {
                    Unread::Now(err) => ("waits", err.to_string()),
                    Unread::Ever(reason) => {
                        spool::put_aside(event);
                        ("was put aside", reason)
                    }
                };
                let message = format!("{} cannot be read and {what}: {reason}", event.path.display());
                log::append(store.repo.common_dir(), Level::Error, "hook", &message);
            }
        }
    }
    let Drain { overlay, lists, sessions, .. } = drain;
    if overlay.is_spent() {
        // What was not read is perhaps what the events are about.
        return Ok(Ok(Vec::new()));
    }
    let (mut changes, mut said) = (Vec::new(), Vec::new());
    for speaker in sessions.into_values().flatten() {
        let Some(tip) = speaker.past.commit.filter(|_| !speaker.said.is_empty()) else { continue };
        let message = format!("hook: {}", speaker.said.join(", "));
        changes.push(RefChange { name: session_ref(&speaker.past.name), old: speaker.before, new: tip.id, message });
        said.push(speaker.past.name);
    }
    let batch: Batch = overlay.batch;
    let rejected = write(store, lock, &batch, &changes, now)?;
    if !rejected.is_empty() {
        return Ok(Err(rejected));
    }
    if lists != before {
        cache::save(&store.repo, TaskLists::CACHE, &lists);
    }
    // Only now that everything is on the disk.
    done.iter().for_each(spool::remove);
    Ok(Ok(said))
}

/// A session whose events are being taken.
struct Speaker {
    /// Its ref as it was found.
    before: Option<ObjectId>,
    /// What it said, what it says here included.
    past: Past,
    /// Events that its commits name already.
    heard: BTreeSet<String>,
    /// Events that changed nothing: the next commit names them with its own.
    silent: Vec<String>,
    /// What the events are called that changed something, for the reflog.
    said: Vec<String>,
}

/// Events on their way into refs.
struct Drain<'a> {
    store: &'a Store,
    overlay: Overlay<'a>,
    lists: TaskLists,
    projects: Projects,
    /// Nothing for a session whose ref cannot be read: its events wait until it can.
    sessions: BTreeMap<Session, Option<Speaker>>,
    consolidated: Consolidated,
    tips: Tips,
    /// The time of the earliest event.
    since: Time,
    /// How many events there are. They made as many commits at most.
    most: usize,
    now: Time,
}

impl Drain<'_> {
    /// Takes one event. Returns whether it need not wait any longer.
    fn hear(&mut self, event: &Waiting, heard: &Heard) -> Result<bool, OpsError> {
        let here = |directory: &String| lies_in(&self.store.repo, directory);
        if self.store.is_project() && !heard.directory.as_ref().is_some_and(here) {
            return Ok(true);
        }
        self.note(event, heard);
        match &heard.what {
            What::Started | What::Nothing => Ok(true),
            What::Ended => {
                let mut done = true;
                for session in self.ending(heard)? {
                    // One that said nothing on this device does not end here.
                    let end = |speaker: &Speaker| statement::ended(speaker.spoken()?, event.at);
                    let next = self.speaker(&session)?.map(end);
                    done &= self.take(&session, event, heard, next)?;
                }
                Ok(done)
            }
            What::Changed(change) => {
                let Some(list) = self.list_of(heard, change) else { return Ok(true) };
                let session = self.keeper(list, heard, change)?;
                let change = &self.linked(&session, heard, change)?;
                let next = self.say(&session, event, heard, change)?;
                self.take(&session, event, heard, next)
            }
        }
    }

    /// Remembers where the session works and which list it keeps.
    fn note(&mut self, event: &Waiting, heard: &Heard) {
        if heard.agent.is_some() {
            return;
        }
        if heard.what == What::Started {
            self.lists.leave(&heard.session);
        }
        let list = heard.list.as_ref().map(|list| (list.name.as_str(), list.is_own));
        if list.is_some() || heard.what == What::Started {
            self.lists.note(&heard.session, heard.directory.as_deref(), list, event.at);
        }
    }

    /// Returns the list that an event changes. A sub-agent has a list of its own only where lists are written whole.
    fn list_of(&self, heard: &Heard, change: &Change) -> Option<Session> {
        match (change, &heard.agent) {
            (Change::List(_), Some(agent)) => heard.session.agent(agent).ok(),
            (Change::List(_), None) => Some(heard.session.clone()),
            _ => {
                let shared = heard.list.as_ref().filter(|list| !list.is_own);
                let named = shared.and_then(|list| Session::new(&list.name).ok());
                named.or_else(|| self.lists.shared(&heard.session)).or_else(|| Some(heard.session.clone()))
            }
        }
    }

    /// Returns the list that has the task of a change: a session that makes tasks, and leads a team then, goes on with
    /// those of before by their numbers, which the team's list does not have.
    fn keeper(&mut self, list: Session, heard: &Heard, change: &Change) -> Result<Session, OpsError> {
        let state = |speaker: Option<&Speaker>| speaker.and_then(|speaker| speaker.past.state().cloned());
        let is_elsewhere = list != heard.session
            && !state(self.speaker(&list)?).is_some_and(|state| has_number(&state, change))
            && state(self.speaker(&heard.session)?).is_some_and(|state| is_about(&state, change));
        Ok(if is_elsewhere { heard.session.clone() } else { list })
    }

    /// Returns a change of a list that is not the session's alone, with its links to tasks that only the session's own
    /// list has.
    fn linked(&mut self, list: &Session, heard: &Heard, change: &Change) -> Result<Change, OpsError> {
        let state = |speaker: Option<&Speaker>| speaker.and_then(|speaker| speaker.past.state().cloned());
        let own = if *list == heard.session { None } else { state(self.speaker(&heard.session)?) };
        let Some(own) = own else { return Ok(change.clone()) };
        Ok(with_own_links(change, state(self.speaker(list)?).as_ref(), &own))
    }

    /// Returns the sessions that end with an event: a session ends with its sub-agents.
    fn ending(&mut self, heard: &Heard) -> Result<Vec<Session>, OpsError> {
        if let Some(agent) = &heard.agent {
            return Ok(heard.session.agent(agent).into_iter().collect());
        }
        let agents = format!("{}-agent-", heard.session);
        self.tips.add(self.store, &heard.session)?;
        let spoken = self.tips.local.keys().map(Session::origin);
        let known = spoken.chain(self.sessions.keys().cloned());
        let ends = |session: &Session| session.is_same(&heard.session) || session.as_str().starts_with(&agents);
        let ending: BTreeSet<Session> = known.filter(ends).collect();
        Ok(ending.into_iter().collect())
    }

    /// Returns a session as it is, read once; nothing when it cannot be read.
    fn speaker(&mut self, session: &Session) -> Result<Option<&Speaker>, OpsError> {
        if !self.sessions.contains_key(session) {
            let mut read = || -> Result<_, OpsError> {
                // A ref that is broken is not to be taken for none.
                self.store.repo.check_ref(&session_ref(session))?;
                self.tips.add(self.store, session)?;
                let (overlay, mut lists) = (&self.overlay, Lists::new());
                let past = past(overlay, self.store, session, &self.tips, &self.consolidated, &mut lists, self.now)?;
                let before = self.tips.local.get(&past.name).copied();
                let heard = match &past.commit {
                    Some(commit) => heard_events(overlay, commit.id, self.since, self.most)?,
                    None => BTreeSet::new(),
                };
                Ok(Speaker { before, past, heard, silent: Vec::new(), said: Vec::new() })
            };
            let speaker = match read() {
                Ok(speaker) => Some(speaker),
                Err(_) if self.overlay.is_spent() => None,
                Err(err) => {
                    let message = format!("events of session {session} wait: {}", super::chain(&err));
                    log::append(self.store.repo.common_dir(), Level::Error, "hook", &message);
                    None
                }
            };
            self.sessions.insert(session.clone(), speaker);
        }
        Ok(self.sessions.get(session).and_then(Option::as_ref))
    }

    /// Returns the state of a session after an event: nothing at all when the session cannot be read, nothing
    /// in it when the event says nothing new.
    fn say(
        &mut self,
        session: &Session,
        event: &Waiting,
        heard: &Heard,
        change: &Change,
    ) -> Result<Option<Option<SessionState>>, OpsError> {
        let mut project = self.projects.of(heard.directory.as_deref());
        project.iter_mut().for_each(|project| self.store.settings.redactor.project(project, &mut Found::new()));
        let Some(speaker) = self.speaker(session)? else { return Ok(None) };
        let (name, state) = (speaker.past.name.clone(), speaker.past.state().cloned());
        let mut items = state.as_ref().map(statement::listed).unwrap_or_default();
        if !change.apply(&mut items) {
            // Its file or its transcript may tell.
            let task = change.task().unwrap_or_default();
            let message = format!("session {name} changed task {task}, which nothing told of so far");
            log::append(self.store.repo.common_dir(), Level::Warn, "hook", &message);
            return Ok(Some(None));
        }
        let settings = &self.store.settings;
        let before = state.as_ref().and_then(|state| state.info.project.as_ref());
        let own = statement::session_project(before, project.as_ref());
        let known = some_todos(&self.consolidated, &self.overlay, state.as_ref(), &items, |words| match own {
            Some(project) => project.clone(),
            None => by_words(settings, words),
        });
        let snapshot = Snapshot {
            session: name,
            agent: heard.agent.clone().filter(|agent| heard.session.agent(agent).is_ok_and(|own| own == *session)),
            source: heard.source,
            // A session's events come in the order in which it tells of them.
            at: state.as_ref().map_or(event.at, |state| event.at.max(state.info.updated)),
            branch: None,
            items,
            partial: false,
            forced: true,
        };
        let context = Context {
            known: &known,
            now: self.now,
            reopen: settings.reopen,
            device: &settings.device,
            person: settings.person(),
            project: project.as_ref(),
            project_of: &|content| by_words(settings, content),
        };
        Ok(Some(statement::from_snapshot(state.as_ref(), &snapshot, &context)))
    }

    /// Makes the commit of what an event says. Returns whether the event need not wait any longer.
    fn take(
        &mut self,
        session: &Session,
        event: &Waiting,
        heard: &Heard,
        next: Option<Option<SessionState>>,
    ) -> Result<bool, OpsError> {
        let (Some(next), Some(Some(speaker))) = (next, self.sessions.get_mut(session)) else { return Ok(false) };
        if speaker.heard.contains(&event.id) {
            return Ok(true);
        }
        speaker.silent.push(event.id.clone());
        let Some(next) = next else { return Ok(true) };
        let identity = self.store.settings.identity(self.now);
        let events = std::mem::take(&mut speaker.silent);
        match speaker.past.say(&mut self.overlay, next, &identity, Some(&trailers::events_lines(&events))) {
            Err(OpsError::Store(err @ StoreError::TooMuch { .. })) => {
                spool::put_aside(event);
                let message = format!("{} was put aside: {err}", event.path.display());
                log::append(self.store.repo.common_dir(), Level::Error, "hook", &message);
                return Ok(false);
            }
            said => said?,
        }
        if !speaker.said.contains(&heard.event) {
            speaker.said.push(heard.event.clone());
        }
        Ok(true)
    }
}

impl Speaker {
    /// Returns what the session said, if it spoke on this device.
    fn spoken(&self) -> Option<&SessionState> {
        self.past.state().filter(|_| self.past.commit.is_some())
    }
}
