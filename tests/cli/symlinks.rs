//! Whoever made a directory can have put links into it. What is written there goes nowhere else.
#![cfg(unix)]

use std::os::unix::fs::symlink;

use crate::common::World;

/// A file that is the user's, and a store with a todo.
fn scene() -> (World, std::path::PathBuf) {
    let world = World::new();
    world.ok(&["add", "-q", "Fix login"]);
    let mine = world.write("home/.profile", b"mine\n");
    (world, mine)
}

#[test]
fn an_export_follows_no_link() {
    for name in ["todos.json", "project-coordination.json", "conflicts.json", "claude_sync_status.json"] {
        for target in ["home/.profile", "home/nothing"] {
            let (world, mine) = scene();
            std::fs::create_dir(world.path("out")).expect("a directory");
            symlink(world.path(target), world.path("out").join(name)).expect("a link");
            let done = world.run(&["export", "--dir", "out"]);
            assert_eq!(done.code, Some(128), "{done:?}");
            assert!(done.stderr.contains(name) && done.stderr.contains("is a symbolic link"), "{done:?}");
            assert_eq!(std::fs::read(&mine).expect("a file"), b"mine\n");
            assert!(!world.path("home/nothing").exists());
            assert_eq!(std::fs::read_dir(world.path("out")).expect("a directory").count(), 1, "nothing is half done");
            std::fs::remove_file(world.path("out").join(name)).expect("removed");
            world.ok(&["export", "--dir", "out"]);
        }
    }
}

#[test]
fn nor_does_a_directory_that_is_a_link() {
    let (world, _) = scene();
    std::fs::create_dir_all(world.path("home/autostart")).expect("a directory");
    symlink(world.path("home/autostart"), world.path("out")).expect("a link");
    symlink(world.path("home/nowhere"), world.path("new")).expect("a link");
    for (command, directory) in
        [("export", "out"), ("export", "out/"), ("export", "new"), ("man", "out"), ("man", "new/")]
    {
        let done = world.run(&[command, "--dir", directory]);
        assert_eq!(done.code, Some(128), "{done:?}");
        assert!(done.stderr.contains("is a symbolic link"), "{done:?}");
    }
    assert_eq!(std::fs::read_dir(world.path("home/autostart")).expect("a directory").count(), 0);
    assert!(!world.path("home/nowhere").exists());
    // What stands above it is where somebody keeps things.
    world.ok(&["export", "--dir", "out/inside"]);
    assert_eq!(std::fs::read_dir(world.path("home/autostart/inside")).expect("a directory").count(), 4);
}

/// A directory at the place of a file is somebody's too.
#[test]
fn nor_is_anything_replaced_that_is_no_file() {
    let (world, _) = scene();
    world.write("out/conflicts.json/kept", b"theirs");
    let done = world.run(&["export", "--dir", "out"]);
    assert_eq!(done.code, Some(128), "{done:?}");
    assert!(done.stderr.contains("conflicts.json"), "{done:?}");
    assert_eq!(std::fs::read(world.path("out/conflicts.json/kept")).expect("a file"), b"theirs");
    let man = world.write("pages/git-chittysync.1", b"old");
    std::fs::remove_file(&man).expect("removed");
    symlink(world.home().join(".profile"), &man).expect("a link");
    let done = world.run(&["man", "--dir", "pages"]);
    assert!(done.stderr.contains("is a symbolic link"), "{done:?}");
    assert_eq!(std::fs::read(world.home().join(".profile")).expect("a file"), b"mine\n");
}

/// A project's settings come with the project; at home, links are the user's own, and followed.
#[test]
fn hooks_go_into_no_settings_that_a_project_links_to() {
    for link in [".claude", ".claude/settings.json"] {
        let (world, _) = scene();
        world.git(&world.path(""), &["init", "-q", "project"]);
        let mine = world.write("home/mine/settings.json", b"{}");
        let path = world.path("project").join(link);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        let target = if link == ".claude" { world.path("home/mine") } else { mine.clone() };
        symlink(target, &path).expect("a link");
        for command in ["install", "uninstall"] {
            let done = world.run(&["-C", "project", command, "--project"]);
            assert_eq!(done.code, Some(1), "{done:?}");
            assert!(done.stderr.contains(link) && done.stderr.contains("is a symbolic link"), "{done:?}");
        }
        assert_eq!(std::fs::read(&mine).expect("a file"), b"{}");
    }
}

