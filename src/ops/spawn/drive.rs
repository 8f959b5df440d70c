//! Does what a start of an agent wants done, step by step, and looks after the agent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::agent::{self, Agent};
use super::arbiter::{Arbiter, Held};
use super::rules::{millis, rules};
use super::situation::{self, Checkout, Refused};
use super::ticks::ticks;
use super::{facts, settled};
use crate::git::Watch;
use crate::log::{self, Level};
use crate::ops::{OpsError, chain};
use crate::plan::{Answer, Considered, Device, Exit, Outcome, Run, Spawn, Verdict, Want};
use crate::settings::Spawning;
use crate::store::Store;
use crate::todo::{Time, plain};

/// How long to wait at most before it is looked whether somebody wants all of it to end.
const BLINK: Duration = Duration::from_millis(200);

/// Who asks for a start, and how.
pub struct Asked<'a> {
    /// How what is sent and fetched is watched.
    pub watch: Watch<'a>,
    /// The time, whenever it is asked for.
    pub now: &'a dyn Fn() -> Time,
    /// Whether somebody wants it to end.
    pub stop: &'a AtomicBool,
    /// Whether it asks again every minute, and so need not know at once that nothing keeps it from starting any more.
    pub is_patient: bool,
    /// Who is told what happens.
    pub tell: &'a dyn Fn(&str),
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asked({:?})", self.watch)
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Spawned {
    /// It was not even tried.
    Refused(Refused),
    /// Nothing was to be started: what was considered.
    Nothing(Vec<Considered>),
    /// Others were faster.
    Slower,
    /// The arbiter, or the remote with the todos, could not be used, and why.
    Away(String),
    /// An agent was started, or was about to be: how it ended, and what the arbiter does not know yet.
    Ran {
        /// How it ended.
        exit: Exit,
        /// Why the arbiter was not told.
        untold: Option<String>,
    },
}

/// Starts an agent if one is due, looks after it, and returns when it has ended.
///
/// # Errors
/// When the store cannot be read. What goes wrong later is a value: an agent that runs is never left alone.
pub fn spawn(store: &Store, spawning: &Spawning, asked: &Asked<'_>) -> Result<Spawned, OpsError> {
    let (arbiter, checkouts) = match situation::ready(store, spawning) {
        Ok(ready) => ready,
        Err(refused) => return Ok(Spawned::Refused(refused)),
    };
    let device = Device {
        label: store.settings.device.clone(),
        rules: rules(store, spawning),
        ttl: millis(spawning.lease),
        checkouts: checkouts.iter().map(|checkout| checkout.project.clone()).collect(),
    };
    let driver = Driver { store, spawning, asked, arbiter, checkouts };
    if let Some(back) = settled::owed(store) {
        driver.run(Spawn::owed(device.clone(), back));
        if settled::owed(store).is_some() {
            return Ok(Spawned::Away(format!("{} was not told yet how the last agent ended", driver.arbiter.name())));
        }
    }
    // Nobody is asked anything as long as too few wait. What runs as far as is known here may have ended, and what it was
    // given may wait again.
    let situation = situation::known(store, &driver.arbiter, &device, (asked.now)())?;
    let verdicts = || situation.considered.iter().map(|considered| &considered.verdict);
    let is_due = verdicts().any(|verdict| *verdict == Verdict::Due);
    let is_settled = situation.lease.as_ref().is_ok_and(|lease| lease.running.is_empty());
    let is_hopeless = is_settled && verdicts().all(|verdict| matches!(verdict, Verdict::Few | Verdict::NoCheckout));
    // What kept it from starting when it was last asked, mostly does so still.
    let waits = asked.is_patient && !is_due && settled::has_looked(store, ticks());
    if is_hopeless || waits {
        return Ok(Spawned::Nothing(situation.considered));
    }
    if settled::started(store, (asked.now)()) >= spawning.per_day {
        // The lease can be written by others; what this device did it knows itself.
        let mut considered = situation.considered;
        let due = considered.iter_mut().filter(|considered| considered.verdict == Verdict::Due);
        due.for_each(|considered| considered.verdict = Verdict::Day(spawning.per_day));
        return Ok(Spawned::Nothing(considered));
    }
    Ok(driver.run(Spawn::new(device)))
}

struct Driver<'a> {
    store: &'a Store,
    spawning: &'a Spawning,
    asked: &'a Asked<'a>,
    arbiter: Arbiter,
    checkouts: Vec<Checkout>,
}

