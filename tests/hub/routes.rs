//! Everything that can be asked besides lists: acts, sessions, projects, conflicts, history.

use chittysync::wire::{Kind, OPERATIONS};
use serde_json::{Value, json};

use crate::scene::{Answer, Scene};

pub fn send(scene: &Scene, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let all: Vec<(&str, &str)> = [("Content-Type", "application/json")].iter().chain(headers).copied().collect();
    scene.ask(method, path, token, &all, text.as_bytes())
}

pub fn add(scene: &Scene, token: &str, content: &str) -> String {
    let added = send(scene, "POST", "/api/todo", token, &[], &json!({"content": content, "project": "acme/api"}));
    assert_eq!(added.status, 201, "{added:?}");
    added.json()["todo"]["id"].as_str().expect("an id").to_owned()
}

/// Says that an answer is in the tree: its commit is behind the branch.
fn is_stored(scene: &Scene, answer: &Answer) {
    let said = answer.json();
    let (commit, branch) = (said["commit"].as_str().expect("a commit"), scene.tip("refs/heads/consolidated"));
    assert_eq!(said["consolidated"], json!(branch), "{said}");
    let holds = scene.world.git_run(&scene.store("hub"), &["merge-base", "--is-ancestor", commit, &branch]);
    assert_eq!(holds.code, Some(0), "{said}");
}

#[test]
fn a_todo_from_its_beginning_to_its_end() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let id = add(&scene, &token, "Fix login");
    let again = send(&scene, "POST", "/api/todo", &token, &[], &json!({"content": "Fix login", "project": "acme/api"}));
    assert_eq!((again.status, &again.json()["todo"]["id"]), (409, &json!(id)), "{again:?}");
    for (verb, became, status) in [
        ("start", "started", "in_progress"),
        ("start", "unchanged", "in_progress"),
        ("release", "released", "pending"),
        ("done", "completed", "completed"),
        ("reopen", "reopened", "pending"),
        ("drop", "dropped", "dropped"),
        ("reopen", "reopened", "pending"),
    ] {
        let said = send(&scene, "POST", &format!("/api/todo/{id}/{verb}"), &token, &[], &Value::Null);
        let document = said.json();
        assert_eq!(
            (said.status, &document["became"], &document["todo"]["status"]),
            (200, &json!(became), &json!(status)),
            "{document}"
        );
        is_stored(&scene, &said);
    }
    let short = &id[..6];
    let other = add(&scene, &token, "Write tests");
    let edited = json!({"priority": "high", "description": "With care", "blockedBy": [other]});
    let edited = send(&scene, "PATCH", &format!("/api/todo/{short}"), &token, &[], &edited);
    let todo = &edited.json()["todo"];
    assert_eq!(
        (&todo["priority"], &todo["description"], &todo["blockedBy"]),
        (&json!("high"), &json!("With care"), &json!([other]))
    );
    let dated = json!({"due": "2026-12-01", "defer": "2026-11-25T08:00:00Z", "labels": ["ui", "+db"]});
    let dated = send(&scene, "PATCH", &format!("/api/todo/{short}"), &token, &[], &dated);
    let todo = dated.json()["todo"].clone();
    assert!(todo["due"].as_str().is_some_and(|due| due.starts_with("2026-12-01")), "{dated:?}");
    assert!(todo.to_string().contains("2026-11-25") && todo.to_string().contains("\"ui\""), "{todo}");
    for wrong in [json!({"due": "someday"}), json!({"labels": ["ok", ""]}), json!({"labels": 1})] {
        let refused = send(&scene, "PATCH", &format!("/api/todo/{short}"), &token, &[], &wrong);
        assert_eq!(refused.status, 422, "{wrong}: {refused:?}");
    }
    for (status, became) in [
        ("in_progress", "started"),
        ("pending", "released"),
        ("completed", "completed"),
        ("pending", "reopened"),
        ("pending", "unchanged"),
    ] {
        let said = send(&scene, "PATCH", &format!("/api/todo/{id}"), &token, &[], &json!({"status": status}));
        assert_eq!((said.status, &said.json()["became"]), (200, &json!(became)), "{said:?}");
    }
    let renamed = send(&scene, "PUT", &format!("/api/todo/{id}"), &token, &[], &json!({"content": "Fix the login"}));
    let new = renamed.json()["todo"]["id"].as_str().expect("an id").to_owned();
    let dropped = send(&scene, "DELETE", &format!("/api/todo/{new}"), &token, &[], &Value::Null);
    assert_eq!(dropped.json()["todo"]["status"], "dropped", "{dropped:?}");
    let events = scene.get(&format!("/api/history/{new}"), &token).json();
    assert!(events["total"].as_u64() > Some(10), "{events}");
    let claims =
        scene.get(&format!("/api/todo/{new}"), &token).json()["claims"].as_object().cloned().unwrap_or_default();
    assert!(
        claims.keys().all(|session| session.starts_with("one-")),
        "whoever acts is a person at that device: {claims:?}"
    );
    let named = json!({"session_id": "agent-7"});
    let by_agent = send(&scene, "POST", &format!("/api/todo/{other}/start"), &token, &[], &named);
    assert_eq!(by_agent.json()["session_id"], "agent-7-agent-cli", "{by_agent:?}");
    // The same acts as those of commands: they are undone by one there.
    let store = scene.store("hub");
    let log = scene.world.json(&["--store", store.to_str().expect("UTF-8"), "log", "--json"]);
    assert_eq!(log[0]["status"], "dropped", "{log}");
}

