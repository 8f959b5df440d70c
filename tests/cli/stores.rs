//! Which repository is the store.

use crate::common::{World, project};

fn store_of(done: &str) -> String {
    let status: serde_json::Value = serde_json::from_str(done).expect("JSON");
    status["store"].as_str().expect("a path").to_owned()
}

#[test]
fn the_first_that_is_named_counts() {
    let world = World::new();
    let from = project("fixtures/claude");
    let from = from.to_str().expect("UTF-8");
    for name in ["option", "variable", "setting"] {
        world.ok(&["-q", "--store", world.path(name).to_str().expect("UTF-8"), "sync", "--from", from]);
    }
    world.ok(&["-q", "sync", "--from", from]);
    let repository = world.path("repository");
    std::fs::create_dir(&repository).expect("a directory");
    world.git(&repository, &["init", "-q"]);
    world.git(&repository, &["chittysync", "init"]);
    let setting = world.path("setting");
    let status = |variables: &[(&str, &str)], arguments: &[&str]| {
        store_of(&world.run_with(variables, &[arguments, &["--json", "status"]].concat()).stdout)
    };
    let variable = world.path("variable");
    let variable = [("CHITTYSYNC_STORE", variable.to_str().expect("UTF-8"))];
    assert!(status(&[], &[]).ends_with("store.git"));
    world.git(&world.home(), &["config", "--global", "chittysync.store", setting.to_str().expect("UTF-8")]);
    assert!(status(&[], &[]).ends_with("/setting"));
    assert!(status(&[], &["-C", "repository"]).ends_with("repository/.git"));
    assert!(status(&variable, &["-C", "repository"]).ends_with("/variable"));
    assert!(status(&variable, &["-C", "repository", "--store", "../option"]).ends_with("/option"));
    let option = world.path("option");
    let option = format!("chittysync.store={}", option.display());
    assert!(store_of(&world.git(&world.home(), &["-c", &option, "chittysync", "--json"])).ends_with("/option"));
}

#[test]
fn settings_of_one_command() {
    let world = World::new();
    let from = project("fixtures/claude");
    let from = from.to_str().expect("UTF-8");
    world.git(&world.home(), &["-c", "chittysync.device=elsewhere", "chittysync", "-q", "sync", "--from", from]);
    assert_eq!(world.json(&["sessions"])[0]["device"], "elsewhere");
    let done = world.git_run(&world.home(), &["-c", "chittysync.reopen=odd", "chittysync", "status"]);
    assert_eq!(done.code, Some(128), "{done:?}");
    assert!(done.stderr.contains("author, manual or any"), "{done:?}");
}

#[test]
fn a_repository_that_is_no_store_is_left_alone() {
    let world = World::new();
    let repository = world.path("repository");
    std::fs::create_dir(&repository).expect("a directory");
    world.git(&repository, &["init", "-q"]);
    let before = crate::common::files(&repository);
    let done =
        world.run(&["--store", "repository", "sync", "--from", project("fixtures/claude").to_str().expect("UTF-8")]);
    assert_eq!(done.code, Some(128), "{done:?}");
    assert!(done.stderr.contains("not a store") && done.stderr.contains("git chittysync init"), "{done:?}");
    assert_eq!(crate::common::files(&repository), before);
}

#[test]
#[cfg(unix)]
fn the_default_store_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.ok(&["init"]);
    let mode = std::fs::metadata(world.store()).expect("a store").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// A session that a newer version wrote keeps nobody else from being saved, and its list is not forgotten.
#[test]
fn a_session_that_cannot_be_read_does_not_stop_the_others() {
    let world = World::new();
    let home = world.path("claude");
    let from = home.to_str().expect("UTF-8");
    world.list("aaaa", "2026-11-01T08:00:00Z", &[("One", "pending")]);
    world.list("bbbb", "2026-11-01T08:00:00Z", &[("Two", "pending")]);
    world.ok(&["sync", "--from", from]);
    let good = world.git(&world.store(), &["rev-parse", "refs/chittysync/aaaa"]);
    let empty = world.git(&world.store(), &["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let broken = world.git(&world.store(), &["commit-tree", "-m", "broken", "-p", &good, &empty]);
    world.git(&world.store(), &["update-ref", "refs/chittysync/aaaa", &broken]);

    world.list("aaaa", "2026-11-02T08:00:00Z", &[("One", "completed")]);
    world.list("bbbb", "2026-11-02T08:00:00Z", &[("Two", "completed")]);
    let done = world.run(&["sync", "--from", from]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("session aaaa was left out"), "{done:?}");
    assert_eq!(world.json(&["status"])["todos"]["completed"], 1);

    world.git(&world.store(), &["update-ref", "refs/chittysync/aaaa", &good]);
    world.ok(&["sync", "--from", from]);
    assert_eq!(world.json(&["status"])["todos"]["completed"], 2, "its list is said once it can be");
}
