//! What can be read: each answer is of one commit of the branch, and carries it as its tag.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::{self, etag, has, tag, unchanged};
use super::state::Hub;
use crate::access::Scope;
use crate::cli::present;
use crate::ops::Shown;
use crate::plan::Topics;
use crate::wire::{self, Problem, Query};

/// The version that is told.
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) async fn health() -> Response {
    answer::json(200, &wire::health(VERSION, &[]))
}

pub(super) async fn status(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Response {
    let counted = hub.aside(move |hub| {
        hub.principal(&headers, Scope::Read)?;
        let store = hub.store()?;
        let shown = hub.shown(&store)?;
        let (topics, at) = (Topics::new(&store.settings.topics), shown.tip.map(|tip| tip.to_string()));
        Ok(wire::status(&shown.everything, &topics, at.as_deref(), VERSION, present()))
    });
    counted.await.map_or_else(IntoResponse::into_response, |value| answer::json(200, &value))
}

pub(super) async fn todos(State(hub): State<Arc<Hub>>, uri: Uri, headers: HeaderMap) -> Response {
    let query = Query::parse(uri.query().unwrap_or_default());
    read(&hub, headers, move |shown| {
        let query = query?;
        Ok(match query.is_given {
            true => wire::todos(&shown.everything, &query, shown.at),
            false => wire::projects(&shown.everything, shown.at),
        })
    })
    .await
}

pub(super) async fn project(State(hub): State<Arc<Hub>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    one_project(&hub, name, headers).await
}

/// A project may be called as the path is to which lists are posted.
pub(super) async fn project_called_sync(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Response {
    one_project(&hub, "sync".to_owned(), headers).await
}

async fn one_project(hub: &Arc<Hub>, name: String, headers: HeaderMap) -> Response {
    read(hub, headers, move |shown| {
        let unknown = || {
            let problem = Problem::new(404, "there is no project of this name").hint("GET /api/todos lists them");
            problem.with("projectId", json!(name)).with("todos", json!([]))
        };
        wire::project(&shown.everything, &name).ok_or_else(unknown)
    })
    .await
}

/// Answers from the branch, or that nothing changed.
async fn read(
    hub: &Arc<Hub>,
    headers: HeaderMap,
    make: impl FnOnce(&Shown) -> Result<serde_json::Value, Problem> + Send + 'static,
) -> Response {
    let made = hub.aside(move |hub| {
        hub.principal(&headers, Scope::Read)?;
        let store = hub.store()?;
        let tip = etag(hub.tip(&store)?);
        if has(&headers, &tip) {
            return Ok(unchanged(&tip));
        }
        let shown = hub.shown(&store)?;
        let mut response = answer::json(200, &make(&shown)?);
        tag(&mut response, &etag(shown.tip));
        Ok(response)
    });
    made.await.unwrap_or_else(IntoResponse::into_response)
}
