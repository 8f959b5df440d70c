//! The whole table: every status, epoch, drop and order of times that base, ours and theirs can have,
//! against the rules as `docs/merge-rules.md` says them.

use chittysync::merge::three_way;
use chittysync::todo::{Claim, Status, Time, TodoList};

use crate::given::{list, session, todo};

/// A claim as the rules speak of it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Said {
    by: &'static str,
    status: &'static str,
    epoch: u64,
    dropped: bool,
    at: i64,
}

const WORDS: [&str; 3] = ["pending", "in_progress", "completed"];

/// Everything a session can say at these times.
fn sayings(by: &'static str, times: &[i64]) -> Vec<Said> {
    let mut all = Vec::new();
    for &at in times {
        for status in WORDS {
            for epoch in [0, 1] {
                for dropped in [false, true] {
                    all.push(Said { by, status, epoch, dropped, at });
                }
            }
        }
    }
    all
}

fn rank(status: &str) -> usize {
    WORDS.iter().position(|word| *word == status).expect("a status")
}

/// "Of two claims of one session": a later epoch, else the completed one, else the later one.
fn of_one_session(one: Said, two: Said) -> Said {
    if one.epoch != two.epoch {
        return if one.epoch > two.epoch { one } else { two };
    }
    match (one.status == "completed", two.status == "completed") {
        (true, false) => return one,
        (false, true) => return two,
        _ => {}
    }
    if one.at != two.at {
        return if one.at > two.at { one } else { two };
    }
    if one.status != two.status {
        return if rank(one.status) > rank(two.status) { one } else { two };
    }
    if one.dropped { two } else { one }
}

/// "Across sessions": the latest epoch speaks; there, what is wanted; there, the furthest along.
fn status_of(claims: &[Said]) -> &'static str {
    let epoch = claims.iter().map(|claim| claim.epoch).max().expect("a claim");
    let wanted = claims.iter().filter(|claim| claim.epoch == epoch && !claim.dropped);
    wanted.map(|claim| claim.status).max_by_key(|status| rank(status)).unwrap_or("dropped")
}

/// The rules for one todo that both sides have: claim by claim, whatever the base.
fn expected(ours: &[Said], theirs: &[Said]) -> Vec<Said> {
    let mut claims = ours.to_vec();
    for &claim in theirs {
        match claims.iter_mut().find(|other| other.by == claim.by) {
            Some(other) => *other = of_one_session(*other, claim),
            None => claims.push(claim),
        }
    }
    claims
}

fn as_list(claims: &[Said]) -> TodoList {
    let claims: Vec<_> = claims
        .iter()
        .map(|said| {
            let plain = Claim::new(Status::parse(said.status).expect("a status"), Time::from_millis(said.at));
            (session(said.by), Claim { epoch: said.epoch, dropped: said.dropped, ..plain })
        })
        .collect();
    list((!claims.is_empty()).then(|| todo("Run tests", 0, claims)))
}

/// Merges one row of the table, both ways round, and compares claims and status.
fn check(base: &[Said], ours: &[Said], theirs: &[Said]) {
    let claims = expected(ours, theirs);
    let want = as_list(&claims);
    for (ours, theirs) in [(ours, theirs), (theirs, ours)] {
        let outcome = three_way(&as_list(base), as_list(ours), &as_list(theirs));
        assert_eq!(outcome.todos, want, "base {base:?}\nours {ours:?}\ntheirs {theirs:?}");
        if let Some(todo) = outcome.todos.values().next() {
            assert_eq!(todo.state().as_str(), status_of(&claims), "{claims:?}");
        }
    }
}

#[test]
fn one_session_on_both_sides() {
    for &base in &sayings("ana", &[1]) {
        for &ours in &sayings("ana", &[1, 2, 3]) {
            for &theirs in &sayings("ana", &[1, 2, 3]) {
                check(&[base], &[ours], &[theirs]);
            }
        }
    }
}

#[test]
fn one_session_without_a_base() {
    for &ours in &sayings("ana", &[1, 2]) {
        for &theirs in &sayings("ana", &[1, 2]) {
            check(&[], &[ours], &[theirs]);
        }
    }
}

#[test]
fn two_sessions_one_on_each_side() {
    for &base in &sayings("ana", &[1]) {
        for &ours in &sayings("ana", &[1, 2, 3]) {
            for &theirs in &sayings("ben", &[1, 2, 3]) {
                check(&[base], &[ours], &[base, theirs]);
            }
        }
    }
}

#[test]
fn two_sessions_without_a_base() {
    for &ours in &sayings("ana", &[1, 2]) {
        for &theirs in &sayings("ben", &[1, 2]) {
            check(&[], &[ours], &[theirs]);
        }
    }
}

/// Of two winners that agree in everything else, the one with the greater name is the same everywhere.
#[test]
fn a_tie_goes_to_the_greater_name() {
    let row = |by| Said { by, status: "pending", epoch: 0, dropped: false, at: 1 };
    let todos = as_list(&[row("ben"), row("ana")]);
    assert_eq!(todos.values().next().expect("a todo").winner().0, &session("ben"));
}