impl Driver<'_> {
    /// Does what is wanted until nothing more is.
    fn run(&self, mut machine: Spawn) -> Spawned {
        let (mut held, mut agent): (Option<Held>, Option<Agent>) = (None, None);
        let mut why_away = None;
        let mut tried: Option<Run> = None;
        loop {
            let now = (self.asked.now)();
            match machine.want(ticks()) {
                Want::Look => match self.look(now) {
                    Ok((seen, looked)) => {
                        held = Some(seen);
                        machine.looked(&looked);
                    }
                    Err(why) => {
                        self.log(Level::Debug, &why);
                        machine.away(&why, ticks());
                        why_away = Some(why);
                    }
                },
                Want::Send(lease) => {
                    let at = ticks();
                    let sent =
                        held.as_ref().map(|held| self.arbiter.send(self.store, held, &lease, now, &self.asked.watch));
                    match sent {
                        Some(Ok(Ok(answer))) => machine.sent(answer, at),
                        Some(Ok(Err(why))) => machine.away(&why, ticks()),
                        // Whether it arrived is found out by looking.
                        Some(Err(err)) => {
                            self.log(Level::Warn, &chain(&err));
                            machine.sent(Answer::Unclear, at);
                        }
                        None => machine.sent(Answer::Unclear, at),
                    }
                }
                Want::Assign(run) => {
                    let known = agent::assign(self.store, &run, now).map_err(|err| chain(&err));
                    let known = known.and_then(|()| self.share(now));
                    if let Err(why) = &known {
                        self.tell(Level::Warn, &format!("{} was not started: {why}", called(&run)));
                    }
                    machine.assigned(known.is_ok());
                    tried = Some(run);
                }
                Want::Start(run) => {
                    let started = Agent::start(self.store, self.spawning, &self.checkouts, &run);
                    match &started {
                        Ok(agent) => self.tell(Level::Info, &format!("{} started in {}", called(&run), agent.place())),
                        Err(why) => self.tell(Level::Error, &format!("{} was not started: {why}", called(&run))),
                    }
                    if started.is_ok() {
                        settled::note_start(self.store, now);
                    }
                    machine.started(started.is_ok());
                    agent = started.ok();
                }
                Want::Wait(until) => self.wait(&mut machine, agent.as_ref(), until),
                Want::Done(outcome) => return self.done(outcome, agent, tried, why_away),
            }
        }
    }

    fn look(&self, now: Time) -> Result<(Held, crate::plan::Looked), String> {
        facts::look(self.store, &self.arbiter, now, &self.asked.watch).map_err(|err| chain(&err)).flatten()
    }

    fn share(&self, now: Time) -> Result<(), String> {
        facts::share(self.store, now, &self.asked.watch).map_err(|err| chain(&err)).flatten()
    }

    /// Waits until it is time to renew, or the agent ends.
    fn wait(&self, machine: &mut Spawn, agent: Option<&Agent>, until: i64) {
        let Some(agent) = agent else { return machine.ended(-1, None, 0) };
        while ticks() < until {
            if self.asked.stop.load(Ordering::Relaxed) {
                agent.end();
            }
            if let Some(ended) = agent.wait(BLINK) {
                let cost = agent.cost();
                agent.keep_log(self.store);
                agent.release(self.store, (self.asked.now)());
                return machine.ended(ended.code, cost, millis(ended.took));
            }
        }
        agent.keep_log(self.store);
        machine.waited();
    }

    fn done(&self, outcome: Outcome, agent: Option<Agent>, tried: Option<Run>, why: Option<String>) -> Spawned {
        let (back, untold) = match outcome {
            Outcome::Nothing(considered) => return Spawned::Nothing(considered),
            Outcome::Slower => return Spawned::Slower,
            Outcome::Away(why) => return Spawned::Away(why),
            Outcome::Refused(why) => {
                return Spawned::Away(format!("{} takes no lease: {why}", self.arbiter.name()));
            }
            Outcome::Ended(back) => {
                settled::settle(self.store, None);
                (back, None)
            }
            Outcome::Owed(back) => {
                settled::settle(self.store, Some(&back));
                (back, why)
            }
            Outcome::TakenOver(back) => {
                settled::settle(self.store, None);
                let text = "another device took the place meanwhile; two may have worked on the same todos";
                self.tell(Level::Warn, text);
                (back, None)
            }
        };
        if let Some(run) = &tried {
            let how = match back.exit {
                Exit::Code(0) => "ended".to_owned(),
                Exit::Code(code) => format!("failed with {code}"),
                Exit::NotStarted => "was not started".to_owned(),
                Exit::Lapsed => "lapsed".to_owned(),
            };
            let log = agent.map(|agent| format!("; {}", agent.log(self.store).display())).unwrap_or_default();
            let level = if back.exit == Exit::Code(0) { Level::Info } else { Level::Warn };
            self.tell(level, &format!("{} {how} after {} s, ${}{log}", called(run), back.took / 1000, back.usd));
        }
        Spawned::Ran { exit: back.exit, untold }
    }

    fn log(&self, level: Level, text: &str) {
        log::append(self.store.repo.common_dir(), level, "spawn", text);
    }

    fn tell(&self, level: Level, text: &str) {
        self.log(level, text);
        (self.asked.tell)(text);
    }
}

fn called(run: &Run) -> String {
    plain(&format!("the agent for {} in {}", run.topic, run.project))
}
