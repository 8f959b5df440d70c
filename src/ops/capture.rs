//! Agents' state into session commits.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::OpsError;
use super::attribute::{attribute, learn};
use super::captured::Captured;
use super::commits::commits;
use super::dedup::{carried_lists, copied_lines};
use super::knowledge::{self, KnownLists};
use super::named::{Named, named};
use super::plan::Plan;
use super::previous::{Lists, Past, past};
use super::project::{Projects, by_words, names};
use super::redacted::{marks, new_marks};
use super::routed::{Belongs, Routed};
use super::scan::{Look, read_changed};
use super::sort::{News, Sorting};
use super::stated::{Stated, digest};
use super::tips::Tips;
use crate::git::{Overlay, RefChange, Repo, session_ref};
use crate::redact::Found;
use crate::source::{Notice, Reading, Unit};
use crate::statement::Context;
use crate::store::cache::{self, Seen, SeenUnit};
use crate::store::quotes::names_any;
use crate::store::task_lists::TaskLists;
use crate::store::{Consolidated, Store, StoreError};
use crate::todo::{Project, Session, Snapshot, Time, TodoId};

/// Reads what looks different, and makes a commit for each new state of each session. A list that is
/// given with the plan is stated as well. Nothing is written.
///
/// # Errors
/// When the store cannot be read. What cannot be read in the homes is reported, not fatal.
pub fn capture(
    store: &Store,
    look: &Look,
    plan: &Plan,
    seen: &Seen,
    tips: &Tips,
    now: Time,
) -> Result<Captured, OpsError> {
    let (redactor, selection) = (&store.settings.redactor, &plan.selection);
    let (mut fresh, mut redacted) = read_changed(look, seen, redactor, &plan.steps);
    let known: TaskLists = cache::load(&store.repo, TaskLists::CACHE);
    let mut lists = known.clone();
    learn(&mut lists, fresh.keys().map(|at| &look.units[*at]), redactor, |_| true);
    fresh.values_mut().for_each(|reading| attribute(reading, &lists));
    for (session, found) in std::mem::take(&mut redacted) {
        let keeper = lists.owner(&session).map_or(session, |(owner, _)| owner);
        redacted.entry(keeper).or_default().extend(found);
    }
    let read: Vec<usize> = fresh.keys().copied().collect();
    let copied = copied_lines(&look.units, &look.paths, seen, &fresh, &look.hidden);
    let mut next_seen = remember(look, seen, &fresh, &copied);
    let projects = Projects { explicit: selection.project.clone(), ..Projects::default() };
    let routed = Routed::new(store, &projects, seen, &look.hidden);
    // What a session of another store is called is none of this one's business.
    let called = fresh.values().flat_map(|reading| reading.called.iter().map(move |called| (reading, called)));
    let here = called.filter(|(reading, (session, _))| {
        routed.takes_session(session, reading.workspaces.get(session)) == Belongs::Here
    });
    let called: BTreeMap<_, _> = here.map(|(_, (session, called))| (session.clone(), called.clone())).collect();
    let (mut news, unheard) = match fresh.is_empty() {
        true => (BTreeMap::new(), BTreeSet::new()),
        false => {
            let goes_on: BTreeSet<Cow<'_, str>> =
                tips.local.keys().filter(|name| name.is_continued()).map(Session::root).collect();
            let carried = carried_lists(&look.units, &look.paths, seen, &fresh, &|list| {
                tips.local.contains_key(list) || goes_on.contains(&list.root())
            });
            let carried: Vec<bool> = look.paths.iter().map(|path| carried.contains(path.as_str())).collect();
            let lists = &lists;
            let sorting = Sorting { look, seen, lists, projects: &projects, routed: &routed, selection, tips };
            sorting.sort(fresh, &mut next_seen, |at, line| {
                carried[at] || line.is_some_and(|line| copied.contains(&(at, line)))
            })
        }
    };
    // To sort what was read takes all that is known; to remember is only what this store takes.
    if routed.has_others() {
        let wants = |directory: Option<&str>| directory.is_some_and(|place| routed.takes(place) == Belongs::Here);
        lists = known.clone();
        learn(&mut lists, read.iter().map(|at| &look.units[*at]), redactor, wants);
    }
    // What was read and not taken is news the next time too.
    for path in unheard.into_iter().map(|at| &look.paths[at]) {
        next_seen.remove(path);
        next_seen.extend(seen.get(path).map(|before| (path.clone(), before.clone())));
    }
    let given = plan.given.as_ref().map(|given| {
        let (mut snapshot, mut found) = (Snapshot { forced: true, ..given.clone() }, Found::new());
        redactor.snapshot(&mut snapshot, &mut found);
        redacted.entry(snapshot.session.clone()).or_default().extend(found);
        let session = snapshot.session.clone();
        let entry = news.entry(session.clone()).or_default();
        entry.project = selection.project.clone().or(entry.project.take());
        let trailer = plan.demand.request.as_ref().map(ToString::to_string);
        entry.states.push(Stated::new(snapshot.into(), true).with(trailer));
        session
    });
    let Named { titles, prompts } = named(store, &called, tips, |session| news.contains_key(session));
    for (session, title) in titles {
        news.entry(session).or_default().title = Some(title);
    }
    for (session, news) in &mut news {
        news.redacted = redacted.remove(session).unwrap_or_default();
        news.project.iter_mut().for_each(|project| redactor.project(project, &mut news.redacted));
    }
    let mut captured = state(store, news, tips, plan, now)?;
    if let Some((session, reason)) = captured.left_out.iter().find(|(session, _)| given.as_ref() == Some(session)) {
        return Err(OpsError::Input(format!("session {session} cannot be added to: {reason}")));
    }
    for path in captured.unplaced.iter().map(|unit| &look.paths[*unit]) {
        next_seen.entry(path.clone()).and_modify(|unit| unit.unplaced += 1);
    }
    // Their lists are news until they can be said.
    next_seen.retain(|_, unit| captured.left_out.iter().all(|(session, _)| !unit.last.contains_key(session.as_str())));
    captured.notices = look.all_notices(&next_seen);
    captured.seen = (next_seen != *seen).then_some(next_seen);
    captured.prompts = prompts;
    captured.lists = (lists != known).then_some(lists);
    Ok(captured)
}

