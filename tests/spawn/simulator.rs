//! Thousands of stories of a fleet. `CHITTYSYNC_RUNS` says how many, `CHITTYSYNC_SEED` tells one again.

use chittysync::plan::Lease;

use crate::fleet::{Fleet, Mutation};

/// How much happens in one story.
const STEPS: usize = 300;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays one story, and returns what must not have been in it, how many were started, and how often beside one that was
/// cut off.
fn play(seed: u64, mutation: Mutation) -> (Vec<String>, usize, usize) {
    let mut fleet = Fleet::new(seed, mutation);
    for _ in 0..STEPS {
        fleet.step();
        if !fleet.judge.violations.is_empty() {
            break;
        }
    }
    let lease = fleet.chain.last().expect("one");
    assert_eq!(Lease::decode(&lease.encode()).as_ref(), Ok(lease), "seed {seed}");
    let right = !fleet.clocks_jump;
    fleet.judge.at_the_end(right);
    (fleet.judge.violations, fleet.judge.begun.len(), fleet.judge.residue)
}

#[test]
fn one_agent_for_each_work_whatever_happens() {
    let runs = number("CHITTYSYNC_RUNS").unwrap_or(1000);
    let seeds = number("CHITTYSYNC_SEED").map_or(0..runs, |seed| seed..seed + 1);
    let (mut started, mut residue, mut stories) = (0, 0, 0);
    for seed in seeds {
        let (violations, begun, beside) = play(seed, Mutation::None);
        assert!(violations.is_empty(), "CHITTYSYNC_SEED={seed}: {violations:?}");
        started += begun;
        residue += beside;
        stories += 1;
    }
    eprintln!("{stories} stories, {started} agents started, {residue} of them beside one that was cut off");
    if stories >= 500 {
        assert!(started > stories, "something has to happen: {started}");
        assert!(residue > 0, "what cannot be excluded happens, too");
    }
}

/// The invariants would notice if a rule were dropped. That an unclear answer is no win has no place here: the look before
/// the start would find out, too.
#[test]
fn each_rule_is_needed() {
    let mutations =
        [Mutation::SameNonce, Mutation::SameIsWon, Mutation::NoFence, Mutation::WallClock, Mutation::NothingIsHandled];
    for mutation in mutations {
        let found = (0..5000).find_map(|seed| play(seed, mutation).0.pop().map(|violation| (seed, violation)));
        let (seed, violation) = found.unwrap_or_else(|| panic!("nobody notices {mutation:?}"));
        eprintln!("{mutation:?}: after {seed} stories: {violation}");
    }
}
