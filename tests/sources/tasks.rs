//! `tasks/<list>/<n>.json`.

use serde_json::{Value, json};

use crate::common::{World, set_time};

const LIST: &str = "11111111-1111-4111-8111-111111111111";
const AT: &str = "2026-11-01T10:00:00Z";
const LATER: &str = "2026-11-01T11:00:00Z";

fn task(world: &World, number: &str, at: &str, value: &Value) {
    write(world, &format!("{number}.json"), at, &serde_json::to_vec_pretty(value).expect("JSON"));
}

fn write(world: &World, name: &str, at: &str, content: &[u8]) {
    set_time(&world.write(&format!("claude/tasks/{LIST}/{name}"), content), at);
}

fn plain(id: &str, subject: &str, status: &str) -> Value {
    json!({"id": id, "subject": subject, "description": "", "status": status, "blocks": [], "blockedBy": []})
}

#[test]
fn a_list_in_the_order_of_its_numbers() {
    let world = World::new();
    for id in ["10", "2", "1"] {
        task(&world, id, AT, &plain(id, &format!("Task {id}"), "pending"));
    }
    world.sync();
    let file = world.git(&world.store(), &["ls-tree", "-r", "--name-only", &format!("refs/chittysync/{LIST}")]);
    let file = file.lines().find(|path| path.starts_with("sessions/")).expect("a session file").to_owned();
    let info = world.git(&world.store(), &["show", &format!("refs/chittysync/{LIST}:{file}")]);
    let info: Value = serde_json::from_str(&info).expect("JSON");
    let natives: Vec<_> =
        info["list"].as_array().expect("a list").iter().map(|entry| entry["native"].clone()).collect();
    assert_eq!(natives, ["1", "2", "10"]);
    assert_eq!(info["source"], "claude-tasks");
}

/// The number stays when the words change completely: it is the same todo, renamed.
#[test]
fn an_edited_subject_is_the_same_task() {
    let world = World::new();
    task(&world, "1", AT, &plain("1", "Old words", "pending"));
    task(&world, "2", AT, &plain("2", "Other", "pending"));
    world.sync();
    task(&world, "1", LATER, &plain("1", "Entirely different", "in_progress"));
    world.sync();
    assert_eq!(world.states(), ["Entirely different: in_progress", "Old words: dropped", "Other: pending"]);
    let (old, new) = (world.todo("Old words"), world.todo("Entirely different"));
    assert_eq!((&old["renamedTo"], &new["renamedFrom"]), (&new["id"], &old["id"]));
}

/// Nothing that looks like a task or a list is passed over in silence.
#[test]
fn what_is_not_read_is_told() {
    let world = World::new();
    task(&world, "1", AT, &plain("1", "A", "pending"));
    task(&world, "2", AT, &json!({"id": "2", "subject": null, "status": "pending"}));
    world.write("claude/tasks/not-a-list", b"");
    world.write("claude/tasks/.DS_Store", b"");
    let done = world.sync();
    assert_eq!(world.states(), ["A: pending"]);
    assert!(done.stderr.contains("2.json has no words"), "{done:?}");
    assert!(done.stderr.contains("not-a-list is no directory of tasks"), "{done:?}");
    assert!(!done.stderr.contains(".DS_Store"), "{done:?}");
}

#[test]
fn every_property_is_kept() {
    let world = World::new();
    let value = json!({"id": "1", "subject": "A", "description": "Why", "activeForm": "Doing A", "owner": "ana",
        "status": "in_progress", "blocks": ["2"], "blockedBy": ["3"], "metadata": {"k": [1]}, "repoURL": "r", "threadID": "T"});
    task(&world, "1", AT, &value);
    task(
        &world,
        "2",
        AT,
        &json!({"id": "2", "subject": "B", "status": "pending", "owner": null, "activeForm": null, "description": null}),
    );
    task(&world, "3", AT, &json!({"id": "3", "subject": "C", "status": "dismissed"}));
    task(&world, "4", AT, &json!({"id": "T-1", "subject": "D", "status": "done"}));
    task(
        &world,
        "5",
        AT,
        &json!({"id": "5", "subject": "harness", "status": "pending", "metadata": {"_internal": true}}),
    );
    world.sync();
    assert_eq!(world.states(), ["A: in_progress", "B: pending", "C: dropped", "D: completed"]);
    let todo = world.todo("A");
    for key in ["description", "activeForm", "owner", "metadata", "repoURL", "threadID"] {
        assert_eq!(todo[key], value[key], "{key}");
    }
    assert_eq!(todo["blocks"], json!([world.todo("B")["id"]]));
    assert_eq!(todo["blockedBy"], json!([world.todo("C")["id"]]));
    assert!(world.todo("B").get("owner").is_none());
}

#[test]
fn files_of_the_agents_own_are_no_tasks() {
    let world = World::new();
    task(&world, "1", AT, &plain("1", "A", "pending"));
    write(&world, ".lock", AT, b"");
    write(&world, ".highwatermark", AT, b"10");
    let done = world.sync();
    assert_eq!((world.states(), done.stderr.contains("warning")), (vec!["A: pending".to_owned()], false), "{done:?}");
}

