//! `mcp` beside its first tools: short answers, changes, resources with news of changes, and a prompt.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::World;
use crate::mcp::{Client, words};

/// A session reads what is open without its whole history: fifty todos in some 2.6 kB, the rest counted.
#[test]
fn fifty_todos_take_a_page() {
    let world = World::new();
    let items: Vec<(String, &str)> = (0..60).map(|number| (format!("Fix login test {number}"), "pending")).collect();
    let items: Vec<(&str, &str)> = items.iter().map(|(words, status)| (words.as_str(), *status)).collect();
    world.list("029e1c6e-0000-4000-8000-000000000001", "2026-11-20T11:00:00.000Z", &items);
    world.sync();
    let mut client = Client::start(&world, ".", Some("s-1"));
    let (_, texts) = client.call("list", &json!({ "all_projects": true }));
    let answer: Value = serde_json::from_str(&texts[0]).expect("JSON");
    assert_eq!((answer["todos"].as_array().map(Vec::len), &answer["more"]), (Some(50), &json!(10)));
    assert!(texts[0].len() <= 2_600, "{} bytes", texts[0].len());
    // The beginning of an id is enough to go on with.
    let id = &answer["todos"][7]["id"];
    assert_eq!(client.json("show", &json!({ "todo": id }))["content"], answer["todos"][7]["content"]);
}

#[test]
fn resources_tell_of_changes() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    world.ok(&["-C", "shop", "add", "Paint \u{202e}it", "--priority", "high", "--session", "other"]);
    let mut client = Client::start(&world, "shop", Some("s-1"));
    let listed = client.ask("resources/list", &json!({}));
    let uris: Vec<&str> = listed["result"]["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .filter_map(|one| one["uri"].as_str())
        .collect();
    assert_eq!(uris, ["chittysync://todos", "chittysync://ready", "chittysync://context"]);
    let read = |client: &mut Client, uri: &str| {
        let answer = client.ask("resources/read", &json!({ "uri": uri }));
        answer["result"]["contents"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    for uri in &uris {
        let text = read(&mut client, uri);
        assert!(text.contains("Paint") && !text.contains('\u{202e}'), "{uri}: {text}");
    }
    assert_eq!(client.ask("resources/read", &json!({ "uri": "chittysync://x" }))["error"]["code"], -32002);
    assert!(client.ask("resources/subscribe", &json!({ "uri": "chittysync://x" }))["error"].is_object());
    let subscribed = client.ask("resources/subscribe", &json!({ "uri": "chittysync://todos" }));
    assert_eq!(subscribed["result"], json!({}), "{subscribed}");
    world.ok(&["-C", "shop", "add", "Hang it"]);
    let told = client.read();
    assert_eq!(told["method"], "notifications/resources/updated", "{told}");
    assert_eq!(told["params"]["uri"], "chittysync://todos");
    assert!(read(&mut client, "chittysync://todos").contains("Hang it"));
    // Nothing happens, and nothing is told; nor of what nobody wants to hear of any more.
    client.ask("resources/unsubscribe", &json!({ "uri": "chittysync://todos" }));
    world.ok(&["-C", "shop", "add", "Look at it"]);
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(1_200) {
        assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(client.end(), (String::new(), Some(0), String::new()));
}

#[test]
fn a_prompt_begins_a_session_from_its_todos() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    world.ok(&["-C", "shop", "add", "Paint \u{1b}[31mit", "--session", "other"]);
    let mut client = Client::start(&world, "shop", Some("s-1"));
    let listed = client.ask("prompts/list", &json!({}));
    assert_eq!(listed["result"]["prompts"][0]["name"], "begin", "{listed}");
    let mut begin = |arguments: Value| {
        let answer = client.ask("prompts/get", &json!({ "name": "begin", "arguments": arguments }));
        let message = &answer["result"]["messages"][0];
        assert_eq!(message["role"], "user", "{answer}");
        message["content"]["text"].as_str().expect("a text").to_owned()
    };
    let text = begin(json!({}));
    assert!(text.contains("Paint") && !text.contains('\u{1b}') && text.contains("`ready` with `claim`"), "{text}");
    let text = begin(json!({ "todo": "paint\u{202e} it" }));
    assert!(text.contains("Work on the todo") && text.contains("paint") && !text.contains('\u{202e}'), "{text}");
    assert_eq!(client.ask("prompts/get", &json!({ "name": "end" }))["error"]["code"], -32602);
    assert_eq!(client.end().1, Some(0));
}

/// A todo can be changed, opened again and seen from all sides without a command.
#[test]
fn edits_reopens_and_tells_of_projects_and_sessions() {
    let world = World::new();
    let mut client = Client::start(&world, ".", Some("s-1"));
    let added = client.json(
        "add",
        &json!({
            "text": "Draw", "more": ["Hang", "Buy ink"], "labels": ["UI"], "due": "2026-12-05", "priority": "high",
        }),
    );
    assert_eq!(words(&added).len(), 3, "{added}");
    let commits = world.commits();
    let edited = client.json(
        "edit",
        &json!({ "todo": "hang", "text": "Hang it", "labels": ["-ui", "wall"], "blocked_by": ["+draw"] }),
    );
    assert_eq!((&edited["content"], &edited["labels"]), (&json!("Hang it"), &json!(["wall"])), "{edited}");
    assert_eq!(edited["due"], "2026-12-05T23:59:59Z", "what is not given stays");
    assert!(world.commits() > commits);
    client.json("done", &json!({ "todo": "draw" }));
    assert_eq!(client.json("reopen", &json!({ "todo": "draw" }))["status"], "pending");
    let projects = client.json("projects", &json!({}));
    assert_eq!((&projects["projects"][0]["active_todos"], projects["projects"][0].get("todos")), (&json!(3), None));
    assert_eq!(client.json("sessions", &json!({}))["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.json("conflicts", &json!({})), world.json(&["conflicts"]));
    assert!(client.failure("edit", &json!({ "todo": "draw", "due": "soon" })).contains("'soon' is no date"));
    assert!(client.failure("edit", &json!({ "todo": "draw" })).contains("hint:"));
    assert!(client.failure("edit", &json!({ "todo": "draw", "labels": ["a=b"] })).contains("is no label"));
    assert_eq!(client.end().1, Some(0));
}
