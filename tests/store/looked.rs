//! That nothing is new in homes is told from one number: what was read of each file is not read again for it.

use std::fs;

use crate::common::{NOW, World, has};
use crate::scene::quiet;
use crate::trace::calls;

const OLD: &str = "2026-11-01T12:00:00.000Z";

fn sync(world: &World) -> String {
    let from = world.path("claude").to_string_lossy().into_owned();
    world.ok(&["sync", "--from", &from])
}

/// Syncs until that is remembered.
fn settle(world: &World) {
    for _ in 0..3 {
        sync(world);
    }
    assert!(world.store().join("chittysync/looked").is_file());
}

fn filled() -> World {
    let world = quiet();
    for session in ["one", "two", "three"] {
        world.list(session, OLD, &[(&format!("Said by {session}"), "pending")]);
    }
    settle(&world);
    world
}

#[test]
fn what_was_read_of_each_file_is_not_read_again() {
    if !has("strace") {
        eprintln!("SKIPPED: there is no strace");
        return;
    }
    let world = filled();
    let from = world.path("claude").to_string_lossy().into_owned();
    let reads = |name: &str| {
        let calls = calls(&world, &["sync", "--from", &from], &[]);
        assert!(calls.iter().any(|call| call.name == "openat"));
        calls.iter().any(|call| call.quoted(0).ends_with(format!("chittysync/{name}")))
    };
    assert!(reads("looked") && !reads("seen"));
    world.list("one", OLD, &[("Said by one, later", "pending")]);
    assert!(reads("seen"), "a file has changed");
}

#[test]
fn whatever_is_new_is_found() {
    let world = filled();
    let kept = world.store().join("chittysync");
    // A file that is new, one that changed, one that another home has, and that of before again.
    world.list("four", OLD, &[("Said by four", "pending")]);
    sync(&world);
    assert_eq!(world.todo("Said by four")["status"], "pending");
    settle(&world);
    world.list("four", OLD, &[("Said by four", "completed")]);
    sync(&world);
    assert_eq!(world.todo("Said by four")["status"], "completed");
    settle(&world);
    let other =
        world.write("other/todos/five-agent-five.json", br#"[{"content": "Said by five", "status": "pending"}]"#);
    let home = other.parent().and_then(|directory| directory.parent()).expect("a home");
    world.ok(&["sync", "--from", home.to_str().expect("UTF-8")]);
    assert_eq!(world.todo("Said by five")["status"], "pending");
    sync(&world);
    // What hooks put down, and what is told by hand, though no file changed.
    settle(&world);
    let todo = |words: &str| serde_json::json!([{"content": words, "status": "pending", "activeForm": "x"}]);
    let event = serde_json::json!({"session_id": "six", "cwd": "/", "hook_event_name": "PostToolUse",
        "tool_name": "TodoWrite", "tool_input": {"todos": todo("Said by six")}});
    world.hook_at(NOW, &event);
    sync(&world);
    assert_eq!(world.todo("Said by six")["status"], "pending");
    // The store has lost what it had read, and what the number was found out with.
    settle(&world);
    fs::remove_file(kept.join("seen")).expect("removed");
    sync(&world);
    assert!(kept.join("seen").is_file(), "all was read again");
    settle(&world);
    for damage in ["", "{", "{\"version\":1,\"content\":{\"homes\":\"0\",\"seen\":null}}"] {
        fs::write(kept.join("looked"), damage).expect("written");
        // A file of another length: its time is the same.
        let words = format!("After damage{}", "!".repeat(damage.len()));
        world.list("one", OLD, &[(&words, "pending")]);
        sync(&world);
        world.todo(&words);
    }
}

/// Not only news: what could not be read is told each time.
#[test]
fn what_cannot_be_read_is_told_each_time() {
    let world = filled();
    let path = world.write("claude/todos/broken-agent-broken.json", b"[{");
    crate::common::set_time(&path, OLD);
    let from = world.path("claude").to_string_lossy().into_owned();
    for _ in 0..4 {
        let done = world.run(&["sync", "--from", &from]);
        assert!(done.stderr.contains("broken-agent-broken.json"), "{done:?}");
    }
}
