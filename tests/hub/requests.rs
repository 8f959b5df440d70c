//! What goes with each request: keys, tags, methods, limits, and the description of all of them.

use chittysync::wire::{Kind, OPERATIONS};
use serde_json::{Value, json};

use crate::routes::{add, send};
use crate::scene::Scene;
use crate::schema::description;

/// A request that is sent again with its key is done once, also when the hub was killed meanwhile.
#[test]
fn a_key_is_used_once() {
    let mut scene = Scene::new();
    let token = scene.token("one", "write");
    let key = [("Idempotency-Key", "0b54-1")];
    let id = add(&scene, &token, "Fix login");
    let toggle = |scene: &Scene, verb: &str, key: &[(&str, &str)]| {
        send(scene, "POST", &format!("/api/todo/{id}/{verb}"), &token, key, &Value::Null)
    };
    let first = toggle(&scene, "done", &key);
    assert_eq!(toggle(&scene, "reopen", &[("Idempotency-Key", "0b54-2")]).status, 200);
    scene.kill();
    scene.start(&[], &[]);
    let again = toggle(&scene, "done", &key);
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")), "{again:?}");
    assert_eq!((first.status, &again.json()["todo"]["status"]), (200, &json!("pending")), "it was not done again");
    assert_eq!(toggle(&scene, "start", &key).status, 422, "the key was used for something else");
    // The same of a list, of a session, and of a todo that is added.
    let tips = |scene: &Scene| scene.refs().iter().map(|name| scene.tip(name)).collect::<Vec<_>>();
    for (path, body) in [
        ("/api/todos/sync", json!({"session_id": "s", "todos": [{"content": "A"}]})),
        ("/api/todo", json!({"content": "B"})),
        ("/api/session", json!({"id": "t", "title": "T"})),
        ("/api/project", json!({"id": "p", "name": "P"})),
    ] {
        let key = [("Idempotency-Key", path)];
        let first = send(&scene, "POST", path, &token, &key, &body);
        assert_eq!(first.status, 201, "{first:?}");
        let before = tips(&scene);
        let again = send(&scene, "POST", path, &token, &key, &body);
        assert_eq!((again.status, tips(&scene)), (200, before), "{path}: {again:?}");
        assert_eq!(again.json()["todo"]["id"], first.json()["todo"]["id"]);
    }
    // What was said in between stays.
    let titled = |title: &str, key: &str| {
        let title = json!({ "id": "t", "title": title });
        send(&scene, "POST", "/api/session", &token, &[("Idempotency-Key", key)], &title)
    };
    assert_eq!((titled("A", "a").status, titled("B", "b").status, titled("A", "a").status), (200, 200, 200));
    let shown = || scene.get("/api/session/t", &token).json();
    assert!(shown().to_string().contains("\"B\""), "{}", shown());
    let ended = |key: &str| send(&scene, "DELETE", "/api/session/t", &token, &[("Idempotency-Key", key)], &Value::Null);
    assert_eq!(ended("e").status, 200);
    assert_eq!(send(&scene, "PUT", "/api/session/t", &token, &[], &json!({})).status, 200);
    assert_eq!(ended("e").status, 200);
    assert_eq!(shown()["ended"], Value::Null, "it went on");
    let other = scene.token("two", "write");
    assert_eq!(send(&scene, "POST", "/api/todo", &other, &key, &json!({"content": "Z"})).status, 201, "another's key");
    for bad in ["", &"k".repeat(256)] {
        assert_eq!(toggle(&scene, "done", &[("Idempotency-Key", bad)]).status, 422);
    }
}

