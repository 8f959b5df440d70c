//! What other agents than Claude Code write to files is seen; and sources that the settings describe come, change and go
//! while the daemon runs.

use crate::common::World;
use crate::guard::{Daemon, until};

fn set(world: &World, name: &str, key: &str, value: &str) {
    world.git(&world.home(), &["config", "--global", &format!("chittysync.source.{name}.{key}"), value]);
}

#[test]
fn a_source_that_comes_while_it_runs() {
    let world = World::new();
    world.write("home/notes/shop/todo.md", b"- [ ] Was there before\n");
    let daemon = Daemon::start(&world);
    set(&world, "notes", "path", "~/notes/*/todo.md");
    set(&world, "notes", "format", "markdown");
    // Nothing else happens: it looks at the settings by itself.
    daemon.knows("Was there before");
    let watches = |place: &str| daemon.status()["homes"].to_string().contains(place);
    // Once the run that said so is over.
    until("it is watched", || watches("/notes"));
    world.write("home/notes/shop/todo.md", b"- [ ] Was there before\n- [ ] Came later\n");
    daemon.knows("Came later");
    // A list elsewhere in the same directory; what it looks for is what the settings say by then. Any run will do for it
    // to see that they changed.
    set(&world, "notes", "path", "~/notes/*.txt");
    world.write("claude/todos/ana-agent-ana.json", br#"[{"content":"Of another agent","status":"pending"}]"#);
    daemon.knows("Of another agent");
    world.write("home/notes/all.txt", b"- [ ] In another file\n");
    daemon.knows("In another file");
    world.git(&world.home(), &["config", "--global", "--remove-section", "chittysync.source.notes"]);
    world.write("claude/todos/bob-agent-bob.json", br#"[{"content":"And of one more","status":"pending"}]"#);
    daemon.knows("And of one more");
    until("it is not watched any more", || !watches("/notes"));
    let log = world.ok(&["daemon", "log"]);
    assert!(!log.contains("error"), "{log}");
}

/// Files of agents whose homes come while it runs, and more in the same directories.
#[test]
fn what_other_agents_write_to_files() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    for (agent, words) in [("codex", "Draw the cart"), ("qwen", "Order more"), ("gemini", "Send receipts")] {
        world.place(agent, &format!("home/.{agent}"));
        daemon.knows(words);
    }
    let list = r#"{"todos":[{"id":"1","content":"Of another Qwen","status":"pending"}],"sessionId":"aaaaaaaa-1f0a-4b6f-8a51-9b2f3a6c1d20"}"#;
    world.write("home/.qwen/todos/aaaaaaaa-1f0a-4b6f-8a51-9b2f3a6c1d20.json", list.as_bytes());
    daemon.knows("Of another Qwen");
    let task = r#"{"id":"0a0b0c","title":"Of another Gemini","description":"","type":"task","status":"open","dependencies":[]}"#;
    world.write("home/.gemini/tmp/shop/bbbbbbbb-8c1e-4f5e-a0b7-66d1c9e2f411/tracker/0a0b0c.json", task.as_bytes());
    daemon.knows("Of another Gemini");
    let call = r#"{"timestamp":"2026-11-21T09:00:00.000Z","type":"session_meta","payload":{"id":"cccccccc-6b2c-7a31-9c44-52d0e7b81f03","cwd":"/home/dev/shop"}}
{"timestamp":"2026-11-21T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"update_plan","call_id":"n","arguments":"{\"plan\":[{\"step\":\"Of another Codex\",\"status\":\"pending\"}]}"}}
{"timestamp":"2026-11-21T09:00:02.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"n","output":"Plan updated"}}
"#;
    let path = "home/.codex/sessions/2026/11/21/rollout-2026-11-21T09-00-00-cccccccc-6b2c-7a31-9c44-52d0e7b81f03.jsonl";
    world.write(path, call.as_bytes());
    daemon.knows("Of another Codex");
    assert_eq!(daemon.status()["degraded"], serde_json::Value::Null);
}
