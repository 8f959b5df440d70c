//! The git hooks of a store, with a real `git push` and `git merge`.

use std::path::{Path, PathBuf};

use crate::common::{World, done, has, project};

const ONE: &str = "11111111-1111-4111-8111-111111111111";

fn put(world: &World, path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    std::fs::write(path, text).expect("a file");
    let chmod = done(world.command("chmod").arg("+x").arg(path).output());
    assert_eq!(chmod.code, Some(0), "{chmod:?}");
}

/// A store with one session that is not merged yet, and a remote.
fn store(world: &World) -> PathBuf {
    world.list(ONE, "2026-11-20T10:00:00Z", &[("Run tests", "pending")]);
    world.sync();
    world.list(ONE, "2026-11-20T11:00:00Z", &[("Run tests", "completed")]);
    world.ok(&["capture", "--from", world.path("claude").to_str().expect("UTF-8")]);
    world.git(&world.home(), &["init", "-q", "--bare", "remote.git"]);
    world.git(&world.store(), &["remote", "add", "origin", &world.home().join("remote.git").to_string_lossy()]);
    world.store()
}

fn consolidated(world: &World) -> String {
    world.git(&world.store(), &["rev-parse", "consolidated"])
}

#[test]
fn a_push_merges_what_is_new_and_says_so() {
    let world = World::new();
    let store = store(&world);
    let before = consolidated(&world);
    world.ok(&["install", "--git-hooks"]);
    let doctor = world.run(&["doctor"]).stdout;
    let line = doctor.lines().find(|line| line.starts_with("ok  git hook ")).expect("a line");
    assert!(line.contains("pre-push") && line.contains("post-merge"), "{line}");
    let push = world.git_run(&store, &["push", "-q", "origin", "consolidated"]);
    assert_eq!(push.code, Some(0), "{push:?}");
    assert!(push.stderr.contains("push again"), "{push:?}");
    assert_ne!(consolidated(&world), before);
    assert_eq!(world.states(), ["Run tests: completed"]);
    let again = world.git_run(&store, &["push", "-q", "origin", "consolidated"]);
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""), "{again:?}");
    assert_eq!(world.git(&world.home().join("remote.git"), &["rev-parse", "consolidated"]), consolidated(&world));
    let quiet =
        world.git_run(&store, &["-c", "core.hooksPath=/dev/null", "push", "--no-verify", "origin", "consolidated"]);
    assert_eq!(quiet.code, Some(0), "{quiet:?}");
}

#[test]
fn a_merge_by_hand_writes_the_exported_files() {
    let world = World::new();
    let store = store(&world);
    let clone = world.path("clone");
    world
        .git(&world.home(), &["clone", "-q", "-b", "consolidated", &store.to_string_lossy(), &clone.to_string_lossy()]);
    world.git(&clone, &["fetch", "-q", "origin", "refs/chittysync/*:refs/chittysync/*"]);
    world.git(&clone, &["config", "chittysync.enabled", "true"]);
    world.ok(&["-C", &clone.to_string_lossy(), "install", "--git-hooks"]);
    world.git(&clone, &["worktree", "add", "-q", "--detach", "../linked"]);
    for (directory, reference) in
        [(world.path("linked"), "consolidated"), (clone.clone(), &format!("refs/chittysync/{ONE}"))]
    {
        world.git(&directory, &["merge", "-q", reference]);
    }
    let exported = std::fs::read_to_string(clone.join(".git/chittysync/export/todos.json")).expect("exported");
    assert!(exported.contains("Run tests"), "{exported}");
    assert_eq!(world.git(&clone, &["status", "--porcelain"]), "");
}

#[test]
fn a_hook_of_the_user_is_kept_and_comes_back_as_it_was() {
    let world = World::new();
    let store = store(&world);
    let hook = store.join("hooks/pre-push");
    let own = "#!/bin/sh -e\nwhile read -r local id remote old; do echo \"pushing $remote\" >&2; done\nexit 0";
    put(&world, &hook, own);
    let python = "#!/usr/bin/env python3\nprint('merged')\n";
    put(&world, &store.join("hooks/post-merge"), python);
    let installed = world.run(&["install", "--git-hooks"]);
    assert!(installed.stderr.contains("post-merge was not written by us"), "{installed:?}");
    let push = world.git_run(&store, &["push", "-q", "origin", "consolidated"]);
    assert!(push.stderr.contains("pushing refs/heads/consolidated") && push.stderr.contains("push again"), "{push:?}");
    let text = std::fs::read_to_string(&hook).expect("a hook");
    world.ok(&["install", "--git-hooks"]);
    assert_eq!(std::fs::read_to_string(&hook).expect("a hook"), text, "twice is once");
    std::fs::write(&hook, text.replace("push again", "old words")).expect("an older version");
    world.ok(&["install", "--git-hooks"]);
    assert_eq!(std::fs::read_to_string(&hook).expect("a hook"), text, "an older version is replaced");
    world.ok(&["uninstall"]);
    assert_eq!(std::fs::read_to_string(&hook).expect("a hook"), own);
    assert_eq!(std::fs::read_to_string(store.join("hooks/post-merge")).expect("a hook"), python);
    let push = world.git_run(&store, &["push", "-q", "origin", "consolidated:other"]);
    assert!(push.stderr.contains("pushing refs/heads/other"), "still executable: {push:?}");
}

#[test]
fn hooks_go_where_git_looks_for_them_and_away_again() {
    let world = World::new();
    let store = store(&world);
    world.git(&store, &["config", "core.hooksPath", &world.path("my hooks").to_string_lossy()]);
    world.ok(&["install", "--git-hooks"]);
    assert!(world.path("my hooks/pre-push").exists() && !store.join("hooks/pre-push").exists());
    let push = world.git_run(&store, &["push", "-q", "origin", "consolidated"]);
    assert!(push.stderr.contains("push again"), "{push:?}");
    world.ok(&["uninstall"]);
    assert!(!world.path("my hooks/pre-push").exists());
    assert_eq!(world.run(&["--store", "nowhere.git", "install", "--git-hooks"]).code, Some(1));
}

#[test]
fn without_the_program_or_in_another_repository_they_do_nothing() {
    let world = World::new();
    let store = store(&world);
    world.ok(&["install", "--git-hooks"]);
    let before = consolidated(&world);
    std::fs::remove_file(world.path("bin/git-chittysync")).expect("a link");
    let push = world.git_run(&store, &["push", "-q", "origin", "consolidated"]);
    assert_eq!((push.code, push.stderr.as_str(), consolidated(&world)), (Some(0), "", before.clone()), "{push:?}");
    world.git(&store, &["config", "chittysync.enabled", "false"]);
    let push = world.git_run(&store, &["push", "-q", "origin", "consolidated:x"]);
    assert_eq!((push.code, push.stderr.as_str(), consolidated(&world)), (Some(0), "", before), "{push:?}");
}

#[test]
fn scripts_are_clean() {
    if has("shellcheck") {
        let world = World::new();
        for name in ["pre-push", "post-merge"] {
            let checked = done(world.command("shellcheck").arg(project(&format!("git-hooks/{name}"))).output());
            assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""), "{checked:?}");
        }
    }
}
