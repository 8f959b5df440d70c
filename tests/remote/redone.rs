//! Merges that are made again on top of what the remote has leave nothing out that somebody needs.

use crate::devices::Devices;

/// Two devices that know of the todo `one`, on which two sessions of `a` have worked since, the second one knowing of
/// the first.
fn decided_on_a_merge_of_this_device() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    devices.ok("a", &["add", "one"]);
    devices.sync_all(&["a", "b"]);
    at(&devices, 1, &["start", "one", "--session", "s1"]);
    at(&devices, 2, &["done", "one", "--session", "s2"]);
    devices
}

/// Two devices each of which has merged something that the other one does not know; that of `b` is on the hub.
fn apart() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    devices.ok("a", &["add", "one"]);
    devices.sync_all(&["a", "b"]);
    devices.ok("a", &["add", "two"]);
    devices.ok("b", &["add", "three"]);
    devices.sync("b");
    devices
}

/// Runs a command on `a`, so many seconds later.
fn at(devices: &Devices, seconds: u32, arguments: &[&str]) {
    let done = devices.run_at("a", &format!("2026-11-20T12:00:{seconds:02}.000Z"), arguments);
    assert_eq!(done.code, Some(0), "{done:?}");
}

/// Expects that the acts of a device can be taken back when all that no ref keeps is gone.
fn can_be_taken_back(devices: &Devices, expected: &str) {
    let store = devices.store("a");
    devices.world.git(&store, &["reflog", "expire", "--expire=now", "--all"]);
    devices.world.git(&store, &["gc", "-q", "--prune=now"]);
    at(devices, 5, &["undo", "--any"]);
    assert!(devices.states("a").contains(&expected.to_owned()), "{:?}", devices.states("a"));
}

#[test]
fn what_a_session_decided_on_stays_when_the_session_is_merged_elsewhere_first() {
    let devices = decided_on_a_merge_of_this_device();
    // As a sync does whose branch comes too late.
    devices.world.git(&devices.store("a"), &["push", "-q", "origin", "refs/chittysync/*"]);
    devices.ok("b", &["add", "two"]);
    devices.sync("b");
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    can_be_taken_back(&devices, "one: in_progress");
}

#[test]
fn what_an_earlier_act_was_decided_on_stays_too() {
    let devices = decided_on_a_merge_of_this_device();
    devices.world.git(&devices.store("a"), &["push", "-q", "origin", "refs/chittysync/*"]);
    devices.ok("b", &["add", "two"]);
    devices.sync("b");
    // The session goes on before the device hears of that, decided on nothing of its own.
    at(&devices, 3, &["add", "three", "--session", "s2"]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    at(&devices, 4, &["undo", "--any"]);
    can_be_taken_back(&devices, "one: in_progress");
}

#[test]
fn a_branch_that_is_checked_out_can_be_moved_forward() {
    let devices = apart();
    let (store, tree) = (devices.store("a"), devices.world.path("tree"));
    devices.world.git(&store, &["worktree", "add", "-q", &tree.to_string_lossy(), "consolidated"]);
    for quiet in [&[][..], &["-q"], &["--json"]] {
        let done = devices.run("a", &[quiet, &["sync"]].concat());
        assert_eq!(done.code, Some(1), "{done:?}");
        let told = format!("{}{}", done.stderr, done.stdout);
        assert!(told.contains("consolidated was not moved: it is checked out in"), "{quiet:?} {done:?}");
        let (_, tip) = told.split_once("merge --ff-only ").expect("what to do");
        devices.world.git(&tree, &["merge-base", "--is-ancestor", "consolidated", &tip[..40]]);
    }
    let done = devices.run("a", &["sync"]);
    let (_, tip) = done.stderr.split_once("merge --ff-only ").expect("what to do");
    devices.world.git(&tree, &["merge", "-q", "--ff-only", &tip[..40]]);
    devices.sync_all(&["a", "b"]);
    assert_eq!(devices.states("b").len(), 3);
    // A remote that cannot be reached is another matter.
    std::fs::rename(devices.hub(), devices.world.path("away.git")).expect("a hub");
    devices.world.git(&store, &["worktree", "remove", "--force", &tree.to_string_lossy()]);
    let done = devices.run("a", &["sync"]);
    assert!(done.stderr.contains("cannot reach origin"), "{done:?}");
}

/// A process that ends between moving the branch and noting what it settled leaves a branch that nobody took back.
#[test]
fn a_branch_that_was_left_was_not_taken_back() {
    let devices = apart();
    let noted = devices.store("a").join("chittysync/merged");
    let before = std::fs::read(&noted).expect("what was settled");
    devices.sync("a");
    std::fs::write(&noted, before).expect("as if it had not been noted");
    // Tidying up moved it once more; that had not happened then.
    let tidied = devices.tip(&devices.store("a"), "consolidated");
    let log = devices.store("a").join("logs/refs/heads/consolidated");
    let entries = std::fs::read_to_string(&log).expect("a reflog");
    let last = entries.lines().last().expect("an entry");
    let merged = last.split(' ').next().expect("an id");
    if last.ends_with("\ttidy up") {
        devices.world.git(&devices.store("a"), &["update-ref", "refs/heads/consolidated", merged, &tidied]);
        std::fs::write(&log, entries.replace(&format!("{last}\n"), "")).expect("a reflog");
    }
    let done = devices.sync("a");
    assert!(!done.stderr.contains("had been"), "{done:?}");
    devices.sync("b");
    devices.agree(&["a", "b"]);
    let merges = devices.world.git(&devices.hub(), &["log", "--format=%s", "consolidated"]);
    assert!(!merges.contains("went apart"), "{merges}");
}
