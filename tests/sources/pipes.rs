//! Where a file of git's should be, there can be anything. A pipe keeps whoever opens it waiting for ever, a device
//! never ends.
#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;

use crate::common::{Done, World, done};

/// Files that git or gix open when they look at a repository.
const FILES: [&str; 10] = [
    ".git",
    ".git/HEAD",
    ".git/config",
    ".git/config.worktree",
    ".git/commondir",
    ".git/gitdir",
    ".git/packed-refs",
    ".git/objects/info/alternates",
    ".git/shallow",
    "included",
];

/// What can stand there instead.
const KINDS: [&str; 6] = ["pipe", "link to a pipe", "socket", "endless", "huge", "directory"];

/// Returns the name of a repository with such a file, which is that of its project.
fn place(file: &str, kind: &str) -> String {
    format!("{}-{}", file.replace(['.', '/'], ""), kind.replace(' ', "")).to_lowercase()
}

fn put(world: &World, path: &Path, kind: &str) {
    if path.is_dir() {
        std::fs::remove_dir_all(path).expect("removed");
    }
    let _ = std::fs::remove_file(path);
    let pipe = |path: &Path| assert!(world.command("mkfifo").arg(path).status().expect("mkfifo").success());
    match kind {
        "pipe" => pipe(path),
        "link to a pipe" => {
            let target = world.path("elsewhere");
            if !target.exists() {
                pipe(&target);
            }
            symlink(target, path).expect("a link");
        }
        "socket" => drop(std::os::unix::net::UnixListener::bind(path).expect("a socket")),
        "endless" => symlink("/dev/zero", path).expect("a link"),
        "huge" => std::fs::File::create(path).and_then(|file| file.set_len(1 << 40)).expect("a file with holes"),
        _ => std::fs::create_dir(path).expect("a directory"),
    }
}

/// Runs the program, and ends it when it takes too long.
fn run(world: &World, directory: &Path, arguments: &[&str], input: &str) -> Done {
    let input = world.write("input", input.as_bytes());
    let mut command = world.command("timeout");
    command.current_dir(directory).args(["30", "git-chittysync"]).args(arguments);
    let done = done(command.stdin(std::fs::File::open(input).expect("a file")).output());
    assert_ne!(done.code, Some(124), "it waits for ever: {arguments:?} in {}", directory.display());
    done
}

