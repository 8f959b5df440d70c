//! Real agents whose model is played here: each makes a plan that we see, is told what others left open, and calls one of
//! our tools as itself.
//!
//! `CODEX=<the program> cargo test --test sources played -- --ignored` runs one of them; OPENCODE and COPILOT name the
//! others. Nothing leaves the machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::common::{World, binary, done};

/// What was left open by somebody else.
const LEFT: &str = "Sweep the floor";
/// What the model adds by our tool.
const ADDED: &str = "Added by the tool";

/// Requests for the model, as they came.
type Requests = Arc<Mutex<Vec<Value>>>;

/// A call of a tool: its namespace, where it has one, its name, and what it is given.
struct Call(Option<&'static str>, &'static str, Value);

/// Serves what a model says that makes these calls, one a turn, and then is done.
fn play(calls: [Call; 2]) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let (requests, calls) = (Requests::default(), Arc::new(calls));
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (seen, calls) = (Arc::clone(&seen), Arc::clone(&calls));
            std::thread::spawn(move || drop(serve(stream, &seen, &*calls)));
        }
    });
    (address, requests)
}

fn serve(mut connection: TcpStream, requests: &Requests, calls: &[Call]) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 && !head.ends_with("\r\n\r\n") {}
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let streams = request["stream"] == true;
    let (kind, text) = match path {
        _ if path.ends_with("/responses") => ("text/event-stream", responses(&request, calls)),
        _ if path.ends_with("/chat/completions") && streams => ("text/event-stream", chat(&request, calls)),
        _ if path.ends_with("/chat/completions") => {
            let message = json!({"role": "assistant", "content": "Done."});
            ("application/json", json!({"id": "c", "object": "chat.completion", "created": 1, "model": "played", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).to_string())
        }
        _ => (
            "application/json",
            json!({"object": "list", "data": [{"id": "played", "object": "model"}], "models": []}).to_string(),
        ),
    };
    requests.lock().expect("not poisoned").push(request);
    let length = text.len();
    write!(connection, "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n")?;
    write!(connection, "connection: close\r\n\r\n{text}")
}

/// Returns the next call, unless the request is for something where tools are not offered, such as a title.
fn next<'a>(made: usize, request: &Value, calls: &'a [Call]) -> Option<&'a Call> {
    calls.get(made).filter(|call| request["tools"].to_string().contains(&format!("\"{}\"", call.1)))
}

