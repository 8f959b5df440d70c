//! The lease: what the whole fleet knows of started agents. One value on the arbiter, moved by one compare-and-swap, so
//! that what holds for all devices together (how many run, start in a day, cost) is exact.
//!
//! Each change is a new value, with the next generation and a nonce of its own: two devices never make the same one, and
//! what is found on the arbiter tells who made it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::usd::Usd;
use crate::todo::{Project, Session, Time, TodoId};

/// How many ended runs are remembered.
const REMEMBERED: usize = 50;

/// Todos that were handed out, each with the epoch in which it was. Reopening one makes a new epoch.
pub type Handled = BTreeMap<TodoId, u64>;

/// What all devices know of started agents: the file on the arbiter, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lease {
    /// How often it was changed.
    pub generation: u64,
    /// What tells this change from any other one.
    pub nonce: String,
    /// Whether nothing may be started.
    pub paused: bool,
    /// What runs, as far as anybody said.
    pub running: Vec<Run>,
    /// Todos that were handed out, by the topic for which they were.
    pub handled: BTreeMap<String, Handled>,
    /// How often in a row a topic's command failed.
    pub failures: BTreeMap<String, u32>,
    /// What was started on the latest day of any device, in UTC.
    pub day: Day,
    /// What ended, the latest last.
    pub log: Vec<Ended>,
    /// Keys of a newer version, kept as they came.
    pub extra: Map<String, Value>,
}

/// An agent that was started, or is about to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The generation of the lease in which it was taken.
    pub generation: u64,
    /// For which topic.
    pub topic: String,
    /// In which project.
    pub project: Project,
    /// The device that starts it.
    pub device: String,
    /// The session that it gets.
    pub session: Session,
    /// How far it is.
    pub state: RunState,
    /// When it was taken, by that device's clock.
    pub since: Time,
    /// For how many milliseconds it holds without a word.
    pub ttl: i64,
    /// How often it was renewed.
    pub beat: u64,
    /// What it is taken to cost until that is known.
    pub guess: Usd,
    /// The todos that are handed to it.
    pub todos: Vec<(TodoId, u64)>,
    /// Keys of a newer version.
    pub extra: Map<String, Value>,
}

/// How far an agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Its todos are made known; nothing was started yet.
    Starting,
    /// It was started.
    Running,
}

impl RunState {
    /// Returns the word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Starting => "starting",
            RunState::Running => "running",
        }
    }
}

/// What was started on one day, in UTC. It never goes back to an earlier day: a clock that is behind gets no new one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Day {
    /// The day in UTC, as `2026-11-29`. Empty before the first run.
    pub date: String,
    /// How many agents were started on it, of all topics.
    pub spawns: u64,
    /// What those cost that ended.
    pub spent: Usd,
    /// When the last one was taken, on whatever day.
    pub last: Option<Time>,
    /// Keys of a newer version.
    pub extra: Map<String, Value>,
}

/// A run that came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// The generation of the lease in which it was taken.
    pub generation: u64,
    /// Its topic.
    pub topic: String,
    /// Its device.
    pub device: String,
    /// Its session.
    pub session: Session,
    /// How it ended.
    pub exit: Exit,
    /// What it cost: as it said itself, or what it was taken to cost.
    pub usd: Usd,
    /// How many milliseconds it took.
    pub took: i64,
    /// Keys of a newer version.
    pub extra: Map<String, Value>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code; -1 when a signal ended it.
    Code(i32),
    /// Nothing was started: nothing was left to do, or it was no longer sure that nobody else has it.
    NotStarted,
    /// Its device said nothing for too long.
    Lapsed,
}

/// Todos for which an agent is to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Their topic.
    pub topic: String,
    /// Their project.
    pub project: Project,
    /// The todos, each with its epoch.
    pub todos: Vec<(TodoId, u64)>,
}

/// Who takes a lease, and what for.
#[derive(Clone, Debug)]
pub struct Who<'a> {
    /// The label of the device that starts it.
    pub device: &'a str,
    /// The session that the agent gets.
    pub session: &'a Session,
    /// For how many milliseconds it holds without a word.
    pub ttl: i64,
    /// What it is taken to cost until that is known.
    pub guess: Usd,
    /// The time, by that device's clock.
    pub now: Time,
}

impl Lease {
    /// Returns the next lease, with nothing else changed.
    fn next(&self, nonce: &str) -> Self {
        Lease { generation: self.generation.saturating_add(1), nonce: nonce.to_owned(), ..self.clone() }
    }

    /// Returns the run with this session.
    pub fn run(&self, session: &Session) -> Option<&Run> {
        self.running.iter().find(|run| run.session == *session)
    }

    /// Returns whether a todo was handed out in this epoch, or a later one.
    pub fn is_handled(&self, id: TodoId, epoch: u64) -> bool {
        self.handled.values().filter_map(|handled| handled.get(&id)).any(|known| epoch <= *known)
    }