#[test]
fn every_read_has_a_tag_and_knows_head_and_options() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let register = json!({"id": "s", "projectId": "acme/api"});
    assert_eq!(send(&scene, "POST", "/api/session", &token, &[], &register).status, 201);
    let id = add(&scene, &token, "Fix the database");
    let first = scene.tip("refs/heads/consolidated");
    let store = scene.store("hub");
    scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "mirror", "add", "papers", "files", "place"]);
    let path = |pattern: &str| {
        let pattern = pattern.replace("{mirror}", "papers");
        let path = pattern.replace("{id}", &id).replace("{project}", "acme/api").replace("{session}", "s");
        path.replace("{ms}", "0").replace("{category}", "database").replace("{service}", "sync")
    };
    let reads = || OPERATIONS.iter().filter(|one| matches!(one.kind, Kind::OfCommit | Kind::OfNow));
    for operation in reads() {
        let path = path(operation.path);
        let got = scene.get(&path, &token);
        let tag = got.header("etag").unwrap_or_else(|| panic!("{path}: {got:?}")).to_owned();
        assert_eq!(got.status, 200, "{path}");
        let same = scene.ask("GET", &path, &token, &[("If-None-Match", &tag)], b"");
        assert_eq!((same.status, same.body.as_str()), (304, ""), "{path}");
        let head = scene.ask("HEAD", &path, &token, &[], b"");
        assert_eq!((head.status, head.body.as_str(), head.header("etag")), (200, "", Some(tag.as_str())), "{path}");
        let options = scene.ask("OPTIONS", &path, "", &[], b"");
        assert!(
            options.status == 204 && options.header("allow").is_some_and(|all| all.contains("GET, HEAD")),
            "{options:?}"
        );
        let wrong = scene.ask("TRACE", &path, "", &[], b"");
        assert!(wrong.status == 405 && wrong.header("allow").is_some(), "{wrong:?}");
    }
    // What was, as it was.
    let then: Vec<String> = reads().filter(|one| one.kind == Kind::OfCommit).map(|one| path(one.path)).collect();
    let before: Vec<String> = then.iter().map(|path| scene.get(path, &token).body).collect();
    add(&scene, &token, "Later");
    for (path, before) in then.iter().zip(before) {
        let got = scene.get(&format!("{path}?at={first}"), &token);
        assert_eq!(got.body, before, "{path}");
        assert!(got.header("cache-control").is_some_and(|value| value.contains("immutable")), "{got:?}");
    }
    // A session's own commit leads to the branch, and holds nothing of the others.
    let said = send(&scene, "POST", "/api/todo", &token, &[], &json!({"content": "By itself"}));
    let commit = said.json()["commit"].as_str().unwrap_or_else(|| panic!("{said:?}")).to_owned();
    assert_eq!(scene.get(&format!("/api/todos?at={commit}"), &token).status, 404);
    let admin = scene.token("boss", "admin");
    for to in [commit.as_str(), &commit[..12], "HEAD~1", "consolidated", "refs/heads/consolidated", "-x"] {
        let back = send(&scene, "POST", "/api/rollback", &admin, &[], &json!({ "to": to }));
        assert_eq!(back.status, 422, "{to}: {back:?}");
    }
    for at in ["HEAD", "0123", &"0".repeat(40), &scene.tip("refs/heads/consolidated^{tree}")] {
        assert_eq!(scene.get(&format!("/api/todos?at={at}"), &token).status, 404, "{at}");
    }
}

