//! Random histories of larger scopes: more devices, todos, sessions and steps, with the same checks.
//!
//! `CHITTYSYNC_SEED=<seed>` repeats one run, `CHITTYSYNC_RUNS=<number>` sets how many there are.

use std::collections::HashSet;

use chittysync::todo::Status::{Completed, InProgress, Pending};
use fastrand::Rng;

use crate::devices::{Play, Statement, Step, Words, World, Wrong};
use crate::explore::{Menu, comes_to_rest, enabled};
use crate::law::{Absence, Rules, Verify};

/// How many runs there are by default.
const RUNS: u64 = 300;

#[test]
fn what_was_heard_is_kept_and_all_come_to_one_commit() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (first, runs) = match number("CHITTYSYNC_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("CHITTYSYNC_RUNS").unwrap_or(RUNS)),
    };
    let begun = std::time::Instant::now();
    let (mut steps, mut commits) = (0, 0);
    for seed in first..first + runs {
        let verify = if seed % 2 == 0 { Verify::All } else { Verify::Sessions };
        match play(seed, Rules { verify, ..Rules::LAW }, Menu::ALL) {
            Ok((played, made)) => (steps, commits) = (steps + played, commits + made),
            Err((trace, wrong)) => panic!("CHITTYSYNC_SEED={seed}: {wrong:?} after {trace:#?}"),
        }
    }
    println!("{runs} histories, {steps} steps, {commits} commits, {:?}", begun.elapsed());
}

/// A step of a random history.
#[derive(Debug)]
#[expect(dead_code, reason = "printed when a history fails")]
pub enum Taken {
    Said(Statement),
    Did(Step),
}

/// Plays one history, and returns the number of its steps and commits.
pub fn play(seed: u64, rules: Rules, menu: Menu) -> Result<(usize, usize), (Vec<Taken>, Wrong)> {
    let mut random = Rng::with_seed(seed);
    let rules = Rules {
        group: random.usize(2..4),
        layers: *random.choice([None, Some(1), Some(2), Some(3)].iter()).expect("some"),
        again: random.bool(),
        absence: if random.bool() { Absence::Sole } else { Absence::First },
        // What a group lacks of its parents is also seen when the result is verified.
        settle: random.bool(),
        ..rules
    };
    let (devices, todos) = (random.usize(2..5), random.u8(2..9));
    let skews: Vec<i64> = (0..devices).map(|_| [0, 0, 500, -500][random.usize(0..4)]).collect();
    // These are not said, but tell which todos there are.
    let todos_only: Vec<Statement> =
        (0..todos).map(|key| Statement { device: 0, session: 0, key, words: Words::Drop, clock: 0 }).collect();
    let mut play = Play::new(rules, seed, &todos_only);
    let mut world = World::new(devices, 0);
    let (mut clock, mut trace) = (1000, Vec::new());
    for _ in 0..random.usize(20..=60) {
        clock += random.i64(1..=20);
        let at = random.usize(0..devices);
        let taken = match random.u8(0..100) {
            0..50 => {
                use Words::*;
                let words = match random.u8(0..30) {
                    0..6 => Is(Pending),
                    6..14 => Is(InProgress),
                    14..22 => Is(Completed),
                    22..26 => Drop,
                    26..29 => Reopen,
                    _ => Forget,
                };
                let (session, key) = (random.u8(0..6), random.u8(0..todos));
                let statement = Statement { device: at, session, key, words, clock: clock + skews[at] };
                play.say(&mut world.devices[at], statement);
                Taken::Said(statement)
            }
            50..75 => Taken::Did(Step::Sync(at)),
            _ => {
                (world.said, world.mishaps, world.attacked) = (u8::MAX, 2, false);
                Taken::Did(*random.choice(&enabled(&mut play, &world, menu)).expect("some"))
            }
        };
        let step = if let Taken::Did(step) = taken { Some(step) } else { None };
        trace.push(taken);
        if let Err(wrong) = step.map_or(Ok(()), |step| play.step(&mut world, step)) {
            return Err((trace, wrong));
        }
    }
    match comes_to_rest(&mut play, &world, &mut HashSet::new()) {
        Ok(()) => Ok((trace.len(), play.law.commits.len())),
        Err(wrong) => Err((trace, wrong)),
    }
}
