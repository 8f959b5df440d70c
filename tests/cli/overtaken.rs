//! Whoever had started a todo is told, once, what somebody else did to it.

use serde_json::json;

use crate::common::World;
use crate::mcp::Client;
use crate::mcp_claims::Machine;

const ONE: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";

/// Runs a command in the name of an agent's session, or of the person, at a minute of one hour. Returns what is warned of.
fn at(world: &World, minute: u32, session: Option<&str>, arguments: &[&str]) -> String {
    let now = format!("2026-11-20T12:{minute:02}:00.000Z");
    let session = session.map(|session| ("CLAUDE_CODE_SESSION_ID", session));
    let variables: Vec<_> = [("CHITTYSYNC_NOW", now.as_str())].into_iter().chain(session).collect();
    let done = world.run_with(&variables, arguments);
    assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
    done.stderr
}

/// What somebody does to a todo that another one had started, and what that one is told.
const ACTS: [(&[&str], &str); 6] = [
    (&["done", "Paint it"], "completed"),
    (&["drop", "Paint it"], "dropped"),
    (&["resolve", "Paint it", "--status", "in_progress"], "taken"),
    (&["resolve", "Paint it", "--status", "pending"], "opened again"),
    (&["resolve", "Paint it", "--status", "completed"], "completed"),
    (&["edit", "Paint it", "--text", "Paint all of it"], "renamed"),
];

#[test]
fn the_next_command_tells_once() {
    for (act, became) in ACTS {
        for (who, other) in [(None, Some(ONE)), (Some(ONE), None), (Some(ONE), Some(OTHER))] {
            let world = World::new();
            world.git(&world.home(), &["config", "--global", "chittysync.device", "mbp"]);
            at(&world, 1, who, &["add", "Paint it"]);
            at(&world, 2, who, &["add", "Another"]);
            at(&world, 3, who, &["start", "Paint it"]);
            let own = at(&world, 4, other, act);
            assert!(!own.contains("you had started"), "{own}");
            let by = other.map_or("Test".to_owned(), |_| "\u{2018}Paint it\u{2019}".to_owned());
            let told = at(&world, 5, who, &["list"]);
            assert!(
                told.contains(&format!("which you had started, was {became} by {by}"))
                    || other.is_some() && told.contains(&format!("was {became} by \u{2018}Paint")),
                "{act:?}: {told}"
            );
            assert!(told.contains(": Paint it\n"), "{told}");
            for again in [&["list"][..], &["start", "Another"], &["status"], &["ready"]] {
                let told = at(&world, 6, who, again);
                assert!(!told.contains("had started"), "{again:?}: {told}");
            }
            assert!(!at(&world, 7, other, &["list"]).contains("had started"));
        }
    }
}

#[test]
fn each_change_is_told_and_old_ones_are_not() {
    let world = World::new();
    at(&world, 1, Some(ONE), &["add", "Paint it"]);
    at(&world, 2, Some(ONE), &["start", "Paint it"]);
    at(&world, 3, None, &["done", "Paint it"]);
    assert!(at(&world, 4, Some(ONE), &["list"]).contains("was completed by"));
    at(&world, 5, Some(OTHER), &["reopen", "Paint it"]);
    assert!(at(&world, 6, Some(ONE), &["list"]).contains("f00dfeed: "));
    at(&world, 7, None, &["drop", "Paint it"]);
    // A session of which nothing was heard for so long needs no news.
    let later = [("CLAUDE_CODE_SESSION_ID", ONE), ("CHITTYSYNC_NOW", "2026-12-21T12:00:00.000Z")];
    let done = world.run_with(&later, &["list"]);
    assert!(done.code == Some(0) && !done.stderr.contains("had started"), "{done:?}");
    // What it does itself is no news either.
    at(&world, 8, Some(ONE), &["reopen", "Paint it"]);
    at(&world, 9, Some(ONE), &["done", "Paint it"]);
    assert!(!at(&world, 10, Some(ONE), &["list"]).contains("had started"));
}

#[test]
fn a_tool_tells_too() {
    let world = World::new();
    let (mut first, mut second) = (Client::start(&world, "w", Some(ONE)), Client::start(&world, "w", Some(OTHER)));
    first.json("add", &json!({ "text": "Paint it" }));
    first.json("start", &json!({ "todo": "paint" }));
    second.json("done", &json!({ "todo": "paint" }));
    let (failed, texts) = first.call("list", &json!({}));
    assert!(
        !failed && texts[1].contains("which you had started, was completed by \u{2018}Paint it\u{2019} f00dfeed: "),
        "{texts:?}"
    );
    assert_eq!(first.call("list", &json!({})).1.len(), 1);
    assert_eq!(second.call("list", &json!({})).1.len(), 1);
}

#[test]
fn a_session_that_starts_is_told_and_the_status_line_until_then() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let event = |name: &str, more: serde_json::Value| {
        let mut event = json!({ "session_id": ONE, "cwd": "/nowhere/acme", "hook_event_name": name });
        event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        event
    };
    let todos = json!([{ "content": "Paint it", "status": "in_progress" }, { "content": "Ship", "status": "pending" }]);
    let wrote = event("PostToolUse", json!({ "tool_name": "TodoWrite", "tool_input": { "todos": todos } }));
    world.hook_at("2026-11-20T12:01:00.000Z", &wrote);
    world.ok(&["consolidate", "-q"]);
    at(&world, 5, Some(OTHER), &["done", "Paint it"]);
    let line = || {
        let given = json!({ "session_id": ONE, "cwd": "/nowhere/acme" }).to_string();
        world.input_at("2026-11-20T12:06:00.000Z", &["status", "--line"], given.as_bytes()).stdout
    };
    for _ in 0..2 {
        assert_eq!(line(), "todos 0/2 \u{b7} 1 changed by others\n");
    }
    let start = event("SessionStart", json!({ "source": "compact" }));
    let told = world.hook_at("2026-11-20T12:07:00.000Z", &start);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap_or_default();
    let told = told["hookSpecificOutput"]["additionalContext"].as_str().unwrap_or_default().to_owned();
    assert!(told.contains("- completed by session f00dfeed"), "{told}");
    assert!(told.contains("2m ago; this session had started it: Paint it\n"), "{told}");
    assert_eq!(world.hook_at("2026-11-20T12:08:00.000Z", &start), "", "it was told");
    assert_eq!(line(), "todos 0/2\n");
}

#[test]
fn of_another_device_no_name_is_told() {
    let world = World::new();
    let (laptop, desk) = Machine::two(&world);
    let sync = ["sync", "-q", "--from", world.home().to_str().expect("UTF-8")].map(str::to_owned);
    let sync: Vec<&str> = sync.iter().map(String::as_str).collect();
    laptop.ok(ONE, &["add", "Only one", "--project", "acme"]);
    laptop.run(ONE, "2026-11-20T11:01:00.000Z", &["start", "only one"]);
    laptop.ok(ONE, &sync);
    desk.ok(OTHER, &sync);
    desk.run(OTHER, "2026-11-20T11:02:00.000Z", &["done", "only one"]);
    desk.ok(OTHER, &sync);
    let quiet = laptop.run(ONE, crate::common::NOW, &sync);
    assert!(!quiet.stderr.contains("had started"), "{quiet:?}");
    let told = laptop.told(ONE, "compact");
    assert!(told.contains("- completed by a session of another device, "), "{told}");
    assert!(told.contains("; this session had started it: Only one\n") && !told.contains("f00d"), "{told}");
    assert_eq!(laptop.told(ONE, "compact"), "");
    assert!(!laptop.ok(ONE, &["list"]).stderr.contains("had started"));
}
