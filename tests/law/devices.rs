//! Devices, their remote, and every step that one of them, a person or an attacker can take.

use std::rc::Rc;

use chittysync::todo::{Claim, Field, Project, Session, Status, Time, Todo, TodoId};

use crate::commits::{File, Id, Maker, Speaker, Tree};
use crate::law::{Law, Rules};
use crate::lines::{Key, Lines, List};
use crate::mishaps::{Attack, Hand};

/// A session's ref. `kept` counts renames: a history gets another name when somebody else's stands under its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Ref {
    pub speaker: Speaker,
    pub kept: u8,
}

/// Refs and their tips, sorted.
pub type Refs = Vec<(Ref, Id)>;

/// What a session says of a todo.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Words {
    Is(Status),
    Drop,
    Reopen,
    Forget,
}

/// One statement: who says what, and what the clock shows.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub device: usize,
    pub session: u8,
    pub key: Key,
    pub words: Words,
    pub clock: i64,
}

/// What is on a device's disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Disk {
    pub branch: Option<Id>,
    /// The branch as it was when it was last verified.
    pub verified: Option<Id>,
    /// Its own sessions.
    pub own: Refs,
    /// Sessions of others that are not merged yet.
    pub seen: Refs,
    /// The remote's branch as last fetched.
    pub tracked: Option<Id>,
    /// Everything it heard: not on disk, but what must not be lost.
    pub heard: Option<List>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Device {
    pub disk: Disk,
    pub backup: Option<Rc<Disk>>,
    pub life: u8,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Remote {
    pub branch: Option<Id>,
    pub sessions: Refs,
}

/// The devices and their remote.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct World {
    pub devices: Vec<Device>,
    pub remote: Remote,
    /// Which statements were made, a bit each.
    pub said: u8,
    /// How many mishaps may still happen.
    pub mishaps: u8,
    /// Whether the attacker was there.
    pub attacked: bool,
}

/// What can happen next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Say(usize),
    Fetch(usize),
    /// Verify, adopt what was fetched, and merge the sessions' tips.
    Merge(usize),
    Push(usize),
    /// Fetch, merge, tidy up and push, with nobody in between.
    Sync(usize),
    Archive(usize),
    Spill(usize),
    Retire(usize),
    Hand(usize, Hand),
    Backup(usize),
    Restore(usize),
    Attack(Attack),
}

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// The branch lacks what a commit behind it says.
    LacksPast(usize),
    /// The branch lacks what it had said before.
    LacksBefore(usize),
    /// The branch lacks a statement that the device heard.
    LacksHeard(usize),
    /// A completed todo is not completed any more.
    Regressed(usize, Key),
    /// Tidying up changed what the branch says.
    Tidied(usize),
    /// Devices that only sync come to no rest.
    NoRest,
    /// They come to rest apart.
    Apart,
}

impl World {
    pub fn new(devices: usize, mishaps: u8) -> Self {
        World {
            devices: vec![Device::default(); devices],
            remote: Remote::default(),
            said: 0,
            mishaps,
            attacked: false,
        }
    }
}

/// A law, and the statements that are made under it.
pub struct Play {
    pub law: Law,
    pub statements: Vec<Statement>,
}

impl Play {
    pub fn new(rules: Rules, salt: u64, statements: &[Statement]) -> Self {
        Play { law: Law::new(rules, salt), statements: statements.to_vec() }
    }

    /// Takes a step. What breaks a promise is an error.
    pub fn step(&mut self, world: &mut World, step: Step) -> Result<(), Wrong> {
        match step {
            Step::Say(which) => {
                world.said |= 1 << which;
                let statement = self.statements[which];
                self.say(&mut world.devices[statement.device], statement);
            }
            Step::Fetch(at) => self.fetch(world, at)?,
            Step::Merge(at) => self.merge(world, at)?,
            Step::Push(at) => self.push(world, at),
            Step::Sync(at) => self.sync(world, at, false)?,
            Step::Archive(at) => self.tidy(world, at, Law::archive)?,
            Step::Spill(at) => self.tidy(world, at, Law::spill)?,
            Step::Retire(at) => self.retire(world, at)?,
            Step::Hand(at, hand) => {
                world.mishaps -= 1;
                self.by_hand(&mut world.devices[at].disk, hand);
            }
            Step::Backup(at) => {
                world.devices[at].backup = Some(Rc::new(world.devices[at].disk.clone()));
                world.mishaps -= 1;
            }
            Step::Restore(at) => {
                let device = &mut world.devices[at];
                device.disk = (*device.backup.take().expect("there is a backup")).clone();
            }
            Step::Attack(attack) => {
                world.attacked = true;
                world.mishaps -= 1;
                self.attack(&mut world.remote, attack);
            }
        }
        Ok(())
    }