/// Returns what to remember of all units that are there.
fn remember(look: &Look, seen: &Seen, fresh: &BTreeMap<usize, Reading>, copied: &BTreeSet<(usize, u64)>) -> Seen {
    let mut next = Seen::new();
    for (at, (unit, path)) in look.units.iter().zip(&look.paths).enumerate() {
        let known = match fresh.get(&at) {
            Some(reading) => {
                let unplaced = seen.get(path).map_or(0, |before| before.unplaced);
                let unit = remember_unit(unit, reading, |line| !copied.contains(&(at, line)));
                Some(SeenUnit { unplaced, ..unit })
            }
            None => seen.get(path).cloned(),
        };
        next.extend(known.map(|known| (path.clone(), known)));
    }
    // Units of other homes stay known; of the directories looked at, only what is still there.
    let parents: BTreeSet<&str> = look.paths.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
    let hidden: BTreeSet<String> = parents.iter().map(|parent| look.hidden.parent(parent)).collect();
    let elsewhere = |path: &str| {
        path.rsplit_once('/').is_none_or(|(parent, _)| !parents.contains(parent) && !hidden.contains(parent))
    };
    let others = look.paths.iter().filter(|path| !next.contains_key(*path)).map(|path| look.hidden.key(path));
    let others: Seen = others.filter_map(|key| seen.get(&key).cloned().map(|known| (key, known))).collect();
    next.extend(others);
    next.extend(seen.iter().filter(|(path, _)| elsewhere(path)).map(|(path, unit)| (path.clone(), unit.clone())));
    next
}

fn remember_unit(unit: &Unit, reading: &Reading, is_own: impl Fn(u64) -> bool) -> SeenUnit {
    let notice =
        |notice: &Notice| (notice.path.to_string_lossy().into_owned(), notice.reason.clone(), notice.remedy.clone());
    let last = reading.states.iter().map(|state| (state.snapshot.session.to_string(), digest(&state.snapshot)));
    let places = reading.workspaces.iter();
    SeenUnit {
        stamp: (!unit.stamp.fresh).then(|| unit.stamp.text.clone()),
        digest: reading.digest,
        unplaced: 0,
        notices: reading.notices.iter().map(notice).collect(),
        last: last.collect(),
        places: places
            .map(|(session, place)| (session.to_string(), (place.directory.clone(), place.branch.clone())))
            .collect(),
        lines: reading.states.iter().filter_map(|state| state.line).filter(|line| is_own(*line)).collect(),
    }
}

