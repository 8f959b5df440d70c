//! Devices that sync through the hub with the program that they have anyway.

use crate::scene::{Scene, until};

#[test]
fn two_devices_come_to_the_same_branch() {
    let scene = Scene::new();
    let (one, two) = (scene.device("one"), scene.device("two"));
    scene.list("one", "aaaa", &[("Write the parser", "completed"), ("Test the parser", "pending")]);
    scene.list("two", "bbbb", &[("Fix login", "in_progress")]);
    for (device, token) in [("one", &one), ("two", &two), ("one", &one), ("two", &two)] {
        let done = scene.sync(device, token);
        assert_eq!(done.code, Some(0), "{device}: {done:?}");
    }
    let tip = scene.tip("refs/heads/consolidated");
    assert!(!tip.is_empty());
    for device in ["one", "two"] {
        assert_eq!(scene.world.git(&scene.store(device), &["rev-parse", "consolidated"]), tip, "{device}");
    }
    assert!(scene.tip("refs/chittysync/aaaa").len() == 40 && scene.tip("refs/chittysync/bbbb").len() == 40);
    let status = scene.get("/api/status", &one).json();
    assert_eq!((&status["todos"]["open"], &status["todos"]["completed"]), (&2.into(), &1.into()), "{status}");
}

/// A device that pushes only what its session says: the hub merges it.
#[test]
fn what_is_pushed_is_merged_by_the_hub() {
    let scene = Scene::new();
    let token = scene.device("one");
    scene.run("one", &token, &["add", "From a push"]);
    let push = scene.git(&token, "one.git", &["push", "-q", &scene.url(), "refs/chittysync/*:refs/chittysync/*"]);
    assert_eq!(push.code, Some(0), "{push:?}");
    until("the hub shows it", || scene.get("/api/todos/general", &token).body.contains("From a push"));
}

/// A session that said nothing for long gives its ref up, whoever finds it: the rest of a sync goes through.
#[test]
fn retiring_goes_through() {
    let scene = Scene::new();
    let (one, two) = (scene.device("one"), scene.device("two"));
    scene.list("one", "aaaa", &[("Old work", "completed")]);
    assert_eq!(scene.sync("one", &one).code, Some(0));
    assert_eq!(scene.sync("two", &two).code, Some(0));
    assert!(!scene.tip("refs/chittysync/aaaa").is_empty());
    // Neither sooner than it is idle, nor by a token that only reads.
    let url = scene.url();
    let delete = |token: &str| scene.git(token, "two.git", &["push", &url, ":refs/chittysync/aaaa"]);
    let early = delete(&two);
    assert!(early.code != Some(0) && early.stderr.contains("is of the device 'one'"), "{early:?}");
    assert_ne!(delete(&scene.token("two", "read")).code, Some(0));
    scene.world.git(&scene.store("hub"), &["config", "chittysync.retireAfter", "0"]);
    let late = delete(&two);
    assert_eq!(late.code, Some(0), "{late:?}");
    assert!(scene.tip("refs/chittysync/aaaa").is_empty());
    // What it said stays, and its name is its device's.
    assert!(scene.get("/api/todos/general", &two).body.contains("Old work"));
}