    fn heard(&mut self, disk: &mut Disk, says: List) {
        disk.heard = Some(self.law.lines.join_lists(disk.heard.unwrap_or(Lines::NOTHING), says));
    }

    /// A session's own history: cumulative, one claim a line, its own.
    pub fn say(&mut self, device: &mut Device, statement: Statement) {
        let Statement { session, key, words, clock, device: number } = statement;
        let disk = &mut device.disk;
        let tips: Vec<Id> =
            disk.branch.iter().copied().chain(disk.own.iter().chain(&disk.seen).map(|tip| tip.1)).collect();
        let known: Vec<Todo> = tips
            .iter()
            .filter_map(|tip| self.law.lines.get(self.law.says(*tip), key))
            .map(|line| self.law.lines.todo(line).clone())
            .collect();
        if known.iter().any(Todo::is_forgotten) {
            return;
        }
        let latest = known.iter().map(|todo| todo.updated().millis() + 1).max().unwrap_or(0);
        let epoch = known.iter().map(Todo::epoch).max().unwrap_or(0);
        let at = Time::from_millis(clock.max(latest));
        let speaker = Speaker { session, device: number as u8, life: device.life };
        let name = Ref { speaker, kept: 0 };
        let tip = disk.own.iter().find(|own| own.0 == name).map(|own| own.1);
        let old = match (tip, disk.branch) {
            (Some(tip), _) => self.law.says(tip),
            (None, Some(branch)) => self.seed(branch, speaker),
            (None, None) => Lines::NOTHING,
        };
        let before =
            self.law.lines.get(old, key).map(|line| self.law.lines.todo(line).claims[&session_name(speaker)].status);
        let status = match words {
            Words::Is(status) => status,
            Words::Drop => before.unwrap_or(Status::Pending),
            Words::Reopen => Status::Pending,
            Words::Forget => Status::Completed,
        };
        let claim = Claim {
            epoch: epoch + u64::from(words == Words::Reopen),
            dropped: matches!(words, Words::Drop | Words::Forget),
            forgotten: words == Words::Forget,
            ..Claim::new(status, at)
        };
        let mut line = todo(key, speaker, claim);
        if let Words::Is(Status::Pending | Status::InProgress) = words {
            line.fields.insert("owner".into(), Field { value: format!("{session} at {}", at.millis()).into(), at });
        }
        let line = self.law.lines.line(line);
        let list = self.law.lines.add(old, key, line);
        let parents: Vec<Id> = tip.into_iter().collect();
        let new = self.law.commit(&parents, Tree::from([(File::TODOS, list)]), Maker::Session(speaker));
        set(&mut disk.own, name, new);
        let says = self.law.lines.list(&[(key, line)]);
        self.heard(disk, says);
    }

    /// What a session said before it was retired, from the branch.
    fn seed(&mut self, branch: Id, speaker: Speaker) -> List {
        let (name, mut seeds) = (session_name(speaker), Vec::new());
        for (key, line) in self.law.lines.entries(self.law.says(branch)).iter() {
            let mut todo = self.law.lines.todo(*line).clone();
            if let Some(claim) = todo.claims.get(&name).cloned() {
                todo.claims = [(name.clone(), claim)].into_iter().collect();
                seeds.push((*key, self.law.lines.line(todo)));
            }
        }
        self.law.lines.list(&seeds)
    }

    /// Merges what was fetched before, which the remote may have taken back since, and fetches.
    fn fetch(&mut self, world: &mut World, at: usize) -> Result<(), Wrong> {
        if self.law.rules.merge_first {
            self.merge(world, at)?;
        }
        let device = &mut world.devices[at];
        for (name, tip) in device.disk.own.clone() {
            // Somebody else's history stands there, or our own that we lost: ours goes on under another name.
            let theirs = world.remote.sessions.iter().find(|theirs| theirs.0 == name);
            if theirs.is_some_and(|theirs| !self.law.commits.contains(tip, theirs.1)) {
                device.life += 1;
                device.disk.own.retain(|own| own.0 != name);
                set(&mut device.disk.own, Ref { kept: device.life, ..name }, tip);
            }
        }
        for (name, tip) in &world.remote.sessions {
            if !device.disk.own.iter().any(|own| own.0 == *name) {
                set(&mut device.disk.seen, *name, *tip);
                let says = self.law.says(*tip);
                self.heard(&mut device.disk, says);
            }
        }
        device.disk.tracked = world.remote.branch;
        Ok(())
    }

