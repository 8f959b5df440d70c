//! One start of an agent, from the first look to the place given back: what is to be done next, and what follows from how
//! it went. Pure: whoever drives it looks, sends and starts; a simulator drives it through every mishap.
//!
//! ```text
//! look ─▶ take ─▶ assign ─▶ look again ─▶ start ─▶ renew, renew, … ─▶ give back
//!           └─ no clear answer ─▶ look whether it is there
//! ```
//!
//! A place is ours when the arbiter says that our push moved its ref, or when our own lease is found there; an answer that
//! means anything else never is. Nothing is started once so much time went by that others may have taken the place.

use std::collections::BTreeMap;

use super::due::{Considered, Ready, Rules, Verdict, consider};
use super::lease::{Exit, Lease, Run, Who};
use super::usd::Usd;
use crate::todo::{Project, Session, Time, TodoId};

/// How often one that was rejected is made anew before somebody else gets to it.
const TRIES: u32 = 8;

/// What an arbiter said to a lease that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has it now, and had another one before.
    Won,
    /// Somebody was faster.
    Lost,
    /// Nothing, or nothing clear.
    Unclear,
    /// It takes no such thing, and why.
    Refused(String),
}

impl Answer {
    /// Reads the flag of `git push --porcelain`. `=` says that the arbiter had the very same before: whoever put it there,
    /// it was not this push.
    pub fn of_flag(flag: char) -> Self {
        match flag {
            '*' | ' ' => Answer::Won,
            '=' | '!' => Answer::Lost,
            _ => Answer::Unclear,
        }
    }
}

/// What holds for this device.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its label (`chittysync.device`).
    pub label: String,
    /// What has to hold before an agent is started, from its settings.
    pub rules: Rules,
    /// For how many milliseconds a place holds without a word.
    pub ttl: i64,
    /// The projects of which it has a checkout.
    pub checkouts: Vec<Project>,
}

/// What a look brought: the lease first, then the todos, so that what the lease took for known is among them.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The lease on the arbiter.
    pub lease: Lease,
    /// The todos that can be begun.
    pub ready: Vec<Ready>,
    /// Todos that are completed for everybody, each with its epoch.
    pub done: BTreeMap<TodoId, u64>,
    /// The sessions that said nothing for too long.
    pub lapsed: Vec<Session>,
    /// The device's time.
    pub now: Time,
    /// 32 hex digits that nobody else draws.
    pub nonce: String,
}

/// What has become of a place and is to be told to the arbiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// Whose place.
    pub session: Session,
    /// How it ended.
    pub exit: Exit,
    /// What it cost.
    pub usd: Usd,
    /// How many milliseconds it took.
    pub took: i64,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// Read the lease, then fetch the todos; then [`Spawn::looked`] or [`Spawn::away`].
    Look,
    /// Send this in place of the lease that was looked at; then [`Spawn::sent`].
    Send(Lease),
    /// Say whose the todos are, and have everybody know; then [`Spawn::assigned`].
    Assign(Run),
    /// Start the command for these todos; then [`Spawn::started`].
    Start(Run),
    /// Wait until these ticks, or until the command ends; then [`Spawn::waited`] or [`Spawn::ended`].
    Wait(i64),
    /// Nothing more.
    Done(Outcome),
}

/// How it came to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing was to be started: what was considered.
    Nothing(Vec<Considered>),
    /// Others were faster each time, or may have been.
    Slower,
    /// The arbiter cannot be reached.
    Away(String),
    /// The arbiter takes no lease.
    Refused(String),
    /// The place was ours, and has been given back.
    Ended(Back),
    /// The place was ours, and is still to be given back.
    Owed(Back),
    /// It was somebody else's when it ended.
    TakenOver(Back),
}

#[derive(Clone, Debug)]
enum Phase {
    Planning,
    Taking(Run, Lease),
    /// No clear answer came.
    Verifying(Run),
    Assigning(Run),
    Checking(Run),
    Starting(Run),
    Working,
    Renewing,
    SendingRenewal(Lease),
    Returning(Back),
    GivingBack(Back, Lease),
    Done(Outcome),
}

/// One start of an agent.
#[derive(Clone, Debug)]
pub struct Spawn {
    device: Device,
    phase: Phase,
    tries: u32,
    /// The place that is ours, while the command runs.
    run: Option<Run>,
    /// When what was last won had been sent.
    confirmed: i64,
    /// When to renew.
    renewal: i64,
    /// Somebody else has the place.
    is_lost: bool,
}