#[test]
fn what_cannot_be_said_is_refused_and_changes_nothing() {
    let scene = Scene::new();
    let (token, reader) = (scene.token("one", "write"), scene.token("one", "read"));
    let id = add(&scene, &token, "Fix login");
    let before = scene.refs().iter().map(|name| scene.tip(name)).collect::<Vec<_>>();
    let todo = format!("/api/todo/{id}");
    for (method, path, body, status) in [
        ("POST", "/api/todo", json!({}), 422),
        ("POST", "/api/todo", json!({"content": " "}), 422),
        ("POST", "/api/todo", json!({"content": "x", "priority": "soonish"}), 422),
        ("POST", "/api/todo", json!({"content": "x", "color": "red"}), 422),
        ("POST", "/api/todo", json!({"content": 7}), 422),
        ("POST", "/api/todo", Value::Null, 400),
        ("PUT", "/api/project/p", Value::Null, 400),
        ("POST", "/api/todos/p", json!([null]), 422),
        ("POST", "/api/todo", json!({"content": "x", "device": "two"}), 403),
        ("POST", "/api/todo", json!([]), 422),
        ("PATCH", todo.as_str(), json!({}), 422),
        ("PATCH", todo.as_str(), json!({"status": "finished"}), 422),
        ("PATCH", todo.as_str(), json!({"status": "completed", "content": "y"}), 422),
        ("PATCH", todo.as_str(), json!({"blockedBy": [id]}), 422),
        ("PATCH", "/api/todo/0123456789abcdef", json!({"status": "completed"}), 404),
        ("PATCH", "/api/todo/zz", json!({"content": "y"}), 404),
        ("POST", "/api/todo/0123456789abcdef/done", json!({}), 404),
        ("DELETE", "/api/todo/0123456789abcdef", Value::Null, 404),
        ("PUT", "/api/todos/p/sync", json!({"todos": []}), 400),
        ("DELETE", "/api/todos/acme/api", Value::Null, 403),
        ("POST", "/api/rollback", json!({"to": "2020-01-01"}), 403),
        ("PUT", "/api/session/nobody", json!({}), 404),
        ("DELETE", "/api/session/nobody", Value::Null, 404),
        ("POST", "/api/session", json!({}), 422),
        ("POST", "/api/session", json!({"id": "s", "metadata": []}), 422),
        ("POST", "/api/session", json!({"id": "s", "machineId": "two"}), 403),
        ("POST", "/api/project", json!({"name": "x"}), 422),
        ("POST", "/api/topic", json!({"id": "x"}), 422),
        ("POST", "/api/assign", json!({"to": "nobody"}), 404),
        ("POST", "/api/assign", json!({"max": "many"}), 422),
    ] {
        let said = send(&scene, method, path, &token, &[], &body);
        assert_eq!(said.status, status, "{method} {path} {body}: {said:?}");
    }
    let unknown = send(&scene, "POST", &format!("{todo}/finish"), &token, &[], &Value::Null);
    assert_eq!(unknown.status, 404);
    let conflict = format!("/api/conflicts/{id}/resolve");
    assert_eq!(send(&scene, "POST", &conflict, &token, &[], &json!({"strategy": "keep_local"})).status, 409);
    // What may be read says nothing.
    for operation in OPERATIONS.iter().filter(|operation| operation.kind == Kind::Write) {
        let path = operation
            .path
            .replace("{id}", &id)
            .replace("{verb}", "done")
            .replace("{project}", "p")
            .replace("{session}", "s");
        assert_eq!(send(&scene, operation.method, &path, &reader, &[], &json!({})).status, 403, "{operation:?}");
        assert_eq!(send(&scene, operation.method, &path, "", &[], &json!({})).status, 401, "{operation:?}");
        let site = [("Origin", "https://evil.example")];
        assert_eq!(send(&scene, operation.method, &path, &token, &site, &json!({})).status, 403, "{operation:?}");
    }
    assert_eq!(scene.refs().iter().map(|name| scene.tip(name)).collect::<Vec<_>>(), before);
}

