//! Repositories of one name and different owners, and what was saved before projects had owners.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::common::World;

const ONE: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const TWO: &str = "bbbbbbbb-0000-4000-8000-000000000001";

/// A repository whose `origin` is that of this owner.
fn repository(world: &World, owner: &str) -> PathBuf {
    let path = world.path(&format!("{owner}/api"));
    std::fs::create_dir_all(&path).expect("a directory");
    world.git(&path, &["init", "-q"]);
    world.git(&path, &["remote", "add", "origin", &format!("https://host.example/{owner}/api.git")]);
    path
}

/// A session in this directory writes its list.
fn say(world: &World, session: &str, directory: &std::path::Path, list: &[(&str, &str)]) {
    let todos: Vec<Value> =
        list.iter().map(|(content, status)| json!({"content": content, "status": status})).collect();
    world.hook(&json!({
        "session_id": session,
        "cwd": directory,
        "hook_event_name": "PostToolUse",
        "tool_name": "TodoWrite",
        "tool_input": {"todos": todos},
        "tool_response": {},
    }));
    world.ok(&["capture", "-q", "--from", world.path("").to_str().expect("UTF-8")]);
    world.ok(&["consolidate", "-q"]);
}

/// What a version without owners saved.
fn old(world: &World, session: &str, list: &[(&str, &str)]) {
    let list: Vec<Value> = list.iter().map(|(content, status)| json!({"content": content, "status": status})).collect();
    let done =
        world.input(&["import", "-q", "--session", session, "--project", "api"], &json!(list).to_string().into_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
}

/// Asserts what every document calls the project of which something was said first, by either name.
fn called(world: &World, shown: &str) {
    for (arguments, at) in [
        (&["list"][..], "/0"),
        (&["ready", "--all"], "/0"),
        (&["sessions"], "/0"),
        (&["log"], "/0"),
        (&["show", "migration"], ""),
    ] {
        let document = world.json(arguments);
        let object = document.pointer(at).unwrap_or_else(|| panic!("{arguments:?}: {document}"));
        assert_eq!((&object["project"], &object["full_project"]), (&json!(shown), &json!("acme/api")), "{arguments:?}");
    }
}

/// Returns `project content: status` of all todos that are wanted, sorted.
fn wanted(world: &World) -> Vec<String> {
    let todos = world.todos().into_iter().filter(|todo| todo["status"] != "dropped");
    let text = |todo: &Value, key: &str| todo[key].as_str().expect("text").to_owned();
    let mut all: Vec<String> = todos
        .map(|todo| format!("{} {}: {}", text(&todo, "full_project"), text(&todo, "content"), text(&todo, "status")))
        .collect();
    all.sort();
    all
}

fn at(world: &World, directory: &std::path::Path, arguments: &[&str]) -> crate::common::Done {
    let mut all = vec!["-C", directory.to_str().expect("UTF-8")];
    all.extend(arguments);
    world.run(&all)
}

#[test]
fn two_owners_are_two_projects_and_the_short_name_is_shown_while_one_has_it() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let (acme, other) = (repository(&world, "acme"), repository(&world, "other"));
    say(&world, ONE, &acme, &[("Run the migration", "pending")]);
    assert!(world.ok(&["list"]).starts_with("api  1 open"), "{}", world.ok(&["list"]));
    assert_eq!(world.ok(&["list", "--project", "api"]), world.ok(&["list", "--project", "acme/api"]));
    assert_eq!(wanted(&world), ["acme/api Run the migration: pending"], "programs are told the full name");
    called(&world, "api");
    let views = [
        &["projects"][..],
        &["ready", "--all"],
        &["sessions"],
        &["show", "migration"],
        &["log"],
        &["export", "--format", "markdown"],
    ];
    for view in views {
        let text = world.ok(view);
        assert!(text.contains("api") && !text.contains("acme"), "{view:?}: {text}");
    }

    say(&world, TWO, &other, &[("Run the migration", "completed")]);
    assert_eq!(wanted(&world), ["acme/api Run the migration: pending", "other/api Run the migration: completed"]);
    for view in views.iter().filter(|view| view[0] != "show") {
        assert!(world.ok(view).contains("acme/api"), "{view:?}: {}", world.ok(view));
    }
    let told =
        world.hook(&json!({"session_id": TWO, "cwd": acme, "hook_event_name": "SessionStart", "source": "startup"}));
    assert!(told.contains("acme/api") && told.contains("Run the migration"), "{told}");

    let refused = world.run(&["list", "--project", "API"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(129), ""), "{refused:?}");
    assert!(refused.stderr.contains("acme/api") && refused.stderr.contains("other/api"), "{refused:?}");
    for arguments in [
        &["add", "X", "--project", "api"][..],
        &["rollback", "consolidated", "--project", "api"],
        &["log", "--project", "api"],
        &["ready", "--project", "api"],
    ] {
        assert_eq!(world.run(arguments).code, Some(129), "{arguments:?}");
    }
    assert_eq!(world.input(&["import", "--session", "x", "--project", "api"], b"[]").code, Some(129));
    assert_eq!(world.json(&["list", "--project", "acme/api"])[0]["status"], "pending");
}