/// Makes the commits of all sessions with news, on all cores.
fn state(
    store: &Store,
    news: BTreeMap<Session, News>,
    tips: &Tips,
    plan: &Plan,
    now: Time,
) -> Result<Captured, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    let (mut work, mut left_out, mut lists) = (Vec::new(), Vec::new(), Lists::new());
    let mut needed: BTreeSet<Project> = BTreeSet::new();
    for (session, news) in news {
        let check = || match tips.local.contains_key(&session) {
            true => Ok(()),
            false => store.repo.check_ref(&session_ref(&session)).map_err(OpsError::from),
        };
        let past = match check().and_then(|()| past(&overlay, store, &session, tips, &consolidated, &mut lists, now)) {
            Ok(past) => past,
            // One broken session, or one that a newer version wrote, must not keep the others from being saved.
            Err(err) => {
                left_out.push((session, super::chain(&err)));
                continue;
            }
        };
        match (&news.project, past.state()) {
            (Some(project), None) => drop(needed.insert(project.clone())),
            (_, Some(state)) => needed.extend(state.projects.keys().cloned().chain(news.project.clone())),
            (None, None) => {
                needed.insert(Project::general());
                needed.extend(store.settings.rules.iter().map(|(project, _)| project.clone()));
            }
        }
        work.push((session, news, past));
    }
    let before_owners: Vec<Project> = needed.iter().filter_map(Project::plain).collect();
    needed.extend(before_owners);
    let lists = knowledge::read(&consolidated, store, needed);
    let known = KnownLists::of(&lists, names(&consolidated, &overlay)?);
    let identity = store.settings.identity(now);
    let settings = &store.settings;
    let purged = cache::load::<cache::Purged>(&store.repo, "purged").ids;
    let purged: BTreeSet<TodoId> = purged.iter().filter_map(|id| TodoId::parse(id)).collect();
    let count = plan.steps.count("Saving", work.len(), "sessions");
    let speak = |repo: &mut Repo, (session, news, past): (Session, News, Past)| {
        let context = Context {
            known: &known,
            now,
            reopen: settings.reopen,
            device: &settings.device,
            person: settings.person(),
            project: news.project.as_ref(),
            project_of: &|content| by_words(settings, content),
        };
        let mut overlay = Overlay::new(repo);
        let before = past.commit.as_ref().map(|commit| commit.id);
        let marked = marks(past.state(), &news.redacted);
        let project = past.state().and_then(|state| state.info.project.clone()).or(news.project.clone());
        let project = project.unwrap_or_else(Project::general);
        // An agent's file goes on saying what was purged.
        let title = news.title.as_deref().filter(|title| !names_any(title, &project, |id| purged.contains(&id)));
        let said = commits(&mut overlay, past, &news.states, title, &context, &identity);
        count.add(1);
        let (past, unplaced) = match said {
            // Nothing of it is saved: a part of a list would say that the rest was dropped.
            Err(OpsError::Store(StoreError::TooMuch { excess, .. })) => {
                return Ok(Err((session, format!("it would have said too much: {excess}"))));
            }
            said => said?,
        };
        let redacted = new_marks(past.commit.as_ref().map(|after| &after.state), &marked);
        let moved = (before, past.commit.map(|after| after.id));
        Ok(Ok((session, past.name, moved, overlay.batch, (redacted, unplaced))))
    };
    let mut next_tips = tips.local.clone();
    let mut captured = Captured { batch: overlay.batch, left_out, ..Captured::nothing(store, tips) };
    let mut work = work.into_iter().peekable();
    while work.peek().is_some() {
        // A chunk at a time, so that only one chunk's lists and commits are in memory twice.
        let chunk: Vec<_> = work.by_ref().take(store.repo.limits.sessions_at_once).collect();
        let done: Vec<_> = if chunk.len() < 8 {
            let mut repo = store.repo.clone();
            chunk.into_iter().map(|work| speak(&mut repo, work)).collect::<Result<_, OpsError>>()?
        } else {
            chunk.into_par_iter().map_with(store.repo.clone(), speak).collect::<Result<_, OpsError>>()?
        };
        for said in done {
            let (session, name, (before, new), batch, (redacted, unplaced)) = match said {
                Ok(said) => said,
                Err(too_much) => {
                    captured.left_out.push(too_much);
                    continue;
                }
            };
            captured.batch.absorb(batch);
            captured.unplaced.extend(unplaced);
            captured.redacted.extend(redacted.into_iter().map(|rule| (session.clone(), rule)));
            let Some(new) = new.filter(|new| Some(*new) != before) else { continue };
            let old = tips.local.get(&name).copied();
            let message = settings.redactor.text(&plan.selection.what, &mut Found::new()).into_owned();
            captured.changes.push(RefChange { name: session_ref(&name), old, new, message });
            captured.sessions.push(name.clone());
            next_tips.insert(name, new);
        }
    }
    captured.tips = next_tips;
    Ok(captured)
}
