//! The original's files.

use serde_json::Value;

use crate::common::{World, project};

#[test]
fn the_four_files() {
    let world = World::new();
    world.ok(&["-q", "sync", "--from", project("fixtures/claude").to_str().expect("UTF-8")]);
    let old = world.write("out/todos.json", b"an old file");
    world.ok(&["export", "--dir", "out"]);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(world.path("out").join(name)).expect("a file")).expect("JSON")
    };
    let todos = read("todos.json");
    let todos = todos.as_array().expect("a plain list");
    assert_eq!(todos.len(), 99);
    for todo in todos {
        assert!(todo["content"].is_string() && todo.get("claims").is_none(), "{todo}");
        assert!(
            ["pending", "in_progress", "completed"].contains(&todo["status"].as_str().expect("a status")),
            "{todo}"
        );
    }
    assert!(todos.iter().filter(|todo| todo["activeForm"].is_string()).count() > 50);
    assert_eq!(read("project-coordination.json"), world.json(&["projects"]));
    assert_eq!(read("conflicts.json"), world.json(&["conflicts"]));
    let names: Vec<_> = crate::common::files(&world.path("out")).into_keys().collect();
    let status = read("claude_sync_status.json");
    let own = world.json(&["status"]);
    for key in ["status", "last_updated", "metrics"] {
        assert!(!status[key].is_null() && status[key] == own[key], "{key}: {status} {own}");
    }
    assert_eq!(status["metrics"]["consolidated_todos"], 99, "{status}");
    assert_eq!(status["last_updated"], own["last_consolidated"]);
    assert_eq!(names.len(), 4, "something is left: {names:?}");
    // An agent takes it back as it is.
    let again = World::new();
    again.input(&["import", "--session", "s"], &std::fs::read(old).expect("a file"));
    assert!(again.todos().len() > 90);
}
