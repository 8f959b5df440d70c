//! A mixed fleet: agents of several kinds on two machines, at one project, make one list, and nobody's words stand under
//! another's name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::World;

const CODEX: &str = "019a8f10-6b2c-7a31-9c44-52d0e7b81f03";
const CLAUDE: &str = "9d0f5c7e-1f0a-4b6f-8a51-9b2f3a6c1d99";

fn machine(label: &str, remote: &str) -> World {
    let world = World::new();
    world.git(&world.home(), &["config", "--global", "chittysync.device", label]);
    world.ok(&["init", "-q", "--default", "--remote", remote]);
    world
}

fn hook(world: &World, agent: &str, event: &Value) {
    let done = world.input(&["hook", agent], event.to_string().as_bytes());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{event}");
}

/// Returns the words that each session says itself, of all that is in the branch.
fn words(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for todo in world.todos() {
        let known = world.json(&["show", todo["id"].as_str().expect("an id")]);
        for session in known["claims"].as_object().expect("claims").keys() {
            found.entry(session.clone()).or_default().push(todo["content"].as_str().expect("text").to_owned());
        }
    }
    found.values_mut().for_each(|words| words.sort());
    found
}

#[test]
fn one_list_and_nobodys_words_under_anothers_name() {
    let remote = World::new();
    remote.git(&remote.home(), &["init", "-q", "--bare", "remote.git"]);
    let url = remote.home().join("remote.git");
    let url = url.to_str().expect("UTF-8");
    let (desk, lap) = (machine("desk", url), machine("lap", url));

    // OpenCode and Claude Code at the desk; Codex and Copilot CLI on the lap; all at the same project.
    let opencode = desk.database("opencode");
    let todos = json!([{"content": "Paint the sign", "status": "pending", "activeForm": "Painting the sign"}, {"content": "Hang the lamp", "status": "pending", "activeForm": "Hanging the lamp"}]);
    let event = json!({"hook_event_name": "PostToolUse", "session_id": CLAUDE, "cwd": "/home/dev/shop", "tool_name": "TodoWrite", "tool_input": {"todos": todos}, "tool_response": {"oldTodos": [], "newTodos": todos}});
    desk.hook(&event);
    let plan =
        json!([{"step": "Wash the window", "status": "completed"}, {"step": "Lock the door", "status": "in_progress"}]);
    hook(
        &lap,
        "codex",
        &json!({"hook_event_name": "PostToolUse", "session_id": CODEX, "cwd": "/home/dev/shop", "tool_name": "update_plan", "tool_input": {"plan": plan}, "tool_response": "Plan updated"}),
    );
    let _copilot = lap.database("copilot");
    let place = "home/.copilot/session-state/0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11/workspace.yaml";
    lap.write(place, b"id: 0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11\ncwd: /home/dev/shop\nname: Build a shed\n");
    // Goose counts its sessions anew each day, so on both machines there is one of the same name.
    let (at_desk, at_lap) = (desk.database("goose"), lap.database("goose"));
    at_lap.execute_batch("UPDATE sessions SET created_at = '2026-11-20 08:00:00', working_dir = '/home/dev/shop', extension_data = '{\"todo.v0\":{\"content\":\"- [ ] Feed the goose\"}}' WHERE id = '20261120_1'").expect("SQL");
    at_desk.execute_batch("UPDATE sessions SET working_dir = '/home/dev/shop' WHERE id = '20261120_1'").expect("SQL");

    for world in [&desk, &lap, &desk] {
        let done = world.run(&["sync", "-q"]);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    let tip = |world: &World| world.git(&world.store(), &["rev-parse", "consolidated"]);
    assert_eq!(tip(&desk), tip(&lap), "one list");
    let found = words(&desk);
    assert_eq!(found, words(&lap));
    let (mut seen, goose): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(session, _)| !session.starts_with("goose-"));
    let list = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let mut expected = vec![
        (CODEX.to_owned(), list(&["Lock the door", "Wash the window"])),
        (CLAUDE.to_owned(), list(&["Hang the lamp", "Paint the sign"])),
        ("0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11".to_owned(), list(&["Build the shed", "Draw the plan", "Find wood"])),
        ("ses_4f2a91c07ffeKq1".to_owned(), list(&["Buy a bell", "Paint the sign", "Wash the window"])),
        ("ses_4f2a91c07ffeKq2".to_owned(), list(&["Count the coins"])),
    ];
    expected.sort();
    seen.sort();
    assert_eq!(seen, expected);
    let mut goose: Vec<Vec<String>> = goose.into_iter().map(|(_, words)| words).collect();
    goose.sort();
    assert_eq!(goose, [list(&["Dig a hole", "Find the can", "Water the tree"]), list(&["Feed the goose"])]);

    // A session that starts is told of all of them, whoever said it, where its user wants other machines told of, too.
    for (world, agent) in [(&desk, "qwen"), (&lap, "gemini")] {
        world.git(&world.home(), &["config", "--global", "chittysync.context", "all"]);
        let start = json!({"hook_event_name": "SessionStart", "session_id": "new", "cwd": "/home/dev/shop"});
        let told = world.input(&["hook", agent], start.to_string().as_bytes()).stdout;
        for words in ["Hang the lamp", "Lock the door", "Find wood", "Buy a bell", "Count the coins", "Feed the goose"]
        {
            // What was given up is none of these.
            assert_eq!(told.contains(words), words != "Buy a bell", "{words}: {told}");
        }
    }
    assert!(desk.todos().iter().all(|todo| todo["project"] == "shop"), "{:?}", desk.todos());
    // What one has done is done for all; what they share is one todo.
    let window = lap.todo("Wash the window");
    assert_eq!((&window["status"], &window["project"]), (&json!("completed"), &json!("shop")), "{window}");
    assert_eq!(desk.todo("Paint the sign")["status"], "completed");
    // They go on, each by itself, and it is one list again.
    opencode
        .execute_batch(
            "UPDATE todo SET status = 'completed', time_updated = time_updated + 1 WHERE content = 'Count the coins'",
        )
        .expect("SQL");
    for world in [&desk, &lap] {
        assert_eq!(world.run(&["sync", "-q"]).code, Some(0));
    }
    assert_eq!((lap.todo("Count the coins")["status"].clone(), tip(&desk)), (json!("completed"), tip(&lap)));
    let sessions = lap.json(&["sessions", "--all"]);
    let of = |name: &str| {
        sessions.as_array().expect("a list").iter().find(|info| info["session"] == name).expect(name).clone()
    };
    for (session, device, source) in [
        (CODEX, "lap", "codex-hook"),
        ("0c6f1f0e-5b0a-4a3b-9a53-6d1f6a7b2c11", "lap", "copilot-todos"),
        (CLAUDE, "desk", "claude-hook"),
        ("ses_4f2a91c07ffeKq1", "desk", "opencode-todos"),
        ("ses_4f2a91c07ffeKq2", "desk", "opencode-todos"),
    ] {
        assert_eq!((&of(session)["device"], &of(session)["source"]), (&json!(device), &json!(source)), "{session}");
    }
}
