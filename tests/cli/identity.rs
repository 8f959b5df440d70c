//! In whose name somebody speaks: every agent as itself, whatever it tells of itself.

use serde_json::json;

use crate::common::World;
use crate::mcp::Client;

/// Returns who spoke last of a todo with these words.
fn by(world: &World, content: &str) -> String {
    let shown = world.json(&["show", content]);
    let claims = shown["claims"].as_object().expect("claims").keys();
    claims.cloned().next().expect("somebody")
}

#[test]
fn what_is_said_first_counts() {
    let world = World::new();
    world.git(&world.home(), &["config", "--global", "chittysync.device", "mbp"]);
    let ours = ("CHITTYSYNC_SESSION", "ours");
    let agents = ("CLAUDE_CODE_SESSION_ID", "agents");
    for (variables, option, who) in [
        (vec![ours, agents], &["--session", "given"][..], "given-agent-cli"),
        (vec![ours, agents], &[], "ours-agent-cli"),
        (vec![agents], &[], "agents-agent-cli"),
        (vec![("CHITTYSYNC_SESSION", ""), agents], &[], "agents-agent-cli"),
        (vec![("CHITTYSYNC_SESSION", ""), ("CLAUDE_CODE_SESSION_ID", "")], &[], "mbp-"),
        (vec![], &[], "mbp-"),
    ] {
        let words = format!("Said by {who} {} {}", variables.len(), option.len());
        let done = world.run_with(&variables, &[&["add", &words][..], option].concat());
        assert_eq!(done.code, Some(0), "{done:?}");
        assert!(by(&world, &words).starts_with(who), "{variables:?} {option:?}: {}", by(&world, &words));
    }
}

#[test]
fn two_clients_are_two_sessions() {
    let world = World::new();
    world.ok(&["add", "Only one"]);
    let (mut first, mut second) = (Client::start(&world, "w", None), Client::start(&world, "w", None));
    first.json("start", &json!({ "todo": "only" }));
    let (failed, texts) = second.call("release", &json!({ "todo": "only" }));
    assert!(failed && texts[0].contains("has not taken it"), "{texts:?}");
    assert_eq!(world.states(), ["Only one: in_progress"]);
    let (failed, texts) = second.call("start", &json!({ "todo": "only" }));
    assert!(!failed && texts[1..].iter().any(|text| text.contains("started it")), "{texts:?}");
    second.json("release", &json!({ "todo": "only" }));
    assert_eq!(world.states(), ["Only one: in_progress"], "the first one has it still");
    // One client is one session for as long as it runs, and not the person.
    first.json("release", &json!({ "todo": "only" }));
    assert_eq!(world.states(), ["Only one: pending"]);
    let speakers = world.sessions();
    assert_eq!(speakers.iter().filter(|name| name.starts_with("t-") && name.ends_with("-agent-cli")).count(), 2);
    assert_eq!(speakers.len(), 3, "{speakers:?}");
}

#[test]
fn a_request_may_name_its_session() {
    let world = World::new();
    let mut client = Client::start(&world, "w", None);
    let mut add = |text: &str, meta: serde_json::Value| {
        let params = json!({ "name": "add", "arguments": { "text": text }, "_meta": meta });
        let answer = client.ask("tools/call", &params);
        assert_ne!(answer["result"]["isError"], true, "{answer}");
        by(&world, text)
    };
    assert_eq!(add("One", json!({ "sessionId": "s-1", "threadId": "t-1" })), "s-1-agent-cli");
    assert_eq!(add("Two", json!({ "threadId": "t-1" })), "t-1-agent-cli");
    assert!(add("Three", json!({ "sessionId": "\u{7}" })).starts_with("t-"), "the client, which is called t");
    // Whom the server was started for speaks, whatever a request says.
    let mut client = Client::start(&world, "w", Some("started"));
    let params = json!({ "name": "add", "arguments": { "text": "Four" }, "_meta": { "sessionId": "s-1" } });
    client.ask("tools/call", &params);
    assert_eq!(by(&world, "Four"), "started-agent-cli");
}