#[test]
fn nothing_in_a_project_holds_up_a_hook_or_a_capture() {
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    let mut count = 0;
    for file in FILES {
        for kind in KINDS {
            // A repository may have no such file, and a `.git` of this kind is none.
            let repo = world.path(&place(file, kind));
            std::fs::create_dir(&repo).expect("a directory");
            world.git(&repo, &["init", "-q"]);
            world.git(&repo, &["config", "include.path", "../included"]);
            world.git(&repo, &["config", "extensions.worktreeConfig", "true"]);
            put(&world, &repo.join(file), kind);
            let name = format!("{file}, {kind}");
            count += 1;
            let event = json!({
                "session_id": format!("s{count}"), "cwd": repo, "hook_event_name": "TaskCreated", "task_id": "1",
                "task_subject": format!("Heard: {name}."),
            });
            let done = run(&world, &repo, &["hook", "TaskCreated"], &event.to_string());
            assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{name}");
            let session = format!("029e1c6e-0000-4000-8000-{count:012}");
            let list = json!([{ "content": format!("Captured: {name}."), "status": "pending" }]);
            world.write(&format!("claude/todos/{session}-agent-{session}.json"), list.to_string().as_bytes());
            let line = json!({ "type": "user", "cwd": repo, "sessionId": session, "uuid": "u",
                "timestamp": "2026-11-20T09:00:00.000Z", "message": { "role": "user", "content": "hi" } });
            world.write(&format!("claude/projects/x/{session}.jsonl"), format!("{line}\n").as_bytes());
        }
    }
    let claude = world.path("claude");
    let from = claude.to_str().expect("UTF-8");
    let done = run(&world, &world.home(), &["sync", "-q", "--from", from], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let todos = world.todos();
    for file in FILES {
        for kind in KINDS {
            let directory = place(file, kind);
            for words in [format!("Heard: {file}, {kind}."), format!("Captured: {file}, {kind}.")] {
                let found = todos.iter().find(|todo| todo["content"] == words).expect(&words);
                assert_eq!(found["project"], directory, "{words}");
            }
        }
    }
}

/// Commands that somebody types there, and git's own programs that they start.
#[test]
fn nothing_in_a_project_holds_up_a_command() {
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    std::fs::create_dir_all(world.home().join(".claude")).expect("a directory");
    for file in [".git/config", ".git/HEAD", ".git/commondir", ".claude/settings.json"] {
        let repo = world.path(&format!("repo{}", file.replace(['.', '/'], "")));
        std::fs::create_dir_all(repo.join(".claude")).expect("a directory");
        world.git(&repo, &["init", "-q"]);
        put(&world, &repo.join(file), "pipe");
        for arguments in [
            &["add", file][..],
            &["list"],
            &["ready"],
            &["done", file],
            &["sync"],
            &["doctor"],
            &["install", "--dry-run"],
            &["install", "--project"],
            &["init"],
        ] {
            run(&world, &repo, arguments, "");
        }
        assert_eq!(world.todo(file)["status"], "completed");
    }
}

/// What the user has at home is the user's, but opening it must end.
#[test]
fn nothing_at_home_holds_up_a_command() {
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    for file in [
        ".claude/settings.json",
        ".claude/settings.local.json",
        ".claude.json",
        ".claude/teams/a/config.json",
        ".claude/tasks/a/1.json",
        ".claude/todos/a-agent-a.json",
        ".claude/projects/a/a.jsonl",
        ".local/share/bash-completion/completions/git-chittysync",
        ".local/share/chittysync/store.git/hooks/pre-push",
    ] {
        let path = world.home().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        put(&world, &path, "pipe");
        let event = json!({ "session_id": "s", "cwd": world.home(), "hook_event_name": "TaskCreated", "task_id": "1",
            "task_subject": file });
        for arguments in [
            &["hook", "TaskCreated"][..],
            &["doctor"],
            &["install", "--git-hooks"],
            &["uninstall"],
            &["sync", "-q"],
            &["status"],
        ] {
            run(&world, &world.home(), arguments, &event.to_string());
        }
        assert_eq!(world.todo(file)["status"], "pending");
    }
}

/// A store that cannot be opened keeps the events that it is told.
#[test]
fn a_store_with_a_pipe_in_it_keeps_events() {
    let world = World::new();
    let _daemon = world.as_daemon();
    for (file, number) in [("config", 1), ("packed-refs", 2), ("config.worktree", 3)] {
        let path = world.store().join(file);
        let before = std::fs::read(&path).ok();
        put(&world, &path, "pipe");
        let event = json!({ "session_id": "s", "cwd": "/nowhere", "hook_event_name": "TaskCreated",
            "task_id": number.to_string(), "task_subject": file });
        let told = run(&world, &world.home(), &["hook", "TaskCreated"], &event.to_string());
        assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""), "{file}");
        let refused = run(&world, &world.home(), &["list"], "");
        assert_eq!(refused.code, Some(128), "{refused:?}");
        assert!(refused.stderr.contains(file) && refused.stderr.contains("is a pipe"), "{refused:?}");
        std::fs::remove_file(&path).expect("removed");
        before.into_iter().for_each(|before| std::fs::write(&path, before).expect("put back"));
        world.ok(&["consolidate"]);
        assert_eq!(world.todo(file)["status"], "pending");
    }
}

/// A file that is written when nobody looks is read at the next look, as before.
#[test]
fn a_repository_that_is_whole_again_is_looked_at_again() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "repo"]);
    let repo = world.path("repo");
    world.git(&repo, &["remote", "add", "origin", "git@example.com:acme/api.git"]);
    let config = repo.join(".git/config");
    let before = std::fs::read(&config).expect("a file");
    put(&world, &config, "pipe");
    run(&world, &repo, &["add", "Before"], "");
    std::fs::remove_file(&config).expect("removed");
    std::fs::write(&config, before).expect("put back");
    run(&world, &repo, &["add", "After"], "");
    assert_eq!(
        (&world.todo("Before")["full_project"], &world.todo("After")["full_project"]),
        (&"repo".into(), &"acme/api".into())
    );
}

/// Each file of settings that includes the next one a hundred times makes a million of four.
#[test]
fn settings_that_include_without_end() {
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    world.git(&world.path(""), &["init", "-q", "repo"]);
    for number in 0..4 {
        let line = format!("\tpath = included-{}\n", number + 1);
        let text = format!("[include]\n{}", line.repeat(100));
        world.write(&format!("repo/.git/included-{number}"), text.as_bytes());
    }
    world.write("repo/.git/included-4", b"[a]\n\tb = c\n");
    let config = world.path("repo/.git/config");
    for more in ["[include]\n\tpath = included-0\n", "[include]\n\tpath = config\n"] {
        let text = std::fs::read_to_string(&config).expect("a file") + more;
        std::fs::write(&config, text).expect("a file");
        let words = format!("With {} bytes", more.len());
        run(&world, &world.path("repo"), &["add", &words], "");
        assert_eq!(world.todo(&words)["project"], "repo");
    }
}
