//! All histories of a small scope, shortest first, each state once.
//!
//! A state is small because it names commits by numbers that all states share. A model checker whose states stand for
//! themselves, as those of `stateright` do, would carry every commit in each.

use std::collections::{HashMap, HashSet};

use crate::commits::{Id, Speaker};
use crate::devices::{Play, Step, World, Wrong};
use crate::lines::{Key, hash};
use crate::mishaps::{Attack, Hand};

/// Which steps are taken besides saying, fetching, merging and pushing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Menu {
    pub archive: bool,
    pub retire: bool,
    pub hand: bool,
    pub restore: bool,
    pub attack: bool,
    /// Whether attackers also push to sessions' refs.
    pub rewrite: bool,
}

impl Menu {
    pub const ALL: Menu = Menu { archive: true, retire: true, hand: true, restore: true, attack: true, rewrite: true };
}

/// What an exploration came to.
#[derive(Debug)]
pub struct Explored {
    pub states: usize,
    pub steps: usize,
    pub depth: usize,
    pub commits: usize,
    /// The first history that breaks a promise: the shortest.
    pub found: Option<(Vec<Step>, Wrong)>,
}

/// Explores from `start` all that the menu allows, until `limit` states were seen or nothing is left.
pub fn explore(play: &mut Play, start: &World, menu: Menu, limit: usize) -> Explored {
    let mut known: HashMap<u64, (u64, Option<Step>)> = HashMap::from([(hash(start), (0, None))]);
    let (mut level, mut steps, mut depth) = (vec![start.clone()], 0, 0);
    let mut rest = HashSet::new();
    let found = 'all: loop {
        let mut next = Vec::new();
        for world in &level {
            let from = hash(world);
            for step in enabled(play, world, menu) {
                steps += 1;
                let mut after = world.clone();
                let outcome = play.step(&mut after, step);
                interchange(play, &mut after);
                let to = hash(&after);
                if outcome.is_ok() && known.contains_key(&to) {
                    continue;
                }
                let outcome = outcome.and_then(|()| comes_to_rest(play, &after, &mut rest));
                if let Err(wrong) = outcome {
                    let mut trace = vec![step];
                    let mut at = from;
                    while let (before, Some(step)) = known[&at] {
                        trace.push(step);
                        at = before;
                    }
                    trace.reverse();
                    break 'all Some((trace, wrong));
                }
                known.insert(to, (from, Some(step)));
                next.push(after);
            }
            if known.len() >= limit {
                break 'all None;
            }
        }
        if next.is_empty() {
            break None;
        }
        level = next;
        depth += 1;
    };
    Explored { states: known.len(), steps, depth, commits: play.law.commits.len(), found }
}

/// Devices that say nothing and keep no backup can be exchanged for one another.
fn interchange(play: &Play, world: &mut World) {
    let first = play.statements.iter().map(|statement| statement.device + 1).max().unwrap_or(0);
    world.devices[first..].sort_by_cached_key(hash);
}

/// Returns what can happen next.
pub fn enabled(play: &mut Play, world: &World, menu: Menu) -> Vec<Step> {
    let mut steps = Vec::new();
    let said = (0..play.statements.len()).filter(|which| world.said & (1 << which) == 0);
    steps.extend(said.map(Step::Say));
    let keys: Vec<Key> = {
        let mut keys: Vec<Key> = play.statements.iter().map(|statement| statement.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    };
    for (at, device) in world.devices.iter().enumerate() {
        steps.extend([Step::Fetch(at), Step::Merge(at), Step::Push(at), Step::Sync(at)]);
        if menu.archive {
            steps.push(Step::Archive(at));
        }
        if play.law.rules.layers.is_some() {
            steps.push(Step::Spill(at));
        }
        if menu.retire && !device.disk.own.is_empty() {
            steps.push(Step::Retire(at));
        }
        if device.backup.is_some() {
            steps.push(Step::Restore(at));
        }
        if world.mishaps == 0 {
            continue;
        }
        if menu.restore && device.backup.is_none() && device.disk.branch.is_some() {
            steps.push(Step::Backup(at));
        }
        let Some(branch) = device.disk.branch.filter(|_| menu.hand) else { continue };
        let disk = &device.disk;
        let tips: Vec<Id> = disk.own.iter().chain(&disk.seen).map(|tip| tip.1).chain(disk.tracked).collect();
        let tips = tips.into_iter().filter(|tip| !play.law.commits.contains(branch, *tip));
        steps.extend(tips.map(|tip| Step::Hand(at, Hand::Merge(tip))));
        let says = play.law.says(branch);
        let has = |key: &&Key| play.law.lines.get(says, **key).is_some();
        steps.extend(keys.iter().filter(has).map(|key| Step::Hand(at, Hand::Remove(*key))));
        if !play.law.commits[branch].parents.is_empty() {
            steps.extend([Hand::Revert, Hand::Reset].map(|hand| Step::Hand(at, hand)));
        }
    }
    if let Some(branch) = world.remote.branch.filter(|_| menu.attack && !world.attacked && world.mishaps > 0) {
        let speaker = play.statements.first().map(|first| Speaker {
            session: first.session,
            device: first.device as u8,
            life: 0,
        });
        let mut attacks = vec![Attack::Empty, Attack::Rewind];
        for key in &keys {
            let Some(now) = play.law.lines.get(play.law.says(branch), *key) else { continue };
            attacks.extend([Attack::Cut(*key), Attack::Orphan(*key)]);
            let past = play.law.commits.past_lines(&play.law.lines, branch, *key);
            attacks.extend(past.into_iter().filter(|line| *line != now).map(|line| Attack::Lower(*key, line)));
            attacks.extend(speaker.map(|speaker| Attack::Forge(*key, speaker)));
        }
        let names = world.remote.sessions.iter().map(|theirs| theirs.0);
        attacks.extend(names.clone().map(Attack::Unsay));
        if menu.rewrite {
            attacks.extend(names.map(Attack::Rewrite));
        }
        steps.extend(attacks.into_iter().map(Step::Attack));
    }
    steps
}

/// Checks that devices which say nothing more and sync in turn come to one commit within a few rounds, and stay there.
pub fn comes_to_rest(play: &mut Play, world: &World, known: &mut HashSet<u64>) -> Result<(), Wrong> {
    let mut world = world.clone();
    (world.said, world.mishaps, world.attacked) = (0, 0, true);
    world.devices.iter_mut().for_each(|device| device.backup = None);
    let mut way = vec![hash(&world)];
    for _ in 0..ROUNDS {
        if known.contains(way.last().expect("a state")) {
            known.extend(way);
            return Ok(());
        }
        for at in 0..world.devices.len() {
            play.sync(&mut world, at, true)?;
        }
        let now = hash(&world);
        if way.last() == Some(&now) {
            let one = world.devices.iter().all(|device| device.disk.branch == world.remote.branch);
            known.extend(way);
            return if one { Ok(()) } else { Err(Wrong::Apart) };
        }
        way.push(now);
    }
    Err(Wrong::NoRest)
}

/// How many rounds of syncing may bring something new.
const ROUNDS: usize = 6;