#[test]
fn a_session_is_not_spoken_for_by_another_device() {
    let scene = Scene::new();
    let (one, two) = (scene.token("one", "write"), scene.token("two", "write"));
    let register = json!({"id": "s", "projectId": "acme/api", "aiPlatform": "claude"});
    assert_eq!(send(&scene, "POST", "/api/session", &one, &[], &register).status, 201);
    let id = add(&scene, &one, "Fix login");
    for (method, path, body) in [
        ("POST", "/api/session".to_owned(), register),
        ("PUT", "/api/session/s".to_owned(), json!({"title": "Mine"})),
        ("DELETE", "/api/session/s".to_owned(), Value::Null),
        ("POST", "/api/topic".to_owned(), json!({"id": "s", "category": "mine"})),
        ("POST", format!("/api/todo/{id}/done"), json!({"session_id": "s"})),
        ("PUT", "/api/todos/acme/api/sync".to_owned(), json!({"sessionId": "s", "todos": [{"content": "x"}]})),
    ] {
        let said = send(&scene, method, &path, &two, &[], &body);
        assert!(said.status == 403 && said.body.contains("of the device 'one'"), "{method} {path}: {said:?}");
    }
}

#[test]
fn sessions_begin_go_on_and_end() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let said = send(
        &scene,
        "POST",
        "/api/session",
        &token,
        &[],
        &json!({"id": "s", "projectId": "acme/api", "title": "Logins"}),
    );
    assert_eq!((said.status, &said.json()["session"]["active"]), (201, &json!(true)), "{said:?}");
    is_stored(&scene, &said);
    let secret = format!("ghp_{}", "a1B2".repeat(9));
    let told = json!({"title": format!("Use {secret}"), "metadata": {"token": secret}});
    let redacted = send(&scene, "PUT", "/api/session/other", &token, &[], &told);
    assert_eq!(redacted.status, 404);
    let redacted = send(
        &scene,
        "POST",
        "/api/session",
        &token,
        &[],
        &json!({"id": "t", "title": told["title"], "metadata": told["metadata"]}),
    );
    assert!(redacted.status == 201 && !redacted.body.contains(&secret), "{redacted:?}");
    assert_eq!(send(&scene, "DELETE", "/api/session/t", &token, &[], &Value::Null).status, 200);
    let tip = scene.tip("refs/chittysync/s");
    let beat = send(&scene, "PUT", "/api/session/s", &token, &[], &json!({"active": true}));
    assert_eq!((beat.status, scene.tip("refs/chittysync/s")), (200, tip.clone()), "a beat is no commit: {beat:?}");
    // What it lists later is of the same session, and what was said of it stays.
    let list = json!({"session_id": "s", "project": "acme/api", "todos": [{"content": "A", "status": "pending"}]});
    assert_eq!(send(&scene, "POST", "/api/todos/sync", &token, &[], &list).status, 201);
    let guided = scene.get("/api/session/s/guidance", &token).json();
    assert!(guided["nextAction"]["action"].is_string(), "{guided}");
    let all = scene.get("/api/session", &token).json();
    assert_eq!(
        (&all["total"], &all["sessions"][0]["open"], &all["active"]),
        (&json!(2), &json!(1), &json!(1)),
        "{all}"
    );
    let ended = send(&scene, "DELETE", "/api/session/s", &token, &[], &Value::Null);
    assert_eq!((ended.status, &ended.json()["session"]["active"]), (200, &json!(false)), "{ended:?}");
    assert!(ended.json()["ended"].is_string(), "{ended:?}");
    assert_eq!(scene.get("/session/s", &token).json()["state"], "ended");
    let back = send(&scene, "PUT", "/api/session/s", &token, &[], &json!({}));
    assert_eq!(back.json()["session"]["active"], true, "{back:?}");
    let fsck = scene.world.git_run(&scene.store("hub"), &["fsck", "--strict"]);
    assert_eq!(fsck.code, Some(0), "{fsck:?}");
    // A device that syncs takes it as any other.
    let device = scene.device("two");
    assert_eq!(scene.sync("two", &device).code, Some(0));
    let sessions = scene.run("two", &device, &["sessions", "--all", "--json"]);
    assert!(sessions.stdout.contains("\"Logins\"") || sessions.stdout.contains("Logins"), "{sessions:?}");
}

