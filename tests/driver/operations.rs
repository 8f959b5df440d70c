//! Every operation of git that merges content.

use crate::checkout::{Checkout, TODOS, expected, statuses, todos};

/// Two sides that each changed one todo, and both a third.
fn diverged() -> Checkout {
    let checkout = Checkout::new();
    let base = todos(&[("A", "ana", "pending", 1), ("B", "ana", "pending", 1), ("C", "ana", "pending", 1)]);
    let ours = todos(&[
        ("A", "ana", "completed", 2),
        ("B", "ana", "pending", 1),
        ("C", "ana", "pending", 1),
        ("C", "ben", "in_progress", 2),
    ]);
    let theirs = todos(&[
        ("A", "ana", "pending", 1),
        ("B", "ana", "in_progress", 3),
        ("C", "ana", "pending", 1),
        ("C", "cleo", "completed", 3),
    ]);
    checkout.diverge(TODOS, [Some(&base), Some(&ours), Some(&theirs)]);
    checkout
}

#[track_caller]
fn expect_merged(checkout: &Checkout) {
    let merged = expected(&[("A", "completed"), ("B", "in_progress"), ("C", "completed")]);
    assert_eq!(checkout.statuses(), merged);
    let text = String::from_utf8(checkout.read(TODOS)).expect("UTF-8");
    for session in ["ana", "ben", "cleo"] {
        assert!(text.contains(&format!("\"{session}\":{{")), "the statement of {session} is kept: {text}");
    }
}

#[test]
fn merge() {
    let checkout = diverged();
    checkout.git(&["merge", "-q", "theirs"]);
    expect_merged(&checkout);
    assert_eq!(checkout.git(&["status", "--porcelain"]), "");
}

#[test]
fn both_directions_give_the_same_bytes() {
    let checkout = diverged();
    checkout.git(&["merge", "-q", "theirs"]);
    let one = checkout.read(TODOS);
    checkout.git(&["checkout", "-q", "theirs"]);
    checkout.git(&["merge", "-q", "ours^1"]);
    assert_eq!(checkout.read(TODOS), one);
}

#[test]
fn squash() {
    let checkout = diverged();
    checkout.git(&["merge", "-q", "--squash", "theirs"]);
    expect_merged(&checkout);
}

#[test]
fn rebase() {
    for backend in ["--merge", "--apply"] {
        let checkout = diverged();
        checkout.git(&["rebase", "-q", backend, "theirs"]);
        expect_merged(&checkout);
        assert_eq!(checkout.git(&["rev-list", "--count", "theirs..HEAD"]), "1");
    }
}

#[test]
fn cherry_pick() {
    let checkout = diverged();
    checkout.git(&["cherry-pick", "theirs"]);
    expect_merged(&checkout);
}

#[test]
fn stash_apply() {
    let checkout = diverged();
    let theirs = checkout.git(&["show", &format!("theirs:{TODOS}")]) + "\n";
    checkout.git(&["checkout", "-q", "base"]);
    checkout.world.write(&format!("checkout/{TODOS}"), theirs.as_bytes());
    checkout.git(&["stash", "-q"]);
    checkout.git(&["checkout", "-q", "ours"]);
    checkout.git(&["stash", "apply", "-q"]);
    expect_merged(&checkout);
}

#[test]
fn a_completion_outlasts_a_revert() {
    let checkout = Checkout::new();
    let pending = ("A", "ana", "pending", 1);
    checkout.commit(TODOS, &todos(&[pending, ("B", "ana", "pending", 1)]));
    let completion = checkout.commit(TODOS, &todos(&[("A", "ana", "completed", 2), ("B", "ana", "pending", 1)]));
    let later = [("A", "ana", "completed", 2), ("B", "ana", "in_progress", 3), ("C", "ben", "pending", 3)];
    checkout.commit(TODOS, &todos(&later));
    // To git there is nothing to commit then.
    checkout.git_run(&["revert", "--no-edit", &completion]);
    checkout.git_run(&["revert", "--abort"]);
    let after = expected(&[("A", "completed"), ("B", "in_progress"), ("C", "pending")]);
    assert_eq!(checkout.statuses(), after);

    // Nor does an older version of the whole file take anything back once it is merged.
    checkout.git(&["checkout", "-q", "-b", "side", &completion]);
    checkout.commit(TODOS, &todos(&[("A", "ana", "completed", 2), ("B", "ana", "completed", 4)]));
    checkout.git(&["checkout", "-q", "consolidated"]);
    checkout.git(&["merge", "-q", "side"]);
    let after = expected(&[("A", "completed"), ("B", "completed"), ("C", "pending")]);
    assert_eq!(checkout.statuses(), after);
}

