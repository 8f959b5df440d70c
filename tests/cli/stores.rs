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
    world.git(&repository, &["chittysync", "init", "--here"]);
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

/// As git reads them: a key without a value is true, and so is every number but 0.
#[test]
fn yes_and_no_are_said_as_git_takes_them() {
    let world = World::new();
    world.ok(&["init", "-q"]);
    let config = world.store().join("config");
    let original = std::fs::read_to_string(&config).expect("a file");
    // Made here, so that no scanner takes this file for a leak.
    let token = format!("gh{}{}", "p_", "a1B2".repeat(9));
    for (at, (value, redacts)) in
        [("", true), (" = 2", true), (" = true", true), (" =", false), (" = 0", false)].into_iter().enumerate()
    {
        std::fs::write(&config, format!("{original}\tredact{value}\n")).expect("a file");
        let words = format!("Task {at} {token}");
        world.ok(&["add", &words]);
        assert_eq!(world.states().iter().any(|state| state.contains(&words)), !redacts, "redact{value}");
    }
    std::fs::write(&config, original.replace("enabled = true", "enabled")).expect("a file");
    world.ok(&["status"]);
    std::fs::write(&config, &original).expect("a file");
    for (value, code) in [("2", 0), ("off", 0), ("maybe", 128)] {
        let setting = format!("chittysync.redact={value}");
        assert_eq!(world.git_run(&world.home(), &["-c", &setting, "chittysync", "status"]).code, Some(code), "{value}");
    }
}

/// Not the default store, silently.
#[test]
fn a_typo_in_the_settings_of_a_store_is_told() {
    let world = World::new();
    let repository = world.path("repository");
    world.git(&world.path(""), &["init", "-q", "repository"]);
    world.git(&repository, &["chittysync", "init", "--here"]);
    for (key, value) in [("chittysync.retireAfter", "14daze"), ("chittysync.enabled", "yess")] {
        let before = world.git_run(&repository, &["config", key]).stdout;
        world.git(&repository, &["config", key, value]);
        let done = world.git_run(&repository, &["chittysync", "add", "Fix login"]);
        assert_eq!(done.code, Some(128), "{done:?}");
        assert!(done.stderr.contains(key) && done.stderr.contains(value), "{done:?}");
        match before.trim() {
            "" => world.git(&repository, &["config", "--unset", key]),
            before => world.git(&repository, &["config", key, before]),
        };
    }
    assert!(!world.store().exists());
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
    assert!(done.stderr.contains("not a store") && done.stderr.contains("git chittysync init --here"), "{done:?}");
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
    // What is ours in somebody's repository as well.
    let repository = world.path("repository");
    world.git(&world.path(""), &["init", "-q", "repository"]);
    world.git(&repository, &["chittysync", "init", "--here"]);
    world.git(&repository, &["chittysync", "add", "Fix login"]);
    let mode = std::fs::metadata(repository.join(".git/chittysync")).expect("a directory").permissions().mode();
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

/// What a power cut can leave of a ref.
#[test]
fn a_ref_without_a_value_does_not_stop_the_others() {
    let world = World::new();
    world.list("aaaa", "2026-11-01T08:00:00Z", &[("One", "pending")]);
    world.sync();
    let path = world.store().join("refs/chittysync/aaaa");
    let good = std::fs::read(&path).expect("a ref");
    std::fs::write(&path, b"").expect("a ref");
    world.list("aaaa", "2026-11-02T08:00:00Z", &[("One", "completed")]);
    world.list("bbbb", "2026-11-02T08:00:00Z", &[("Two", "completed")]);
    let done = world.sync();
    assert!(done.stderr.contains("session aaaa was left out: cannot read refs/chittysync/aaaa"), "{done:?}");
    assert!(done.stderr.contains("put the last id of logs/refs/chittysync/aaaa into it"), "{done:?}");
    assert_eq!(world.states(), ["One: pending", "Two: completed"]);
    let doctor = world.run(&["doctor"]);
    assert!(doctor.stdout.contains("refs/chittysync/aaaa"), "{doctor:?}");
    // As it says.
    let log = std::fs::read_to_string(world.store().join("logs/refs/chittysync/aaaa")).expect("a reflog");
    let last = log.lines().last().and_then(|line| line.split(' ').nth(1)).expect("an id");
    assert_eq!(last.as_bytes(), good.trim_ascii());
    std::fs::write(&path, last).expect("a ref");
    world.sync();
    assert_eq!(world.states(), ["One: completed", "Two: completed"]);
    // Or without it.
    std::fs::write(&path, b"").expect("a ref");
    world.list("aaaa", "2026-11-03T08:00:00Z", &[("One", "completed"), ("Three", "pending")]);
    world.sync();
    std::fs::remove_file(&path).expect("removed");
    world.sync();
    assert_eq!(world.states(), ["One: completed", "Three: pending", "Two: completed"]);
}

/// What is hinted at makes the store that was named, and no other one.
#[test]
fn a_store_that_is_named_and_not_there_is_made_where_it_was_named() {
    let world = World::new();
    let place = world.path("elsewhere.git");
    let place = place.to_str().expect("UTF-8");
    for command in [&["list"][..], &["ready"], &["log"]] {
        let done = world.run(&[&["--store", place], command].concat());
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stderr.contains(&format!("`git chittysync --store '{place}' init` makes one there")), "{done:?}");
        assert!(!done.stderr.contains("sync` creates it"), "{done:?}");
    }
    world.ok(&["--store", place, "init"]);
    assert_eq!(world.run(&["--store", place, "list"]).code, Some(0));
    assert!(!world.store().exists());
}

/// A store in which nothing can be saved is not well.
#[test]
fn doctor_says_that_a_store_cannot_be_written() {
    let world = World::new();
    world.ok(&["add", "One"]);
    let lines = |world: &World| -> Vec<String> {
        let told = world.run(&["doctor"]).stdout;
        told.lines().filter(|line| line[4..].starts_with("store ")).map(str::to_owned).collect()
    };
    assert!(lines(&world)[0].starts_with("ok  store"), "{:?}", lines(&world));
    let own = world.store().join("chittysync");
    std::fs::remove_dir_all(&own).expect("removed");
    std::fs::write(&own, b"no directory").expect("a file");
    assert!(lines(&world)[0].contains("cannot be written, so nothing is saved there"), "{:?}", lines(&world));
    assert!(lines(&world)[0].starts_with("BAD store") && world.run(&["doctor"]).code == Some(1));
    assert_ne!(world.run(&["add", "Two"]).code, Some(0));
}
