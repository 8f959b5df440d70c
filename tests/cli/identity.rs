//! In whose name somebody speaks: every agent as itself, whatever it tells of itself.

use serde_json::json;

use crate::common::World;
use crate::mcp::Client;

const ONE: &str = "029e1c6e-0000-4000-8000-000000000001";

/// Returns who spoke last of a todo with these words.
fn by(world: &World, content: &str) -> String {
    let shown = world.json(&["show", content]);
    shown["claims"].as_object().expect("claims").keys().next().expect("somebody").clone()
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
fn ones_own_session_is_called_you() {
    let world = World::new();
    world.git(&world.home(), &["config", "--global", "chittysync.device", "mbp"]);
    let as_agent = |arguments: &[&str]| {
        let done = world.run_with(&[("CLAUDE_CODE_SESSION_ID", ONE)], arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout
    };
    world.ok(&["add", "By hand"]);
    as_agent(&["add", "By a command"]);
    world.list(ONE, "2026-11-20T11:40:00.000Z", &[("By its list", "pending")]);
    world.sync();
    let line = |text: &str, words: &str| {
        let found = text.lines().find(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{words}: {text}")).to_owned()
    };
    let (mine, its) = (world.ok(&["list"]), as_agent(&["list"]));
    for (words, is_mine) in [("By hand", true), ("By a command", false), ("By its list", false)] {
        for (text, is_you) in [(&mine, is_mine), (&its, !is_mine)] {
            let line = line(text, words);
            assert_eq!(line.contains("  you  "), is_you, "{line}");
        }
    }
    let names = |text: String| -> Vec<String> {
        let sessions: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let sessions = sessions.as_array().expect("a list").iter();
        let mut names: Vec<_> = sessions.map(|one| one["name"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(world.ok(&["sessions", "--json"])), ["you", "\u{2018}By its list\u{2019}"]);
    let its = names(as_agent(&["sessions", "--json"]));
    assert_eq!(its, ["Test", "you"], "its list and its commands are one");
    assert!(world.ok(&["show", "By hand"]).contains("  you "));
    assert!(!as_agent(&["show", "By hand"]).contains("  you "));
    assert!(!world.ok(&["list", "--porcelain"]).contains("you"), "programs are given names");
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
