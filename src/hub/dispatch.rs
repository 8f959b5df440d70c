//! What all requests of the API have in common: what is asked, whether who asks may, how often, and how it is answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::asked::Asked;
#[cfg(feature = "web")]
use super::issue;
use super::rate::Left;
use super::spool::whole;
use super::state::Hub;
use super::{about, act, decide, events, mirror_api, read, say, socket};
use crate::log::{self, Level};
use crate::wire::{Found, Kind, Op, Problem};

pub(super) async fn answer(State(hub): State<Arc<Hub>>, request: Request) -> Response {
    hub.counted.requests.fetch_add(1, Ordering::Relaxed);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = answer_it(&hub, request).await;
    note(&hub, &method, &path, response.status().as_u16());
    response
}

async fn answer_it(hub: &Arc<Hub>, request: Request) -> Response {
    answered(hub, request).await.unwrap_or_else(|problem| {
        hub.counted.refused.fetch_add(1, Ordering::Relaxed);
        problem.into_response()
    })
}

async fn answered(hub: &Arc<Hub>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let found = Found::at(parts.uri.path());
    if found.is_empty() {
        return Err(Problem::new(404, "there is nothing of this name").hint("GET /api/openapi.json has all there is"));
    }
    // Who asks for the head of an answer gets that, without the rest.
    let method = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    let Some((operation, names)) = found.by(method) else { return Ok(other_method(&parts.method, &found.allow())) };
    if operation.op == Op::Socket {
        // Who cannot send a header says later who it is.
        return socket::open(hub, parts).await;
    }
    let who = match operation.scope {
        Some(scope) => Some(hub.principal(&parts.headers, scope).await?),
        None => None,
    };
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let mut asked =
        Asked { operation, names: names.to_vec(), path, query, headers: parts.headers, who, body: Vec::new() };
    match operation.kind {
        Kind::Other if operation.op == Op::Events => events::listen(hub, &parts.uri, &asked.headers).await,
        Kind::Other | Kind::OfCommit | Kind::OfNow => hub.aside(move |hub| read::read(hub, &asked)).await,
        Kind::Write | Kind::Token | Kind::Place => {
            let left = hub.rates.count(&asked.token(), Instant::now());
            if left.remaining.is_none() {
                let problem = Problem::new(429, format!("more than {} times a minute", left.most));
                return Ok(limited(problem.hint("say more at once").into_response(), left));
            }
            let said = async {
                asked.body = whole(body, hub.limits.body, hub.limits.stall).await?;
                check_type(&asked)?;
                if asked.body.is_empty() && operation.needs_body() {
                    return Err(
                        Problem::new(400, "there is no body").hint("GET /api/openapi.json says what it looks like")
                    );
                }
                if operation.kind == Kind::Place {
                    return mirror_api::answer(hub, asked).await;
                }
                // Whoever waits for others takes no thread meanwhile.
                let saying = Arc::clone(&hub.saying).lock_owned().await;
                let said = hub.aside(move |hub| {
                    let _saying = saying;
                    write(hub, &asked)
                });
                let said = said.await;
                hub.follower.look();
                said
            };
            Ok(limited(said.await.unwrap_or_else(IntoResponse::into_response), left))
        }
    }
}

/// Writes down what was said or refused: which request of the table, and how it ended. No name and no word of anybody's is in
/// it; of what is only read nothing is written.
fn note(hub: &Hub, method: &Method, path: &str, status: u16) {
    // Whoever is not known could fill the log; how often somebody was refused is counted.
    if status == 401 {
        return;
    }
    let is_refused = matches!(status, 403 | 412 | 413 | 415 | 429);
    if !is_refused && matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return;
    }
    let found = Found::at(path);
    let pattern = found.by(method.as_str()).map_or("another path", |(operation, _)| operation.path);
    let method = if method.as_str().len() < 8 { method.as_str() } else { "another method" };
    log::append(&hub.common_dir, Level::Info, "hub", &format!("method={method} path={pattern} status={status}"));
}

fn write(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    match asked.operation.op {
        Op::Sync => say::sync(hub, asked),
        Op::ProjectList | Op::ProjectSync => say::project(hub, asked),
        Op::Add => act::add(hub, asked),
        Op::Edit => act::edit(hub, asked),
        Op::Act | Op::Drop => act::say(hub, asked),
        Op::PutProject => about::project(hub, asked),
        Op::Register | Op::Heartbeat | Op::End => about::session(hub, asked),
        Op::Categorize => about::topic(hub, asked),
        Op::Clear => decide::clear(hub, asked),
        Op::Assign | Op::Orchestrate => decide::assign(hub, asked),
        Op::Resolve => decide::resolve(hub, asked),
        Op::Rollback => decide::rollback(hub, asked),
        #[cfg(feature = "web")]
        Op::Issue | Op::Verify | Op::EndToken => issue::answer(hub, asked),
        #[cfg(not(feature = "web"))]
        Op::Issue | Op::Verify | Op::EndToken => Err(Problem::new(404, "this hub signs no tokens")),
        // All others read.
        _ => Err(Problem::new(405, "this path is not asked so")),
    }
}

/// A form of another site's page can send everything but this.
fn check_type(asked: &Asked) -> Result<(), Problem> {
    let given = asked.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") || (asked.body.is_empty() && given.is_empty()) {
        return Ok(());
    }
    Err(Problem::new(415, "what is said is sent as application/json").hint("set the header Content-Type"))
}

/// Answers a method that the path does not know; which it knows is no secret.
fn other_method(method: &Method, allow: &str) -> Response {
    let mut response = match *method {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => Problem::new(405, "this path is not asked so").into_response(),
    };
    put(response.headers_mut(), ALLOW.as_str(), allow);
    response
}

fn limited(mut response: Response, left: Left) -> Response {
    let Left { most, remaining, reset } = left;
    let remaining = remaining.unwrap_or(0);
    let headers = response.headers_mut();
    put(headers, "ratelimit-policy", &format!("\"write\";q={most};w=60"));
    put(headers, "ratelimit", &format!("\"write\";r={remaining};t={reset}"));
    put(headers, "x-ratelimit-limit", &most.to_string());
    put(headers, "x-ratelimit-remaining", &remaining.to_string());
    put(headers, "x-ratelimit-reset", &reset.to_string());
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        put(response.headers_mut(), "retry-after", &reset.to_string());
    }
    response
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
