//! Tokens: who is let in, and what is kept of them.

use crate::scene::Scene;

/// Runs `hub token` in the hub's store.
fn token(scene: &Scene, arguments: &[&str]) -> crate::common::Done {
    let store = scene.store("hub");
    let all: Vec<&str> =
        ["--store", store.to_str().expect("UTF-8"), "hub", "token"].iter().chain(arguments).copied().collect();
    scene.world.run(&all)
}

#[test]
fn wrong_expired_and_revoked_tokens_are_401_everywhere() {
    let scene = Scene::new();
    let good = scene.token("one", "write");
    let other = scene.token("two", "write");
    let made = token(&scene, &["add", "--device", "one", "--expires", "0s"]);
    let expired = made.stdout.trim().to_owned();
    assert!(expired.starts_with("cst_"), "{made:?}");
    let id = other.split('_').nth(1).expect("an id").to_owned();
    assert_eq!(scene.get("/api/status", &other).status, 200, "before");
    assert_eq!(token(&scene, &["revoke", &id]).code, Some(0));
    let mut wrong = good.clone();
    let last = if wrong.pop() == Some('0') { '1' } else { '0' };
    wrong.push(last);
    for (token, reason) in [
        ("", "has to present a token"),
        ("nonsense", "not known"),
        (wrong.as_str(), "not known"),
        (expired.as_str(), "expired"),
        (other.as_str(), "revoked"),
    ] {
        for (method, path) in [
            ("GET", "/api/status"),
            ("GET", "/api/todos"),
            ("GET", "/api/todos/x"),
            ("GET", "/api/events"),
            ("POST", "/api/todos/sync"),
            ("GET", "/git/todos.git/info/refs?service=git-upload-pack"),
            ("POST", "/git/todos.git/git-receive-pack"),
        ] {
            let answer = scene.ask(method, path, token, &[("Content-Type", "application/json")], b"");
            assert_eq!(answer.status, 401, "{method} {path} {token}: {answer:?}");
            assert!(answer.json()["detail"].as_str().is_some_and(|text| text.contains(reason)), "{answer:?}");
            assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Basic")), "{answer:?}");
        }
        let clone = scene.git(token, "", &["clone", "-q", &scene.url(), "copy"]);
        assert_ne!(clone.code, Some(0), "{token}: {clone:?}");
    }
    assert_eq!(scene.get("/api/status", &good).status, 200);
}

#[test]
fn scopes_hold() {
    let scene = Scene::new();
    let (read, write) = (scene.token("one", "read"), scene.token("one", "write"));
    let body = r#"[{"content":"x","status":"pending"}]"#;
    assert_eq!(scene.post("/api/todos/sync", &read, body).status, 403);
    let asked = "/git/todos.git/info/refs?service=git-receive-pack";
    assert_eq!(scene.get(asked, &read).status, 403);
    assert_eq!(scene.get(asked, &write).status, 200);
    assert_eq!(scene.get("/git/todos.git/info/refs?service=git-upload-pack", &read).status, 200);
    assert!(scene.refs().is_empty());
}

#[test]
fn a_token_is_shown_once_and_kept_as_a_hash() {
    let scene = Scene::new();
    let made = scene.token("one", "write");
    let file = scene.store("hub").join("chittysync/tokens");
    let kept = std::fs::read_to_string(&file).expect("a file");
    assert!(!kept.contains(made.rsplit('_').next().expect("a secret")), "{kept}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).expect("a file").permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let listed = token(&scene, &["list"]);
    assert!(listed.stdout.contains("one") && !listed.stdout.contains(&made), "{listed:?}");
    // A file that cannot be understood lets nobody in.
    std::fs::write(&file, "{").expect("a file");
    assert_eq!(scene.get("/api/status", &made).status, 500);
}

#[test]
fn what_cannot_be_meant_is_said() {
    let scene = Scene::new();
    for (arguments, code) in [
        (&["add", "--device", " "][..], 129),
        (&["add", "--device", "a\nb"], 129),
        (&["add", "--device", "a", "--expires", "soon"], 129),
        (&["add", "--device", "a", "--scope", "all"], 129),
        (&["add"], 129),
        (&["revoke", "0000"], 1),
    ] {
        let done = token(&scene, arguments);
        assert_eq!(done.code, Some(code), "{arguments:?}: {done:?}");
        assert!(done.stderr.contains("hint:") || done.stderr.contains("--help"), "{arguments:?}: {done:?}");
    }
}