/// Neither are a masked unit, a linked page or a linked git hook ours to write.
#[test]
fn what_is_linked_from_elsewhere_is_left_alone() {
    let (world, mine) = scene();
    let links = [
        world.home().join(".local/share/bash-completion/completions/git-chittysync"),
        world.store().join("hooks/pre-push"),
        world.store().join("hooks/post-merge"),
    ];
    for link in &links {
        std::fs::create_dir_all(link.parent().expect("a parent")).expect("a directory");
        symlink(&mine, link).expect("a link");
    }
    let done = world.run(&["install", "--git-hooks"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.stderr.matches("was not written by us").count(), 3, "{done:?}");
    world.ok(&["uninstall", "--git-hooks"]);
    for link in &links {
        assert!(link.is_symlink(), "{}", link.display());
    }
    assert_eq!(std::fs::read(&mine).expect("a file"), b"mine\n");
}

/// A repository that says of itself that it is a store is written to, and it may have come with links in it: to a file,
/// or to a directory that is emptied of what killed runs left, or whose events are taken.
#[test]
fn a_store_that_came_with_links_writes_to_none() {
    let (world, mine) = scene();
    let papers = world.path("home/papers");
    let paper = world.write("home/papers/2026-11-20.json", b"{}");
    let files = ["log", "log.new", "lock", "transfer", "wanted", "daemon.lock", "seen", "merged", "lists", "device"];
    let directories = ["", "tmp", "spool", "archived"];
    let links = files.map(|name| (name, &mine)).into_iter().chain(directories.map(|name| (name, &papers)));
    for (name, target) in links {
        let project = world.path(&format!("project-{name}"));
        world.git(&world.path(""), &["init", "-q", &format!("project-{name}")]);
        world.git(&project, &["config", "chittysync.enabled", "true"]);
        let ours = project.join(".git/chittysync");
        if name.is_empty() {
            symlink(target, &ours).expect("a link");
        } else {
            std::fs::create_dir(&ours).expect("a directory");
            symlink(target, ours.join(name)).expect("a link");
        }
        let words = format!("Heard with a link, {name}.");
        let event = serde_json::json!({ "session_id": format!("s-{name}"), "cwd": project, "task_id": "1",
            "hook_event_name": "TaskCreated", "task_subject": words });
        world.hook(&event);
        let here = project.to_str().expect("UTF-8");
        world.run(&["-C", here, "hook", "--background"]);
        for arguments in [&["add", "Two"][..], &["sync", "-q"], &["list"], &["daemon", "log"], &["doctor"]] {
            world.run(&[&["-C", here], arguments].concat());
        }
        let named = world.run(&["--store", here, "add", "Two"]);
        assert_eq!(named.code, Some(128), "{named:?}");
        assert!(named.stderr.contains("symbolic links in its directory chittysync"), "{named:?}");
        world.run(&["--store", here, "hook", "TaskCreated"]);
        world.input(&["--store", here, "hook", "TaskCreated"], event.to_string().as_bytes());
        world.ok(&["consolidate"]);
        assert_eq!(world.todo(&words)["status"], "pending", "it goes where it would without that store");
        assert_eq!(std::fs::read(&mine).expect("a file"), b"mine\n", "{name}");
        let permissions = std::fs::metadata(&mine).expect("a file").permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777, 0o644, "{name}");
        assert_eq!(std::fs::read(&paper).expect("a file"), b"{}", "{name}");
        assert_eq!(std::fs::read_dir(&papers).expect("a directory").count(), 1, "{name}");
    }
}
