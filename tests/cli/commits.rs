//! A commit in a project completes the todos that its trailers name.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{World, executable};

/// A project with a commit, and the hook.
fn shop(world: &World) -> PathBuf {
    let shop = world.path("shop");
    world.git(&world.path(""), &["init", "-q", "shop"]);
    world.ok(&["-C", "shop", "install", "--commit-hook"]);
    shop
}

fn commit(world: &World, shop: &Path, message: &str) {
    world.git(shop, &["commit", "-q", "--allow-empty", "-m", message]);
}

fn add(world: &World, text: &str) -> String {
    let added = world.json(&["-C", "shop", "add", text]);
    added["id"].as_str().expect("an id").to_owned()
}

/// Waits until something is in the log of the store as often as that, and returns the log.
fn logged(world: &World, text: &str, times: usize) -> String {
    let began = Instant::now();
    loop {
        let log = world.ok(&["daemon", "log"]);
        if log.matches(text).count() >= times {
            return log;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{text}: {log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn completes_what_it_names_and_show_lists_it() {
    let world = World::new();
    let shop = shop(&world);
    let [login, logout, other] = ["Fix login", "Fix logout", "Sweep"].map(|text| add(&world, text));
    commit(&world, &shop, &format!("auth: mend \u{1b}[31mit\n\nTodo: {} Fix login\ntodo: {logout}", &login[..8]));
    logged(&world, "completed", 2);
    assert_eq!(world.states(), ["Fix login: completed", "Fix logout: completed", "Sweep: pending"]);
    let head = world.git(&shop, &["rev-parse", "HEAD"]);
    for id in [&login, &logout] {
        let shown = world.json(&["-C", "shop", "show", id]);
        assert_eq!(shown["commits"][0]["commit"], head.as_str(), "{shown}");
        let text = world.ok(&["-C", "shop", "show", id]);
        assert!(text.contains(&format!("named by\n  {}", &head[..12])) && !text.contains('\u{1b}'), "{text}");
    }
    assert_eq!(world.json(&["-C", "shop", "show", &other])["commits"], Value::Array(Vec::new()));
    assert!(world.json(&["show", &login]).get("commits").is_none(), "another directory knows no commits");
    // It says so as whoever commits.
    let said = world.json(&["-C", "shop", "log", "-n", "1"]);
    assert_eq!((&said[0]["status"], &said[0]["before"]), (&"completed".into(), &"pending".into()), "{said}");
}

#[test]
fn what_is_not_clear_is_left_and_told_in_the_log() {
    let world = World::new();
    let shop = shop(&world);
    let login = add(&world, "Fix login");
    commit(&world, &shop, "One\n\nTodo: ffff0000");
    let log = logged(&world, "ffff0000", 1);
    assert!(log.contains("there is no such todo"), "{log}");
    // Words, too few digits, and a line of the text that is no trailer.
    commit(&world, &shop, &format!("Two\n\nTodo: {login}\n\nThat was no trailer."));
    commit(&world, &shop, &format!("Three\n\nTodo: Fix login\nTodo: {}", &login[..3]));
    commit(&world, &shop, "Four\n\nTodo: ffff0001");
    logged(&world, "ffff0001", 1);
    assert_eq!(world.states(), ["Fix login: pending"]);
}

/// A commit that is amended or rebased says nothing new: what was opened again since stays open.
#[test]
fn a_commit_that_is_made_again_says_nothing_new() {
    let world = World::new();
    let shop = shop(&world);
    let login = add(&world, "Fix login");
    let dated = |arguments: &[&str]| {
        let mut git = world.command("git");
        git.current_dir(&shop).args(arguments).env("GIT_AUTHOR_DATE", "2026-11-20T11:59:00Z");
        assert!(git.status().expect("git starts").success());
    };
    dated(&["commit", "-q", "--allow-empty", "-m", &format!("One\n\nTodo: {login}")]);
    logged(&world, " completed ", 1);
    world.ok(&["-C", "shop", "reopen", &login]);
    world.git(&shop, &["commit", "-q", "--amend", "--allow-empty", "--no-edit"]);
    let log = logged(&world, "opened again since", 1);
    assert_eq!(world.states(), ["Fix login: pending"], "{log}");
    // Another commit, written later, does.
    commit(&world, &shop, &format!("Two\n\nTodo: {login}"));
    logged(&world, " completed ", 2);
    assert_eq!(world.states(), ["Fix login: completed"]);
}

/// Whatever the program does, a commit is made, and made at once.
#[test]
fn nothing_waits_for_it_or_fails_by_it() {
    let world = World::new();
    let shop = shop(&world);
    std::fs::remove_file(world.path("bin/git-chittysync")).expect("a link");
    for script in ["#!/bin/sh\nsleep 600\n", "#!/bin/sh\nexit 3\n"] {
        let program = world.write("bin/git-chittysync", script.as_bytes());
        executable(&program);
        let began = Instant::now();
        commit(&world, &shop, "One\n\nTodo: 097d8587");
        assert!(began.elapsed() < Duration::from_secs(300), "{script}");
    }
    std::fs::remove_file(world.path("bin/git-chittysync")).expect("a file");
    let done = world.git_run(&shop, &["commit", "--allow-empty", "-q", "-m", "Without it"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
}

#[test]
fn is_installed_on_request_and_taken_away_again() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    let theirs = world.write("shop/.git/hooks/post-commit", b"#!/bin/sh\necho theirs >>../told\n");
    executable(&theirs);
    world.ok(&["-C", "shop", "install"]);
    assert!(!std::fs::read_to_string(&theirs).expect("a hook").contains("committed"), "only on request");
    world.ok(&["-C", "shop", "install", "--commit-hook"]);
    assert!(std::fs::read_to_string(&theirs).expect("a hook").contains("committed"));
    assert!(world.run(&["-C", "shop", "doctor"]).stdout.contains("ok  commit hook"));
    world.ok(&["-C", "shop", "uninstall"]);
    assert_eq!(std::fs::read(&theirs).expect("a hook"), b"#!/bin/sh\necho theirs >>../told\n");
    // Where hooks are files of the project, everybody would get it.
    world.git(&world.path("shop"), &["config", "core.hooksPath", ".husky"]);
    let refused = world.run(&["-C", "shop", "install", "--commit-hook"]);
    assert!(refused.code == Some(128) && refused.stderr.contains("core.hooksPath"), "{refused:?}");
    assert!(!world.path("shop/.husky").exists());
    let nowhere = world.run(&["install", "--commit-hook"]);
    assert!(nowhere.code == Some(1) && nowhere.stderr.contains("there is no repository here"), "{nowhere:?}");
}
