//! `/api/mirrors`: how the mirrors of the store are doing, and what is to be done about one.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::LOCATION;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer;
use super::asked::Asked;
use super::mirror_run::Became;
use super::page_mirrors::clean;
use super::state::Hub;
use crate::cli::mirror_json;
use crate::ops::MirrorStatus;
use crate::store::Store;
use crate::todo::Time;
use crate::wire::{Given, Op, Problem};

/// `GET /api/mirrors` and `GET /api/mirrors/<name>`.
pub(super) fn read(hub: &Hub, store: &Store, asked: &Asked, now: Time) -> Result<Value, Problem> {
    let all = MirrorStatus::all(store).map_err(|err| hub.trouble(&err))?;
    let mut all: Vec<Value> = all.into_iter().map(|status| one(hub, &clean(status, store))).collect();
    if asked.operation.op == Op::Mirrors {
        return Ok(json!({ "total": all.len(), "mirrors": all, "timestamp": now.to_string() }));
    }
    let mirror = hub.mirror(store, &asked.names[0])?;
    all.retain(|one| one["name"] == json!(mirror.name));
    let found = all.pop().ok_or_else(|| Problem::new(404, "there is no mirror of this name"))?;
    Ok(json!({ "mirror": found, "timestamp": now.to_string() }))
}

/// Returns what is known of one: what `git chittysync mirror list --json` says, but for how one signs in there.
fn one(hub: &Hub, status: &MirrorStatus) -> Value {
    let mut value = mirror_json(status);
    if let Some(object) = value.as_object_mut() {
        object.remove("url");
    }
    value["place"] = json!(status.mirror.place());
    value["running"] = json!(hub.mirroring.since(&status.mirror.name).map(|since| since.to_string()));
    value
}

/// `POST /api/mirrors/<name>/sync`, `pause` and `resume`.
pub(super) async fn answer(hub: &Arc<Hub>, asked: Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let op = asked.operation.op;
    if let Some(key) = given.0.keys().find(|key| op != Op::MirrorSync || key.as_str() != "again") {
        return Err(
            Problem::new(422, format!("'{key}' means nothing here")).hint("'again' is all that a run can be told")
        );
    }
    // A body that means nothing is 422, also where the commit that it is for would be 412.
    let again = given.flag("again")?.unwrap_or(false);
    let (name, at) = (asked.names[0].clone(), asked.at()?);
    if op == Op::MirrorSync {
        return became(&name, hub.run_mirror(name.clone(), again, at).await?);
    }
    let paused = op == Op::MirrorPause;
    hub.aside(move |hub| {
        hub.is_at(&hub.store()?, at)?;
        hub.pause_mirror(&name, paused)?.map_err(|failure| {
            Problem::new(409, failure.to_string()).hint(failure.remedy(&name)).with("name", json!(name))
        })?;
        Ok(answer::json(200, &json!({ "success": true, "name": name, "paused": paused })))
    })
    .await
}

/// Answers what became of a run. What is not sent is no success.
fn became(name: &str, became: Became) -> Result<Response, Problem> {
    let outcome = match became {
        Became::Running(since) => {
            let said = json!({ "success": true, "name": name, "outcome": "running", "since": since.to_string() });
            let mut response = answer::json(202, &said);
            if let Ok(place) = HeaderValue::from_str(&format!("/api/mirrors/{name}")) {
                response.headers_mut().insert(LOCATION, place);
            }
            return Ok(response);
        }
        Became::Ended(outcome) => outcome,
    };
    let (told, mut said) = (&outcome.told, outcome.document.clone());
    if outcome.status == 200 {
        (said["success"], said["errors"]) = (json!(true), json!(told.left));
        return Ok(answer::json(200, &said));
    }
    let problem = Problem::new(outcome.status, told.text.clone()).with("name", json!(name));
    let problem = problem.with("outcome", said["outcome"].take());
    Err(match &told.hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    })
}
