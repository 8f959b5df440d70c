//! A real Claude Code whose model is played here: what it tells its hooks and writes to its files is what we read.
//!
//! `CLAUDE=<the program> cargo test --test sources agent -- --ignored` runs it; nothing leaves the machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::common::{World, done};

/// What begins the words that a sub-agent is given.
const FOR_SUB_AGENT: &str = "As a sub-agent";

/// Requests for the model, as they came.
type Requests = Arc<Mutex<Vec<Value>>>;

/// Answers as a model would that makes a plan, has a sub-agent do a part of it, and goes on.
fn answer(request: &Value) -> Vec<Value> {
    let messages = request["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let made = |message: &&Value| message["role"] == "assistant" && message.to_string().contains("tool_use");
    let is_offered = |call: &&Value| {
        request["tools"].as_array().is_some_and(|tools| tools.iter().any(|tool| tool["name"] == call["name"]))
    };
    let call = |name: &str, input: Value| json!({"type": "tool_use", "name": name, "input": input});
    let create = |subject: &str| call("TaskCreate", json!({"subject": subject, "description": "d"}));
    let update = |id: &str, status: &str| call("TaskUpdate", json!({"taskId": id, "status": status}));
    let by_sub_agent = messages.first().is_some_and(|message| message.to_string().contains(FOR_SUB_AGENT));
    let steps = match by_sub_agent {
        true => vec![vec![create("Fuzz the parser")], vec![update("2", "completed"), update("3", "in_progress")]],
        false => {
            let agent = json!({"description": "a part", "prompt": format!("{FOR_SUB_AGENT}: test the parser"),
                "subagent_type": "general-purpose", "run_in_background": false});
            vec![
                vec![create("Write the parser"), create("Test the parser")],
                vec![call("Agent", agent)],
                vec![update("1", "in_progress")],
            ]
        }
    };
    let step = steps.get(messages.iter().filter(made).count()).map(Vec::as_slice).unwrap_or_default();
    step.iter().filter(is_offered).cloned().collect()
}

/// Returns the answer as the events of a stream.
fn stream(calls: &[Value], number: usize) -> String {
    let mut events = String::new();
    let mut say = |name: &str, mut event: Value| {
        event["type"] = json!(name);
        events.push_str(&format!("event: {name}\ndata: {event}\n\n"));
    };
    let usage = json!({"input_tokens": 1, "output_tokens": 1});
    let message = json!({"id": format!("msg_{number}"), "type": "message", "role": "assistant", "model": "played",
        "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage});
    say("message_start", json!({"message": message}));
    let words = json!({"type": "text", "text": "Done."});
    let parts = if calls.is_empty() { std::slice::from_ref(&words) } else { calls };
    for (index, part) in parts.iter().enumerate() {
        let mut block = part.clone();
        let delta = match part.get("input") {
            Some(input) => {
                block["id"] = json!(format!("toolu_{number}_{index}"));
                block["input"] = json!({});
                json!({"type": "input_json_delta", "partial_json": input.to_string()})
            }
            None => {
                block["text"] = json!("");
                json!({"type": "text_delta", "text": part["text"]})
            }
        };
        say("content_block_start", json!({"index": index, "content_block": block}));
        say("content_block_delta", json!({"index": index, "delta": delta}));
        say("content_block_stop", json!({"index": index}));
    }
    let reason = if calls.is_empty() { "end_turn" } else { "tool_use" };
    say("message_delta", json!({"delta": {"stop_reason": reason, "stop_sequence": null}, "usage": usage}));
    say("message_stop", json!({}));
    events
}

/// Serves one connection after the other. Returns where, and what will have been asked.
fn play() -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || drop(serve(stream, &seen)));
        }
    });
    (address, requests)
}

fn serve(mut connection: TcpStream, requests: &Requests) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head)? > 2 && !head.ends_with("\r\n\r\n") {}
    for line in head.to_ascii_lowercase().lines() {
        if let Some(number) = line.strip_prefix("content-length:") {
            length = number.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let is_question = head.starts_with("POST /v1/messages") && request["stream"] == true;
    let (kind, text) = match is_question {
        true => {
            let mut requests = requests.lock().expect("not poisoned");
            let text = stream(&answer(&request), requests.len());
            requests.push(request);
            ("text/event-stream", text)
        }
        false => ("application/json", json!({"input_tokens": 1}).to_string()),
    };
    let length = text.len();
    write!(connection, "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n")?;
    write!(connection, "connection: close\r\n\r\n{text}")
}

/// Lets the agent work on what it is told, in a project.
fn work(world: &World, program: &Path, address: &str) {
    let mut command = world.command(&program.to_string_lossy());
    command.args(["-p", "Plan the parser", "--permission-mode", "bypassPermissions"]);
    command.current_dir(world.path("acme")).env_remove("CHITTYSYNC_NOW");
    command.env("ANTHROPIC_BASE_URL", address).env("ANTHROPIC_API_KEY", "none").env("IS_SANDBOX", "1");
    command.env("CLAUDE_CODE_ENABLE_TODO_TOOLS", "1").env("ENABLE_TOOL_SEARCH", "false");
    command.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
    let worked = done(command.output());
    assert_eq!((worked.code, worked.stdout.trim()), (Some(0), "Done."), "{worked:?}");
}

#[test]
#[ignore = "needs Claude Code: CLAUDE=<the program>"]
fn what_a_real_agent_does_is_saved_once_and_told_to_the_next_session() {
    let program = std::env::var_os("CLAUDE").expect("CLAUDE=<the program>");
    let program = std::path::absolute(program).expect("a path");
    let world = World::new();
    std::fs::create_dir_all(world.path("acme")).expect("a directory");
    world.git(&world.path("acme"), &["init", "-q"]);
    world.ok(&["install", "-q", "--claude"]);
    let (address, requests) = play();
    work(&world, &program, &address);

    // Some versions give sub-agents the tools for tasks.
    let shared = requests.lock().expect("not poisoned").iter().any(|request| {
        request.to_string().contains(FOR_SUB_AGENT) && answer(request).iter().any(|call| call["name"] == "TaskCreate")
    });
    eprintln!("sub-agents have the tools for tasks: {shared}");
    let expected: &[&str] = match shared {
        true => &["Fuzz the parser: in_progress", "Test the parser: completed", "Write the parser: in_progress"],
        false => &["Test the parser: pending", "Write the parser: in_progress"],
    };
    let now = |arguments: &[&str]| {
        let ran = done(world.command(crate::common::binary()).env_remove("CHITTYSYNC_NOW").args(arguments).output());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout
    };
    now(&["consolidate", "-q"]);
    assert_eq!(world.states(), expected, "as the hooks told it");
    now(&["sync", "-q"]);
    assert_eq!(world.states(), expected, "as the files and transcripts tell it, too");
    assert_eq!(world.sessions().len(), 1);
    let log = now(&["log"]);
    assert!(!log.contains("reopened") && !log.contains("dropped"), "{log}");
    assert_eq!(now(&["sessions"]).matches("ended").count(), 1);

    requests.lock().expect("not poisoned").clear();
    work(&world, &program, &address);
    let told = requests.lock().expect("not poisoned")[0].to_string();
    assert!(told.contains("Open todos that other sessions noted") && told.contains(": Write the parser"), "{told}");
    let faults = std::fs::read_to_string(world.store().join("chittysync/log")).unwrap_or_default();
    assert!(!faults.contains("error"), "{faults}");
}