#[test]
fn projects_are_named_and_cleared() {
    let scene = Scene::new();
    let (token, admin) = (scene.token("one", "write"), scene.token("boss", "admin"));
    let new = json!({"id": "acme/api", "name": "The API", "category": "work"});
    let created = send(&scene, "POST", "/api/project", &token, &[], &new);
    assert_eq!((created.status, &created.json()["created"]), (201, &json!(true)), "{created:?}");
    assert_eq!(scene.get("/api/todos/acme%2Fapi", &token).json()["todos"], json!([]));
    let id = add(&scene, &token, "A");
    add(&scene, &token, "B");
    let other = send(&scene, "POST", "/api/todo", &token, &[], &json!({"content": "C", "project": "other"}));
    assert_eq!(other.status, 201);
    let renamed = send(&scene, "PUT", "/api/project/api", &admin, &[], &json!({"name": "Our API"}));
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let project = scene.get("/api/project/api", &token).json();
    assert_eq!(
        (&project["name"], &project["category"], &project["todoCount"]),
        (&json!("Our API"), &json!("work"), &json!(2))
    );
    let all = scene.get("/api/project", &token).json();
    assert_eq!(all["total"], 2, "{all}");
    let cleared = send(&scene, "DELETE", "/api/todos/acme/api", &admin, &[], &Value::Null);
    assert_eq!((cleared.status, &cleared.json()["dropped"]), (200, &json!(2)), "{cleared:?}");
    is_stored(&scene, &cleared);
    assert_eq!(scene.get("/api/todos?status=pending", &token).json()["total"], 1);
    assert_eq!(scene.get(&format!("/api/todo/{id}"), &token).json()["status"], "dropped");
    assert_eq!(send(&scene, "DELETE", "/api/project/nothing", &admin, &[], &Value::Null).status, 404);
    // By acts: what was is still there to come back to.
    let before = scene.tip("refs/heads/consolidated~1");
    let back = send(&scene, "POST", "/api/rollback", &admin, &[], &json!({"to": before, "project": "acme/api"}));
    assert_eq!((back.status, back.json()["changed"].as_array().map(Vec::len)), (200, Some(2)), "{back:?}");
    assert_eq!(scene.get("/api/todos?status=pending", &token).json()["total"], 3);
}

