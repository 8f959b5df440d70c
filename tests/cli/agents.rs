//! Agents besides Claude Code: what they write and tell, as they write and tell it (`fixtures/agents`).

use serde_json::{Value, json};

use crate::common::{World, project};

const CODEX: &str = "019a8f10-6b2c-7a31-9c44-52d0e7b81f03";
const QWEN: &str = "7d0f5c7e-1f0a-4b6f-8a51-9b2f3a6c1d20";
const GEMINI: &str = "3b1f6d52-8c1e-4f5e-a0b7-66d1c9e2f411";
const GEMINI_LIST: &str = "90c4e7aa-2d3b-4c18-b5f6-0a1b2c3d4e5f";

/// Tells the events of an agent's hooks, and returns what each was answered.
fn tell(world: &World, agent: &str) -> Vec<String> {
    let events = std::fs::read_to_string(project(&format!("fixtures/agents/{agent}/hooks.jsonl"))).expect("a file");
    events.lines().map(|event| hook(world, agent, event)).collect()
}

fn hook(world: &World, agent: &str, event: &str) -> String {
    let done = world.input(&["hook", agent], event.as_bytes());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{event}");
    done.stdout
}

/// Returns `session: source, project` of all sessions.
fn speakers(world: &World) -> Vec<String> {
    let sessions = world.json(&["sessions"]);
    let text = |info: &Value, key: &str| info[key].as_str().unwrap_or_default().to_owned();
    let speaker =
        |info: &Value| format!("{}: {}, {}", text(info, "session"), text(info, "source"), text(info, "project"));
    let mut all: Vec<String> = sessions.as_array().expect("a list").iter().map(speaker).collect();
    all.sort();
    all
}

#[test]
fn what_codex_writes_is_read() {
    let world = World::new();
    world.place("codex", "home/.codex");
    world.ok(&["sync", "-q"]);
    let list = [
        "Describe the cart: pending",
        "Draw the cart: completed",
        "Sell things: in_progress",
        "Test the cart: in_progress",
    ];
    assert_eq!(world.states(), list);
    let expected = [format!("{CODEX}-agent-goal: codex-transcript, shop"), format!("{CODEX}: codex-transcript, shop")];
    assert_eq!(speakers(&world), expected);
    // Nothing new is no news, and what is added is.
    let commits = world.commits();
    world.ok(&["sync", "-q"]);
    assert_eq!(world.commits(), commits);
    let path = format!("home/.codex/sessions/2026/11/20/rollout-2026-11-20T09-00-00-{CODEX}.jsonl");
    let mut text = std::fs::read_to_string(world.path(&path)).expect("a file");
    let call = json!({"type": "function_call", "name": "update_plan", "call_id": "n",
        "arguments": "{\"plan\":[{\"step\":\"Test the cart\",\"status\":\"completed\"}]}"});
    let answer = json!({"type": "function_call_output", "call_id": "n", "output": "Plan updated"});
    for payload in [call, answer] {
        let line = json!({"timestamp": "2026-11-20T10:00:00.000Z", "type": "response_item", "payload": payload});
        text.push_str(&format!("{line}\n"));
    }
    world.write(&path, text.as_bytes());
    world.ok(&["sync", "-q"]);
    assert_eq!(world.todo("Test the cart")["status"], "completed");
    // What a plan leaves out is not wanted any more.
    assert_eq!(world.todo("Describe the cart")["status"], "dropped");
}

#[test]
fn what_qwen_writes_is_read() {
    let world = World::new();
    world.place("qwen", "home/.qwen");
    world.ok(&["sync", "-q"]);
    let list = ["Count the stock: completed", "Order more: in_progress", "Tell the customers: pending"];
    assert_eq!(world.states(), list);
    // Its file says what the conversation ends with.
    assert_eq!(speakers(&world), [format!("{QWEN}: qwen-transcript, shop")]);
    // What waits for what is known by todo.
    let waits = world.json(&["show", world.todo("Tell the customers")["id"].as_str().expect("an id")]);
    assert_eq!(waits["waitsFor"], json!([world.todo("Order more")["id"]]), "{waits}");
    // A new plan counts from 1 again: other work, not other words for the old.
    let next = json!({"planId": "e0000000-0000-4000-8000-000000000000", "sessionId": QWEN,
        "todos": [{"id": "1", "content": "Paint the door", "status": "pending"}]});
    world.write(&format!("home/.qwen/todos/{QWEN}.json"), next.to_string().as_bytes());
    world.ok(&["sync", "-q"]);
    assert_eq!(world.todo("Count the stock")["status"], "completed");
    assert_eq!(world.todo("Paint the door")["renamedFrom"], Value::Null);
    assert_eq!(world.todo("Paint the door")["status"], "pending");
    // A list that was cleared says nothing.
    world.write(
        &format!("home/.qwen/todos/{QWEN}.json"),
        format!("{{\"todos\":[],\"sessionId\":\"{QWEN}\"}}").as_bytes(),
    );
    world.ok(&["sync", "-q"]);
    assert_eq!(world.todo("Paint the door")["status"], "pending");
}

