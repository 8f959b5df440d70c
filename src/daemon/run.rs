//! The loop: waits until something happened or is due, and lets the others act on it.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::DaemonError;
use super::instance::Instance;
use super::job::Job;
use super::job_command::command;
use super::jobs::{Ended, Jobs};
use super::schedule::Schedule;
use super::setup::Setup;
use super::state::{State, Trouble};
use super::suspend::Clocks;
use super::timing::{instant, timing};
use super::watch::{Inbox, Watch};
use super::watch_roots::Places;
use crate::git::{ObjectId, RemoteName};
use crate::log::{self, Level, clock};
use crate::ops::{OpsError, chain, mirrors_due};
use crate::settings::Background;
use crate::store::{Origin, Store, StoreError};
use crate::todo::Time;

/// How often the daemon wakes up by itself, to see what nobody tells: homes that were replaced, sleep.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// A store that was removed is left alone for so long: whoever removes it may not be done.
const REMOVAL: Duration = Duration::from_secs(2);
/// How old the state that others read may become while nothing happens.
const OLD_STATE: Duration = Duration::from_secs(600);

enum Message {
    Hints,
    Ended(Ended),
    Stop,
}

/// Looks after a store until it is told to stop. Calls `ready` once it does.
///
/// # Errors
/// [`DaemonError::Running`] when another one does, and when the store cannot be opened or made. What goes
/// wrong later is logged and tried again.
pub fn run(setup: Setup, ready: impl FnOnce()) -> Result<(), DaemonError> {
    let (sender, receiver) = channel();
    #[cfg(unix)]
    {
        let sender = sender.clone();
        super::signals::listen(move || drop(sender.send(Message::Stop)))?;
    }
    let mut daemon = Daemon::new(setup, sender)?;
    daemon.cover();
    daemon.tell(Level::Info, "start", &format!("pid {}, watching {}", std::process::id(), daemon.homes()));
    daemon.save();
    ready();
    let ended = daemon.work(&receiver);
    daemon.end_jobs(&receiver);
    match &ended {
        Ok(()) => daemon.tell(Level::Info, "stop", "was told to"),
        Err(err) => daemon.tell(Level::Error, "stop", &chain(err)),
    }
    daemon.save();
    ended
}

struct Daemon {
    setup: Setup,
    common_dir: PathBuf,
    background: Background,
    remote: Option<RemoteName>,
    /// The right to look after the store; nothing while the store is gone.
    instance: Option<Instance>,
    /// When to look for a store that is gone, and how long to wait after that.
    regain: (Instant, Duration),
    places: Places,
    inbox: Arc<Inbox>,
    watch: Watch,
    schedule: Schedule,
    jobs: Jobs,
    state: State,
    saved: Instant,
    /// The consolidated commit when it was last looked at.
    tip: Option<ObjectId>,
    heartbeat: Instant,
    clocks: Clocks,
}

impl Daemon {
    fn new(setup: Setup, sender: Sender<Message>) -> Result<Self, DaemonError> {
        let store = Store::open_or_create(&setup.location)?;
        let background = store.background()?;
        let common_dir = store.repo.common_dir().to_owned();
        let instance = Instance::claim(&common_dir)?;
        let now = Instant::now();
        let before = State::load(&common_dir).unwrap_or_default();
        let mirror = before.jobs.get(Job::Mirror.as_str());
        let mirrored = mirror.and_then(|job| Time::parse(job.last.as_deref()?));
        let ago = mirrored.map(|at| Duration::from_millis((clock().millis() - at.millis()).max(0).unsigned_abs()));
        let hints = sender.clone();
        let inbox = Inbox::new(move || drop(hints.send(Message::Hints)));
        let mut state = State { pid: std::process::id(), since: clock().to_string(), ..State::default() };
        state.homes = setup.shown();
        if let Some(mirror) = mirror {
            let last = mirror.last.clone();
            state.jobs.insert(Job::Mirror.as_str().into(), super::JobState { last, ..super::JobState::default() });
        }
        let remote = setup.remote(&store);
        Ok(Daemon {
            places: Places::new(&setup.homes, &common_dir),
            setup,
            tip: store.repo.find_ref(&store.settings.branch)?,
            schedule: Schedule::new(timing(&background, remote.as_ref()), ago, now),
            background,
            remote,
            common_dir,
            instance: Some(instance),
            regain: (now, REMOVAL),
            watch: Watch::new(Arc::clone(&inbox)),
            inbox,
            jobs: Jobs::new(move |ended| drop(sender.send(Message::Ended(ended)))),
            state,
            saved: now,
            heartbeat: now + HEARTBEAT,
            clocks: Clocks::now(),
        })
    }

