//! Somebody who follows the branch: what it is told, and in which order. The id of what it is told is a commit, so who
//! comes back with the last one gets exactly what it missed, from git; nothing is kept for it meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

use super::follow::{Follower, News};
use super::state::Hub;
use crate::access::Scope;
use crate::git::ObjectId;
use crate::ops::{self, Move};
use crate::wire::Problem;

/// One thing that a listener is told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    pub kind: What,
    /// Where to go on from for who comes back.
    pub id: Option<String>,
    pub data: Value,
}

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The branch went on by a commit.
    Consolidated,
    /// Look at everything again.
    Reset,
    /// From here on it is news.
    Here,
}

impl What {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            What::Consolidated => "consolidated",
            What::Reset => "reset",
            What::Here => "here",
        }
    }
}

/// Somebody who listens.
pub(super) struct Listener {
    follower: Arc<Follower>,
    waiting: VecDeque<Told>,
    news: Receiver<Arc<News>>,
    stopping: watch::Receiver<bool>,
    /// Nothing where nobody's token is to be looked at.
    known: Option<Known>,
}

/// By what it is known, and when that was found good.
struct Known {
    hub: Arc<Hub>,
    headers: HeaderMap,
    at: Instant,
}

impl Known {
    /// Returns whether it still may listen. A token can be taken back, and a stream goes on for days.
    async fn is_good(&mut self) -> bool {
        if self.at.elapsed() < self.hub.limits.recheck {
            return true;
        }
        let is_good = self.hub.principal(&self.headers, Scope::Read).await.is_ok();
        self.at = Instant::now();
        is_good
    }
}

impl Listener {
    /// Begins to listen, for somebody who is known by these headers: with what was missed since `last`, and where to go
    /// on from.
    pub(super) async fn begin(hub: &Arc<Hub>, headers: &HeaderMap, last: Option<String>) -> Result<Self, Problem> {
        // Who asks may know of a commit that nobody looked for yet.
        hub.aside(|hub| hub.store().map(|store| hub.follower.tell(&store, hub.limits.replay))).await?;
        // From here on nothing is missed: what comes later is news.
        let (tip, news) = hub.follower.subscribe();
        let mut waiting: VecDeque<Told> = VecDeque::new();
        if let Some(last) = last.filter(|last| !last.is_empty()) {
            waiting.extend(replay(hub, last, tip).await?);
        }
        let id = tip.map(|tip| tip.to_string());
        waiting.push_back(Told { kind: What::Here, data: json!({ "commit": id }), id });
        // The rest would only be kept for days.
        let token = headers.get(AUTHORIZATION).map(|token| (AUTHORIZATION, token.clone()));
        let known = Some(Known { hub: Arc::clone(hub), headers: token.into_iter().collect(), at: Instant::now() });
        Ok(Listener { follower: Arc::clone(&hub.follower), waiting, news, stopping: hub.stopping.clone(), known })
    }

    /// Returns what it is told next; nothing when the hub stops, or its token is not good any more. Whoever gives up
    /// waiting loses nothing: what came stays for the next call.
    pub(super) async fn next(&mut self) -> Option<Told> {
        loop {
            if !self.waiting.is_empty() {
                if let Some(known) = &mut self.known
                    && !known.is_good().await
                {
                    return None;
                }
                return self.waiting.pop_front();
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

/// Returns what somebody missed since a commit.
async fn replay(hub: &Arc<Hub>, last: String, tip: Option<ObjectId>) -> Result<Vec<Told>, Problem> {
    let Some(tip) = tip else { return Ok(vec![reset(None)]) };
    let Ok(last) = ObjectId::from_hex(last.as_bytes()) else { return Ok(vec![reset(Some(tip))]) };
    hub.aside(move |hub| {
        let moves = ops::moves(&hub.store()?, last, tip, hub.limits.replay).map_err(|err| hub.trouble(&err))?;
        Ok(moves.map_or_else(|| vec![reset(Some(tip))], |moves| moves.iter().map(consolidated).collect()))
    })
    .await
}

/// Tells of a commit that the branch went on by.
fn consolidated(step: &Move) -> Told {
    let id = step.commit.to_string();
    let data = json!({ "commit": id, "at": step.at.to_string(), "subject": step.subject });
    Told { kind: What::Consolidated, id: Some(id), data }
}

/// Says: look at everything again.
fn reset(tip: Option<ObjectId>) -> Told {
    let id = tip.map(|tip| tip.to_string());
    Told { kind: What::Reset, data: json!({ "commit": id }), id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_that_is_too_far_behind_gets_a_reset_and_goes_on() {
        let follower = Arc::new(Follower::new(1));
        let (_, news) = follower.subscribe();
        let (stop, stopping) = watch::channel(false);
        let mut listener =
            Listener { follower: Arc::clone(&follower), waiting: VecDeque::new(), news, stopping, known: None };
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).expect("an id");
        let went = |digit: &str| {
            let step = Move { commit: id(digit), at: crate::todo::Time::default(), subject: "x".into() };
            follower.went(Some(id(digit)), News::Moves(vec![step]));
        };
        let text = |told: Option<Told>| told.map(|told| (told.kind, told.id.expect("an id"))).expect("it is told");
        went("1");
        assert_eq!(text(listener.next().await), (What::Consolidated, "1".repeat(40)));
        ["2", "3"].into_iter().for_each(went);
        assert_eq!(text(listener.next().await), (What::Reset, "3".repeat(40)));
        went("4");
        assert_eq!(text(listener.next().await), (What::Consolidated, "4".repeat(40)));
        stop.send(true).expect("it listens");
        assert!(listener.next().await.is_none());
    }
}
