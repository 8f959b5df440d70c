//! What is known when it is decided whether an agent is to be started: the lease, then the todos.

use std::collections::{BTreeMap, BTreeSet};

use super::arbiter::{Arbiter, Held};
use super::rules::nonce;
use super::settled;
use super::ticks::ticks;
use crate::git::{Overlay, Watch, tracking_branch};
use crate::ops::todo::{read, read_sessions};
use crate::ops::{Link, OpsError, Plan, run, sync};
use crate::plan::{Holder, Holders, Lease, Looked, Moment, Ready, Topics, Watched};
use crate::store::{Consolidated, Reach, Store, cache};
use crate::todo::{SPAWNED_BY, Session, State, Status, Time, TodoId};
use crate::view::{Everything, ready};

/// What was seen of others' runs.
const WATCHED: &str = "spawn-watched";

/// Reads the lease, then fetches the todos. Returns why that could not be done now, if it could not.
pub(super) fn look(
    store: &Store,
    arbiter: &Arbiter,
    now: Time,
    watch: &Watch<'_>,
) -> Result<Result<(Held, Looked), String>, OpsError> {
    let held = match arbiter.read(store, watch)? {
        Ok(held) => held,
        Err(why) => return Ok(Err(format!("{} decides who starts, and cannot be reached: {why}", arbiter.name()))),
    };
    let lease = match &held.lease {
        Ok(lease) => lease.clone(),
        Err(err) => return Ok(Err(format!("the lease on {} is of no use: {err}", arbiter.name()))),
    };
    settled::note_look(store, ticks());
    if let Err(why) = share(store, now, watch)? {
        return Ok(Err(why));
    }
    let store = store.reopen()?;
    let everything = everything(&store)?;
    let done = if lease.handled.is_empty() { BTreeMap::new() } else { done(&store)? };
    let mut watched = Watched::of_json(&cache::load(&store.repo, WATCHED));
    let lapsed = watched.look(&lease, |session| said(&everything, session), ticks());
    cache::save(&store.repo, WATCHED, &watched.to_json());
    let ready = waiting_todos(&store, &everything, &lease, now);
    Ok(Ok((held, Looked { lease, ready, done, lapsed, now, nonce: nonce() })))
}

/// Exchanges todos with the remote, if there is one. Returns why that could not be done, if it could not.
pub(super) fn share(store: &Store, now: Time, watch: &Watch<'_>) -> Result<Result<(), String>, OpsError> {
    let plan = Plan { consolidate: true, ..Plan::default() };
    let Some(remote) = store.settings.remote.clone() else {
        run(store, &plan, now)?;
        return Ok(Ok(()));
    };
    let (_, exchange) = sync(store, &plan, &Link { remote, fetch: true, push: true, watch: *watch }, now)?;
    let problem = exchange.problems.first().map(|(what, why)| format!("{what}: {why}"));
    Ok(match exchange.unreachable.or(exchange.busy).or(problem) {
        None => Ok(()),
        Some(why) => Err(format!("the todos cannot be exchanged: {why}")),
    })
}

/// Reads the todos with their sessions, as they are here.
pub(super) fn everything(store: &Store) -> Result<Everything, OpsError> {
    let mut everything = read(store, Reach::Working)?.0;
    everything.sessions = read_sessions(store)?.0;
    Ok(everything)
}

/// Returns the todos that can be begun.
pub(super) fn waiting_todos(store: &Store, everything: &Everything, lease: &Lease, now: Time) -> Vec<Ready> {
    let holders = Holders::of(everything, Moment::at(now));
    let topics = Topics::new(&store.settings.topics);
    let of_lease = lease.running.iter().map(|run| &run.session).chain(lease.log.iter().map(|ended| &ended.session));
    let of_files = everything.sessions.iter().filter(|info| info.extra.contains_key(SPAWNED_BY));
    let spawned: BTreeSet<&str> = of_lease.chain(of_files.map(|info| &info.session)).map(Session::main).collect();
    let found = ready(everything, None, now).into_iter().map(|(project, todo)| Ready {
        topic: topics.primary(project, todo).map(|topic| topic.name.clone()),
        project: project.clone(),
        id: todo.id,
        epoch: todo.epoch(),
        assignee: match holders.holder(todo) {
            Some(Holder::Assigned(session)) => Some(session),
            Some(Holder::Works(session)) => Some(session.clone()),
            // Whoever has a name that no session can have has the todo, too.
            Some(Holder::Named(name)) => Session::new(name).or_else(|_| Session::new("somebody")).ok(),
            // It would come to it by itself.
            None if holders.is_listed(todo) => Session::new("somebody").ok(),
            None => None,
        },
        is_spawned: todo.claims.keys().all(|session| spawned.contains(session.main())),
    });
    found.collect()
}

/// Returns the todos that are completed for everybody who fetches.
fn done(store: &Store) -> Result<BTreeMap<TodoId, u64>, OpsError> {
    let settings = &store.settings;
    let name = settings.remote.as_ref().map(|remote| tracking_branch(remote, &settings.main_branch));
    let tip = store.repo.find_ref(name.as_deref().unwrap_or(&settings.main_branch))?;
    let overlay = Overlay::new(&store.repo);
    let (projects, _) = Consolidated::at(&overlay, tip)?.all(&overlay, Reach::Working)?;
    let everything = Everything::of(projects);
    let is_done = |state| state == State::Wanted(Status::Completed);
    let done = everything.todos().filter(|(_, todo)| is_done(todo.state()));
    Ok(done.map(|(_, todo)| (todo.id, todo.epoch())).collect())
}

/// Returns what stands for all that a session said: another word makes another text.
fn said(everything: &Everything, session: &Session) -> String {
    let own = everything.sessions.iter().filter(|info| info.session.main() == session.main());
    own.map(|info| format!("{}={};", info.session, info.updated)).collect()
}