impl Spawn {
    /// Begins with a look.
    pub fn new(device: Device) -> Self {
        Spawn { device, phase: Phase::Planning, tries: TRIES, run: None, confirmed: 0, renewal: 0, is_lost: false }
    }

    /// Only gives back what an earlier one could not.
    pub fn owed(device: Device, back: Back) -> Self {
        Spawn { phase: Phase::Returning(back), ..Spawn::new(device) }
    }

    /// Returns what is to be done now.
    pub fn want(&mut self, ticks: i64) -> Want {
        match &self.phase {
            Phase::Planning | Phase::Verifying(_) | Phase::Checking(_) | Phase::Renewing | Phase::Returning(_) => {
                Want::Look
            }
            Phase::Taking(_, lease) | Phase::SendingRenewal(lease) | Phase::GivingBack(_, lease) => {
                Want::Send(lease.clone())
            }
            Phase::Assigning(run) => Want::Assign(run.clone()),
            // The machine may have slept: others may have the place by now.
            Phase::Starting(run) if ticks.saturating_sub(self.confirmed) >= self.device.ttl => {
                self.phase = Phase::Returning(not_started(run));
                Want::Look
            }
            Phase::Starting(run) => Want::Start(run.clone()),
            Phase::Working => Want::Wait(if self.is_lost { i64::MAX } else { self.renewal }),
            Phase::Done(outcome) => Want::Done(outcome.clone()),
        }
    }

    /// Takes what a look brought.
    pub fn looked(&mut self, looked: &Looked) {
        match self.phase.clone() {
            Phase::Planning => self.plan(looked),
            Phase::Verifying(run) if looked.lease.run(&run.session).is_some() => self.phase = Phase::Assigning(run),
            Phase::Verifying(_) => self.phase = Phase::Done(Outcome::Slower),
            Phase::Checking(run) => self.check(run, looked),
            Phase::Renewing => {
                let session = self.run.as_ref().map(|run| &run.session);
                match session.and_then(|session| looked.lease.renew(session, &looked.nonce)) {
                    Some(lease) => self.phase = Phase::SendingRenewal(lease),
                    None => (self.is_lost, self.phase) = (true, Phase::Working),
                }
            }
            Phase::Returning(back) => {
                let Back { session, exit, usd, took } = &back;
                self.phase = match looked.lease.give_back(session, *exit, *usd, *took, &looked.nonce) {
                    Some(lease) => Phase::GivingBack(back, lease),
                    None => Phase::Done(if self.is_lost { Outcome::TakenOver(back) } else { Outcome::Ended(back) }),
                };
            }
            _ => {}
        }
    }

    fn plan(&mut self, looked: &Looked) {
        let mut lease = looked.lease.without(&looked.lapsed, &looked.nonce);
        let has_checkout = |project: &Project| self.device.checkouts.contains(project);
        let considered = consider(&lease, &looked.ready, &self.device.rules, has_checkout, looked.now);
        let Some(due) = considered.iter().find(|considered| considered.verdict == Verdict::Due) else {
            self.phase = Phase::Done(Outcome::Nothing(considered));
            return;
        };
        let running: Vec<TodoId> = lease.running.iter().flat_map(|run| &run.todos).map(|(id, _)| *id).collect();
        let is_done = |id, epoch| looked.done.get(&id).is_some_and(|done| *done >= epoch) && !running.contains(&id);
        lease.forget_done(is_done);
        let Device { label, ttl, rules, .. } = &self.device;
        let session = session_of(&looked.nonce);
        let guess = rules.guess.unwrap_or_default();
        let who = Who { device: label, session: &session, ttl: *ttl, guess, now: looked.now };
        // One change, however many places are taken over by it.
        let generation = looked.lease.generation;
        let lease = Lease { generation, ..lease }.take(&due.offer, &who, &looked.nonce);
        self.phase = match lease.run(&session) {
            Some(run) => Phase::Taking(run.clone(), lease.clone()),
            None => Phase::Done(Outcome::Nothing(considered)),
        };
    }

    /// Is the work still there to be done?
    fn check(&mut self, run: Run, looked: &Looked) {
        if looked.lease.run(&run.session).is_none() {
            self.phase = Phase::Done(Outcome::TakenOver(not_started(&run)));
            return;
        }
        let is_ours = |todo: &Ready| todo.assignee.as_ref().is_none_or(|session| *session == run.session);
        let is_left = |id: TodoId| looked.ready.iter().any(|todo| todo.id == id && is_ours(todo));
        let left: Vec<_> = run.todos.iter().copied().filter(|(id, _)| is_left(*id)).collect();
        self.phase = match left.is_empty() || looked.lease.paused {
            true => Phase::Returning(not_started(&run)),
            false => Phase::Starting(Run { todos: left, ..run }),
        };
    }

