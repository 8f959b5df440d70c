//! Without one part of the law, a promise is broken, and the exploration finds where.

use crate::devices::{Step, Wrong};
use crate::explore::Menu;
use crate::law::{Absence, Rules, Verify};
use crate::random;
use crate::scopes::scopes;

/// How many states of a scope are seen before it counts as holding.
const STATES: usize = 12_000;

/// What happens among devices of which none does harm, with git alone or otherwise.
const HONEST: Menu = Menu { archive: true, retire: true, hand: false, restore: false, attack: false, rewrite: false };

/// Returns the shortest histories that break a promise, at most one of each scope.
fn found(rules: Rules, mishaps: u8, menu: Menu) -> Vec<(Vec<Step>, Wrong)> {
    scopes().iter().filter_map(|scope| scope.explore(rules, mishaps, menu, STATES).found).collect()
}

/// It was so once: a line that one side lacks was taken out when any base had it, and nobody looked again.
#[test]
fn absence_against_a_base_of_others_loses_what_was_said() {
    let old = Rules { group: 3, settle: false, verify: Verify::Nothing, ..Rules::LAW };
    let holds = found(old, 0, HONEST);
    assert!(holds.is_empty(), "{holds:?}");
    let falls = found(Rules { absence: Absence::FromAnyBase, ..old }, 0, HONEST);
    assert!(!falls.is_empty());
}

#[test]
fn a_branch_that_nobody_verifies_lacks_what_was_taken_out() {
    for group in [2, 3] {
        let rules = Rules { group, verify: Verify::Nothing, ..Rules::LAW };
        let by_hand = found(rules, 1, Menu { hand: true, ..HONEST });
        assert!(!by_hand.is_empty());
        let by_attack = found(rules, 1, Menu { attack: true, ..HONEST });
        assert!(!by_attack.is_empty());
    }
    let falls = |seed| random::play(seed, Rules { verify: Verify::Nothing, ..Rules::LAW }, Menu::ALL).is_err();
    assert!((1..100).any(falls));
}

/// A session's newest commit need not say what its older ones said when somebody else pushed it.
#[test]
fn a_look_at_the_newest_of_a_session_is_not_enough() {
    let falls = found(Rules { verify: Verify::Newest, ..Rules::LAW }, 1, Menu::ALL);
    assert!(falls.iter().any(|(_, wrong)| matches!(wrong, Wrong::LacksPast(_))), "{falls:?}");
    // Known tips as well: what a device heard stays, but what it only contains may be missing.
    let falls = found(Rules { verify: Verify::Tips, ..Rules::LAW }, 1, Menu::ALL);
    assert!(falls.iter().all(|(_, wrong)| matches!(wrong, Wrong::LacksPast(_))) && !falls.is_empty(), "{falls:?}");
}

/// A remote takes a session's statement back after it was fetched and before it was merged.
#[test]
fn what_was_fetched_is_lost_unless_it_is_merged_before_the_next_fetch() {
    let rules = Rules { merge_first: false, ..Rules::LAW };
    let falls = found(rules, 1, Menu { attack: true, ..HONEST });
    assert!(falls.iter().any(|(_, wrong)| matches!(wrong, Wrong::LacksHeard(_))), "{falls:?}");
}
