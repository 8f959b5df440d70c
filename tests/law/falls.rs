//! Without one part of the law, a promise is broken, and the exploration finds where.

use std::collections::HashSet;

use chittysync::todo::Status;

use crate::commits::Speaker;
use crate::devices::{Play, Statement, Step, Words, World, Wrong};
use crate::explore::{Menu, comes_to_rest};
use crate::law::{Absence, Rules, Verify};
use crate::mishaps::{Attack, Hand};
use crate::random;
use crate::scopes::scopes;

/// How many states of a scope are seen before it counts as holding.
const STATES: usize = 3_000;

/// What happens among devices of which none does harm.
const HONEST: Menu = Menu { archive: true, retire: true, hand: false, restore: false, attack: false, rewrite: false };

/// Returns the first of the shortest histories of each scope that breaks a promise like this.
fn found(rules: Rules, mishaps: u8, menu: Menu, like: fn(&Wrong) -> bool) -> Option<Vec<Step>> {
    let found = scopes().into_iter().filter_map(|scope| scope.explore(rules, mishaps, menu, STATES).found);
    found.filter(|(_, wrong)| like(wrong)).map(|(steps, _)| steps).next()
}

/// It was so once: a line that one side lacks was taken out when any base had it, and nobody looked again.
#[test]
fn absence_against_a_base_of_others_loses_what_was_said() {
    let old = Rules { group: 3, settle: false, verify: Verify::Nothing, ..Rules::LAW };
    assert_eq!(found(old, 0, HONEST, |_| true), None);
    let falls = found(Rules { absence: Absence::Any, ..old }, 0, HONEST, |_| true);
    assert!(falls.is_some());
}

#[test]
fn a_branch_that_nobody_verifies_lacks_what_was_taken_out() {
    for group in [2, 3] {
        let rules = Rules { group, verify: Verify::Nothing, ..Rules::LAW };
        assert!(found(rules, 1, Menu { hand: true, ..HONEST }, |_| true).is_some());
        assert!(found(rules, 1, Menu { attack: true, ..HONEST }, |_| true).is_some());
    }
    let falls = |seed| random::play(seed, Rules { verify: Verify::Nothing, ..Rules::LAW }, Menu::ALL).is_err();
    assert!((1..100).any(falls));
}

/// A session's newest commit need not say what its older ones said when somebody else pushed it.
#[test]
fn a_look_at_the_newest_of_a_session_is_not_enough() {
    let past = |wrong: &Wrong| matches!(wrong, Wrong::LacksPast(_));
    let newest = Rules { verify: Verify::Newest, ..Rules::LAW };
    assert!(found(newest, 1, Menu::ALL, past).is_some());
    assert_eq!(found(newest, 1, Menu { rewrite: false, ..Menu::ALL }, |_| true), None);
    assert_eq!(found(Rules { verify: Verify::Sessions, ..newest }, 1, Menu::ALL, |_| true), None);
}

/// What is not seen by a look at sessions: a line that no session said, put into the branch and taken out again before
/// others looked. Whoever had it puts it back.
#[test]
fn a_look_at_sessions_misses_a_forged_line_until_whoever_saw_it_syncs() {
    let statements = [Statement { device: 0, session: 0, key: 0, words: Words::Is(Status::Pending), clock: 10 }];
    let mut play = Play::new(Rules { verify: Verify::Sessions, ..Rules::LAW }, 0, &statements);
    let mut world = World::new(2, 2);
    let forged = Attack::Forge(0, Speaker { session: 0, device: 0, life: 0 });
    let (removed, told) = (Step::Hand(1, Hand::Remove(0)), [Step::Say(0), Step::Sync(0), Step::Sync(1)]);
    let steps = [Step::Attack(forged), Step::Sync(1), removed, Step::Push(1), Step::Sync(0)];
    for step in told.into_iter().chain(steps) {
        play.step(&mut world, step).expect("what sessions said is there");
    }
    let lacks = |play: &Play, world: &World, at: usize| {
        let branch = &play.law.commits[world.devices[at].disk.branch.expect("a branch")];
        branch.says != branch.behind
    };
    assert!(lacks(&play, &world, 0));
    for at in [1, 0] {
        play.sync(&mut world, at, true).expect("what sessions said is there");
        assert!(!lacks(&play, &world, at));
    }
    comes_to_rest(&mut play, &world, &mut HashSet::new()).expect("rest");
}

/// A remote takes a session's statement back after it was fetched and before it was merged.
#[test]
fn what_was_fetched_is_lost_unless_it_is_merged_before_the_next_fetch() {
    let heard = |wrong: &Wrong| matches!(wrong, Wrong::LacksHeard(_));
    let falls = found(Rules { merge_first: false, ..Rules::LAW }, 1, Menu { attack: true, ..HONEST }, heard);
    assert!(falls.is_some());
}