#[test]
fn lists_of_projects_say_nothing_of_others() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let list = |words: &[&str]| json!({"todos": words.iter().map(|word| json!({"content": word})).collect::<Value>()});
    let post = |path: &str, body: &Value| send(&scene, "POST", path, &token, &[], body);
    assert_eq!(post("/api/todos/p", &list(&["A", "B"])).status, 201);
    assert_eq!(post("/api/todos/q", &json!([{"content": "C"}])).status, 201);
    let told = post("/api/todos/p", &list(&["A"])).json();
    assert_eq!((&told["projectId"], &told["githubSynced"]), (&json!("p"), &json!(false)), "{told}");
    let open = |project: &str| {
        let todos =
            scene.get(&format!("/api/todos/{project}"), &token).json()["todos"].as_array().cloned().unwrap_or_default();
        todos.iter().filter_map(|todo| todo["content"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!((open("p"), open("q")), (vec!["A".to_owned()], vec!["C".to_owned()]));
    // A session adds to a project, and takes nothing away; what is completed stays so.
    let put = |todos: Value| {
        send(&scene, "PUT", "/api/todos/p/sync", &token, &[], &json!({"sessionId": "s", "todos": todos}))
    };
    assert_eq!(put(json!([{"content": "D", "status": "completed"}])).status, 201);
    let told = put(json!([{"content": "E"}])).json();
    assert_eq!(
        (&told["totalTodos"], &told["added"], &told["sessionId"]),
        (&json!(3), &json!(1), &json!("s")),
        "{told}"
    );
    let changed = scene.get("/api/todos/since/0", &token).json();
    assert_eq!(changed["total"], 5, "dropped ones too: {changed}");
    assert_eq!(scene.get("/api/todos/since/99999999999999", &token).json()["total"], 0);
    assert_eq!(scene.get("/api/todos/since/today", &token).status, 422);
}

#[test]
fn conflicts_are_listed_and_settled() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let say = |session: &str, status: &str| {
        let list = json!({"session_id": session, "todos": [{"content": "X", "status": status}]});
        assert_eq!(send(&scene, "POST", "/api/todos/sync", &token, &[], &list).status, 201);
    };
    say("a", "completed");
    say("b", "in_progress");
    let found = scene.get("/api/conflicts", &token);
    let conflict = found.json()["conflicts"][0].clone();
    assert_eq!(
        (&conflict["local_status"], &conflict["remote_status"]),
        (&json!("completed"), &json!("in_progress")),
        "{found:?}"
    );
    let path = format!("/api/conflicts/{}/resolve", conflict["id"].as_str().expect("an id"));
    let old = found.header("etag").expect("a tag").to_owned();
    add(&scene, &token, "Meanwhile");
    let keep = json!({"strategy": "keep_remote", "resolved_by": "me"});
    let late = send(&scene, "POST", &path, &token, &[("If-Match", &old)], &keep);
    assert_eq!(late.status, 412, "{late:?}");
    assert_eq!(send(&scene, "POST", &path, &token, &[("If-Match", "\"x\"")], &keep).status, 412);
    for (body, status) in [(json!({"strategy": "coin"}), 422), (json!({"strategy": "manual"}), 422), (json!({}), 422)] {
        assert_eq!(send(&scene, "POST", &path, &token, &[], &body).status, status, "{body}");
    }
    let now = scene.get("/api/conflicts", &token).header("etag").expect("a tag").to_owned();
    let settled = send(&scene, "POST", &path, &token, &[("If-Match", &now)], &keep);
    assert_eq!((settled.status, &settled.json()["todo"]["status"]), (200, &json!("in_progress")), "{settled:?}");
    assert_eq!(scene.get("/api/conflicts", &token).json()["conflicts"], json!([]));
    assert_eq!(send(&scene, "POST", &path, &token, &[], &keep).status, 409);
}

#[test]
fn what_waits_is_handed_out() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    let register = json!({"id": "s", "projectId": "acme/api"});
    assert_eq!(send(&scene, "POST", "/api/session", &token, &[], &register).status, 201);
    let id = add(&scene, &token, "Fix the database");
    let before = scene.tip("refs/heads/consolidated");
    let dry = send(&scene, "POST", "/api/orchestrate/acme/api", &token, &[], &json!({"dryRun": true})).json();
    assert_eq!((&dry["assigned"][0]["id"], scene.tip("refs/heads/consolidated")), (&json!(id), before), "{dry}");
    let none = send(&scene, "POST", "/api/assign", &token, &[], &json!({"max": 0})).json();
    assert_eq!(none["assigned"], json!([]), "{none}");
    let given = send(&scene, "POST", "/orchestrate", &token, &[], &json!({}));
    is_stored(&scene, &given);
    assert_eq!(given.json()["sessionsUpdated"][0]["todosAssigned"], 1, "{given:?}");
    let guided = scene.get("/api/session/s/guidance", &token).json();
    assert_eq!((&guided["nextAction"]["action"], &guided["assignedCount"]), (&json!("start"), &json!(1)), "{guided}");
    let topics = scene.get("/topic", &token).json();
    let name = topics["topics"][0]["topic"].as_str().unwrap_or_else(|| panic!("{topics}")).to_owned();
    assert_eq!(scene.get(&format!("/topic/{name}"), &token).json()["todos"][0]["id"], json!(id));
}
