//! `GET /api/events`: a stream of what becomes of the branch, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};

use super::listener::{Listener, Told, What};
use super::state::Hub;
use crate::wire::Problem;

/// How long a client waits before it comes back, in milliseconds.
const RETRY: u64 = 2_000;

/// Begins a stream.
pub(super) async fn listen(hub: &Arc<Hub>, uri: &Uri, headers: &HeaderMap) -> Result<Response, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let listener = Listener::begin(hub, headers, header.or(since(uri)).map(str::to_owned)).await?;
    let stream = futures_util::stream::unfold(listener, |mut listener| async {
        listener.next().await.map(|told| (Ok::<Event, Infallible>(event(&told)), listener))
    });
    let beat = KeepAlive::new().interval(hub.limits.beat).text("still here");
    Ok(Sse::new(stream).keep_alive(beat).into_response())
}

/// Returns the commit that a URL says somebody had last.
pub(super) fn since(uri: &Uri) -> Option<&str> {
    uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("since=")))
}

fn event(told: &Told) -> Event {
    let event = match told.kind {
        // Without data it is no event, and all the same where to go on from.
        What::Here => Event::default().retry(std::time::Duration::from_millis(RETRY)).comment("here is the branch"),
        kind => Event::default().event(kind.as_str()).data(told.data.to_string()),
    };
    match &told.id {
        Some(id) => event.id(id),
        None => event,
    }
}
