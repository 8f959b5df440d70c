//! Remotes that say no: somebody was faster, or they do not take what we send.

use std::collections::BTreeSet;

use crate::common::NOW;
use crate::devices::Devices;

/// As some hosts and sandboxes do: the whole push fails for one ref.
const ONLY_BRANCHES: &str = r#"while read old new ref; do case "$ref" in refs/heads/*) ;; *) exit 1 ;; esac; done"#;

#[test]
fn devices_that_push_at_once_all_get_through() {
    let names = ["a", "b", "c", "d"];
    let devices = Devices::new(&names);
    for round in 0..3 {
        std::thread::scope(|scope| {
            for name in names {
                let devices = &devices;
                scope.spawn(move || {
                    let words = format!("Task {round} of {name}");
                    devices.list(
                        name,
                        &format!("s-{name}"),
                        &format!("2026-11-20T11:{round}0:00Z"),
                        &[(&words, "completed")],
                    );
                    devices.sync(name);
                });
            }
        });
    }
    devices.sync_all(&names);
    devices.agree(&names);
    assert_eq!(devices.states("a").len(), 12);
}

#[test]
fn a_host_that_takes_only_branches_gets_branches() {
    let devices = Devices::new(&["a", "b"]);
    devices.hook("pre-receive", ONLY_BRANCHES);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("origin takes only branches"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/heads/chittysync/s1", "refs/heads/consolidated"]);
    // Said once, and remembered: no second push is made to find out.
    devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "completed")]);
    let done = devices.sync("a");
    assert!(!done.stderr.contains("only branches"), "{done:?}");
    let place = devices.world.git(&devices.store("a"), &["config", "chittysync.remote.origin.remotePrefix"]);
    assert_eq!(place, "heads");
    devices.list("b", "s2", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Fix login: completed", "Ship: pending"]);
    assert_eq!(devices.refs(&devices.store("b"), "refs/chittysync-heads/").len(), 2);
}

/// One device fell back before the host changed its mind, another had never to.
#[test]
fn sessions_in_both_places_are_one() {
    let devices = Devices::new(&["a", "b"]);
    devices.world.git(&devices.store("a"), &["config", "chittysync.remotePrefix", "heads"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("a");
    devices.world.git(&devices.store("a"), &["push", "-q", "origin", "refs/chittysync/s1"]);
    devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "in_progress")]);
    devices.sync("a");
    devices.sync("b");
    let [old, new] = ["refs/chittysync/s1", "refs/heads/chittysync/s1"].map(|name| devices.tip(&devices.hub(), name));
    assert_ne!(old, new, "each device writes in its place, and reads both");
    devices.list("b", "s1", "2026-11-20T11:30:00Z", &[("Fix login", "completed")]);
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    let refs: BTreeSet<String> = devices.refs(&devices.hub(), "refs/").into_iter().collect();
    assert_eq!(refs.len(), 4, "{refs:?}");
    assert!(refs.iter().any(|name| name.starts_with("refs/chittysync/s1-on-d-")), "{refs:?}");
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), ["refs/chittysync/s1"]);
    assert_eq!(devices.states("a"), ["Fix login: completed"]);
}

/// What is said of one remote counts more than what is said of all; what older versions remembered counts least.
#[test]
fn a_remote_has_a_place_of_its_own() {
    let heads = ["refs/heads/chittysync/s1", "refs/heads/consolidated"];
    let sessions = ["refs/chittysync/s1", "refs/heads/consolidated"];
    let old = ("chittysync.origin.remotePrefix", "heads");
    let all = ("chittysync.remotePrefix", "sessions");
    let one = ("chittysync.remote.origin.remotePrefix", "heads");
    let other = ("chittysync.remote.Origin.remotePrefix", "heads");
    for (settings, refs) in
        [(vec![old], heads), (vec![old, all], sessions), (vec![all, one], heads), (vec![all, other], sessions)]
    {
        let devices = Devices::new(&["a"]);
        for (key, value) in &settings {
            devices.world.git(&devices.store("a"), &["config", key, value]);
        }
        devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
        devices.sync("a");
        assert_eq!(devices.refs(&devices.hub(), "refs/"), refs, "{settings:?}");
    }
}

