//! Remotes that hold what cannot, or must not, be fetched: everything else is.

use std::io::Write;

use crate::common::NOW;
use crate::devices::Devices;

/// Writes a commit that git does not take from others into the hub.
fn malformed(devices: &Devices, parent: Option<&str>) -> String {
    let tree = devices.world.git(&devices.hub(), &["mktree", "--missing"]);
    let parent = parent.map(|parent| format!("parent {parent}\n")).unwrap_or_default();
    let who = "x <x@y> 1700000000+0000";
    let text = format!("tree {tree}\n{parent}author {who}\ncommitter {who}\n\nbad\n");
    let file = devices.world.write("malformed", text.as_bytes());
    let file = file.to_str().expect("UTF-8");
    devices.world.git(&devices.hub(), &["hash-object", "-t", "commit", "-w", "--literally", file])
}

fn put(devices: &Devices, name: &str, id: &str) {
    devices.world.git(&devices.hub(), &["update-ref", name, id]);
}

#[test]
fn one_malformed_session_keeps_no_other_from_being_fetched() {
    let devices = Devices::new(&["a", "b"]);
    for number in 0..5 {
        let (session, words) = (format!("b{number}"), format!("Task {number}"));
        devices.list("b", &session, "2026-11-20T10:00:00Z", &[(&words, "pending")]);
    }
    devices.sync("b");
    put(&devices, "refs/chittysync/b2x", &malformed(&devices, None));
    let done = devices.sync("a");
    let warned = "warning: refs/chittysync/b2x of origin was left out: object ";
    assert!(done.stderr.contains(warned) && done.stderr.contains("badDate"), "{done:?}");
    assert!(done.stderr.contains("Synced with origin"), "{done:?}");
    assert_eq!(devices.states("a").len(), 5);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync-remotes/").len(), 5);
    // The other direction works, and so does forgetting what the remote no longer has.
    devices.list("a", "a1", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
    devices.world.git(&devices.hub(), &["update-ref", "-d", "refs/chittysync/b0"]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("1 session sent"), "{done:?}");
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync-remotes/origin/b0"), [""; 0]);
    devices.world.git(&devices.hub(), &["update-ref", "-d", "refs/chittysync/b2x"]);
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
}

#[test]
fn what_the_remote_broke_of_ours_is_named_and_not_pushed_at() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("a");
    let (session, branch) =
        (devices.tip(&devices.hub(), "refs/chittysync/s1"), devices.tip(&devices.hub(), "consolidated"));
    put(&devices, "refs/chittysync/s1", &malformed(&devices, Some(&session)));
    put(&devices, "refs/heads/consolidated", &malformed(&devices, Some(&branch)));
    devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "completed")]);
    devices.list("a", "s2", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
    let done = devices.try_sync("a", NOW, &["--json"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    let json: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
    assert_eq!(
        (&json["remote"]["tries"], &json["remote"]["pushed"]),
        (&1.into(), &serde_json::json!(["s2"])),
        "{json}"
    );
    let problems = json["remote"]["problems"].as_array().expect("a list");
    let named: Vec<_> = problems.iter().map(|problem| problem["what"].as_str().expect("a name")).collect();
    assert_eq!(named, ["refs/chittysync/s1", "refs/heads/consolidated"]);
    let why = problems[0]["why"].as_str().expect("a reason");
    assert!(why.starts_with("what it has there cannot be fetched: object "), "{why}");
    assert_eq!(devices.states("a"), ["Fix login: completed", "Ship: pending"]);
    // Somebody repairs it.
    put(&devices, "refs/chittysync/s1", &session);
    put(&devices, "refs/heads/consolidated", &branch);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("b"), ["Fix login: completed", "Ship: pending"]);
}

/// A host that lost an object can deliver everything that does not need it.
#[test]
fn what_the_remote_cannot_deliver_keeps_nothing_else_back() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("b", "b1", "2026-11-20T10:00:00Z", &[("Ship", "pending")]);
    devices.sync("b");
    let hub = devices.hub();
    let file = devices.world.write("lost", b"lost");
    let blob = devices.world.git(&hub, &["hash-object", "-w", file.to_str().expect("UTF-8")]);
    let tree = devices.world.write("tree", format!("100644 blob {blob}\tlost\n").as_bytes());
    let mktree = devices
        .world
        .command("git")
        .current_dir(&hub)
        .arg("mktree")
        .stdin(std::fs::File::open(tree).expect("a file"))
        .output();
    let tree = String::from_utf8(mktree.expect("git").stdout).expect("UTF-8");
    let commit = devices.world.git(&hub, &["commit-tree", "-m", "x", tree.trim()]);
    put(&devices, "refs/chittysync/b2", &commit);
    std::fs::remove_file(hub.join("objects").join(&blob[..2]).join(&blob[2..])).expect("removed");
    let done = devices.sync("a");
    assert!(done.stderr.contains("warning: refs/chittysync/b2 of origin was left out: "), "{done:?}");
    assert_eq!(devices.states("a"), ["Ship: pending"]);
    devices.agree(&["a", "b"]);
}

