//! `GET /api/ws`: what [`super::events`] tells, as messages of a WebSocket. One that is slow holds up only itself, and one
//! that is gone without a word is noticed.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, interval_at, timeout};

use super::events::since;
use super::guard;
use super::listener::{Listener, Told};
use super::state::Hub;
use crate::access::Scope;
use crate::wire::Problem;

/// No message of a client is longer, in bytes: it says who it is, and nothing else.
const LONGEST: usize = 16 << 10;

/// What is kept for each of them to read into; by default it would be thirty times as much.
const BUFFER: usize = 4 << 10;

/// What a client says first that could not send a header: a script in a browser.
#[derive(Deserialize)]
struct Hello {
    token: String,
    /// The commit that it had last.
    since: Option<String>,
}

/// Begins a connection.
pub(super) async fn open(hub: &Arc<Hub>, mut parts: Parts) -> Result<Response, Problem> {
    // No browser asks first whether a page may open one, so a page of another site is told here.
    guard::from_here(&parts.headers)?;
    if parts.headers.contains_key(AUTHORIZATION) {
        hub.principal(&parts.headers, Scope::Read).await?;
    }
    // Whoever is not known holds a connection for a while: so many at once.
    let place = match parts.headers.contains_key(AUTHORIZATION) {
        true => None,
        false => Some(Arc::clone(&hub.greeting).try_acquire_owned().map_err(|_| too_many())?),
    };
    let last = since(&parts.uri).map(str::to_owned);
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(|_| {
        Problem::new(426, "this is for WebSockets").hint("GET /api/events tells the same as server-sent events")
    })?;
    let hub = Arc::clone(hub);
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST).read_buffer_size(BUFFER);
    Ok(upgrade.on_upgrade(move |mut socket| async move {
        let known = introduced(&hub, &mut socket, parts.headers, last).await;
        let reason = match known {
            Ok(Some(mut listener)) => {
                drop(place);
                follow(&hub, &mut socket, &mut listener).await
            }
            Ok(None) => None,
            Err(problem) => Some((close_code::POLICY, problem.detail)),
        };
        if let Some((code, reason)) = reason {
            close(&hub, &mut socket, code, reason).await;
        }
    }))
}

fn too_many() -> Problem {
    Problem::new(503, "too many have not said yet who they are")
        .hint("say it in the header Authorization, or try again in a moment")
}

/// Waits until it is known who listens. Nothing when nobody does any more.
async fn introduced(
    hub: &Arc<Hub>,
    socket: &mut WebSocket,
    mut headers: HeaderMap,
    last: Option<String>,
) -> Result<Option<Listener>, Problem> {
    if headers.contains_key(AUTHORIZATION) {
        return Listener::begin(hub, &headers, last).await.map(Some);
    }
    let silent = || Problem::new(401, "the first message has to be {\"token\": \"…\"}");
    let first = timeout(hub.limits.hello, socket.recv()).await.map_err(|_| silent())?;
    let Some(Ok(Message::Text(text))) = first else { return if first.is_some() { Err(silent()) } else { Ok(None) } };
    let hello: Hello = serde_json::from_str(&text).map_err(|_| silent())?;
    let value = HeaderValue::from_str(&format!("Bearer {}", hello.token)).map_err(|_| silent())?;
    headers.insert(AUTHORIZATION, value);
    hub.principal(&headers, Scope::Read).await?;
    Listener::begin(hub, &headers, hello.since.or(last)).await.map(Some)
}

/// Tells what there is to tell, until one of both sides ends it. Returns what the other side is told of that.
async fn follow(hub: &Hub, socket: &mut WebSocket, listener: &mut Listener) -> Option<(u16, String)> {
    let mut beat = interval_at(Instant::now() + hub.limits.beat, hub.limits.beat);
    let mut was_heard = true;
    loop {
        // What comes from the other side meanwhile does not begin it anew: it may ask somebody else.
        let mut next = std::pin::pin!(listener.next());
        let told = loop {
            tokio::select! {
                told = &mut next => break told,
                // It has nothing more to say; that it says something shows that it is there.
                came = socket.recv() => match came {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(_)) => was_heard = true,
                },
                _ = beat.tick() => {
                    if !std::mem::take(&mut was_heard) || !send(hub, socket, Message::Ping(Vec::new().into())).await {
                        return None;
                    }
                }
            }
        };
        match told {
            Some(told) if send(hub, socket, text(&told)).await => {}
            Some(_) => return None,
            None if *hub.stopping.borrow() => return Some((close_code::AWAY, "the hub stops".into())),
            None => return Some((close_code::POLICY, "this token is not good any more".into())),
        }
    }
}

/// Returns whether it was taken: one that takes nothing is given up.
async fn send(hub: &Hub, socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(hub.limits.stall, socket.send(message)).await, Ok(Ok(())))
}

fn text(told: &Told) -> Message {
    let document = json!({ "event": told.kind.as_str(), "id": told.id, "data": told.data });
    Message::Text(document.to_string().into())
}

/// Says why it ends, and lets the other side say that it knows.
async fn close(hub: &Hub, socket: &mut WebSocket, code: u16, reason: String) {
    let frame = CloseFrame { code, reason: shortened(&reason).into() };
    let closing = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(hub.limits.hello, closing).await;
}

/// Returns as much of a reason as a frame takes.
fn shortened(reason: &str) -> &str {
    const MOST: usize = 123;
    let end = (0..=MOST.min(reason.len())).rev().find(|at| reason.is_char_boundary(*at));
    &reason[..end.unwrap_or(0)]
}
