//! Laws that hold for every list there can be, written by us or by anybody else.

use chittysync::codec::{Merged, decode_session, decode_todos, encode_session, encode_todos, merge_todos};
use chittysync::merge::{covers, join, join_session, join_todo, three_way};
use chittysync::todo::{SessionInfo, State, Status, Todo, TodoId, TodoList};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::given::{any_info, any_list, cases, relaid};

fn joined(ours: &TodoList, theirs: &TodoList) -> TodoList {
    let mut todos = ours.clone();
    join(&mut todos, theirs);
    todos
}

fn joined_info(ours: &SessionInfo, theirs: &SessionInfo) -> SessionInfo {
    let mut info = ours.clone();
    join_session(&mut info, theirs);
    info
}

/// Joins the lists in the order and the grouping that `picks` draws.
fn joined_in_some_order(mut lists: Vec<TodoList>, picks: &[(usize, usize)]) -> TodoList {
    let mut picks = picks.iter().cycle();
    while lists.len() > 1 {
        let &(one, two) = picks.next().expect("a cycle does not end");
        let a = lists.swap_remove(one % lists.len());
        let at = two % lists.len();
        lists[at] = joined(&lists[at], &a);
    }
    lists.pop().unwrap_or_default()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn join_is_commutative(a in any_list(), b in any_list()) {
        prop_assert_eq!(joined(&a, &b), joined(&b, &a));
    }

    #[test]
    fn join_is_associative(a in any_list(), b in any_list(), c in any_list()) {
        prop_assert_eq!(joined(&joined(&a, &b), &c), joined(&a, &joined(&b, &c)));
    }

    #[test]
    fn join_is_idempotent(a in any_list(), b in any_list()) {
        prop_assert_eq!(joined(&a, &a), a.clone());
        let both = joined(&a, &b);
        prop_assert_eq!(joined(&both, &b), both);
    }

    /// Whoever covers a todo gains nothing by joining it, and who gains nothing covers it, but for forgotten ones.
    #[test]
    fn to_cover_is_to_gain_nothing_by_a_join(a in any_list(), b in any_list(), c in any_list()) {
        let ac = joined(&a, &c);
        for (ours, theirs) in [(&a, &b), (&ac, &a), (&ac, &c), (&a, &ac), (&joined(&ac, &b), &ac)] {
            for (id, todo) in ours {
                let Some(other) = theirs.get(id) else { continue };
                let mut both = todo.clone();
                join_todo(&mut both, other);
                let is_forgotten = todo.is_forgotten() || other.is_forgotten();
                prop_assert_eq!(covers(todo, other), both == *todo && !is_forgotten, "{:?} {:?}", todo, other);
            }
        }
    }

    #[test]
    fn what_both_sides_have_is_joined_whatever_the_base(base in any_list(), ours in any_list(), theirs in any_list()) {
        let outcome = three_way(&base, ours.clone(), &theirs);
        for (id, todo) in joined(&ours, &theirs) {
            let both = ours.contains_key(&id) && theirs.contains_key(&id);
            let moved = base.get(&id) == ours.get(&id).or(theirs.get(&id));
            prop_assert_eq!(outcome.todos.get(&id), (both || !moved).then_some(&todo));
        }
    }

    #[test]
    fn a_side_that_only_adds_to_the_base_decides_alone(base in any_list(), x in any_list()) {
        let other = joined(&base, &x);
        for (ours, theirs) in [(&base, &other), (&other, &base)] {
            let outcome = three_way(&base, ours.clone(), theirs);
            prop_assert_eq!(&outcome.todos, &other);
            prop_assert!(outcome.conflicts.is_empty());
        }
    }

    #[test]
    fn equal_sides_are_the_outcome(base in any_list(), x in any_list()) {
        let outcome = three_way(&base, x.clone(), &x);
        prop_assert_eq!(outcome.todos, x);
        prop_assert!(outcome.conflicts.is_empty());
    }

    #[test]
    fn a_common_ancestor_changes_nothing_when_statements_are_only_added(
        base in any_list(), a in any_list(), b in any_list(),
    ) {
        let (ours, theirs) = (joined(&base, &a), joined(&base, &b));
        prop_assert_eq!(three_way(&base, ours.clone(), &theirs).todos, joined(&ours, &theirs));
        prop_assert_eq!(three_way(&TodoList::new(), ours.clone(), &theirs).todos, joined(&ours, &theirs));
    }

    #[test]
    fn swapping_the_sides_swaps_the_conflicts_and_nothing_else(base in any_list(), a in any_list(), b in any_list()) {
        let one = three_way(&base, a.clone(), &b);
        let two = three_way(&base, b, &a);
        prop_assert_eq!(encode_todos(&one.todos), encode_todos(&two.todos));
        prop_assert_eq!(one.conflicts.len(), two.conflicts.len());
        for (one, two) in one.conflicts.iter().zip(&two.conflicts) {
            prop_assert_eq!((&one.id, &one.subject, one.sides()), (&two.id, &two.subject, two.sides()));
        }
    }

    #[test]
    fn a_conflict_over_the_status_names_the_status_that_was_kept(base in any_list(), a in any_list(), b in any_list()) {
        let outcome = three_way(&base, a, &b);
        for conflict in outcome.conflicts.iter().filter(|conflict| conflict.sides().0.session.is_some()) {
            let (kept, overruled) = conflict.sides();
            let (winner, claim) = outcome.todos[&conflict.id].winner();
            prop_assert_eq!((kept.session.as_ref(), &kept.value), (Some(winner), &claim.state().as_str().into()));
            prop_assert!(overruled.at > kept.at && overruled.value != kept.value);
        }
    }

    #[test]
    fn neither_order_nor_grouping_changes_a_byte(
        lists in vec(any_list(), 1..7), picks in vec(any::<(usize, usize)>(), 7), again in vec(any::<(usize, usize)>(), 7),
    ) {
        let one = joined_in_some_order(lists.clone(), &picks);
        let two = joined_in_some_order(lists, &again);
        prop_assert_eq!(encode_todos(&one), encode_todos(&two));
    }

    #[test]
    fn every_todo_and_every_speaker_of_every_side_is_there(a in any_list(), b in any_list()) {
        let both = joined(&a, &b);
        for (id, todo) in a.iter().chain(&b) {
            if both[id].is_forgotten() {
                continue;
            }
            prop_assert!(todo.claims.keys().all(|session| both[id].claims.contains_key(session)));
            prop_assert!(todo.fields.keys().all(|name| both[id].fields.contains_key(name)));
        }
    }

    #[test]
    fn a_completion_is_only_lost_to_a_greater_epoch_or_when_its_own_session_drops_it(a in any_list(), b in any_list()) {
        let both = joined(&a, &b);
        for (id, todo) in a.iter().chain(&b).filter(|(id, _)| !both[id].is_forgotten()) {
            for (session, claim) in todo.claims.iter().filter(|(_, claim)| claim.status == Status::Completed) {
                let now = &both[id].claims[session];
                prop_assert!(now.status == Status::Completed || now.epoch > claim.epoch);
                prop_assert!(
                    claim.dropped || now.dropped || both[id].epoch() > claim.epoch
                        || both[id].state() == State::Wanted(Status::Completed)
                );
            }
        }
    }

    #[test]
    fn a_merge_of_files_is_a_merge_of_their_lists(base in any_list(), a in any_list(), b in any_list()) {
        let grown = (base.clone(), joined(&base, &a), joined(&base, &b));
        for (base, ours, theirs) in [grown, (base, a, b)] {
            let whole = three_way(&base, ours.clone(), &theirs);
            let expected = (encode_todos(&whole.todos), Merged { conflicts: whole.conflicts, changed: whole.changed });
            let [base, ours, theirs] = [&base, &ours, &theirs].map(encode_todos);
            prop_assert_eq!(&merge_todos(&base, &ours, &theirs).expect("merges"), &expected);
            prop_assert_eq!(&merge_todos(&base, &relaid(&ours), &theirs).expect("merges"), &expected);
            prop_assert_eq!(&merge_todos(&relaid(&base), &ours, &relaid(&theirs)).expect("merges"), &expected);
        }
    }

    #[test]
    fn what_was_forgotten_stays_forgotten_and_keeps_no_words(base in any_list(), a in any_list(), b in any_list()) {
        let forgotten = |list: &TodoList, id: &TodoId| list.get(id).is_some_and(Todo::is_forgotten);
        for (base, both) in [(TodoList::new(), joined(&a, &b)), (base.clone(), three_way(&base, a.clone(), &b).todos)] {
            for (id, todo) in &both {
                // A side that is as it was has nothing to say; that is how a person takes a line out by hand.
                let sides = [&a, &b].map(|side| side.get(id) != base.get(id) && forgotten(side, id));
                if sides.contains(&true) || forgotten(&both, id) {
                    prop_assert!(todo.content.is_empty() && todo.fields.is_empty() && todo.state() == State::Dropped);
                    prop_assert!(todo.claims.values().all(|claim| claim.forgotten && claim.dropped && claim.raw.is_none()));
                }
            }
        }
    }

    #[test]
    fn a_written_list_is_read_as_it_was(todos in any_list()) {
        let bytes = encode_todos(&todos);
        prop_assert_eq!(&decode_todos(&bytes).expect("decodes"), &todos);
        prop_assert_eq!(&decode_todos(&relaid(&bytes)).expect("decodes"), &todos);
    }

    #[test]
    fn a_written_session_is_read_as_it_was(info in any_info()) {
        let bytes = encode_session(&info);
        prop_assert_eq!(&decode_session(&bytes).expect("decodes"), &info);
        prop_assert_eq!(&decode_session(&relaid(&bytes)).expect("decodes"), &info);
    }

    #[test]
    fn join_of_sessions_is_commutative_associative_and_idempotent(a in any_info(), b in any_info(), c in any_info()) {
        prop_assert_eq!(joined_info(&a, &b), joined_info(&b, &a));
        prop_assert_eq!(joined_info(&joined_info(&a, &b), &c), joined_info(&a, &joined_info(&b, &c)));
        prop_assert_eq!(joined_info(&a, &a), a.clone());
        prop_assert_eq!(joined_info(&joined_info(&a, &b), &b), joined_info(&a, &b));
    }
}
