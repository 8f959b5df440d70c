//! The git remote itself: what it answers, and what it does not.

use std::io::{Read, Write};
use std::time::Duration;

use crate::scene::{Scene, until};

#[test]
fn hostile_paths_are_refused() {
    let scene = Scene::new();
    let token = scene.token("one", "admin");
    scene.world.write("secret.git/HEAD", b"ref: refs/heads/main\n");
    for path in [
        "/git/todos.git/HEAD",
        "/git/todos.git/config",
        "/git/todos.git/chittysync/tokens",
        "/git/todos.git/info/refs",
        "/git/todos.git/info/refs?service=git-upload-archive",
        "/git/todos.git/../secret.git/info/refs?service=git-upload-pack",
        "/git/todos.git/%2e%2e/secret.git/info/refs?service=git-upload-pack",
        "/git/todos.git/..%2fsecret.git/info/refs?service=git-upload-pack",
        "/git/secret.git/info/refs?service=git-upload-pack",
        "/git//todos.git/info/refs?service=git-upload-pack",
        "/git/todos.git",
        "/git/",
        "/../../etc/passwd",
    ] {
        let answer = scene.get(path, &token);
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
}

#[test]
fn a_push_may_be_large_and_not_too_large() {
    // Everything goes through a file, and a thousand bytes are too many.
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "in_memory=2")], &[]);
    let token = scene.device("one");
    scene.run("one", &token, &["add", "Through a file"]);
    let pushed = scene.git(&token, "one.git", &["push", &scene.url(), "refs/chittysync/*:refs/chittysync/*"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let small = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "push=100")], &[]);
    let token = small.device("one");
    small.run("one", &token, &["add", "Too much"]);
    let pushed = small.git(&token, "one.git", &["push", &small.url(), "refs/chittysync/*:refs/chittysync/*"]);
    assert!(pushed.code != Some(0) && pushed.stderr.contains("413"), "{pushed:?}");
    assert!(small.refs().is_empty());
    let left = std::fs::read_dir(small.store("hub").join("chittysync/hub")).expect("a directory");
    assert_eq!(left.flatten().map(|entry| entry.file_name()).collect::<Vec<_>>(), ["hooks"]);
}

/// The user's git configuration, and that of the repository, start nothing.
#[test]
fn no_hook_but_ours_runs() {
    let scene = Scene::new();
    let token = scene.device("one");
    let marker = scene.world.path("ran");
    let script = format!("#!/bin/sh\ntouch {}\n", marker.display());
    for hook in ["pre-receive", "update", "post-receive", "post-update", "reference-transaction"] {
        let path = scene.world.write(&format!("hub.git/hooks/{hook}"), script.as_bytes());
        crate::common::executable(&path);
    }
    scene.run("one", &token, &["add", "Quietly"]);
    let pushed = scene.git(&token, "one.git", &["push", &scene.url(), "refs/chittysync/*:refs/chittysync/*"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    assert!(!marker.exists());
}

#[test]
fn a_name_that_is_not_ours_is_not_answered() {
    let scene = Scene::with(&[], &["--host", "Todos.Example"]);
    for (host, status) in [("evil.example", 421), ("todos.example", 200), ("localhost:1", 200)] {
        let answer = scene.ask("GET", "/health", "", &[("Host", host)], b"");
        assert_eq!(answer.status, status, "{host}: {answer:?}");
    }
    let token = scene.token("one", "write");
    let headers = [("Content-Type", "application/json"), ("Origin", "https://evil.example")];
    let sent = scene.ask("POST", "/api/todos/sync", &token, &headers, br#"[{"content":"x","status":"pending"}]"#);
    assert_eq!(sent.status, 403, "{sent:?}");
    assert!(scene.refs().is_empty());
}

/// Whoever begins to send and stops is sent away, and nothing was started for it.
#[test]
fn a_stalled_push_is_given_up() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "stall_ms=300")], &[]);
    let token = scene.token("one", "write");
    let mut stream = scene.connect();
    let head = format!(
        "POST /git/todos.git/git-receive-pack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 1000000\r\n\r\n0000"
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 408");
    // Meanwhile, and afterwards, others are served.
    until("it serves", || scene.get("/health", "").status == 200);
    std::thread::sleep(Duration::from_millis(50));
    assert!(scene.refs().is_empty());
}
