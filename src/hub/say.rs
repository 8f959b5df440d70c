//! Lists that somebody states. They are answered when they are in a ref, and merged.

use axum::response::Response;
use serde_json::{Value, json};

use super::asked::{Asked, Speaker};
use super::state::Hub;
use crate::cli::present;
use crate::git::ObjectId;
use crate::ops::{self, todo};
use crate::source;
use crate::store::Store;
use crate::todo::Session;
use crate::wire::{self, Given, Posted, Problem};

/// `POST /api/todos/sync`: a session's list.
pub(super) fn sync(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let posted = Posted::parse(&asked.body, hub.limits.todos)?;
    state(hub, asked, &posted, |_, document| document)
}

/// A list for a project: all that this device wants of it, or what a session adds to it.
pub(super) fn project(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let mut posted = Posted::parse(&asked.body, hub.limits.todos)?;
    let name = &asked.names[0];
    if asked.operation.op == wire::Op::ProjectSync {
        if posted.session.is_none() {
            return Err(Problem::new(400, "'sessionId' has to be given").with("projectId", json!(name)));
        }
        // Sessions of the original added to a project here, and took nothing away.
        posted.is_complete = posted.says_complete.unwrap_or(false);
    }
    if posted.session.is_none() {
        let device = posted.device.clone().or_else(|| asked.who.as_ref().map(|who| who.device.clone()));
        // What is said of one project says nothing of another.
        posted.session = Some(format!("hub-{}-{name}", device.unwrap_or_default()));
    }
    posted.project = Some(name.clone());
    let store = hub.store()?;
    let session = posted.session.clone();
    state(hub, asked, &posted, |shown, mut document| {
        let nothing = || json!({ "projectId": name, "fullProjectId": name, "todos": [] });
        let project = wire::project(&shown.everything, name).unwrap_or_else(nothing);
        for key in ["projectId", "fullProjectId", "todos"] {
            document[key] = project[key].clone();
        }
        document["totalTodos"] = json!(project["todos"].as_array().map(Vec::len));
        document["sessionId"] = json!(session);
        document["githubSynced"] = json!(is_pushed(&store, shown.tip));
        document
    })
}

/// Returns whether a remote of the hub's store has a commit, as far as the hub knows.
fn is_pushed(store: &Store, tip: Option<ObjectId>) -> bool {
    let remembered = store.settings.remote.as_ref().and_then(|remote| ops::Remembered::of(store, remote).ok());
    remembered.is_some_and(|remembered| tip.is_some() && remembered.branch == tip)
}

fn state(
    hub: &Hub,
    asked: &Asked,
    posted: &Posted,
    more: impl FnOnce(&ops::Shown, Value) -> Value,
) -> Result<Response, Problem> {
    let given = Given(posted.device.iter().map(|device| ("device".to_owned(), json!(device))).collect());
    let speaker = Speaker::of(hub, asked, &given, posted.session.clone(), false)?;
    let store = &speaker.store;
    let project = posted.project.as_deref().map(|name| {
        let typed = todo::project(name).map_err(|err| hub.refused(err))?;
        todo::meant_anew(store, None, typed).map_err(|err| hub.refused(err))
    });
    let project = project.transpose()?;
    let now = present();
    let session: &Session = &speaker.session;
    let unfit = |reason: String| Problem::new(422, reason);
    let mut snapshot = source::read_list(&posted.list(), session, now).map_err(unfit)?;
    snapshot.partial = !posted.is_complete;
    let before = hub.shown(store)?;
    if speaker.repeated.is_some() {
        return speaker.answer(hub, None, false, |after| {
            more(after, Value::Object(wire::stated(&after.everything, &after.everything, session, now)))
        });
    }
    let said = ops::import(store, snapshot, project, &speaker.demand, now).map_err(|err| hub.trouble(&err))?;
    let is_new = !said.report.captured.is_empty();
    speaker.answer(hub, Some(&said.report), is_new, |after| {
        more(after, Value::Object(wire::stated(&before.everything, &after.everything, &said.session, now)))
    })
}