    fn work(&mut self, receiver: &Receiver<Message>) -> Result<(), DaemonError> {
        loop {
            let now = Instant::now();
            self.jobs.enforce(now);
            if now >= self.heartbeat {
                self.beat(now);
            }
            match self.instance {
                Some(_) => self.start_due(),
                None if now >= self.regain.0 => self.regain()?,
                None => {}
            }
            let until = if self.instance.is_some() { self.schedule.next() } else { Some(self.regain.0) };
            let until = [until, self.jobs.next_limit()].into_iter().flatten().fold(self.heartbeat, Instant::min);
            let message = receiver.recv_timeout(until.saturating_duration_since(Instant::now()));
            self.state.wakeups += 1;
            match message {
                Ok(Message::Hints) => self.take_hints(),
                Ok(Message::Ended(ended)) => self.ended(ended),
                Ok(Message::Stop) => return Ok(()),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
    }

    fn take_hints(&mut self) {
        let hints = self.inbox.take();
        if hints.structure {
            self.check_store();
            self.cover();
        }
        if hints.changed || hints.structure {
            self.schedule.changed(Instant::now());
        }
    }

    /// Looks for what nobody tells.
    fn beat(&mut self, now: Instant) {
        self.heartbeat = now + HEARTBEAT;
        if let Some(slept) = self.clocks.slept() {
            self.tell(Level::Info, "wake", &format!("the clock moved by {} s: looking at everything", slept.as_secs()));
            self.schedule.woke(slept, now);
        }
        self.check_store();
        self.look_at_homes();
        if self.instance.is_some() && !self.watch.is_current(&self.places) {
            self.cover();
            self.schedule.changed(now);
        }
        if now - self.saved >= OLD_STATE {
            self.save();
        }
    }

    /// Watches what is there now, and tells when changes begin or cease to go unseen.
    fn cover(&mut self) {
        if self.instance.is_none() {
            return;
        }
        self.watch.cover(&self.places);
        let trouble = self.watch.trouble().map(str::to_owned);
        self.schedule.set_blind(trouble.is_some());
        if trouble != self.state.degraded {
            match &trouble {
                Some(trouble) => self.tell(Level::Warn, "degraded", &format!("{trouble}; looking every 10 seconds")),
                None => self.tell(Level::Info, "watching", "changes are seen again"),
            }
            self.state.degraded = trouble;
            self.save();
        }
    }

    fn start_due(&mut self) {
        for job in Job::ALL {
            let now = Instant::now();
            if self.schedule.due(job).is_none_or(|at| at > now) {
                continue;
            }
            // A run would make a store that somebody has just removed.
            self.check_store();
            if self.instance.is_none() {
                return;
            }
            let at = clock().to_string();
            let known = self.state.jobs.entry(job.as_str().into()).or_default();
            known.runs += 1;
            known.last = Some(at);
            self.schedule.started(job, now);
            let (command, limit) = command(job, &self.setup, &self.background);
            if let Err(err) = self.jobs.start(job, command, limit) {
                let failure = Some(format!("cannot start {}: {err}", self.setup.program.display()));
                self.ended(Ended { job, took: Duration::ZERO, failure, said: String::new() });
            }
        }
    }

    fn ended(&mut self, ended: Ended) {
        let ended = Ended { failure: ended.failure.map(|message| log::clean(&message)), ..ended };
        let (job, now) = (ended.job, Instant::now());
        self.jobs.forget(job);
        let failed_before = self.schedule.failures(job);
        self.schedule.ended(job, ended.failure.is_none(), fastrand::f64(), now);
        let failures = self.schedule.failures(job);
        let known = self.state.jobs.entry(job.as_str().into()).or_default();
        known.took = u64::try_from(ended.took.as_millis()).unwrap_or(u64::MAX);
        known.failures = failures;
        let same = known.last_error.as_ref().map(|trouble| &trouble.message) == ended.failure.as_ref();
        if let Some(message) = &ended.failure {
            known.last_error = Some(Trouble { at: clock().to_string(), message: message.clone() });
        }
        // A store that is gone says so once, in its own words.
        self.check_store();
        let took = format!("took {} ms", ended.took.as_millis());
        match &ended.failure {
            Some(message) if failures.is_power_of_two() || !same => {
                let times = if failures > 1 { format!(", {failures} times in a row") } else { String::new() };
                self.tell(Level::Error, job.as_str(), &format!("{message}{times}"));
            }
            Some(message) => self.tell(Level::Debug, job.as_str(), message),
            None if failed_before > 0 => self.tell(Level::Info, job.as_str(), &format!("{}; {took}", log::WORKS_AGAIN)),
            None if matches!(job, Job::Local | Job::Mirrors | Job::Spawn) => {
                self.tell(Level::Debug, job.as_str(), &took);
            }
            None => self.tell(Level::Info, job.as_str(), &took),
        }
        if job == Job::Mirror {
            let lines: Vec<&str> = ended.said.lines().filter(|line| !line.trim().is_empty()).collect();
            for line in &lines[lines.len().saturating_sub(20)..] {
                self.tell(Level::Info, "mirror", line);
            }
        }
        if self.instance.is_some() {
            self.look_at_store(job);
            self.look_at_homes();
        }
        self.save();
    }

    /// Reads settings that may have changed, and sees whether there is something to tell the remote.
    fn look_at_store(&mut self, job: Job) {
        let looked = Store::open(&self.setup.location).map_err(OpsError::from).and_then(|store| {
            let tip = store.repo.find_ref(&store.settings.branch).map_err(StoreError::from)?;
            let background = store.background()?;
            let mirrors = background.mirrors.map(|_| mirrors_due(&store, clock())).transpose()?.flatten();
            Ok((background, self.setup.remote(&store), tip, mirrors))
        });
        match looked {
            Ok((background, remote, tip, mirrors)) => {
                self.schedule.set_mirrors(mirrors.and_then(|at| instant(at, tip != self.tip)));
                if tip != self.tip && job != Job::Network {
                    self.schedule.news();
                }
                self.tip = tip;
                self.schedule.set_timing(timing(&background, remote.as_ref()));
                self.background = background;
                self.remote = remote;
            }
            Err(err) => self.tell(Level::Error, "store", &chain(&err)),
        }
    }

    /// Watches other homes from now on, if the settings name some.
    fn look_at_homes(&mut self) {
        let Some(homes) = (self.setup.other_homes)() else { return };
        self.setup.homes = homes;
        self.state.homes = self.setup.shown();
        self.places = Places::new(&self.setup.homes, &self.common_dir);
        self.tell(Level::Info, "settings", &format!("watching {}", self.homes()));
        self.cover();
        self.schedule.changed(Instant::now());
        self.save();
    }

    /// Notices when the store was removed.
    fn check_store(&mut self) {
        if self.instance.as_ref().is_some_and(Instance::is_lost) {
            self.instance = None;
            self.regain = (Instant::now() + REMOVAL, REMOVAL);
            self.tell(Level::Warn, "store", &format!("{} is gone", self.setup.location.path.display()));
        }
    }

    /// Looks after the store again once it is there. The default one is made anew; any other may be on a disk
    /// that somebody took away.
    fn regain(&mut self) -> Result<(), DaemonError> {
        let now = Instant::now();
        let opened = match self.setup.location.origin {
            Origin::Default if self.has_place() => Store::open_or_create(&self.setup.location),
            _ => Store::open(&self.setup.location),
        };
        self.regain = (now + self.regain.1, (self.regain.1 * 2).min(HEARTBEAT));
        let Ok(store) = opened else { return Ok(()) };
        match Instance::claim(store.repo.common_dir()) {
            Ok(instance) => self.instance = Some(instance),
            Err(running @ DaemonError::Running(_)) => return Err(running),
            Err(_) => return Ok(()),
        }
        self.common_dir = store.repo.common_dir().to_owned();
        self.places = Places::new(&self.setup.homes, &self.common_dir);
        self.tip = None;
        self.cover();
        self.schedule.woke(Duration::ZERO, now);
        self.tell(Level::Warn, "store", "it was removed, and is there again");
        self.save();
        Ok(())
    }

    /// Returns whether the directory of programs' data is still there, in which ours is made again. Where even
    /// that is gone, so is the user.
    fn has_place(&self) -> bool {
        self.setup.location.path.ancestors().nth(2).is_some_and(std::path::Path::is_dir)
    }

    /// Ends what runs: a local run, which waits for nobody, may finish.
    fn end_jobs(&mut self, receiver: &Receiver<Message>) {
        self.jobs.end(Instant::now(), |job| if job == Job::Local { REMOVAL } else { Duration::ZERO });
        while !self.jobs.is_idle() {
            self.jobs.enforce(Instant::now());
            let until =
                self.jobs.next_limit().map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
            if let Ok(Message::Ended(ended)) = receiver.recv_timeout(until) {
                self.jobs.forget(ended.job);
            }
        }
    }

    fn homes(&self) -> String {
        self.state.homes.join(", ")
    }

    fn tell(&self, level: Level, event: &str, message: &str) {
        if self.instance.is_some() {
            log::append(&self.common_dir, level, event, message);
        }
        if self.setup.echo && level.is_wanted() {
            let text = format!("{} {event}: {}", level.as_str(), log::clean(message));
            // Nobody may be there to be told.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    fn save(&mut self) {
        let now = Instant::now();
        for job in Job::ALL {
            let next = self.schedule.due(job).map(|at| {
                let wait = i64::try_from(at.saturating_duration_since(now).as_millis()).unwrap_or(i64::MAX);
                Time::from_millis(clock().millis().saturating_add(wait)).to_string()
            });
            if next.is_some() || self.state.jobs.contains_key(job.as_str()) {
                self.state.jobs.entry(job.as_str().into()).or_default().next = next;
            }
        }
        self.state.updated = clock().to_string();
        self.state.directories = self.watch.len();
        self.state.remote = self.remote.as_ref().map(ToString::to_string);
        if self.instance.is_some() {
            self.state.save(&self.common_dir);
        }
        self.saved = now;
    }
}
