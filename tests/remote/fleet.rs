//! Agents of several kinds on two machines, in one project: one list, and nobody's words under another's name.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::World;

/// Returns who says what of which todo: the words, and for each session what it says of it.
fn claims(world: &World) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let claims = |todo: &Value| {
        let shown = world.json(&["show", todo["id"].as_str().expect("an id")]);
        let claims = shown["claims"].as_object().expect("claims").iter();
        claims.map(|(session, claim)| (session.clone(), text(&claim["status"]))).collect()
    };
    world.todos().iter().map(|todo| (text(&todo["content"]), claims(todo))).collect()
}

const CODEX: &str = "019a8f10-6b2c-7a31-9c44-52d0e7b81f03";
const QWEN: &str = "7d0f5c7e-1f0a-4b6f-8a51-9b2f3a6c1d20";
const CLAUDE: &str = "5d1b0c9e-0000-4000-8000-00000000c1a0";

#[test]
fn a_mixed_fleet_keeps_one_list() {
    let (one, two) = (World::new(), World::new());
    let hub = one.path("hub.git");
    one.git(&one.path(""), &["init", "-q", "--bare", "hub.git"]);
    for (world, device) in [(&one, "one"), (&two, "two")] {
        world.write("home/.gitconfig", format!("[chittysync]\n\tfsync = false\n\tdevice = {device}\n").as_bytes());
        world.ok(&["init", "-q", "--default", "--remote", hub.to_str().expect("UTF-8")]);
    }
    // On one machine Codex and Claude Code, on the other one Qwen Code and a plan.
    one.place("codex", "home/.codex");
    let list =
        r#"[{"content":"Count the stock","status":"in_progress"},{"content":"Draw the cart","status":"pending"}]"#;
    one.write(&format!("home/.claude/todos/{CLAUDE}-agent-{CLAUDE}.json"), list.as_bytes());
    let line = format!("{{\"type\":\"user\",\"sessionId\":\"{CLAUDE}\",\"cwd\":\"/work/shop\",\"uuid\":\"u\"}}\n");
    one.write(&format!("home/.claude/projects/-work-shop/{CLAUDE}.jsonl"), line.as_bytes());
    two.place("qwen", "home/.qwen");
    two.place("plans", "work/shop");
    let plans = two.path("work/shop");
    one.ok(&["sync", "-q"]);
    two.ok(&["sync", "-q"]);
    two.ok(&["sync", "-q", "--from", plans.to_str().expect("UTF-8")]);
    one.ok(&["sync", "-q"]);

    let tip = |world: &World| world.git(&world.store(), &["rev-parse", "consolidated"]);
    assert_eq!(tip(&one), tip(&two), "one list");
    let said = claims(&one);
    assert_eq!(said, claims(&two));
    let projects: Vec<_> = one.todos().iter().map(|todo| todo["project"].clone()).collect();
    assert!(projects.iter().all(|project| project == "shop"), "{projects:?}");

    // The same words are one todo, and each says of it what it said.
    let of = |words: &str, session: &str| {
        let claims = &said[words];
        let found = claims.iter().find(|(name, _)| name.starts_with(session)).map(|(_, status)| status.as_str());
        found.map(str::to_owned)
    };
    for (words, session, status) in [
        ("Count the stock", CLAUDE, Some("in_progress")),
        ("Count the stock", QWEN, Some("completed")),
        ("Count the stock", "plan-add-stock-", Some("pending")),
        ("Count the stock", CODEX, None),
        ("Draw the cart", CODEX, Some("completed")),
        ("Draw the cart", CLAUDE, Some("pending")),
        ("Draw the cart", "plan-001-cart-", Some("completed")),
        ("Draw the cart", QWEN, None),
        ("Order more", QWEN, Some("in_progress")),
        ("Sell things", CODEX, Some("in_progress")),
        ("Paint the door", "plan-door-", Some("in_progress")),
    ] {
        assert_eq!(of(words, session).as_deref(), status, "{words}, {session}: {said:?}");
    }
    assert_eq!(said["Order more"].len(), 1);
    let sessions = one.json(&["sessions"]);
    let device = |session: &str| {
        let mut all = sessions.as_array().expect("a list").iter();
        let info = all.find(|info| info["session"].as_str().is_some_and(|name| name.starts_with(session)));
        info.map(|info| info["device"].as_str().unwrap_or_default().to_owned())
    };
    for (session, machine) in [(CODEX, "one"), (CLAUDE, "one"), (QWEN, "two"), ("plan-TODO-", "two")] {
        assert_eq!(device(session).as_deref(), Some(machine), "{session}: {sessions}");
    }

    // What one agent finishes is finished for the others.
    let event = format!(
        "{{\"session_id\":\"{QWEN}\",\"cwd\":\"/work/shop\",\"hook_event_name\":\"PostToolUse\",\"tool_name\":\"todo_write\",\
         \"tool_input\":{{\"todos\":[{{\"id\":\"1\",\"content\":\"Test the cart\",\"status\":\"completed\"}}]}}}}"
    );
    let daemon = std::fs::File::create(two.store().join("chittysync/daemon.lock")).expect("a file");
    daemon.lock().expect("a lock");
    assert_eq!(two.input(&["hook", "qwen"], event.as_bytes()).code, Some(0));
    two.ok(&["sync", "-q"]);
    one.ok(&["sync", "-q"]);
    assert_eq!(one.todo("Test the cart")["status"], "completed");
    assert_eq!(tip(&one), tip(&two));
}