/// One that cannot be is told of, and not taken for the default.
#[test]
fn a_place_that_is_none_is_refused() {
    let devices = Devices::new(&["a"]);
    devices.world.git(&devices.store("a"), &["config", "chittysync.remote.origin.remotePrefix", "tags"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    let done = devices.try_sync("a", NOW, &[]);
    assert_eq!(done.code, Some(128), "{done:?}");
    assert!(done.stderr.contains("remotePrefix is 'tags', but must be auto, sessions or heads"), "{done:?}");
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), ["refs/chittysync/s1"], "it is saved here");
    devices.world.git(&devices.store("a"), &["config", "chittysync.remote.origin.remotePrefix", "auto"]);
    devices.sync("a");
    assert_eq!(devices.states("a"), ["Fix login: pending"]);
}

#[test]
fn branches_are_retired_too() {
    let devices = Devices::new(&["a"]);
    devices.hook("pre-receive", ONLY_BRANCHES);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("a");
    let done = devices.sync_at("a", "2026-12-20T12:00:00Z");
    assert!(done.stderr.contains("1 session retired"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/heads/consolidated"]);
}

#[test]
fn what_was_asked_for_by_name_is_not_changed() {
    let devices = Devices::new(&["a"]);
    devices.hook("pre-receive", ONLY_BRANCHES);
    devices.world.git(&devices.store("a"), &["config", "chittysync.remotePrefix", "sessions"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    let done = devices.try_sync("a", NOW, &[]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("error: origin did not take") && done.stderr.contains("pre-receive hook declined"));
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/heads/consolidated"], "what it takes, it gets");
    assert_eq!(devices.states("a"), ["Fix login: pending"], "it is saved here");
}

/// A host that takes nothing at all must not be remembered as one that takes branches.
#[test]
fn a_host_that_takes_nothing_is_named() {
    let devices = Devices::new(&["a"]);
    devices.hook("pre-receive", "echo 'the project is archived' >&2; exit 1");
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    let done = devices.try_sync("a", NOW, &["--json"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    let json: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
    assert_eq!(json["remote"]["synced"], false);
    assert_eq!(json["remote"]["problems"].as_array().map(Vec::len), Some(2), "{json}");
    let config = devices.world.git_run(&devices.store("a"), &["config", "chittysync.remote.origin.remotePrefix"]);
    assert_eq!(config.code, Some(1), "{config:?}");
    std::fs::remove_file(devices.hub().join("hooks/pre-receive")).expect("removed");
    let done = devices.sync("a");
    assert!(done.stderr.contains("1 session sent"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), ["refs/chittysync/s1"]);
}

#[test]
fn a_protected_branch_keeps_sessions_flowing() {
    let devices = Devices::new(&["a", "b"]);
    devices.hook("update", r#"case "$1" in refs/heads/consolidated) exit 1 ;; esac"#);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    let done = devices.try_sync("a", NOW, &[]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("origin did not take refs/heads/consolidated: refused: hook declined"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/chittysync/s1"]);
    assert_eq!(devices.try_sync("b", NOW, &[]).code, Some(1));
    assert_eq!(devices.states("b"), ["Fix login: pending"]);
}

/// A push that is always rejected ends, and the next run delivers.
#[test]
fn it_is_tried_eight_times() {
    let devices = Devices::new(&["a"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    // The lock that a killed git left on the host.
    devices.world.write("hub.git/refs/heads/consolidated.lock", b"");
    let done = devices.try_sync("a", NOW, &["--json"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    let json: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
    let why = json["remote"]["busy"].as_str().expect("a reason");
    assert!(why.starts_with("8 times it did not take refs/heads/consolidated: rejected: "), "{why}");
    assert_eq!(json["remote"]["tries"], 8);
    assert_eq!(json["remote"]["pushed"], serde_json::json!(["s1"]));
    std::fs::remove_file(devices.hub().join("refs/heads/consolidated.lock")).expect("removed");
    devices.sync("a");
    devices.agree(&["a"]);
}

#[test]
fn a_host_that_forbids_deleting_keeps_the_refs() {
    let devices = Devices::new(&["a"]);
    devices.hook("update", r#"case "$3" in *[!0]*) ;; *) exit 1 ;; esac"#);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("a");
    devices.sync_at("a", "2026-12-20T12:00:00Z");
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), ["refs/chittysync/s1"]);
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), [""; 0]);
    let done = devices.sync_at("a", "2026-12-20T12:00:00Z");
    assert!(done.stderr.contains("nothing new"), "{done:?}");
    assert_eq!(devices.states("a"), ["Fix login: pending"]);
}