/// The router, the table and the description are one: each is held against the others.
#[test]
fn the_description_is_served_and_each_of_its_routes_is_there() {
    let scene = Scene::new();
    let token = scene.token("one", "admin");
    let served = scene.get("/api/openapi.json", "").json();
    let (mut served, mut known) = (served, description().clone());
    served["info"]["version"].take();
    known["info"]["version"].take();
    assert_eq!(served, known);
    for (path, item) in known["paths"].as_object().expect("paths") {
        let path = path.replace(['{', '}'], "");
        for method in item.as_object().expect("methods").keys() {
            if path == "/api/events" {
                continue;
            }
            let answer = send(&scene, &method.to_uppercase(), &path, &token, &[], &Value::Null);
            let no_route = answer.status == 404 && answer.body.contains("there is nothing of this name");
            assert!(answer.status != 405 && !no_route, "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn too_often_is_told_with_a_time() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "writes=2")], &[]);
    let (token, other) = (scene.token("one", "write"), scene.token("two", "write"));
    let say = |token: &str| send(&scene, "POST", "/api/todo", token, &[], &json!({}));
    let first = say(&token);
    assert_eq!((first.status, first.header("x-ratelimit-remaining")), (422, Some("1")), "{first:?}");
    assert_eq!(say(&token).header("ratelimit-policy"), Some("\"write\";q=2;w=60"));
    let third = say(&token);
    assert!(third.status == 429 && third.header("retry-after").is_some(), "{third:?}");
    assert_eq!((say(&other).status, scene.get("/api/todos", &token).status), (422, 200));
}

#[test]
fn how_it_is_doing() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    add(&scene, &token, "A secret plan");
    assert_eq!((scene.get("/health/live", "").status, scene.get("/health/ready", "").status), (200, 200));
    assert_eq!(scene.get("/metrics", "").status, 401, "numbers are not for everybody");
    let numbers = scene.get("/metrics", &token).body;
    assert!(numbers.contains("chittysync_todos{status=\"pending\"} 1\n") && !numbers.contains("secret"), "{numbers}");
    let known = scene.get("/.well-known/chittysync", "").json();
    assert_eq!((&known["version"], &known["merges"]), (&json!(1), &json!("hub")), "{known}");
    assert_eq!(scene.post("/api/todo", &token, r#"{"content":"A secret plan"}"#).status, 201);
    assert_eq!(scene.post("/api/todo/secret/done", "", "").status, 401);
    let store = scene.store("hub");
    let log = scene.world.ok(&["--store", store.to_str().expect("UTF-8"), "daemon", "log"]);
    assert!(
        log.contains("method=POST path=/api/todo status=201") && !log.contains("status=401"),
        "who is not known fills no log: {log}"
    );
    assert!(!scene.get("/metrics", &token).body.contains("refused_total 0\n"), "they are counted");
    assert!(!log.contains("secret"), "{log}");
    let branch = scene.store("hub").join("refs/heads/consolidated");
    std::fs::write(&branch, "damaged").expect("a file");
    assert_eq!(scene.get("/health/ready", "").status, 503);
}

/// With few threads that may wait for the disk, those who ask wait for each other, and all are answered.
#[test]
fn two_threads_are_enough() {
    let scene = Scene::with(&[("CHITTYSYNC_HUB_LIMITS", "blocking=2")], &[]);
    let token = scene.device("one");
    scene.list("one", "pushed", &[("By a push", "pending")]);
    std::thread::scope(|scope| {
        let (scene, token) = (&scene, &token);
        let pushed = scope.spawn(move || scene.sync("one", token).code);
        let asking: Vec<_> = (0..12)
            .map(|number| {
                scope.spawn(move || match number % 2 {
                    0 => scene.post("/api/todo", token, &format!("{{\"content\":\"Todo {number}\"}}")).status,
                    _ => scene.get("/api/todos", token).status + 1,
                })
            })
            .collect();
        for asked in asking {
            assert_eq!(asked.join().expect("no panic"), 201);
        }
        assert_eq!(pushed.join().expect("no panic"), Some(0));
    });
    // Two serve, two wait for the disk, and those that these begin for each processor are called so, too.
    #[cfg(target_os = "linux")]
    {
        let tasks = format!("/proc/{}/task", scene.hub.as_ref().expect("a hub").id());
        let tasks = std::fs::read_dir(tasks).expect("a process").flatten();
        let names = tasks.map(|task| std::fs::read_to_string(task.path().join("comm")).unwrap_or_default());
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        assert!(names.filter(|name| name.starts_with("tokio-")).count() <= 4 + processors);
    }
}