#[cfg(unix)]
#[test]
fn what_is_too_large_is_left_out_and_named() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("b", "b1", "2026-11-20T10:00:00Z", &[("Ship", "pending")]);
    devices.sync("b");
    let mut history = Vec::new();
    for number in 0..200 {
        write!(
            history,
            "commit refs/chittysync/endless\ncommitter x <x@y> {} +0000\ndata 1\nx\n",
            1_700_000_000 + number
        )
        .expect("memory");
        // Nothing that a pack makes small.
        let noise: String =
            (0..60_u64).map(|i| format!("{:x}", (number * 61 + i + 7).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        write!(history, "M 100644 inline x\ndata {}\n{noise}\n", noise.len()).expect("memory");
    }
    let stream = devices.world.write("history", &history);
    let import = devices
        .world
        .command("git")
        .current_dir(devices.hub())
        .args(["fast-import", "--quiet"])
        .stdin(std::fs::File::open(stream).expect("a file"))
        .status();
    assert!(import.expect("git").success());
    // It does not come all at once, as over a network.
    let slow = devices.world.write("slow", b"#!/bin/sh\n\"$@\" | { head -c 20000; sleep 1; cat; }\n");
    crate::common::executable(&slow);
    let store = devices.store("a");
    devices.world.git(&store, &["config", "--global", "uploadpack.packObjectsHook", &slow.to_string_lossy()]);
    devices.world.git(&store, &["config", "chittysync.maxFetch", "20k"]);
    let done = devices.sync("a");
    let warned =
        "warning: refs/chittysync/endless of origin was left out: it is larger than chittysync.maxFetch allows";
    assert!(done.stderr.contains(warned), "{done:?}");
    assert_eq!(devices.refs(&store, "refs/chittysync-remotes/"), ["refs/chittysync-remotes/origin/b1"]);
    assert_eq!(devices.states("a"), ["Ship: pending"]);
    devices.agree(&["a", "b"]);
    devices.world.git(&store, &["config", "chittysync.maxFetch", "0"]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("session endless of origin was left out: it holds x"), "{done:?}");
    devices.world.git(&store, &["config", "chittysync.maxFetch", "much"]);
    let done = devices.try_sync("a", NOW, &[]);
    assert!(done.code == Some(128) && done.stderr.contains("a number of bytes, such as 512m or 1g, or 0"), "{done:?}");
}

#[test]
fn many_strange_refs_are_counted() {
    let devices = Devices::new(&["a"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("a");
    let (hub, tree) = (devices.hub(), devices.world.git(&devices.hub(), &["mktree", "--missing"]));
    let junk = devices.world.git(&hub, &["commit-tree", "-m", "x", &tree]);
    for number in 0..9 {
        put(&devices, &format!("refs/chittysync/junk-{number}"), &junk);
        put(&devices, &format!("refs/chittysync/Not%OURS{number}"), &junk);
    }
    let done = devices.sync("a");
    assert_eq!(done.stderr.matches("was left out: ").count(), 10, "{done:?}");
    assert_eq!(done.stderr.matches("warning: so were 4 more\nhint: -v lists all of them").count(), 2, "{done:?}");
    assert_eq!(done.stderr.matches("refs that were left out are as they were").count(), 1, "{done:?}");
    let all = devices.try_sync("a", NOW, &["-v"]);
    assert_eq!(all.stderr.matches("was left out: ").count(), 18, "{all:?}");
}

/// Nothing is forced by us; the way out is named.
#[test]
fn a_session_that_the_remote_replaced_goes_on_under_another_name() {
    let devices = Devices::new(&["a"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("a");
    let (hub, tree) = (devices.hub(), devices.world.git(&devices.hub(), &["mktree", "--missing"]));
    put(&devices, "refs/chittysync/s1", &devices.world.git(&hub, &["commit-tree", "-m", "x", &tree]));
    devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "completed")]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("session s1 of origin was left out"), "what is there now is none: {done:?}");
    assert!(done.stderr.contains("it goes on here as s1-on-d-"), "{done:?}");
    assert!(done.stderr.contains("Synced with origin"), "nothing is stuck: {done:?}");
    let names = devices.refs(&devices.hub(), "refs/chittysync/");
    assert!(names.len() == 2 && names[1].starts_with("refs/chittysync/s1-on-d-"), "{names:?}");
    let said = devices.world.git(&hub, &["show", &format!("{}:projects/general/todos.json", names[1])]);
    assert!(said.contains(r#""status":"completed""#), "all that was said: {said}");
    assert_eq!(devices.states("a"), ["Fix login: completed"]);
}
