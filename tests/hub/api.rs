//! What scripts say and ask. What is answered with success is in the store.

use serde_json::json;

use crate::scene::Scene;

#[test]
fn health_has_the_keys_of_the_original() {
    let scene = Scene::new();
    let health = scene.get("/health", "").json();
    for key in ["service", "status", "version", "architecture", "platforms", "resources", "endpoints"] {
        assert!(!health[key].is_null(), "{key}: {health}");
    }
    assert_eq!((&health["service"], &health["status"]), (&json!("sync"), &json!("healthy")));
}

/// What the original's cron script sends: a bare array, to the path with a version.
#[test]
fn the_bare_array_of_the_cron_script_is_taken_and_stored() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let body = r#"[{"content":"From cron","status":"in_progress","activeForm":"Running cron"}]"#;
    let first = scene.post("/api/v1/todos/sync", &token, body);
    assert_eq!(first.status, 201, "{first:?}");
    let said = first.json();
    assert_eq!((&said["success"], &said["synced"], &said["added"]), (&json!(true), &json!(1), &json!(1)), "{said}");
    assert_eq!(said["commit"], json!(scene.tip("refs/chittysync/hub-one")));
    assert_eq!(said["consolidated"], json!(scene.tip("refs/heads/consolidated")));
    // The same again is no new commit.
    let again = scene.post("/api/v1/todos/sync", &token, body);
    assert_eq!((again.status, &again.json()["commit"]), (200, &said["commit"]), "{again:?}");
    assert_eq!(again.json()["unchanged"], 1);
    let status = scene.get("/api/status", &token).json();
    assert_eq!(status["todos"]["in_progress"], 1, "{status}");
    assert_eq!((&status["projects"]["total"], &status["sessions"]["total"]), (&json!(1), &json!(1)), "{status}");
}

#[test]
fn after_a_kill_everything_that_was_acknowledged_is_there() {
    let mut scene = Scene::new();
    let token = scene.token("one", "write");
    for number in 0..5 {
        let body = json!({"session_id": format!("s{number}"), "project": "acme/api", "todos": [{"content": format!("Todo {number}"), "status": "pending"}]});
        let answer = scene.post("/api/todos/sync", &token, &body.to_string());
        scene.kill();
        assert_eq!(answer.status, 201, "{answer:?}");
        let commit = answer.json()["commit"].as_str().expect("a commit").to_owned();
        assert_eq!(scene.tip(&format!("refs/chittysync/s{number}")), commit);
        scene.start(&[], &[]);
        let project = scene.get("/api/todos/acme%2Fapi", &token).json();
        assert_eq!(project["todos"].as_array().map(Vec::len), Some(number + 1), "{project}");
    }
    let fsck = scene.world.git_run(&scene.store("hub"), &["fsck", "--strict"]);
    assert_eq!(fsck.code, Some(0), "{fsck:?}");
}

#[test]
fn projects_and_their_todos() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let body = r#"{"sessionId":"s1","projectId":"acme/api","todos":[{"content":"A","status":"completed"},{"content":"B","status":"pending","active_form":"Doing B"}]}"#;
    assert_eq!(scene.post("/api/todos/sync", &token, body).status, 201);
    let all = scene.get("/api/todos", &token).json();
    let row = &all["projects"][0];
    assert_eq!((&row["projectId"], &row["fullProjectId"]), (&json!("api"), &json!("acme/api")), "{all}");
    let counts =
        ["todoCount", "pendingTodos", "inProgressTodos", "completedTodos", "sessions"].map(|key| row[key].clone());
    assert_eq!(counts, [json!(2), json!(1), json!(0), json!(1), json!(1)], "{all}");
    for name in ["api", "acme%2Fapi", "acme/api"] {
        let project = scene.get(&format!("/api/todos/{name}"), &token).json();
        let todos = project["todos"].as_array().expect("todos");
        let b = todos.iter().find(|todo| todo["content"] == "B").expect("B");
        assert_eq!((&b["activeForm"], &b["addedBy"]), (&json!("Doing B"), &json!("s1")), "{b}");
    }
    let data = scene.get("/api/todos?status=pending&limit=1", &token).json();
    assert_eq!((data["data"].as_array().map(Vec::len), &data["data"][0]["content"]), (Some(1), &json!("B")), "{data}");
    let unknown = scene.get("/api/todos/nothing", &token);
    assert_eq!((unknown.status, &unknown.json()["todos"]), (404, &json!([])), "{unknown:?}");
}