#[test]
fn what_gemini_writes_is_read() {
    let world = World::new();
    world.place("gemini", "home/.gemini");
    world.ok(&["sync", "-q"]);
    let list = [
        "Checkout: pending",
        "Pick colours: in_progress",
        "Pick fonts: pending",
        "Send receipts: pending",
        "Support Netscape: dropped",
        "Take cards: completed",
    ];
    assert_eq!(world.states(), list);
    let expected = [format!("{GEMINI}: gemini-tasks, shop"), format!("{GEMINI_LIST}: gemini-transcript, shop")];
    assert_eq!(speakers(&world), expected);
    // The agent removes what is old: that says nothing, and a half written file hides only itself.
    std::fs::remove_file(world.path(&format!("home/.gemini/tmp/shop/{GEMINI}/tracker/4d5e6f.json"))).expect("a file");
    world.write(&format!("home/.gemini/tmp/shop/{GEMINI}/tracker/7a8b9c.json"), b"{\"title\": \"Send rec");
    let told = world.run(&["-v", "sync"]);
    assert!(told.stderr.contains("7a8b9c.json"), "{told:?}");
    assert_eq!(world.states(), list);
}

/// The same list, by whatever way it comes, is one list of one session.
#[test]
fn what_hooks_tell_is_what_files_say() {
    for (agent, home, session, words) in [
        ("codex", "home/.codex", CODEX, "Draw the cart"),
        ("qwen", "home/.qwen", QWEN, "Count the stock"),
        ("gemini", "home/.gemini", GEMINI_LIST, "Pick colours"),
    ] {
        let world = World::new();
        let _daemon = world.as_daemon();
        tell(&world, agent);
        world.ok(&["consolidate", "-q"]);
        assert_eq!(speakers(&world), [format!("{session}: {agent}-hook, shop")]);
        assert_eq!(world.todo(words)["status"], "in_progress", "{agent}");
        assert!(!world.states().iter().any(|state| state.starts_with("Never was")), "{agent}");
        world.place(agent, home);
        world.ok(&["sync", "-q"]);
        let named = speakers(&world);
        assert_eq!(named.iter().filter(|speaker| speaker.starts_with(&format!("{session}:"))).count(), 1, "{named:?}");
        assert!(!world.states().iter().any(|state| state.starts_with("Never was")), "{agent}");
    }
}

#[test]
fn a_session_that_starts_is_told_of_what_others_left() {
    for agent in ["codex", "qwen", "gemini"] {
        let world = World::new();
        let _daemon = world.as_daemon();
        world.ok(&["add", "-q", "Sweep the floor", "--project", "shop"]);
        world.ok(&["consolidate", "-q"]);
        let told = tell(&world, agent);
        let answer: Value = serde_json::from_str(&told[0]).expect("JSON");
        let context = answer["hookSpecificOutput"]["additionalContext"].as_str().expect("text");
        assert!(context.contains("Sweep the floor"), "{context}");
        assert!(told[1..].iter().all(String::is_empty), "{told:?}");
    }
}

/// What `gemini` does with one task is told; what is saved is what stands in the tracker by then.
#[test]
fn a_change_in_the_tracker_is_the_list_that_stands_there() {
    let world = World::new();
    let _daemon = world.as_daemon();
    world.place("gemini", "home/.gemini");
    let chat = world.path("home/.gemini/tmp/shop/chats/session-2026-11-20T09-20-3b1f6d52.jsonl");
    let event = |session: &str| {
        json!({"hook_event_name": "AfterTool", "session_id": session, "transcript_path": chat, "cwd": "/work/shop",
            "tool_name": "tracker_update_task", "tool_input": {"id": "4d5e6f", "updates": {"status": "closed"}},
            "tool_response": {"llmContent": "Updated"}})
    };
    for elsewhere in ["..", "../../../..", ".", "a/b", "nobody"] {
        hook(&world, "gemini", &event(elsewhere).to_string());
    }
    hook(&world, "gemini", &event(GEMINI).to_string());
    world.ok(&["consolidate", "-q"]);
    assert_eq!(speakers(&world), [format!("{GEMINI}: gemini-hook, shop")]);
    assert_eq!(world.states(), ["Checkout: pending", "Send receipts: pending", "Take cards: completed"]);
}

