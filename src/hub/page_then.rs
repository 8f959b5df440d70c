//! Earlier states: which there were, and what going back to one would change, or changed. What `rollback` does is done.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::page::{EVENTS, happenings, show};
use super::page_answer::{go, refuse};
use super::state::Hub;
use crate::cli::{becomes, present};
use crate::git::ObjectId;
use crate::ops::todo::{self, Actor, Rollback, RolledBack};
use crate::ops::{self, LogFilter};
use crate::page::{self, Change, Preview, Sight};
use crate::store::Store;
use crate::wire::{Problem, parameter};

/// `/ui/history`: who did what, and the states that the branch was in.
pub(super) async fn history(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    show(&hub, uri, headers, |sight, asked| {
        let found = happenings(asked.store, sight, LogFilter { most: EVENTS, ..LogFilter::default() })?;
        let (states, more) = states(asked.store, sight, asked.hub.limits.states)?;
        Ok(page::history(sight, (&found, EVENTS), (&states, more)))
    })
    .await
}

/// Returns the states of the branch from the one on that is looked at, and whether there are more.
fn states(store: &Store, sight: &Sight<'_>, most: usize) -> Result<(Vec<page::State>, bool), Problem> {
    let from = sight.then.and_then(|then| ObjectId::from_hex(then.commit.as_bytes()).ok());
    let unread = |_| Problem::new(500, "history cannot be read");
    let found = ops::states(store, from, most + 1).map_err(unread)?;
    let (shown, rest) = found.split_at(found.len().min(most));
    let state =
        |one: &ops::Move| page::State { commit: one.commit.to_string(), at: one.at, subject: one.subject.clone() };
    Ok((shown.iter().map(state).collect(), !rest.is_empty()))
}

/// `/ui/rollback/<commit>`: leads to what going back there would change as the branch is now.
pub(super) async fn ask(State(hub): State<Arc<Hub>>, Path(to): Path<String>, uri: Uri) -> Response {
    let Ok(to) = ObjectId::from_hex(to.as_bytes()) else { return refuse(&unknown()) };
    let tip = hub.aside(|hub| hub.tip(&hub.store()?)).await;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    match tip {
        Ok(Some(tip)) => go(&format!("/ui/rollback/{to}/{tip}{query}")),
        Ok(None) => refuse(&unknown()),
        Err(problem) => refuse(&problem),
    }
}

fn unknown() -> Problem {
    Problem::new(404, "the branch was never at this commit").hint("History lists its earlier states.")
}

/// `/ui/rollback/<commit>/<commit>`: what going back to the first one would change, asked when the branch was at the second.
pub(super) async fn preview(
    State(hub): State<Arc<Hub>>,
    Path((to, from)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    show(&hub, uri, headers, move |sight, asked| {
        asked.needs_write()?;
        let shown = asked.hub.shown_at(asked.store, &to)?;
        let project = parameter(asked.query, "project").unwrap_or_default();
        let actor = Actor { store: asked.store, agent: None, here: None, now: present(), demand: &ops::NOTHING };
        let wanted = Rollback { revision: to.clone(), project: None, todo: None, dry_run: true };
        let back = todo::rollback(&actor, &wanted).map_err(|err| asked.hub.refused(err))?;
        let changes = changes(&back);
        let at = shown.at.unwrap_or_default();
        Ok(page::preview(sight, &Preview { to: &to, at, from: &from, project: &project, changes: &changes }))
    })
    .await
}

fn changes(back: &RolledBack) -> Vec<Change> {
    let changes = back.acts.iter().map(|act| Change {
        id: act.id,
        project: act.project.clone(),
        words: act.content.clone(),
        becomes: becomes(act, "would become"),
    });
    changes.collect()
}
