//! Small scopes: three devices and a remote, three or four statements, and every history of them up to a number of states.
//!
//! `CHITTYSYNC_STATES=<number>` sets how many states of each scope are seen.

use chittysync::todo::Status::{Completed, InProgress, Pending};

use crate::devices::{Play, Statement, Step, Words, World};
use crate::explore::{Explored, Menu, explore};
use crate::law::{Rules, Verify};

/// How many states are seen of each scope by default.
const STATES: usize = 8_000;

/// A few statements, and what happened before the exploration begins.
pub struct Scope {
    name: &'static str,
    statements: Vec<Statement>,
    before: Vec<Step>,
}

const fn say(device: usize, session: u8, key: u8, words: Words, clock: i64) -> Statement {
    Statement { device, session, key, words, clock }
}

/// The scopes. Clocks are skewed: what is said later may carry the earlier time.
pub fn scopes() -> Vec<Scope> {
    use Words::*;
    let scope = |name, statements: &[Statement], before: &[Step]| Scope {
        name,
        statements: statements.to_vec(),
        before: before.to_vec(),
    };
    vec![
        scope(
            "two sessions, two todos, and nothing is said yet",
            &[say(0, 0, 0, Is(Pending), 10), say(1, 1, 0, Is(Completed), 5), say(1, 1, 1, Is(InProgress), 20)],
            &[],
        ),
        scope(
            "a todo that all know is completed by one and reopened by another",
            &[say(0, 0, 0, Is(Pending), 10), say(0, 0, 0, Is(Completed), 20), say(1, 1, 0, Reopen, 15)],
            &[Step::Say(0), Step::Sync(0), Step::Sync(1), Step::Sync(2)],
        ),
        scope(
            "one session drops what another completes, beside a completed todo",
            &[say(0, 0, 0, Is(Completed), 10), say(0, 0, 1, Drop, 40), say(1, 1, 1, Is(Completed), 12)],
            &[Step::Say(0), Step::Sync(0), Step::Sync(1)],
        ),
        scope(
            "of two closed todos that all know one is spoken of again",
            &[say(0, 0, 0, Is(Completed), 10), say(0, 0, 1, Is(Completed), 90), say(1, 1, 0, Is(Pending), 30)],
            &[Step::Say(0), Step::Say(1), Step::Sync(0), Step::Sync(1), Step::Sync(2)],
        ),
        scope(
            "a todo is forgotten while somebody completes it",
            &[say(0, 0, 0, Is(Pending), 10), say(0, 0, 0, Forget, 20), say(1, 1, 0, Is(Completed), 30)],
            &[Step::Say(0), Step::Sync(0), Step::Sync(1)],
        ),
        scope(
            "three devices speak of one todo apart",
            &[say(0, 0, 0, Is(InProgress), 30), say(1, 0, 0, Is(Completed), 20), say(2, 1, 0, Drop, 10)],
            &[],
        ),
        scope(
            "three todos, one after the other",
            &[say(0, 0, 0, Is(Completed), 10), say(1, 1, 1, Is(Completed), 40), say(1, 1, 2, Is(Pending), 90)],
            &[Step::Say(0), Step::Sync(0), Step::Say(1), Step::Sync(1), Step::Sync(0), Step::Archive(0), Step::Push(0)],
        ),
        scope(
            "a session goes on and another begins, beside what two said before",
            &[
                say(0, 0, 0, Is(Pending), 10),
                say(1, 1, 1, Is(InProgress), 10),
                say(0, 0, 2, Is(Completed), 20),
                say(1, 2, 2, Is(Pending), 20),
            ],
            &[Step::Say(0), Step::Sync(0), Step::Say(1), Step::Sync(1), Step::Sync(0)],
        ),
    ]
}

impl Scope {
    /// Plays what happened before, and explores from there.
    pub fn explore(&self, rules: Rules, mishaps: u8, menu: Menu, states: usize) -> Explored {
        let mut play = Play::new(rules, rules.group as u64, &self.statements);
        let mut world = World::new(3, mishaps);
        for step in &self.before {
            play.step(&mut world, *step).expect("this much holds");
        }
        explore(&mut play, &world, menu, states)
    }

    /// The same, and nothing may be found.
    fn holds(&self, rules: Rules, mishaps: u8, menu: Menu) {
        let states = std::env::var("CHITTYSYNC_STATES").ok().and_then(|text| text.parse().ok()).unwrap_or(STATES);
        let begun = std::time::Instant::now();
        let Explored { states, steps, depth, commits, found } = self.explore(rules, mishaps, menu, states);
        assert!(found.is_none(), "{}: {rules:?}: {found:#?}", self.name);
        let took = begun.elapsed();
        println!(
            "{states} states, {steps} steps, depth {depth}, {commits} commits, {took:?}: {}, {rules:?}",
            self.name
        );
    }
}

/// How wide merges are, and whether a lost race makes the program's commits again: each with each.
const SHAPES: [(usize, bool); 4] = [(2, false), (3, true), (2, true), (3, false)];

#[test]
fn flat_lists_lose_nothing() {
    for scope in scopes() {
        for (group, again) in &SHAPES[..2] {
            scope.holds(Rules { group: *group, again: *again, ..Rules::LAW }, 2, Menu::ALL);
        }
    }
}

#[test]
fn lists_in_layers_lose_nothing() {
    for scope in scopes() {
        for ((group, again), limit) in SHAPES[2..].iter().zip([1, 2]) {
            let rules = Rules { group: *group, again: *again, layers: Some(limit), ..Rules::LAW };
            scope.holds(rules, 1, Menu::ALL);
        }
    }
}

/// It is enough to look at what sessions said: nobody else says anything, except whoever forges.
#[test]
fn a_look_at_sessions_loses_no_statement() {
    for scope in scopes() {
        for ((group, again), layers) in SHAPES.iter().zip([Some(1), None, None, Some(2)]).take(2) {
            let rules = Rules { group: *group, again: *again, layers, verify: Verify::Sessions, ..Rules::LAW };
            scope.holds(rules, 2, Menu::ALL);
        }
    }
}

/// The newest commit of each session is enough where sessions' histories only ever grow.
#[test]
fn a_look_at_the_newest_is_enough_for_honest_sessions() {
    for (scope, (group, again)) in scopes().iter().zip(SHAPES.iter().cycle()) {
        let rules = Rules { group: *group, again: *again, verify: Verify::Newest, ..Rules::LAW };
        scope.holds(rules, 1, Menu { rewrite: false, ..Menu::ALL });
    }
}

/// With fewer things that can go wrong, longer histories are seen: above all races between devices.
#[test]
fn races_lose_nothing() {
    for (scope, (group, again)) in scopes().iter().zip(SHAPES.iter().cycle()) {
        let rules = Rules { group: *group, again: *again, layers: again.then_some(1), ..Rules::LAW };
        scope.holds(rules, 0, Menu { archive: true, retire: true, ..Menu::default() });
    }
}
