//! A fleet in memory: an arbiter, devices that start agents by the program's own decisions, and what can go wrong between
//! any two steps of theirs.

use std::collections::BTreeMap;

use chittysync::plan::{Answer, Back, Device, Lease, Looked, Outcome, Ready, Rules, Run, Spawn, Usd, Want, Watched};
use chittysync::todo::{Project, Session, Time, TodoId};

use crate::invariants::Judge;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
/// For how long a place holds without a word: devices here do something every six minutes.
pub const TTL: i64 = 60 * MINUTE;
/// How many devices there are.
pub const DEVICES: usize = 3;

/// What is changed of the rules, to see that the invariants notice it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mutation {
    #[default]
    None,
    /// All draw the same nonce.
    SameNonce,
    /// That the arbiter has the very same already counts as won.
    SameIsWon,
    /// Nobody notices how much time went by before the start.
    NoFence,
    /// Who said nothing for too long is found out by the device's clock.
    WallClock,
    /// What was handed out is forgotten.
    NothingIsHandled,
}

/// A todo, as everybody knows it.
#[derive(Clone, Debug)]
pub struct Todo {
    pub id: TodoId,
    pub topic: usize,
    pub epoch: u64,
    pub is_done: bool,
    pub assignee: Option<Session>,
    pub is_spawned: bool,
}

/// An agent that runs.
#[derive(Clone, Debug)]
pub struct Agent {
    pub device: usize,
    pub run: Run,
    pub began: i64,
    pub ends: i64,
    /// Nobody looks after it any more.
    pub is_left: bool,
}

#[derive(Clone, Debug, Default)]
struct Machine {
    spawn: Option<Spawn>,
    /// Which commit it looked at last.
    seen: usize,
    watched: Watched,
    wall: BTreeMap<String, (u64, i64)>,
    owed: Option<Back>,
    /// By how much its clock is wrong.
    skew: i64,
    booted: i64,
    is_away: bool,
    asleep_until: i64,
}

/// A lease that is still on its way.
struct Late {
    old: usize,
    lease: Lease,
}

pub struct Fleet {
    pub random: fastrand::Rng,
    pub mutation: Mutation,
    pub now: i64,
    /// The leases on the arbiter, each with who sent it; the first one is none.
    pub chain: Vec<Lease>,
    pub todos: Vec<Todo>,
    pub agents: Vec<Agent>,
    /// How often each session has said something.
    words: BTreeMap<Session, u64>,
    devices: Vec<Machine>,
    late: Vec<Late>,
    pub judge: Judge,
    /// Whether clocks are ever wrong.
    pub clocks_jump: bool,
}

pub fn rules() -> Rules {
    let usd = |dollars| Usd::new(dollars).expect("an amount");
    Rules {
        at: 2,
        most: 2,
        per_day: 6,
        every: 10 * MINUTE,
        budget: Some(usd(5.0)),
        guess: Some(usd(1.0)),
        failures: 3,
        todos: 3,
    }
}