    fn merge(&mut self, world: &mut World, at: usize) -> Result<(), Wrong> {
        let disk = &mut world.devices[at].disk;
        let mut branch = disk.branch.map(|branch| self.law.verify(disk.verified, branch));
        let mut verified = branch;
        branch = match (branch, disk.tracked) {
            (Some(ours), Some(theirs)) => Some(self.law.adopt(ours, theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        if branch != verified {
            branch = branch.map(|branch| self.law.verify(verified, branch));
            verified = branch;
        }
        let tips: Vec<Id> = branch.into_iter().chain(disk.own.iter().chain(&disk.seen).map(|tip| tip.1)).collect();
        if tips.is_empty() {
            return Ok(());
        }
        let merged = self.law.merge(&tips);
        let branch = self.law.verify(verified, merged);
        let before = disk.verified;
        (disk.branch, disk.verified) = (Some(branch), Some(branch));
        disk.seen.retain(|tip| !self.law.commits.contains(branch, tip.1));
        self.check(disk, at, before, branch)
    }

    fn check(&mut self, disk: &mut Disk, at: usize, before: Option<Id>, branch: Id) -> Result<(), Wrong> {
        let (says, commit) = (self.law.says(branch), &self.law.commits[branch]);
        let behind = if self.law.rules.verify.sees_all() { commit.behind } else { commit.spoken };
        if !self.law.lines.covers(says, behind) {
            return Err(Wrong::LacksPast(at));
        }
        if let Some(before) = before {
            if !self.law.covers(branch, before) {
                return Err(Wrong::LacksBefore(at));
            }
            if let Some(key) = self.law.lines.regressed(self.law.says(before), says) {
                return Err(Wrong::Regressed(at, key));
            }
        }
        if !self.law.lines.covers(says, disk.heard.unwrap_or(Lines::NOTHING)) {
            return Err(Wrong::LacksHeard(at));
        }
        self.heard(disk, says);
        Ok(())
    }

    fn push(&mut self, world: &mut World, at: usize) {
        let disk = &world.devices[at].disk;
        for (name, tip) in &disk.own {
            let theirs = world.remote.sessions.iter().find(|theirs| theirs.0 == *name);
            if theirs.is_none_or(|theirs| self.law.commits.contains(*tip, theirs.1)) {
                set(&mut world.remote.sessions, *name, *tip);
            }
        }
        let Some(branch) = disk.branch else { return };
        if world.remote.branch.is_none_or(|theirs| self.law.commits.contains(branch, theirs)) {
            world.remote.branch = Some(branch);
        }
    }

    pub fn sync(&mut self, world: &mut World, at: usize, archive: bool) -> Result<(), Wrong> {
        self.fetch(world, at)?;
        self.merge(world, at)?;
        if archive {
            self.tidy(world, at, Law::archive)?;
        }
        self.tidy(world, at, Law::spill)?;
        self.push(world, at);
        Ok(())
    }

    fn tidy(&mut self, world: &mut World, at: usize, tidy: fn(&mut Law, Id) -> Id) -> Result<(), Wrong> {
        let disk = &mut world.devices[at].disk;
        let (Some(branch), true) = (disk.branch, disk.branch == disk.verified) else { return Ok(()) };
        let tidied = tidy(&mut self.law, branch);
        (disk.branch, disk.verified) = (Some(tidied), Some(tidied));
        if self.law.says(tidied) == self.law.says(branch) { Ok(()) } else { Err(Wrong::Tidied(at)) }
    }

    /// Deletes the refs of sessions that the remote's branch and ours contain, here and there.
    fn retire(&mut self, world: &mut World, at: usize) -> Result<(), Wrong> {
        let disk = &mut world.devices[at].disk;
        let (Some(branch), Some(tracked)) = (disk.verified, disk.tracked) else { return Ok(()) };
        let idle = |tip: Id, law: &Law| law.commits.contains(branch, tip) && law.commits.contains(tracked, tip);
        for (name, tip) in disk.own.clone() {
            if idle(tip, &self.law) {
                disk.own.retain(|own| own.0 != name);
                world.remote.sessions.retain(|theirs| *theirs != (name, tip));
            }
        }
        Ok(())
    }
}

pub fn session_name(speaker: Speaker) -> Session {
    let Speaker { session, device, life } = speaker;
    Session::new(&format!("s{session}-on-{device}-{life}")).expect("a valid name")
}

pub fn todo(key: Key, speaker: Speaker, claim: Claim) -> Todo {
    let content = if claim.forgotten { String::new() } else { format!("todo {key}") };
    Todo {
        id: TodoId::of(&Project::general(), &format!("todo {key}")),
        content,
        nth: 1,
        created: claim.at,
        claims: [(session_name(speaker), claim)].into_iter().collect(),
        fields: Default::default(),
    }
}

pub fn set(refs: &mut Refs, name: Ref, tip: Id) {
    refs.retain(|old| old.0 != name);
    refs.push((name, tip));
    refs.sort_unstable();
}