/// Returns an answer in the form that Codex asks for.
fn responses(request: &Value, calls: &[Call]) -> String {
    let input = request["input"].as_array().map(Vec::as_slice).unwrap_or_default();
    let made = input.iter().filter(|item| item["type"] == "function_call").count();
    let item = match next(made, request, calls) {
        Some(Call(namespace, name, arguments)) => {
            let mut item = json!({"type": "function_call", "id": format!("fc_{made}"), "call_id": format!("call_{made}"), "name": name, "arguments": arguments.to_string()});
            if let Some(namespace) = namespace {
                item["namespace"] = json!(namespace);
            }
            item
        }
        None => {
            json!({"type": "message", "id": "msg", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "Done.", "annotations": []}]})
        }
    };
    let usage = json!({"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2});
    let whole = |status: &str, output: &[&Value]| json!({"id": "resp", "object": "response", "status": status, "output": output, "usage": usage});
    let mut text = String::new();
    for (kind, mut event) in [
        ("response.created", json!({"response": whole("in_progress", &[])})),
        ("response.output_item.added", json!({"output_index": 0, "item": item})),
        ("response.output_item.done", json!({"output_index": 0, "item": item})),
        ("response.completed", json!({"response": whole("completed", &[&item])})),
    ] {
        event["type"] = json!(kind);
        text.push_str(&format!("event: {kind}\ndata: {event}\n\n"));
    }
    text
}

/// Returns an answer in the form that most others ask for.
fn chat(request: &Value, calls: &[Call]) -> String {
    let messages = request["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let made = messages.iter().filter(|message| message["tool_calls"].is_array()).count();
    let (delta, reason) = match next(made, request, calls) {
        Some(Call(_, name, arguments)) => {
            let call = json!({"index": 0, "id": format!("call_{made}"), "type": "function", "function": {"name": name, "arguments": arguments.to_string()}});
            (json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
        }
        None => (json!({"role": "assistant", "content": "Done."}), "stop"),
    };
    let chunk = |delta: Value, reason: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": reason});
        json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "played", "choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})
    };
    format!("data: {}\n\ndata: {}\n\ndata: [DONE]\n\n", chunk(delta, Value::Null), chunk(json!({}), json!(reason)))
}

/// An agent at work in a project.
struct Worked {
    world: World,
    requests: Vec<Value>,
}

/// Has an agent work whose program the variable names. `prepare` writes its settings for a model at an address, and
/// returns its arguments and variables.
fn work(
    agent: &str,
    variable: &str,
    calls: [Call; 2],
    prepare: impl FnOnce(&World, &str) -> (Vec<&'static str>, Vec<(&'static str, String)>),
) -> Worked {
    let program = std::env::var_os(variable).unwrap_or_else(|| panic!("{variable}=<the program>"));
    let program = std::path::absolute(program).expect("a path");
    let world = World::new();
    std::fs::create_dir_all(world.path("shop")).expect("a directory");
    world.git(&world.path("shop"), &["init", "-q"]);
    let (address, requests) = play(calls);
    let (arguments, variables) = prepare(&world, &address);
    now(&world, &["install", "-q", "--agent", agent, "--enable-todo-tools"]);
    now(&world, &["add", "-q", LEFT]);
    now(&world, &["consolidate", "-q"]);
    let mut command = world.command(&program.to_string_lossy());
    command.current_dir(world.path("shop")).env_remove("CHITTYSYNC_NOW").args(arguments).envs(variables);
    let worked = done(command.output());
    assert_eq!(worked.code, Some(0), "{worked:?}");
    now(&world, &["sync", "-q"]);
    let requests = requests.lock().expect("not poisoned").clone();
    Worked { world, requests }
}

/// Runs the program in the project, by the clock that the agent has.
fn now(world: &World, arguments: &[&str]) -> String {
    let mut command = world.command(binary());
    let ran = done(command.current_dir(world.path("shop")).env_remove("CHITTYSYNC_NOW").args(arguments).output());
    assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    ran.stdout
}

impl Worked {
    /// Checks that the plan was seen, that the model was told, and that what the tool added is of a session of its own,
    /// whose name begins so.
    fn check(&self, plan: &[&str], speaker: &str) {
        let mut expected: Vec<String> = plan.iter().map(|&text| text.to_owned()).collect();
        expected.extend([format!("{ADDED}: pending"), format!("{LEFT}: pending")]);
        expected.sort();
        assert_eq!(self.world.states(), expected);
        assert!(self.requests.iter().any(|request| request.to_string().contains(LEFT)), "the model was told");
        let by = self.speakers(ADDED);
        assert!(by.len() == 1 && by[0].starts_with(speaker), "{by:?}");
        let left = self.speakers(LEFT);
        assert!(left.len() == 1 && left != by, "{left:?}");
        let faults = std::fs::read_to_string(self.world.store().join("chittysync/log")).unwrap_or_default();
        assert!(!faults.contains("error"), "{faults}");
    }

    /// Returns the sessions that said this.
    fn speakers(&self, words: &str) -> Vec<String> {
        let todo = self.world.todo(words);
        let known = self.world.json(&["show", todo["id"].as_str().expect("an id")]);
        known["claims"].as_object().expect("claims").keys().cloned().collect()
    }
}

#[test]
#[ignore = "needs Codex: CODEX=<the program>"]
fn played_codex() {
    let plan = json!({"plan": [{"step": "Write the parser", "status": "in_progress"}, {"step": "Test the parser", "status": "pending"}]});
    let calls = [Call(None, "update_plan", plan), Call(Some("mcp__chittysync"), "add", json!({"text": ADDED}))];
    let worked = work("codex", "CODEX", calls, |world, address| {
        let settings = format!(
            "model = \"played\"\nmodel_provider = \"played\"\n[model_providers.played]\nname = \"played\"\nbase_url = \"{address}\"\nwire_api = \"responses\"\n"
        );
        world.write("home/.codex/config.toml", settings.as_bytes());
        let trusted = ["--dangerously-bypass-hook-trust", "--dangerously-bypass-approvals-and-sandbox"];
        (["exec"].into_iter().chain(trusted).chain(["--skip-git-repo-check", "Plan the parser"]).collect(), Vec::new())
    });
    // It names its session in each call.
    worked
        .check(&["Write the parser: in_progress", "Test the parser: pending"], &worked.speakers("Write the parser")[0]);
}

#[test]
#[ignore = "needs OpenCode: OPENCODE=<the program>"]
fn played_opencode() {
    let plan = json!({"todos": [{"content": "Oil the door", "status": "in_progress", "priority": "high"}, {"content": "Test the door", "status": "pending", "priority": "low"}]});
    let calls = [Call(None, "todowrite", plan), Call(None, "chittysync_add", json!({"text": ADDED}))];
    let worked = work("opencode", "OPENCODE", calls, |world, address| {
        let model = json!({"npm": "@ai-sdk/openai-compatible", "options": {"baseURL": address, "apiKey": "none"}, "models": {"played": {}}});
        let settings = json!({"model": "played/played", "small_model": "played/played", "autoupdate": false, "provider": {"played": model}});
        world.write("home/.config/opencode/opencode.json", settings.to_string().as_bytes());
        (vec!["run", "Plan the door"], Vec::new())
    });
    // It names no session to our tools, so its client is one of its own.
    worked.check(&["Oil the door: in_progress", "Test the door: pending"], "opencode-");
    // What its plugin told stands in its database too, and is said once.
    assert_eq!(now(&worked.world, &["log"]).matches("dropped").count(), 0);
}

#[test]
#[cfg(feature = "sqlite")]
#[ignore = "needs Copilot CLI: COPILOT=<the program>"]
fn played_copilot() {
    let sql = "INSERT INTO todos (id, title, status) VALUES ('dig', 'Dig the well', 'in_progress'), ('test', 'Test the well', 'pending')";
    let calls = [
        Call(None, "sql", json!({"description": "Plan", "query": sql})),
        Call(None, "chittysync-add", json!({"text": ADDED})),
    ];
    let worked = work("copilot", "COPILOT", calls, |_, address| {
        let variables = [
            ("COPILOT_OFFLINE", "true"),
            ("COPILOT_PROVIDER_BASE_URL", address),
            ("COPILOT_PROVIDER_API_KEY", "none"),
            ("COPILOT_MODEL", "played"),
        ];
        let variables = variables.map(|(name, value)| (name, value.to_owned())).to_vec();
        (vec!["-p", "Plan the well", "--allow-all-tools"], variables)
    });
    worked.check(&["Dig the well: in_progress", "Test the well: pending"], &worked.speakers("Dig the well")[0]);
}
