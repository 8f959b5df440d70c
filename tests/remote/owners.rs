//! What was saved before projects had owners, carried over on several machines.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::common::Done;
use crate::devices::Devices;

fn import(devices: &Devices, name: &str, session: &str, project: &str, list: &[(&str, &str)]) {
    let list: Vec<Value> = list.iter().map(|(content, status)| json!({"content": content, "status": status})).collect();
    let store = devices.store(name);
    let store = store.to_str().expect("UTF-8");
    let arguments = ["--store", store, "import", "-q", "--session", session, "--project", project];
    let done = devices.world.input(&arguments, json!(list).to_string().as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
}

/// Returns `project content: status` of all todos that are wanted, sorted.
fn wanted(devices: &Devices, name: &str) -> Vec<String> {
    let done = devices.ok(name, &["--json", "list", "--all"]);
    let todos: Vec<Value> = serde_json::from_str(&done.stdout).expect("a list");
    let text = |todo: &Value, key: &str| todo[key].as_str().expect("text").to_owned();
    let todos = todos.iter().filter(|todo| todo["status"] != "dropped");
    let mut all: Vec<String> = todos
        .map(|todo| format!("{} {}: {}", text(todo, "full_project"), text(todo, "content"), text(todo, "status")))
        .collect();
    all.sort();
    all
}

/// Runs a command in a repository of this owner.
fn at(devices: &Devices, name: &str, owner: &str, arguments: &[&str]) -> Done {
    let path: PathBuf = devices.world.path(&format!("{owner}/api"));
    if !path.exists() {
        std::fs::create_dir_all(&path).expect("a directory");
        devices.world.git(&path, &["init", "-q"]);
        devices.world.git(&path, &["remote", "add", "origin", &format!("git@host.example:{owner}/api.git")]);
    }
    let mut all = vec!["-C", path.to_str().expect("UTF-8")];
    all.extend(arguments);
    devices.run(name, &all)
}

/// Both machines carry the same todos over before they meet, and one of the sessions never speaks again.
#[test]
fn two_machines_carry_over_the_same_and_agree() {
    let devices = Devices::new(&["a", "b"]);
    let both = [("Fix it", "pending"), ("Done before", "completed"), ("Left", "pending")];
    import(&devices, "a", "one", "api", &both);
    import(&devices, "b", "two", "api", &both[..2]);
    import(&devices, "b", "dead", "api", &[("Fix it", "pending")]);
    devices.sync_all(&["a", "b"]);
    let list = [("Fix it", "in_progress"), ("Done before", "completed"), ("Left", "pending")];
    import(&devices, "a", "one", "acme/api", &list);
    import(&devices, "b", "two", "acme/api", &[("Fix it", "completed"), ("Done before", "completed")]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    for name in ["a", "b"] {
        let found = wanted(&devices, name);
        assert_eq!(
            found.iter().filter(|todo| todo.contains("Fix it")).collect::<Vec<_>>(),
            ["acme/api Fix it: completed"]
        );
        assert!(found.contains(&"acme/api Left: pending".to_owned()), "{found:?}");
        assert!(found.iter().any(|todo| todo.ends_with("Done before: completed")), "{found:?}");
        assert!(devices.ok(name, &["list"]).stdout.starts_with("api  "), "{found:?}");
    }
    // Saying it all again on either machine says nothing.
    let tip = devices.tip(&devices.hub(), "consolidated");
    import(&devices, "a", "one", "acme/api", &list);
    devices.sync_all(&["a", "b"]);
    assert_eq!(devices.tip(&devices.hub(), "consolidated"), tip);
}

/// Each machine has its own repository of that name, and knows nothing of the other's when it carries over.
#[test]
fn two_repositories_on_two_machines_each_get_their_own() {
    let devices = Devices::new(&["a", "b"]);
    import(&devices, "a", "one", "api", &[("Run the migration", "pending"), ("Of one", "pending")]);
    import(&devices, "b", "two", "api", &[("Run the migration", "pending"), ("Of two", "pending")]);
    devices.sync_all(&["a", "b"]);
    import(&devices, "a", "one", "acme/api", &[("Run the migration", "pending"), ("Of one", "in_progress")]);
    import(&devices, "b", "two", "other/api", &[("Run the migration", "completed"), ("Of two", "pending")]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    for name in ["a", "b"] {
        let all = wanted(&devices, name);
        let mine: Vec<_> = all.iter().filter(|todo| !todo.starts_with("api ")).map(String::as_str).collect();
        assert_eq!(
            mine,
            [
                "acme/api Of one: in_progress",
                "acme/api Run the migration: pending",
                "other/api Of two: pending",
                "other/api Run the migration: completed"
            ]
        );
        assert!(devices.ok(name, &["list"]).stdout.starts_with("acme/api  2 open"));
        assert_eq!(devices.run(name, &["list", "--project", "api"]).code, Some(129));
    }
}

/// What is done by an act from the repository holds wherever its session says it again.
#[test]
fn an_act_on_one_machine_and_a_list_on_the_other() {
    let devices = Devices::new(&["a", "b"]);
    import(&devices, "a", "one", "api", &[("Fix it", "pending"), ("Begun", "pending")]);
    devices.sync_all(&["a", "b"]);
    for arguments in [["done", "Fix it"], ["start", "Begun"]] {
        let done = at(&devices, "b", "acme", &arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    import(&devices, "a", "one", "acme/api", &[("Fix it", "in_progress"), ("Begun", "pending"), ("New", "pending")]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    let ready = at(&devices, "b", "acme", &["ready", "--porcelain"]);
    assert_eq!(ready.code, Some(0), "{ready:?}");
    // The machines did not know of each other. When the session next speaks, it joins what was done and begun.
    import(
        &devices,
        "a",
        "one",
        "acme/api",
        &[("Fix it", "in_progress"), ("Begun", "pending"), ("New", "in_progress")],
    );
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    for name in ["a", "b"] {
        assert_eq!(
            wanted(&devices, name),
            ["acme/api New: in_progress", "api Begun: in_progress", "api Fix it: completed"]
        );
    }
    let tip = devices.tip(&devices.hub(), "consolidated");
    import(
        &devices,
        "a",
        "one",
        "acme/api",
        &[("Fix it", "in_progress"), ("Begun", "pending"), ("New", "in_progress")],
    );
    devices.sync_all(&["a", "b"]);
    assert_eq!(devices.tip(&devices.hub(), "consolidated"), tip, "there is nothing left to say");
}