impl Fleet {
    pub fn new(seed: u64, mutation: Mutation) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let clocks_jump = random.bool();
        Fleet {
            random,
            mutation,
            now: 20_000 * 24 * HOUR,
            chain: vec![Lease::default()],
            todos: Vec::new(),
            agents: Vec::new(),
            words: BTreeMap::new(),
            devices: vec![Machine::default(); DEVICES],
            late: Vec::new(),
            judge: Judge::default(),
            clocks_jump,
        }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(0..100) < percent
    }

    fn head(&self) -> &Lease {
        self.chain.last().expect("the first one")
    }

    fn ticks(&self, device: usize) -> i64 {
        self.now - self.devices[device].booted
    }

    /// Lets something happen.
    pub fn step(&mut self) {
        self.now += self.random.i64(0..3 * MINUTE);
        let now = self.now;
        self.agents.retain(|agent| !agent.is_left || agent.ends > now);
        match self.random.u32(0..100) {
            0..12 => self.people(),
            12..20 => self.mishap(),
            20..22 => self.arrive(),
            _ => {
                let device = self.random.usize(0..DEVICES);
                if self.devices[device].asleep_until <= self.now {
                    self.act(device);
                }
            }
        }
    }

    /// People add, finish and reopen todos, and say what they want of agents.
    fn people(&mut self) {
        let at = if self.todos.is_empty() { 0 } else { self.random.usize(0..self.todos.len()) };
        match self.random.u32(0..10) {
            0..5 => {
                let topic = self.random.usize(0..2);
                self.add(topic, false);
            }
            5 if !self.todos.is_empty() => self.todos[at].is_done = true,
            6..8 if self.todos.get(at).is_some_and(|todo| todo.is_done) => {
                let todo = &mut self.todos[at];
                (todo.is_done, todo.assignee) = (false, None);
                todo.epoch += 1;
            }
            8 => {
                let paused = !self.head().paused;
                let nonce = self.nonce();
                let mut next = self.head().pause(paused, Time::from_millis(self.now), &nonce);
                // Putting the day right is for people who know what the clock did.
                next.day = self.head().day.clone();
                self.chain.push(next);
            }
            9 => {
                let topic = format!("t{}", self.random.usize(0..2));
                let nonce = self.nonce();
                let next = self.head().reset(&topic, &nonce);
                self.chain.extend(next);
            }
            _ => {}
        }
    }

    fn add(&mut self, topic: usize, is_spawned: bool) {
        let id = TodoId::of(&Project::general(), &format!("todo {}", self.todos.len()));
        self.todos.push(Todo { id, topic, epoch: 0, is_done: false, assignee: None, is_spawned });
    }

    fn mishap(&mut self) {
        let device = self.random.usize(0..DEVICES);
        let (now, clocks_jump) = (self.now, self.clocks_jump);
        match self.random.u32(0..6) {
            // The process that looks after it is killed. The agent may live on, and nobody looks after it.
            0 => {
                self.devices[device].spawn = None;
                match self.random.bool() {
                    true => self.agents.retain(|agent| agent.device != device),
                    false => self.agents.iter_mut().for_each(|agent| agent.is_left |= agent.device == device),
                }
            }
            1 => {
                let machine = &mut self.devices[device];
                (machine.spawn, machine.booted) = (None, now);
                self.agents.retain(|agent| agent.device != device);
            }
            2 => self.devices[device].is_away = self.random.bool(),
            3 => self.devices[device].asleep_until = now + self.random.i64(0..4 * HOUR),
            4 if clocks_jump => self.devices[device].skew = self.random.i64(-30 * HOUR..30 * HOUR),
            // An agent says something, or notes a todo.
            _ if !self.agents.is_empty() => {
                let at = self.random.usize(0..self.agents.len());
                let agent = &self.agents[at];
                let (session, topic) = (agent.run.session.clone(), agent.run.topic.clone());
                *self.words.entry(session).or_default() += 1;
                self.add(usize::from(topic == "t1"), true);
            }
            _ => {}
        }
    }

    /// Something that was sent long ago arrives.
    fn arrive(&mut self) {
        if let Some(late) = self.late.pop() {
            self.take(late.old, late.lease);
        }
    }

    /// The arbiter is sent a lease. Returns the flag that git reports.
    fn take(&mut self, old: usize, lease: Lease) -> char {
        let head = self.chain.len() - 1;
        // One commit is the same as another when it says the same, on top of the same.
        if head > 0 && old == head - 1 && self.chain[head] == lease {
            return '=';
        }
        if old != head {
            return '!';
        }
        self.judge.sent(&self.chain[head], &lease, self.now);
        self.chain.push(lease);
        if head == 0 { '*' } else { ' ' }
    }

    fn nonce(&mut self) -> String {
        match self.mutation {
            Mutation::SameNonce | Mutation::SameIsWon => "0".repeat(32),
            _ => format!("{:032x}", self.random.u128(..)),
        }
    }

    fn looked(&mut self, device: usize) -> Looked {
        let mut lease = self.head().clone();
        if self.mutation == Mutation::NothingIsHandled {
            lease.handled.clear();
        }
        let ticks = self.ticks(device);
        let (words, machine) = (&self.words, &mut self.devices[device]);
        machine.seen = self.chain.len() - 1;
        let said = |session: &Session| words.get(session).copied().unwrap_or_default().to_string();
        let mut lapsed = machine.watched.look(&lease, said, ticks);
        if self.mutation == Mutation::WallClock {
            let now = self.now + machine.skew;
            lapsed.clear();
            for run in &lease.running {
                let seen = machine.wall.entry(run.session.to_string()).or_insert((run.beat, now));
                if seen.0 != run.beat {
                    *seen = (run.beat, now);
                }
                if now - seen.1 >= TTL + TTL / 3 {
                    lapsed.push(run.session.clone());
                }
            }
        }
        // Clocks are coarse: two devices easily say the same at the same time.
        let now = Time::from_millis((self.now + machine.skew) / (10 * MINUTE) * (10 * MINUTE));
        let ready = self.todos.iter().filter(|todo| !todo.is_done).map(|todo| Ready {
            topic: Some(format!("t{}", todo.topic)),
            project: Project::general(),
            id: todo.id,
            epoch: todo.epoch,
            assignee: todo.assignee.clone(),
            is_spawned: todo.is_spawned,
        });
        let ready = ready.collect();
        let done = self.todos.iter().filter(|todo| todo.is_done).map(|todo| (todo.id, todo.epoch)).collect();
        Looked { lease, ready, done, lapsed, now, nonce: self.nonce() }
    }

    /// A device does what is to be done next, and something may go wrong.
    fn act(&mut self, at: usize) {
        let ticks = if self.mutation == Mutation::NoFence { 0 } else { self.ticks(at) };
        let Some(mut spawn) = self.devices[at].spawn.take() else {
            let device = Device { label: "d".into(), rules: rules(), ttl: TTL, checkouts: vec![Project::general()] };
            let owed = self.devices[at].owed.take();
            self.devices[at].spawn = Some(match owed {
                Some(back) => Spawn::owed(device, back),
                None => Spawn::new(device),
            });
            return;
        };
        let is_cut = self.devices[at].is_away || self.chance(5);
        match spawn.want(ticks) {
            Want::Look if is_cut => spawn.away("it is cut off", ticks),
            Want::Look => {
                let looked = self.looked(at);
                spawn.looked(&looked);
            }
            Want::Send(_) if self.devices[at].is_away => spawn.sent(Answer::Unclear, ticks),
            Want::Send(lease) => {
                let old = self.devices[at].seen;
                let answer = match self.random.u32(0..100) {
                    0..4 => Answer::Unclear,
                    4..9 => {
                        self.take(old, lease);
                        Answer::Unclear
                    }
                    9..12 => {
                        self.late.push(Late { old, lease });
                        Answer::Unclear
                    }
                    _ => match self.take(old, lease) {
                        '=' if self.mutation == Mutation::SameIsWon => Answer::Won,
                        flag => Answer::of_flag(flag),
                    },
                };
                spawn.sent(answer, ticks);
            }
            Want::Assign(run) => {
                let is_heard = !is_cut || self.chance(50);
                for todo in
                    self.todos.iter_mut().filter(|todo| is_heard && run.todos.iter().any(|(id, _)| *id == todo.id))
                {
                    todo.assignee = Some(run.session.clone());
                }
                spawn.assigned(!is_cut);
            }
            Want::Start(run) => {
                let is_started = !self.chance(3);
                if is_started {
                    self.begin(at, run);
                }
                spawn.started(is_started);
            }
            Want::Wait(until) => {
                let mine = self.agents.iter().position(|agent| agent.device == at && !agent.is_left);
                match mine.filter(|mine| self.agents[*mine].ends <= self.now) {
                    Some(mine) => self.end(mine, &mut spawn),
                    None if mine.is_none() => spawn.ended(-1, None, 0),
                    None if self.ticks(at) >= until => spawn.waited(),
                    None => {}
                }
            }
            Want::Done(outcome) => {
                if let Outcome::Owed(back) = outcome {
                    self.devices[at].owed = Some(back);
                }
                return;
            }
        }
        self.devices[at].spawn = Some(spawn);
    }

    fn begin(&mut self, device: usize, run: Run) {
        let takes = self.random.i64(MINUTE..150 * MINUTE);
        self.judge.started(&run, &self.agents, &self.chain, self.now);
        self.agents.push(Agent { device, run, began: self.now, ends: self.now + takes, is_left: false });
    }

    fn end(&mut self, at: usize, spawn: &mut Spawn) {
        let agent = self.agents.remove(at);
        for (id, _) in &agent.run.todos {
            if self.chance(60)
                && let Some(todo) = self.todos.iter_mut().find(|todo| todo.id == *id)
            {
                todo.is_done = true;
            }
        }
        let code = i32::from(self.chance(20));
        let cents = self.random.u32(0..100);
        self.judge.cost(&agent.run.session, cents);
        let usd = Usd::new(f64::from(cents) / 100.0);
        spawn.ended(code, usd, self.now - agent.began);
    }
}