    /// The arbiter, or the remote with the todos, could not be reached.
    pub fn away(&mut self, why: &str, ticks: i64) {
        match self.phase.clone() {
            Phase::Checking(run) => self.phase = Phase::Returning(not_started(&run)),
            Phase::Renewing | Phase::SendingRenewal(_) => {
                self.renewal = ticks.saturating_add(self.device.ttl / 12);
                self.phase = Phase::Working;
            }
            Phase::Returning(back) | Phase::GivingBack(back, _) => self.phase = Phase::Done(Outcome::Owed(back)),
            // If the lease is ours after all, nobody starts anything on it, and it lapses.
            _ => self.phase = Phase::Done(Outcome::Away(why.to_owned())),
        }
    }

    /// Takes the answer to what was sent `at` these ticks.
    pub fn sent(&mut self, answer: Answer, at: i64) {
        self.phase = match (self.phase.clone(), answer) {
            (Phase::Taking(run, _), Answer::Won) => {
                self.confirmed = at;
                Phase::Assigning(run)
            }
            (Phase::Taking(run, _), Answer::Unclear) => {
                self.confirmed = at;
                Phase::Verifying(run)
            }
            (Phase::Taking(..), Answer::Refused(why)) => Phase::Done(Outcome::Refused(why)),
            (Phase::Taking(..), Answer::Lost) if self.tries == 0 => Phase::Done(Outcome::Slower),
            (Phase::Taking(..), Answer::Lost) => {
                self.tries -= 1;
                Phase::Planning
            }
            (Phase::SendingRenewal(_), Answer::Won) => {
                self.confirmed = at;
                self.renewal = at.saturating_add(self.device.ttl / 3);
                Phase::Working
            }
            (Phase::SendingRenewal(_), _) => {
                self.renewal = at.saturating_add(self.device.ttl / 12);
                Phase::Working
            }
            (Phase::GivingBack(back, _), Answer::Won) => Phase::Done(Outcome::Ended(back)),
            (Phase::GivingBack(back, _), Answer::Refused(_)) => Phase::Done(Outcome::Owed(back)),
            (Phase::GivingBack(back, _), _) if self.tries == 0 => Phase::Done(Outcome::Owed(back)),
            // Whether it arrived is seen by looking.
            (Phase::GivingBack(back, _), _) => {
                self.tries -= 1;
                Phase::Returning(back)
            }
            (phase, _) => phase,
        };
    }

    /// Whether everybody can know whose the todos are.
    pub fn assigned(&mut self, is_known: bool) {
        if let Phase::Assigning(run) = self.phase.clone() {
            self.phase = if is_known { Phase::Checking(run) } else { Phase::Returning(not_started(&run)) };
        }
    }

    /// Whether the command was started.
    pub fn started(&mut self, is_started: bool) {
        let Phase::Starting(run) = self.phase.clone() else { return };
        self.tries = TRIES;
        // At once: that it runs is told with it.
        self.renewal = self.confirmed;
        self.phase = match is_started {
            true => Phase::Working,
            false => {
                let exit = Exit::Code(127);
                Phase::Returning(Back { session: run.session.clone(), exit, usd: Usd::default(), took: 0 })
            }
        };
        self.run = is_started.then_some(run);
    }

    /// It is time to renew.
    pub fn waited(&mut self) {
        if matches!(self.phase, Phase::Working) && !self.is_lost {
            self.phase = Phase::Renewing;
        }
    }

    /// The command ended.
    pub fn ended(&mut self, code: i32, usd: Option<Usd>, took: i64) {
        if let (Phase::Working, Some(run)) = (&self.phase, self.run.take()) {
            let usd = usd.unwrap_or(run.guess);
            self.phase = Phase::Returning(Back { session: run.session, exit: Exit::Code(code), usd, took });
        }
    }
}

fn not_started(run: &Run) -> Back {
    Back { session: run.session.clone(), exit: Exit::NotStarted, usd: Usd::default(), took: 0 }
}

/// Returns the session of whoever takes a place with this nonce, in the form that agents' own names have.
fn session_of(nonce: &str) -> Session {
    let hex: String = nonce.chars().filter(char::is_ascii_hexdigit).chain(std::iter::repeat('0')).take(32).collect();
    let name = format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]);
    Session::new(&name.to_ascii_lowercase()).expect("hex digits name a session")
}
