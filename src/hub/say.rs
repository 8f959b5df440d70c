//! `POST /api/todos/sync`: a list that somebody states. It is answered when it is in a ref, and merged.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::{self, etag, tag};
use super::spool::whole;
use super::state::Hub;
use crate::access::{Principal, Scope, may_say};
use crate::cli::present;
use crate::ops::{self, todo};
use crate::source;
use crate::todo::Session;
use crate::wire::{self, Posted, Problem};

pub(super) async fn sync(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    take(&hub, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn take(hub: &Arc<Hub>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let who = hub.principal(&parts.headers, Scope::Write)?;
    check_type(&parts.headers)?;
    let body = whole(body, hub.limits.body, hub.limits.stall).await?;
    let posted = Posted::parse(&body, hub.limits.todos)?;
    let said = hub.aside(move |hub| say(hub, &who, &posted)).await;
    hub.follower.look();
    said
}

/// A form of another site's page can send everything but this.
fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Problem::new(415, "a list is sent as application/json").hint("set the header Content-Type"))
}

fn say(hub: &Hub, who: &Principal, posted: &Posted) -> Result<Response, Problem> {
    let store = hub.store()?;
    let device = posted.device.clone().unwrap_or_else(|| who.device.clone());
    let name = posted.session.clone().unwrap_or_else(|| format!("hub-{device}"));
    let session = Session::new(&name).map_err(|err| Problem::new(422, format!("this cannot name a session: {err}")))?;
    let refused = |refused: crate::access::Refused| Problem::new(403, refused.reason).hint(refused.remedy);
    may_say(who, &session, Some(&device)).map_err(refused)?;
    let owner = ops::owner_of(&store, &session).map_err(|err| hub.trouble(&err))?;
    may_say(who, &session, owner.as_deref()).map_err(refused)?;
    let unfit = |reason: &dyn std::fmt::Display| Problem::new(422, reason.to_string());
    let project = posted.project.as_deref().map(|name| {
        let typed = todo::project(name).map_err(|err| unfit(&err))?;
        todo::meant_anew(&store, None, typed).map_err(|err| unfit(&err))
    });
    let project = project.transpose()?;
    let now = present();
    let mut snapshot = source::read_list(&posted.list(), &session, now).map_err(|reason| unfit(&reason))?;
    snapshot.partial = !posted.is_complete;
    let before = hub.shown(&store)?;
    // What somebody says at the hub is of the device that says it.
    let speaking = store.on_device(device);
    let said = ops::import(&speaking, snapshot, project, now).map_err(|err| hub.trouble(&err))?;
    let commit = said.commit(&speaking).map_err(|err| hub.trouble(&err))?;
    let after = hub.shown(&speaking.reopen().map_err(|err| hub.trouble(&err.into()))?)?;
    let mut document = wire::stated(&before.everything, &after.everything, &said.session, now);
    let left = said.report.left_out.iter().map(|(what, why)| json!(format!("{what} was left out: {why}")));
    let held = said.report.held.as_ref().map(|_| json!("it is saved, and not merged: the branch is checked out there"));
    document.insert("errors".into(), left.chain(held).collect());
    document.insert("commit".into(), json!(commit.map(|commit| commit.to_string())));
    document.insert("consolidated".into(), json!(after.tip.map(|tip| tip.to_string())));
    let status = if said.report.captured.is_empty() { 200 } else { 201 };
    let mut response = answer::json(status, &Value::Object(document));
    tag(&mut response, &etag(after.tip));
    Ok(response)
}