/// Where several homes are named, each is known for what it is.
#[test]
fn a_home_is_known_for_what_it_is() {
    let world = World::new();
    for agent in ["codex", "qwen", "gemini"] {
        world.place(agent, agent);
        let home = world.path(agent);
        world.ok(&["sync", "-q", "--from", home.to_str().expect("UTF-8")]);
    }
    let agents = speakers(&world);
    let of = |agent: &str| agents.iter().filter(|speaker| speaker.contains(&format!(": {agent}-"))).count();
    assert_eq!([of("codex"), of("qwen"), of("gemini"), of("claude")], [2, 1, 2, 0], "{agents:?}");
}

/// Whatever the keys hold, the agent goes on and is shown nothing.
#[test]
fn no_event_stops_an_agent() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let file = |agent: &str| {
        std::fs::read_to_string(project(&format!("fixtures/agents/{agent}/hooks.jsonl"))).expect("a file")
    };
    let todos = r#"[{"content":"Oil the door","status":"pending","priority":"high"}]"#;
    let plugin = format!(
        r#"{{"hook_event_name":"PostToolUse","session_id":"ses_1","cwd":"/work/shop","tool_name":"todowrite","tool_input":{{"todos":{todos}}}}}"#
    );
    let sql = r#"{"hook_event_name":"PostToolUse","session_id":"s","cwd":"/work/shop","tool_name":"sql","tool_input":{"query":"SELECT * FROM todos"},"tool_result":{"result_type":"success"}}"#;
    for (agent, events) in [
        ("codex", file("codex")),
        ("qwen", file("qwen")),
        ("gemini", file("gemini")),
        ("opencode", plugin.clone()),
        ("kilo", plugin),
        ("copilot", sql.to_owned()),
        // Those that have no hooks, should somebody set one up.
        ("crush", sql.to_owned()),
        ("goose", sql.replace("hook_event_name", "event")),
    ] {
        for line in events.lines() {
            let event: Value = serde_json::from_str(line).expect("JSON");
            for key in event.as_object().expect("an object").keys() {
                for other in [Value::Null, json!(7), json!({"x": {}})] {
                    let mut event = event.clone();
                    event[key] = other;
                    hook(&world, agent, &event.to_string());
                }
                let mut event = event.clone();
                event.as_object_mut().expect("an object").remove(key);
                hook(&world, agent, &event.to_string());
            }
        }
        for strange in ["", "[]", "7", "{", "null", "{\"hook_event_name\":\"Unknown\"}"] {
            assert_eq!(hook(&world, agent, strange), "", "{strange}");
        }
    }
    world.ok(&["consolidate", "-q"]);
}

#[test]
fn plans_in_markdown_are_read() {
    let world = World::new();
    world.place("plans", "work/shop");
    let project = world.path("work/shop");
    world.ok(&["sync", "-q", "--from", project.to_str().expect("UTF-8")]);
    let list = [
        "Buy a broom: completed",
        "Count the stock: pending",
        "Draw the cart: completed",
        "Oil the hinges: pending",
        "Paint the door: in_progress",
        "Sweep the floor: pending",
        "Test the cart: pending",
    ];
    assert_eq!(world.states(), list);
    assert!(speakers(&world).iter().all(|speaker| speaker.ends_with(": plan-todos, shop")), "{:?}", speakers(&world));
    // A task is known by its number; a box that is gone is not wanted; a file that is gone says nothing.
    world.write("work/shop/specs/001-cart/tasks.md", b"- [x] T002 Test the whole cart\n");
    std::fs::remove_file(world.path("work/shop/TODO.md")).expect("a file");
    world.ok(&["sync", "-q", "--from", project.to_str().expect("UTF-8")]);
    assert_eq!(world.todo("Test the whole cart")["status"], "completed");
    assert_eq!(world.todo("Test the cart")["status"], "dropped");
    assert_eq!(world.todo("Draw the cart")["status"], "completed", "what is done stays done");
    assert_eq!(world.todo("Sweep the floor")["status"], "pending");
}
