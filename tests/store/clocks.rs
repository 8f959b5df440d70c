//! Clocks that step while events wait: what is said later is later.

use serde_json::json;

use crate::common::{NOW, World};
use crate::hooks::{log, spool, states};

/// An hour, two days and ten years before and after [`NOW`].
const STEPS: [&str; 6] = [
    "2026-11-20T11:00:00.000Z",
    "2026-11-20T13:00:00.000Z",
    "2026-11-18T12:00:00.000Z",
    "2026-11-22T12:00:00.000Z",
    "2016-11-20T12:00:00.000Z",
    "2036-11-20T12:00:00.000Z",
];

fn say(world: &World, now: &str, session: &str, status: &str) {
    let event = json!({
        "session_id": session, "cwd": world.path("p"), "hook_event_name": "PostToolUse", "tool_name": "TodoWrite",
        "tool_input": {"todos": [{"content": format!("Ship {session}"), "status": status, "activeForm": "x"}]},
        "tool_response": {},
    });
    world.hook_at(now, &event);
}

/// Events that wait are taken in the order in which they came, of each session and of several in between, also after
/// nothing was left of the processes that put them down.
#[test]
fn a_completion_stays_when_the_clock_stepped_while_it_waited() {
    for step in STEPS {
        let world = World::new();
        let _daemon = world.as_daemon();
        let held = std::fs::File::create(world.store().join("chittysync/lock")).expect("a lock");
        held.lock().expect("another process has the store");
        say(&world, NOW, "a", "pending");
        say(&world, step, "b", "pending");
        say(&world, NOW, "a", "in_progress");
        say(&world, step, "a", "completed");
        say(&world, NOW, "b", "completed");
        assert_eq!(spool(&world).len(), 5, "{}", log(&world));
        drop(held);
        assert_eq!(states(&world), ["Ship a: completed", "Ship b: completed"], "{step}");
        let reopened = world.git_run(&world.store(), &["grep", "-q", "\"epoch\"", "consolidated"]);
        assert_eq!(reopened.code, Some(1), "nothing was reopened, {step}");
    }
}