#[test]
fn criss_cross() {
    let checkout = diverged();
    checkout.git(&["branch", "one", "ours"]);
    checkout.git(&["branch", "two", "theirs"]);
    checkout.git(&["merge", "-q", "two"]);
    checkout.git(&["checkout", "-q", "theirs"]);
    checkout.git(&["merge", "-q", "one"]);
    // Both sides know everything now, by two merge bases, and speak on.
    let merged = String::from_utf8(checkout.read(TODOS)).expect("UTF-8");
    checkout.commit(
        TODOS,
        merged
            .replace("\"in_progress\",\"at\":\"2026-11-20T10:03", "\"completed\",\"at\":\"2026-11-20T10:04")
            .as_bytes(),
    );
    checkout.git(&["checkout", "-q", "ours"]);
    checkout.commit(
        TODOS,
        merged.replace("\"in_progress\",\"at\":\"2026-11-20T10:02", "\"pending\",\"at\":\"2026-11-20T10:05").as_bytes(),
    );
    assert_eq!(checkout.git(&["merge-base", "--all", "ours", "theirs"]).lines().count(), 2);
    let done = checkout.git_run(&["merge", "theirs"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(checkout.statuses(), expected(&[("A", "completed"), ("B", "completed"), ("C", "completed")]));
    let text = String::from_utf8(checkout.read(TODOS)).expect("UTF-8");
    assert!(text.contains(r#""ben":{"status":"pending","at":"2026-11-20T10:05:00.000Z"}"#), "{text}");
}

#[test]
fn both_sides_add_the_file() {
    let checkout = Checkout::new();
    let (ours, theirs) = (todos(&[("A", "ana", "pending", 1)]), todos(&[("A", "ben", "completed", 2)]));
    checkout.diverge(TODOS, [None, Some(&ours), Some(&theirs)]);
    checkout.git(&["merge", "-q", "theirs"]);
    assert_eq!(checkout.statuses(), expected(&[("A", "completed")]));
    assert_eq!(checkout.read(TODOS), todos(&[("A", "ana", "pending", 1), ("A", "ben", "completed", 2)]));
}

/// git's octopus merges with a script that knows no drivers.
#[test]
fn an_octopus_of_changes_to_one_file_is_refused_by_git() {
    let checkout = diverged();
    checkout.git(&["branch", "third", "theirs"]);
    checkout.git(&["checkout", "-q", "third"]);
    checkout.commit(TODOS, &todos(&[("D", "dan", "pending", 1)]));
    checkout.git(&["checkout", "-q", "ours"]);
    checkout.git(&["checkout", "-q", "-b", "fourth", "base"]);
    checkout.commit(TODOS, &todos(&[("E", "eve", "pending", 1)]));
    checkout.git(&["checkout", "-q", "ours"]);
    let before = checkout.read(TODOS);
    let done = checkout.git_run(&["merge", "third", "fourth"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert_eq!(checkout.git(&["rev-parse", "HEAD"]), checkout.git(&["rev-parse", "ours"]));
    checkout.git(&["reset", "-q", "--merge"]);
    checkout.expect_untouched(TODOS, &before);
}

/// git does not call drivers for this; it asks a person.
#[test]
fn a_removed_file_that_was_changed_is_a_conflict() {
    let checkout = Checkout::new();
    let (base, ours) = (todos(&[("A", "ana", "pending", 1)]), todos(&[("A", "ana", "completed", 2)]));
    checkout.diverge(TODOS, [Some(&base), Some(&ours), None]);
    let done = checkout.git_run(&["merge", "theirs"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stdout.contains("CONFLICT (modify/delete)"), "{done:?}");
    assert_eq!(checkout.read(TODOS), ours);
    checkout.git(&["add", TODOS]);
    checkout.git(&["commit", "-q", "--no-edit"]);
    assert_eq!(statuses(&checkout.read(TODOS)), expected(&[("A", "completed")]));
}
