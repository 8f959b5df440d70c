//! What programs rely on: the keys of every document, one document in success and in failure.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::{World, project};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn has(value: &Value, expected: &[&str]) {
    let missing: Vec<_> = expected.iter().filter(|key| !keys(value).contains(*key)).collect();
    assert!(missing.is_empty(), "{missing:?} missing in {value:#}");
}

fn world() -> World {
    let world = World::new();
    world.ok(&["-q", "sync", "--from", project("fixtures/claude").to_str().expect("UTF-8")]);
    world
}

#[test]
fn the_keys_of_every_document() {
    let world = world();
    let todo = ["id", "project", "content", "status", "sessions", "created", "updated", "conflict"];
    for entry in world.json(&["list", "--all"]).as_array().expect("a list") {
        has(entry, &todo);
    }
    let shown = world.json(&["show", "545761a972664d17"]);
    has(&shown, &todo);
    has(&shown, &["claims"]);
    for claim in shown["claims"].as_object().expect("claims").values() {
        has(claim, &["status", "at"]);
    }
    for session in world.json(&["sessions"]).as_array().expect("a list") {
        has(
            session,
            &[
                "session",
                "source",
                "device",
                "project",
                "full_project",
                "started",
                "updated",
                "state",
                "open",
                "total",
                "warnings",
            ],
        );
    }
    let projects = world.json(&["projects"]);
    assert_eq!(keys(&projects), BTreeSet::from(["version", "last_updated", "projects"]));
    let one = [
        "project_name",
        "full_project",
        "sessions",
        "session_count",
        "todo_count",
        "active_todos",
        "completed_todos",
        "last_activity",
        "todos",
    ];
    for project in projects["projects"].as_array().expect("a list") {
        assert_eq!(keys(project), BTreeSet::from(one));
        has(&project["todos"][0], &todo);
    }
    let conflicts = world.json(&["conflicts"]);
    assert_eq!(keys(&conflicts), BTreeSet::from(["timestamp", "conflicts", "auto_resolved"]));
    let one = [
        "id",
        "project",
        "content",
        "local_status",
        "remote_status",
        "local_session",
        "remote_session",
        "resolution",
        "timestamp",
    ];
    has(&conflicts["conflicts"][0], &one);
    let topics = world.json(&["topics", "--all"]);
    has(&topics, &["topics", "total", "timestamp", "agents"]);
    let one = ["topic", "name", "count", "open", "pending", "ready", "sessions", "threshold", "waiting", "state"];
    has(&topics["topics"][0], &one);
    has(&topics["topics"][0]["passed_over"], &["in_progress", "blocked", "assigned", "listed", "elsewhere"]);
    let assigned = world.json(&["assign", "--all", "--dry-run"]);
    assert_eq!(keys(&assigned), BTreeSet::from(["dryRun", "assigned", "assignments", "unassigned"]));
    let session = world.json(&["sessions"])[0]["session"].as_str().expect("a name").to_owned();
    let guidance = world.json(&["guidance", "--session", &session]);
    has(&guidance, &["assigned", "assignedCount", "inProgress", "pending", "completedVisible", "suggestions", "free"]);
    has(&guidance["nextAction"], &["action"]);
    let status = world.json(&["status"]);
    has(&status, &["status", "last_updated", "metrics"]);
    has(&status, &["store", "branch", "sessions", "todos", "last_consolidated"]);
    assert_eq!(keys(&status["todos"]), BTreeSet::from(["pending", "in_progress", "completed", "dropped"]));
    for event in world.json(&["log"]).as_array().expect("a list") {
        has(event, &["at", "session", "project", "id", "content", "before", "status"]);
    }
    has(&world.json(&["capture", "--from", "."]), &["captured", "looked_at", "unreadable"]);
    has(&world.json(&["consolidate"]), &["merged", "changed", "conflicts", "tip"]);
    has(
        &world.json(&["sync", "--from", "."]),
        &["store", "captured", "sessions", "todos", "merged_duplicates", "conflicts", "list"],
    );
    has(&world.json(&["install", "--dry-run"]), &["dry_run", "parts"]);
    has(&world.json(&["init", "--default"]), &["store", "created"]);
    has(&world.json(&["man", "list"]), &["page", "text"]);
    has(&world.json(&["man", "--dir", "pages"]), &["directory", "files"]);
    has(&world.json(&["completion", "bash"]), &["script"]);
    has(&world.json(&["export", "--format", "markdown"]), &["markdown"]);
    has(&world.json(&["export", "--dir", "out"]), &["directory", "files"]);
}

/// Whatever fails, standard output holds one document that says so.
#[test]
fn one_document_in_failure() {
    let world = world();
    let cases: &[(&[&str], i32)] = &[
        (&["show", "ffffffffffffffff"], 1),
        (&["show", ""], 1),
        (&["--store", "nowhere", "list"], 1),
        (&["--store", "home", "list"], 128),
        (&["-C", "nowhere", "status"], 128),
        (&["sync", "--from", "nowhere"], 128),
        (&["import", "--session", "s"], 128),
        (&["import", "--session", ""], 129),
        (&["man", "nothing"], 129),
        (&["list", "--status", "odd"], 129),
        (&["nothing"], 129),
    ];
    for (arguments, code) in cases {
        let done = world.run(&[&["--json"], *arguments].concat());
        assert_eq!(done.code, Some(*code), "{arguments:?}: {done:?}");
        let document: Value = serde_json::from_str(&done.stdout).expect("one JSON document");
        has(&document, &["error", "hints", "exit_code"]);
        assert_eq!(document["exit_code"], *code, "{arguments:?}");
        assert!(!done.stderr.is_empty(), "{arguments:?}: people are told nothing");
    }
}