#[test]
fn what_was_saved_by_the_short_name_is_found_from_its_repository() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let acme = repository(&world, "acme");
    old(&world, ONE, &[("Fix the login", "pending"), ("Write docs", "completed")]);
    old(&world, TWO, &[("Fix the login", "pending"), ("Deploy", "pending")]);
    let ready = at(&world, &acme, &["ready"]);
    assert!(ready.stdout.contains("Fix the login") && ready.stdout.contains("Deploy"), "{ready:?}");
    for act in [&["start", "deploy"][..], &["done", "deploy"], &["reopen", "deploy"]] {
        let done = at(&world, &acme, act);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    let again = at(&world, &acme, &["add", "Fix the login"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_eq!(wanted(&world), ["api Deploy: pending", "api Fix the login: pending", "api Write docs: completed"]);

    // The session goes on: what it says moves, also away from the session that never speaks again.
    say(&world, ONE, &acme, &[("Fix the login", "in_progress"), ("Write docs", "completed"), ("New", "pending")]);
    assert_eq!(
        wanted(&world),
        [
            "acme/api Fix the login: in_progress",
            "acme/api New: pending",
            "api Deploy: pending",
            "api Write docs: completed"
        ]
    );
    assert!(world.ok(&["list"]).starts_with("api  3 open, 1 completed"), "{}", world.ok(&["list"]));
    assert_eq!(world.ok(&["projects"]).lines().count(), 2, "{}", world.ok(&["projects"]));
    assert_eq!(world.json(&["list", "--project", "api"]).as_array().map(Vec::len), Some(3));
    let done = at(&world, &acme, &["done", "fix login"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let listed = at(&world, &acme, &["undo"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let events = world.ok(&["log", "--project", "api"]);
    assert!(events.contains("New") && events.contains("Deploy"), "{events}");
    assert!(events.contains("moved \u{2018}Fix the login\u{2019} (api)"), "{events}");

    // A second repository of that name appears: each has its own, and what nobody moved can still be read.
    let other = repository(&world, "other");
    say(&world, "cccccccc-0000-4000-8000-000000000001", &other, &[("Deploy", "completed")]);
    assert_eq!(
        wanted(&world),
        [
            "acme/api Fix the login: in_progress",
            "acme/api New: pending",
            "api Deploy: pending",
            "api Write docs: completed",
            "other/api Deploy: completed"
        ]
    );
    assert_eq!(world.json(&["list", "--project", "api"]).as_array().map(Vec::len), Some(1));
    let refused = at(&world, &acme, &["done", "deploy"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    say(&world, TWO, &acme, &[("Deploy", "in_progress")]);
    assert!(wanted(&world).contains(&"acme/api Deploy: in_progress".to_owned()), "{:?}", wanted(&world));
}

#[test]
fn tasks_move_with_their_numbers() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let acme = repository(&world, "acme");
    let event = |name: &str, directory: &std::path::Path, input: Value, response: Value| {
        world.hook(&json!({"session_id": ONE, "cwd": directory, "hook_event_name": "PostToolUse", "tool_name": name,
            "tool_input": input, "tool_response": response}));
        world.ok(&["consolidate", "-q"]);
    };
    let gone = std::path::Path::new("/nowhere/api");
    for (id, subject) in [("1", "Plan"), ("2", "Build")] {
        event("TaskCreate", gone, json!({"subject": subject}), json!({"task": {"id": id, "subject": subject}}));
    }
    assert_eq!(wanted(&world), ["api Build: pending", "api Plan: pending"]);
    let update = json!({"taskId": "2", "status": "in_progress"});
    event("TaskUpdate", &acme, update, json!({"success": true, "taskId": "2", "updatedFields": ["status"]}));
    assert_eq!(wanted(&world), ["acme/api Build: in_progress", "acme/api Plan: pending"]);
    let update = json!({"taskId": "1", "status": "completed"});
    event("TaskUpdate", gone, update, json!({"success": true, "taskId": "1", "updatedFields": ["status"]}));
    assert_eq!(wanted(&world), ["acme/api Build: in_progress", "acme/api Plan: completed"], "it stays there");
}

#[test]
fn forgetting_takes_the_words_away_under_both_names() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let acme = repository(&world, "acme");
    old(&world, ONE, &[("The word is hush", "pending")]);
    say(&world, ONE, &acme, &[("The word is hush", "pending"), ("B", "pending")]);
    let done = at(&world, &acme, &["forget", "--yes", "hush"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    say(&world, TWO, &acme, &[("The word is hush", "pending"), ("C", "pending")]);
    for project in ["api", "acme%2fapi"] {
        let file = world.git(&world.store(), &["show", &format!("consolidated:projects/{project}/todos.json")]);
        assert!(!file.contains("hush"), "{file}");
    }
    assert_eq!(wanted(&world), ["acme/api B: pending", "acme/api C: pending"]);
}
