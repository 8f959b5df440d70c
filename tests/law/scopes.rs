//! Scopes that are explored as a whole.

use chittysync::todo::Status::{Completed, InProgress, Pending};

use crate::devices::{Play, Statement, Step, Words, World};
use crate::explore::{Explored, Menu, explore};
use crate::law::{Rules, Verify};

/// How many states of each scope are seen, unless `CHITTYSYNC_STATES` says otherwise.
const STATES: usize = 40_000;

fn states() -> usize {
    std::env::var("CHITTYSYNC_STATES").ok().and_then(|text| text.parse().ok()).unwrap_or(STATES)
}

const ALL: Menu = Menu { archive: true, retire: true, hand: true, restore: true, attack: true, rewrite: true };

fn say(device: usize, session: u8, key: u8, words: Words, clock: i64) -> Statement {
    Statement { device, session, key, words, clock }
}

/// Three statements each, and what happened before the exploration begins.
fn scopes() -> Vec<(&'static str, Vec<Statement>, Vec<Step>)> {
    use Words::*;
    vec![
        (
            "two sessions on two todos, nothing said yet",
            vec![say(0, 0, 0, Is(Pending), 10), say(1, 1, 0, Is(Completed), 5), say(1, 1, 1, Is(InProgress), 20)],
            vec![],
        ),
        (
            "one session starts, completes and reopens; all know the start",
            vec![say(0, 0, 0, Is(Pending), 10), say(0, 0, 0, Is(Completed), 20), say(1, 1, 0, Reopen, 15)],
            vec![Step::Say(0), Step::Sync(0), Step::Sync(1), Step::Sync(2)],
        ),
        (
            "one session drops what the other completes, beside a completed todo",
            vec![say(0, 0, 0, Is(Completed), 10), say(0, 0, 1, Drop, 40), say(1, 1, 1, Is(Completed), 12)],
            vec![Step::Say(0), Step::Sync(0), Step::Sync(1)],
        ),
        (
            "two closed todos, known to all, and one is spoken of again",
            vec![say(0, 0, 0, Is(Completed), 10), say(0, 0, 1, Is(Completed), 90), say(1, 1, 0, Is(Pending), 30)],
            vec![Step::Say(0), Step::Say(1), Step::Sync(0), Step::Sync(1), Step::Sync(2)],
        ),
        (
            "a todo is forgotten that somebody else completes",
            vec![say(0, 0, 0, Is(Pending), 10), say(0, 0, 0, Forget, 20), say(1, 1, 0, Is(Completed), 30)],
            vec![Step::Say(0), Step::Sync(0), Step::Sync(1)],
        ),
        (
            "three devices speak of one todo apart",
            vec![say(0, 0, 0, Is(InProgress), 30), say(1, 0, 0, Is(Completed), 20), say(2, 1, 0, Drop, 10)],
            vec![],
        ),
    ]
}

/// Plays what happened before, and explores from there.
fn run(rules: Rules, strict: bool, which: usize, mishaps: u8, salt: u64, menu: Menu, limit: usize) -> Explored {
    let (_, statements, before) = &scopes()[which];
    let mut play = Play::new(rules, salt, statements);
    play.strict = strict;
    let mut world = World::new(3, mishaps);
    for step in before {
        play.step(&mut world, *step).expect("this much holds");
    }
    explore(&mut play, &world, menu, limit)
}

#[test]
#[ignore = "a search"]
fn search() {
    let only = |name: &str| std::env::var(name).ok();
    let verifies = [("all", Verify::All), ("newest", Verify::Newest), ("tips", Verify::Tips), ("sessions", Verify::Sessions)];
    let mut total = (0, 0);
    for (name, verify) in verifies {
        if only("VERIFY").is_some_and(|only| only != name) {
            continue;
        }
        for layers in [None, Some(1), Some(2)] {
            if only("LAYERS").is_some_and(|only| only != format!("{}", layers.unwrap_or(0))) {
                continue;
            }
            for group in [2, 3] {
                for again in [false, true] {
                    for which in 0..scopes().len() {
                        let rules = Rules { group, verify, layers, again, ..Rules::LAW };
                        let begin = std::time::Instant::now();
                        let strict = only("STRICT").is_none_or(|strict| strict == "1");
                        let salt = only("SALT").map_or(0, |salt| salt.parse().unwrap());
                        let mishaps = only("MISHAPS").map_or(1, |mishaps| mishaps.parse().unwrap());
                        let e = run(rules, strict, which, mishaps, salt, Menu { rewrite: only("NOREWRITE").is_none(), ..ALL }, states());
                        if e.found.is_none() && only("LOUD").is_none() { total.0 += e.states; total.1 += e.steps; continue; }
                        println!(
                            "{name} layers {layers:?} group {group} again {again} scope {which}: {} states {} steps depth {} commits {} {:?} {:?}",
                            e.states, e.steps, e.depth, e.commits, begin.elapsed(), e.found
                        );
                    }
                }
            }
        }
    }    println!("{total:?} states, steps without a fault");
}