    /// Returns the day of this time, and what was started on it: the day that is known, if the time is before it.
    pub fn day_at(&self, now: Time) -> Day {
        let date = now.date();
        if date <= self.day.date {
            return self.day.clone();
        }
        Day { date, spawns: 0, spent: Usd::default(), ..self.day.clone() }
    }

    /// Takes what is offered.
    #[must_use]
    pub fn take(&self, offer: &Offer, who: &Who<'_>, nonce: &str) -> Self {
        let mut lease = self.next(nonce);
        lease.day = self.day_at(who.now);
        lease.day.spawns = lease.day.spawns.saturating_add(1);
        // Whoever's clock is behind does not bring the next start nearer.
        lease.day.last = lease.day.last.max(Some(who.now));
        let handled = lease.handled.entry(offer.topic.clone()).or_default();
        for (id, epoch) in &offer.todos {
            let known = handled.entry(*id).or_insert(*epoch);
            *known = (*known).max(*epoch);
        }
        lease.running.push(Run {
            generation: lease.generation,
            topic: offer.topic.clone(),
            project: offer.project.clone(),
            device: who.device.to_owned(),
            session: who.session.clone(),
            state: RunState::Starting,
            since: who.now,
            ttl: who.ttl,
            beat: 0,
            guess: who.guess,
            todos: offer.todos.clone(),
            extra: Map::new(),
        });
        lease
    }

    /// Says that a session's agent runs. Nothing when somebody else was given its place.
    pub fn renew(&self, session: &Session, nonce: &str) -> Option<Self> {
        let mut lease = self.next(nonce);
        let run = lease.running.iter_mut().find(|run| run.session == *session)?;
        run.beat = run.beat.saturating_add(1);
        run.state = RunState::Running;
        Some(lease)
    }

    /// Gives a session's place back. Nothing when it has none.
    pub fn give_back(&self, session: &Session, exit: Exit, usd: Usd, took: i64, nonce: &str) -> Option<Self> {
        let mut lease = self.next(nonce);
        let at = lease.running.iter().position(|run| run.session == *session)?;
        let run = lease.running.remove(at);
        if matches!(exit, Exit::NotStarted | Exit::Lapsed) {
            lease.hand_out_again(&run);
        }
        match exit {
            Exit::NotStarted if run_is_of(&lease.day, &run) => lease.day.spawns = lease.day.spawns.saturating_sub(1),
            Exit::NotStarted => {}
            Exit::Code(0) => drop(lease.failures.remove(&run.topic)),
            Exit::Code(_) | Exit::Lapsed => {
                let failures = lease.failures.entry(run.topic.clone()).or_default();
                *failures = failures.saturating_add(1);
            }
        }
        // Yesterday's agent is paid for today: what is spent is never counted less than it is.
        lease.day.spent = lease.day.spent.plus(usd);
        let Run { generation, topic, device, session, .. } = run;
        lease.log.push(Ended { generation, topic, device, session, exit, usd, took, extra: Map::new() });
        let excess = lease.log.len().saturating_sub(REMEMBERED);
        lease.log.drain(..excess);
        Some(lease)
    }

    /// What was never begun, or was left lying, may be handed out once more.
    fn hand_out_again(&mut self, run: &Run) {
        if let Some(handled) = self.handled.get_mut(&run.topic) {
            handled.retain(|id, epoch| !run.todos.contains(&(*id, *epoch)));
        }
    }

    /// Takes the places of those away who said nothing for too long.
    #[must_use]
    pub fn without(&self, lapsed: &[Session], nonce: &str) -> Self {
        lapsed.iter().fold(self.clone(), |lease, session| {
            let usd = lease.run(session).map(|run| run.guess).unwrap_or_default();
            lease.give_back(session, Exit::Lapsed, usd, 0, nonce).unwrap_or(lease)
        })
    }

    /// Has nothing started any more, or again. Starting again also puts right what a clock that was ahead left.
    #[must_use]
    pub fn pause(&self, paused: bool, now: Time, nonce: &str) -> Self {
        let mut lease = self.next(nonce);
        lease.paused = paused;
        let today = now.date();
        if !paused && lease.day.date > today {
            lease.day.date = today;
        }
        if !paused {
            lease.day.last = lease.day.last.map(|last| last.min(now));
        }
        lease
    }

    /// Forgets that a topic's command failed. Nothing when it did not.
    pub fn reset(&self, topic: &str, nonce: &str) -> Option<Self> {
        let mut lease = self.next(nonce);
        lease.failures.remove(topic).map(|_| lease)
    }

    /// Forgets handed out todos that are done: only who reopens one hands it out again, in a new epoch.
    pub fn forget_done(&mut self, is_done: impl Fn(TodoId, u64) -> bool) {
        for handled in self.handled.values_mut() {
            handled.retain(|id, epoch| !is_done(*id, *epoch));
        }
        self.handled.retain(|_, handled| !handled.is_empty());
    }
}

/// Returns whether a run was counted on the day that is counted now.
fn run_is_of(day: &Day, run: &Run) -> bool {
    run.since.to_string().starts_with(&day.date)
}
