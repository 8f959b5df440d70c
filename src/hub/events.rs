//! `GET /api/events`: a stream of what becomes of the branch. The id of an event is a commit, so who comes back with the
//! last one gets exactly what it missed, from git; nothing is kept for it meanwhile.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

use super::follow::{Follower, News};
use super::state::Hub;
use crate::git::ObjectId;
use crate::ops::{self, Move};
use crate::wire::Problem;

/// How long a client waits before it comes back, in milliseconds.
const RETRY: u64 = 2_000;

/// Begins a stream.
pub(super) async fn listen(hub: &Arc<Hub>, uri: &Uri, headers: &HeaderMap) -> Result<Response, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let since = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("since=")));
    let last = header.or(since).filter(|text| !text.is_empty()).map(str::to_owned);
    // Who asks may know of a commit that nobody looked for yet.
    hub.aside(|hub| hub.store().map(|store| hub.follower.tell(&store, hub.limits.replay))).await?;
    // From here on nothing is missed: what comes later is news.
    let (tip, news) = hub.follower.subscribe();
    let mut first: VecDeque<Event> = VecDeque::new();
    if let Some(last) = last {
        first.extend(replay(hub, last, tip).await?);
    }
    let mut at = Event::default().retry(std::time::Duration::from_millis(RETRY)).comment("here is the branch");
    if let Some(tip) = tip {
        // Without data it is no event, and all the same where to go on from.
        at = at.id(tip.to_string());
    }
    first.push_back(at);
    let listener =
        Listener { follower: Arc::clone(&hub.follower), waiting: first, news, stopping: hub.stopping.clone() };
    let stream = futures_util::stream::unfold(listener, |mut listener| async {
        listener.next().await.map(|event| (Ok::<Event, Infallible>(event), listener))
    });
    let beat = KeepAlive::new().interval(hub.limits.beat).text("still here");
    Ok(Sse::new(stream).keep_alive(beat).into_response())
}

/// Returns what somebody missed since a commit.
async fn replay(hub: &Arc<Hub>, last: String, tip: Option<ObjectId>) -> Result<Vec<Event>, Problem> {
    let Some(tip) = tip else { return Ok(vec![reset(None)]) };
    let Ok(last) = ObjectId::from_hex(last.as_bytes()) else { return Ok(vec![reset(Some(tip))]) };
    hub.aside(move |hub| {
        let moves = ops::moves(&hub.store()?, last, tip, hub.limits.replay).map_err(|err| hub.trouble(&err))?;
        Ok(moves.map_or_else(|| vec![reset(Some(tip))], |moves| moves.iter().map(consolidated).collect()))
    })
    .await
}

struct Listener {
    follower: Arc<Follower>,
    waiting: VecDeque<Event>,
    news: Receiver<Arc<News>>,
    stopping: watch::Receiver<bool>,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let news = tokio::select! {
                news = self.news.recv() => news,
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
            };
            match news.as_deref() {
                Ok(News::Moves(moves)) => self.waiting.extend(moves.iter().map(consolidated)),
                Ok(News::Reset(tip)) => self.waiting.push_back(reset(*tip)),
                Err(RecvError::Lagged(_)) => {
                    // It took too long. It has to look at everything again, and goes on from here.
                    let (tip, news) = self.follower.subscribe();
                    self.news = news;
                    self.waiting.push_back(reset(tip));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

/// Returns the event of a commit that the branch went on by.
fn consolidated(step: &Move) -> Event {
    let id = step.commit.to_string();
    let data = json!({ "commit": id, "at": step.at.to_string(), "subject": step.subject });
    Event::default().event("consolidated").id(&id).data(data.to_string())
}

/// Returns the event that says: look at everything again.
fn reset(tip: Option<ObjectId>) -> Event {
    let id = tip.map(|tip| tip.to_string());
    let event = Event::default().event("reset").data(json!({ "commit": id }).to_string());
    match id {
        Some(id) => event.id(id),
        None => event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_that_is_too_far_behind_gets_a_reset_and_goes_on() {
        let follower = Arc::new(Follower::new(1));
        let (_, news) = follower.subscribe();
        let (stop, stopping) = watch::channel(false);
        let mut listener = Listener { follower: Arc::clone(&follower), waiting: VecDeque::new(), news, stopping };
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).expect("an id");
        let went = |digit: &str| {
            let step = Move { commit: id(digit), at: crate::todo::Time::default(), subject: "x".into() };
            follower.went(Some(id(digit)), News::Moves(vec![step]));
        };
        let text = |event: Option<Event>| format!("{:?}", event.expect("an event"));
        went("1");
        assert!(text(listener.next().await).contains("consolidated"));
        ["2", "3"].into_iter().for_each(went);
        let told = text(listener.next().await);
        assert!(told.contains("reset") && told.contains(&"3".repeat(40)), "{told}");
        went("4");
        let told = text(listener.next().await);
        assert!(told.contains("consolidated") && told.contains(&"4".repeat(40)), "{told}");
        stop.send(true).expect("it listens");
        assert!(listener.next().await.is_none());
    }
}