/// The agent clears a list seconds after all of it is completed.
#[test]
fn a_cleared_list_says_nothing() {
    let world = World::new();
    task(&world, "1", AT, &plain("1", "A", "completed"));
    task(&world, "2", AT, &plain("2", "B", "in_progress"));
    write(&world, ".lock", AT, b"");
    world.sync();
    let before = world.commits();
    for name in ["1.json", "2.json"] {
        std::fs::remove_file(world.path(&format!("claude/tasks/{LIST}/{name}"))).expect("a file");
    }
    write(&world, ".highwatermark", LATER, b"2");
    world.sync();
    assert_eq!(world.commits(), before);
    std::fs::remove_dir_all(world.path("claude/tasks")).expect("a directory");
    world.sync();
    assert_eq!((world.commits(), world.states()), (before, vec!["A: completed".to_owned(), "B: in_progress".into()]));
}

#[test]
fn a_deleted_task_is_dropped_and_a_broken_one_is_not() {
    let world = World::new();
    for (id, subject) in [("1", "A"), ("2", "B"), ("3", "C")] {
        task(&world, id, AT, &plain(id, subject, "pending"));
    }
    world.sync();
    let whole = serde_json::to_vec(&plain("2", "B", "completed")).expect("JSON");
    let before = world.commits();
    for cut in 0..whole.len() {
        write(&world, "2.json", LATER, &whole[..cut]);
        if cut % 8 == 0 {
            world.sync();
        }
    }
    assert_eq!(world.commits(), before);
    // The others still speak while one is broken.
    task(&world, "3", LATER, &plain("3", "C", "completed"));
    let done = world.sync();
    assert!(done.stderr.contains("2.json"), "{done:?}");
    assert_eq!(world.states(), ["A: pending", "B: pending", "C: completed"]);
    std::fs::remove_file(world.path(&format!("claude/tasks/{LIST}/2.json"))).expect("a file");
    world.sync();
    assert_eq!(world.states(), ["A: pending", "B: dropped", "C: completed"]);
}

#[test]
fn lists_have_names_of_all_kinds() {
    let world = World::new();
    for name in ["session-1a2b3c4d", "release plan", "pact-47fbeb17"] {
        let path =
            world.write(&format!("claude/tasks/{name}/1.json"), plain("1", name, "pending").to_string().as_bytes());
        set_time(&path, AT);
    }
    world.write("claude/tasks/stray.json", b"{}");
    world.sync();
    assert_eq!(world.sessions(), ["pact-47fbeb17", "release plan", "session-1a2b3c4d"]);
}

/// What syncs files keeps an older state beside a task, and people and editors keep backups: none of them is a task, and
/// none of them keeps the list from being read whole.
#[test]
fn copies_of_tasks_are_no_tasks() {
    let world = World::new();
    for (id, subject) in [("1", "A"), ("2", "B"), ("3", "C")] {
        task(&world, id, AT, &plain(id, subject, "completed"));
    }
    world.sync();
    task(&world, "1.sync-conflict-20261120-101010-ABCDEFG", LATER, &plain("1", "A", "pending"));
    task(&world, "2 2", LATER, &plain("2", "B", "in_progress"));
    task(&world, "3 (dev's conflicted copy 2026-11-20)", LATER, &plain("3", "Old words", "pending"));
    write(&world, "._1.json", LATER, b"\0\x05\x16\x07");
    write(&world, "1.json~", LATER, b"{}");
    std::fs::remove_file(world.path(&format!("claude/tasks/{LIST}/2.json"))).expect("a file");
    let told = world.sync().stderr;
    assert_eq!(world.states(), ["A: completed", "B: completed", "C: completed"]);
    assert_eq!(told.matches("is a copy that something else made").count(), 3, "{told}");
    let copy = plain("1", "Of another list", "pending").to_string();
    world.write(&format!("claude/tasks/{LIST} 2/1.json"), copy.as_bytes());
    world.sync();
    assert_eq!(world.states().len(), 3);
    // A name of another kind is as good as a number, when it is the task's.
    task(&world, "T-1a2b", LATER, &plain("T-1a2b", "D", "pending"));
    world.sync();
    assert!(world.states().contains(&"D: pending".to_owned()));
}

/// A project's own directory of tasks, and a list's directory named by itself.
#[test]
fn tasks_may_stand_in_the_directory_itself() {
    let world = World::new();
    for number in ["1", "2"] {
        let text = plain(number, &format!("Step {number}"), "pending").to_string();
        world.write(&format!("Shop/.claude/tasks/{number}.json"), text.as_bytes());
    }
    let from = |directory: &str| world.path(directory).to_str().expect("UTF-8").to_owned();
    for directory in ["Shop/.claude", "Shop/.claude/tasks"] {
        world.ok(&["sync", "-q", "--from", &from(directory)]);
        assert_eq!(world.states(), ["Step 1: pending", "Step 2: pending"], "{directory}");
        assert_eq!((world.sessions(), &world.todo("Step 1")["project"]), (vec!["Shop".to_owned()], &json!("shop")));
    }
}