#[test]
fn completed_does_not_regress_and_half_a_list_drops_nothing() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let post = |body: &str| scene.post("/api/todos/sync", &token, body);
    assert_eq!(
        post(r#"{"session_id":"a","todos":[{"content":"X","status":"completed"},{"content":"Y","status":"pending"}]}"#)
            .status,
        201
    );
    let other = post(r#"{"session_id":"b","todos":[{"content":"X","status":"pending"}]}"#);
    assert_eq!(other.json()["todos"][0]["status"], "completed", "{other:?}");
    assert_eq!(post(r#"{"session_id":"a","complete":false,"todos":[{"content":"Z","status":"pending"}]}"#).status, 201);
    let states = |status: &str| scene.get(&format!("/api/todos?status={status}"), &token).json()["total"].clone();
    assert_eq!((states("pending"), states("completed")), (json!(2), json!(1)));
    // A whole list is what the session has.
    assert_eq!(post(r#"{"session_id":"a","todos":[{"content":"X","status":"completed"}]}"#).status, 201);
    assert_eq!(states("pending"), json!(0));
}

#[test]
fn what_is_wrong_is_a_problem_and_changes_nothing() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "body=200 todos=2")], &[]);
    let token = scene.token("one", "write");
    let long = format!(r#"[{{"content":"{}","status":"pending"}}]"#, "x".repeat(300));
    for (body, status) in [
        ("", 400),
        (r#"[{"content":"a "quote"","status":"pending"}]"#, 400),
        ("{}", 422),
        (r#"[{"status":"pending"}]"#, 422),
        (r#"{"session_id":"","todos":[]}"#, 422),
        (r#"{"session_id":"x","project":"a\nb","todos":[{"content":"x","status":"pending"}]}"#, 422),
        (r#"[{"content":"1"},{"content":"2"},{"content":"3"}]"#, 413),
        (long.as_str(), 413),
        (r#"{"device":"two","todos":[{"content":"x","status":"pending"}]}"#, 403),
    ] {
        let answer = scene.post("/api/todos/sync", &token, body);
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        let problem = answer.json();
        assert_eq!((&problem["status"], &problem["success"]), (&json!(status), &json!(false)), "{problem}");
        assert!(problem["error"].is_string() && problem["title"].is_string(), "{problem}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    let form = scene.ask("POST", "/api/todos/sync", &token, &[("Content-Type", "text/plain")], b"[]");
    assert_eq!(form.status, 415, "{form:?}");
    for (method, path, allow) in [("PUT", "/api/events", "GET, HEAD"), ("DELETE", "/api/status", "GET, HEAD")] {
        let answer = scene.ask(method, path, &token, &[], b"");
        assert_eq!(
            (answer.status, answer.header("allow").is_some()),
            (405, true),
            "{method} {path} {allow} {answer:?}"
        );
    }
    assert!(scene.refs().is_empty());
}

#[test]
fn nothing_new_is_304() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let add = |content: &str| {
        let body = json!([{"content": content, "status": "pending"}]).to_string();
        assert_eq!(scene.post("/api/todos/sync", &token, &body).status, 201);
    };
    add("One");
    for path in ["/api/todos", "/api/todos/general", "/api/todos?status=pending"] {
        let first = scene.get(path, &token);
        let etag = first.header("etag").expect("a tag").to_owned();
        assert_eq!(etag, format!("\"{}\"", scene.tip("refs/heads/consolidated")));
        let again = scene.ask("GET", path, &token, &[("If-None-Match", &etag)], b"");
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", Some(etag.as_str())), "{path}");
        add(path);
        assert_eq!(scene.ask("GET", path, &token, &[("If-None-Match", &etag)], b"").status, 200, "{path}");
    }
}

/// A token is for one device, also where it speaks through the API.
#[test]
fn another_devices_session_is_not_spoken_for() {
    let scene = Scene::new();
    let (one, two, admin) = (scene.token("one", "write"), scene.token("two", "write"), scene.token("x", "admin"));
    let body = r#"{"session_id":"s","todos":[{"content":"Of one","status":"pending"}]}"#;
    assert_eq!(scene.post("/api/todos/sync", &one, body).status, 201);
    let taken = r#"{"session_id":"s","todos":[{"content":"Of one","status":"completed"}]}"#;
    let refused = scene.post("/api/todos/sync", &two, taken);
    assert!(refused.status == 403 && refused.body.contains("of the device 'one'"), "{refused:?}");
    let by_admin = r#"{"session_id":"s","device":"one","todos":[{"content":"Of one","status":"completed"}]}"#;
    assert_eq!(scene.post("/api/todos/sync", &admin, by_admin).status, 201);
}

/// Credentials are taken out of what is posted, as of everything else.
#[test]
fn credentials_are_redacted() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let secret = format!("ghp_{}", "a1B2".repeat(9));
    let body = json!([{"content": format!("Use {secret}"), "status": "pending"}]).to_string();
    let answer = scene.post("/api/todos/sync", &token, &body);
    assert!(answer.status == 201 && !answer.body.contains(&secret) && answer.body.contains("redacted"), "{answer:?}");
}
