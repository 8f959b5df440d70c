//! The store as a git remote: requests of git's protocol handed to `git http-backend`, and its answers handed back.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::backend::{self, Group, Head};
use super::environment::{Asked, variables};
use super::spool::{Spooled, spool};
use super::state::Hub;
use crate::access::{Principal, Scope};
use crate::git::StoreLock;
use crate::wire::{GitPath, Problem, Service};

pub(super) async fn answer(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    exchange(&hub, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn exchange(hub: &Arc<Hub>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let path = GitPath::parse(parts.method.as_str(), parts.uri.path(), parts.uri.query());
    let hint = format!("the remote is {}, and git asks for what it needs by itself", GitPath::STORE);
    let path = path.ok_or_else(|| Problem::new(404, "git asks for nothing of this name").hint(hint))?;
    let scope = if path.service() == Service::Receive { Scope::Write } else { Scope::Read };
    let who = hub.principal(&parts.headers, scope).await?;
    let body = match path {
        GitPath::Refs(_) => Spooled::Memory(Vec::new()),
        GitPath::Exchange(_) => spool(body, &hub.common_dir, &hub.limits).await?,
    };
    match path {
        GitPath::Exchange(Service::Receive) => receive(hub, path, who, parts.headers, body).await,
        _ => {
            let (group, mut stdout) = start(hub, path, &who, &parts.headers, body)?;
            let head =
                backend::head(&mut stdout).await.map_err(|err| hub.failed(&format!("git http-backend: {err}")))?;
            let first = head.rest.clone();
            let pieces = backend::pump(group, stdout, first, &hub.limits);
            let stream = futures_util::stream::unfold(pieces, |mut pieces| async {
                pieces.recv().await.map(|piece| (Ok::<Bytes, std::convert::Infallible>(piece), pieces))
            });
            Ok(respond(head, Body::from_stream(stream)))
        }
    }
}

/// Has git take a push. Nobody else writes to the store meanwhile, and who sent it need not wait for it: once all of it
/// is here, it is taken or refused, whether somebody listens or not.
async fn receive(
    hub: &Arc<Hub>,
    path: GitPath,
    who: Principal,
    headers: HeaderMap,
    body: Spooled,
) -> Result<Response, Problem> {
    let hub = Arc::clone(hub);
    let taking = tokio::spawn(async move {
        let _receiving = hub.receiving.lock().await;
        let lock = hub.aside(|hub| StoreLock::acquire(&hub.common_dir).map_err(|err| hub.trouble(&err.into()))).await?;
        let (group, stdout) = start(&hub, path, &who, &headers, body)?;
        let report = backend::report(group, stdout, &hub.limits).await;
        drop(lock);
        hub.counted.pushes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        hub.follower.pushed();
        report.map_err(|err| hub.failed(&format!("git http-backend: {err}")))
    });
    let taken = taking.await.unwrap_or_else(|_| Err(Problem::new(500, "the hub failed; its log may say more")));
    let mut head = taken?;
    let rest = std::mem::take(&mut head.rest);
    Ok(respond(head, Body::from(rest)))
}

fn start(
    hub: &Hub,
    path: GitPath,
    who: &Principal,
    headers: &HeaderMap,
    body: Spooled,
) -> Result<(Group, tokio::process::ChildStdout), Problem> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let asked = Asked {
        path,
        who,
        content_type: text(CONTENT_TYPE),
        encoding: text(CONTENT_ENCODING),
        protocol: text(HeaderName::from_static("git-protocol")),
        length: body.len(),
    };
    // The store is not opened for it: an idle sync is two such requests, and opening was half of the hub's own work.
    let variables = variables(&asked, &hub.common_dir, &hub.hooks, &hub.branch, &hub.limits);
    Group::start(variables, body).map_err(|err| hub.failed(&format!("cannot start git http-backend: {err}")))
}

fn respond(head: Head, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(head.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in head.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
