//! `CHITTYSYNC_DISABLE` switches everything off.

use serde_json::json;

use crate::common::{NOW, World};

const OFF: (&str, &str) = ("CHITTYSYNC_DISABLE", "1");

/// Gives an event to the hook while everything is off, and returns what it printed.
fn hook(world: &World) -> String {
    let list = json!([{ "content": "From an agent", "status": "pending", "activeForm": "x" }]);
    let event = json!({ "hook_event_name": "PostToolUse", "session_id": "s-1", "cwd": world.home(), "tool_name": "TodoWrite",
        "tool_input": { "todos": list }, "tool_response": { "oldTodos": [], "newTodos": list } });
    let mut command = world.command("sh");
    let script = format!("git-chittysync hook PostToolUse <<'END'\n{event}\nEND\n");
    let done = crate::common::done(command.envs([OFF, ("CHITTYSYNC_NOW", NOW)]).args(["-c", &script]).output());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
    done.stdout
}

#[test]
fn what_others_call_ends_well_and_does_nothing() {
    let world = World::new();
    world.list("s-2", "2026-11-20T11:00:00.000Z", &[("From a file", "pending")]);
    for line in [&["sync", "--from", "claude"][..], &["capture", "--from", "claude"], &["status", "--line"]] {
        let done = world.run_with(&[OFF], line);
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{line:?}: {done:?}");
    }
    assert_eq!(hook(&world), "");
    assert!(!world.store().exists(), "no store was made");
    let _daemon = world.as_daemon();
    assert_eq!(hook(&world), "");
    let refs = world.git(&world.store(), &["for-each-ref"]);
    assert_eq!(refs, "", "nothing was saved");
}

/// What somebody types is refused with the reason: they would take it for done.
#[test]
fn what_somebody_types_is_refused() {
    let world = World::new();
    world.ok(&["add", "Before"]);
    for line in [&["add", "After"][..], &["list"], &["done", "before"], &["import", "--session", "s"], &[]] {
        let done = world.run_with(&[OFF], line);
        assert_eq!(done.code, Some(1), "{line:?}: {done:?}");
        assert!(done.stderr.contains("CHITTYSYNC_DISABLE is set") && done.stderr.contains("unset"), "{done:?}");
    }
    let json = world.run_with(&[OFF], &["--json", "list"]);
    assert!(json.stdout.contains("\"exit_code\"") && json.code == Some(1), "one document in failure: {json:?}");
    assert_eq!(world.run_with(&[OFF], &["help"]).code, Some(0));
    for on in ["", "0"] {
        assert_eq!(world.run_with(&[("CHITTYSYNC_DISABLE", on)], &["list"]).code, Some(0));
    }
    assert_eq!(world.states(), ["Before: pending"]);
}
