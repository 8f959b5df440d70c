//! `mcp`: the todos as tools of an agent, spoken to as an agent's client does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::common::fits::fits;
use crate::common::{World, binary};

pub const SESSION: &str = "11111111-1111-4111-8111-111111111111";

/// A server, and the client's end of its pipes.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
    /// What the tools answer, by name, once one was called.
    schemas: BTreeMap<String, Value>,
}

impl Client {
    /// Starts a server in this directory of a world, in the name of a session, and shakes hands.
    pub fn start(world: &World, directory: &str, session: Option<&str>) -> Self {
        let mut client = Client::unmet(world, directory, session);
        let params =
            json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        let answer = client.ask("initialize", &params);
        assert_eq!(answer["result"]["serverInfo"]["name"], "git-chittysync", "{answer}");
        client.write(&(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string() + "\n"));
        client
    }

    fn unmet(world: &World, directory: &str, session: Option<&str>) -> Self {
        std::fs::create_dir_all(world.path(directory)).expect("a directory");
        let mut command = world.command(binary());
        command.arg("mcp").current_dir(world.path(directory));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(session.map(|session| ("CLAUDE_CODE_SESSION_ID", session)));
        let mut child = command.spawn().expect("the program starts");
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("a pipe")));
        Client { child, input, output, next: 0, schemas: BTreeMap::new() }
    }

    pub fn write(&mut self, text: &str) {
        let input = self.input.as_mut().expect("a pipe");
        input.write_all(text.as_bytes()).and_then(|()| input.flush()).expect("the server reads");
    }

    /// Returns the next message. All that the server prints is such.
    pub fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|err| panic!("{line:?}: {err}"))
    }

    pub fn send(&mut self, method: &str, params: &Value) -> u64 {
        self.next += 1;
        let request = json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params});
        self.write(&format!("{request}\n"));
        self.next
    }

    /// Asks, and returns the answer.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send(method, params);
        let answer = self.read();
        assert_eq!((answer["id"].as_u64(), &answer["jsonrpc"]), (Some(id), &json!("2.0")), "{answer}");
        answer
    }

    fn schema(&mut self, tool: &str) -> Option<Value> {
        if self.schemas.is_empty() {
            let answer = self.ask("tools/list", &json!({}));
            let tools = answer["result"]["tools"].as_array().expect("tools").clone();
            let named = tools.into_iter().map(|tool| (tool["name"].to_string(), tool["outputSchema"].clone()));
            self.schemas = named.collect();
        }
        self.schemas.get(&json!(tool).to_string()).cloned()
    }

    /// Calls a tool, and returns whether it failed, and the texts of its answer. The answer as an object is held against
    /// what the tool says that it answers, and against the text.
    pub fn call(&mut self, tool: &str, arguments: &Value) -> (bool, Vec<String>) {
        let schema = self.schema(tool).unwrap_or_else(|| panic!("{tool} is no tool"));
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        let blocks = result["content"].as_array().unwrap_or_else(|| panic!("{tool}: {answer}"));
        let text = |block: &Value| block["text"].as_str().expect("a text").to_owned();
        assert_eq!(result["isError"] == true, result["structuredContent"].is_null(), "{tool}: {answer}");
        if result["isError"] != true {
            let mut said = result["structuredContent"].clone();
            assert!(schema["type"] == "object" && said.is_object(), "{tool}: {schema}");
            fits(&schema, &schema, &said, true).unwrap_or_else(|why| panic!("{tool}: {why}: {said}"));
            let warned = said.as_object_mut().and_then(|said| said.remove("warnings"));
            let warned = warned.map_or(0, |warned| warned.as_array().map_or(0, Vec::len));
            assert_eq!(warned, blocks.len() - 1, "{tool}: {answer}");
            let shown = text(&blocks[0]);
            assert!(said["text"] == shown.as_str() || *said.to_string() == *shown, "{tool}: {answer}");
        }
        (result["isError"] == true, blocks.iter().map(text).collect())
    }

    /// Calls a tool, expects success and nothing but a document, and returns it.
    pub fn json(&mut self, tool: &str, arguments: &Value) -> Value {
        let (failed, texts) = self.call(tool, arguments);
        assert!(!failed && texts.len() == 1, "{tool} {arguments}: {texts:?}");
        serde_json::from_str(&texts[0]).expect("JSON")
    }

    /// Calls a tool, expects it to fail, and returns why.
    pub fn failure(&mut self, tool: &str, arguments: &Value) -> String {
        let (failed, texts) = self.call(tool, arguments);
        assert!(failed, "{tool} {arguments}: {texts:?}");
        texts.join("\n")
    }

    /// Ends standard input, and returns what the server said since, its exit code and its errors.
    pub fn end(mut self) -> (String, Option<i32>, String) {
        drop(self.input.take());
        let (mut said, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut said).expect("UTF-8");
        self.child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("UTF-8");
        (said, self.child.wait().expect("an end").code(), errors)
    }
}

/// Returns the words of todos, as a command or a tool lists them.
pub fn words(listed: &Value) -> Vec<String> {
    let todos = listed.as_array().or_else(|| listed["todos"].as_array()).unwrap_or_else(|| panic!("{listed}"));
    todos.iter().map(|todo| todo["content"].as_str().expect("words").to_owned()).collect()
}

#[test]
fn describes_its_tools() {
    let world = World::new();
    let mut client = Client::start(&world, "w", None);
    let answer = client.ask("tools/list", &json!({}));
    let tools = answer["result"]["tools"].as_array().expect("tools").clone();
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(
        names,
        [
            "list",
            "ready",
            "add",
            "start",
            "done",
            "release",
            "drop",
            "reopen",
            "edit",
            "show",
            "projects",
            "sessions",
            "conflicts",
            "context",
        ]
    );
    for tool in &tools {
        let schema = &tool["inputSchema"];
        assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)), "{tool}");
        for (name, property) in schema["properties"].as_object().expect("properties") {
            let described = property["description"].as_str().is_some_and(|text| text.len() > 5);
            assert!(described && property["type"].is_string(), "{tool}: {name}");
        }
        let reads = ["list", "show", "projects", "sessions", "conflicts", "context"]
            .contains(&tool["name"].as_str().expect("a name"));
        assert_eq!(tool["annotations"]["readOnlyHint"], reads, "{tool}");
        assert_eq!(tool["annotations"]["destructiveHint"], tool["name"] == "drop", "{tool}");
    }
    assert!(tools.iter().all(|tool| tool["outputSchema"]["type"] == "object"));
    assert_eq!(tools[2]["inputSchema"]["required"], json!(["text"]));
    assert_eq!(tools[2]["inputSchema"]["properties"]["blocked_by"]["type"], "array");
    assert_eq!(tools[0]["inputSchema"]["properties"]["status"]["enum"][1], "in_progress");
    assert_eq!(client.end(), (String::new(), Some(0), String::new()));
    assert!(!world.store().exists(), "nothing was said, so nothing is kept");
}

#[test]
fn each_tool_does_what_the_command_does() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    let mut client = Client::start(&world, "shop/src", Some(SESSION));
    assert!(client.failure("list", &json!({})).contains("there is no store"), "reading makes none");
    let arguments = json!({"text": "Fix login", "priority": "high", "description": "all of it", "project": null});
    let added = client.json("add", &arguments);
    assert_eq!((&added["project"], &added["priority"]), (&json!("shop"), &json!("high")), "{added}");
    assert_eq!(added["sessions"], json!([format!("{SESSION}-agent-cli")]));
    client.json("add", &json!({"text": "Ship", "priority": 0, "blocked_by": ["login"]}));
    let sweep = client.json("add", &json!({"text": "Sweep", "project": "house"}));

    assert_eq!(words(&client.json("list", &json!({}))), words(&world.json(&["list", "--project", "shop"])));
    assert_eq!(client.json("list", &json!({}))["project"], "shop");
    assert_eq!(words(&client.json("list", &json!({"all_projects": true}))), words(&world.json(&["list"])));
    assert_eq!(words(&client.json("list", &json!({"project": "house"}))), ["Sweep"]);
    assert_eq!(client.json("list", &json!({"status": "completed"})), json!({"todos": []}));
    assert_eq!(words(&client.json("ready", &json!({}))), words(&world.json(&["ready", "--project", "shop"])));
    assert_eq!(words(&client.json("ready", &json!({"all_projects": true}))).len(), 2);
    assert_eq!(client.json("ready", &json!({"claim": true}))["status"], "in_progress");
    assert_eq!(client.json("show", &json!({"todo": "login"})), world.json(&["show", "login"]));
    let id = added["id"].as_str().expect("an id").to_owned();
    assert_eq!(client.json("done", &json!({"todo": &id[..6]}))["status"], "completed");
    assert_eq!(words(&client.json("list", &json!({"all": true, "limit": 9}))).len(), 2);
    assert!(client.failure("drop", &json!({"todo": "Sweep"})).contains("no todo of shop has these words"));
    assert_eq!(client.json("start", &json!({"todo": "Ship"}))["status"], "in_progress");
    assert_eq!(client.json("drop", &json!({"todo": sweep["id"]}))["status"], "dropped");
    assert_eq!(world.states(), ["Fix login: completed", "Ship: in_progress", "Sweep: dropped"]);

    // What others do meanwhile is seen.
    world.ok(&["add", "From outside", "--project", "shop"]);
    let first = client.json("list", &json!({"limit": 1}));
    assert_eq!((words(&first).len(), &first["more"]), (1, &json!(1)), "{first}");
    let (_, told) = client.call("context", &json!({}));
    assert!(told[0].contains(": From outside\n") && told[0].contains("this session on"), "{told:?}");
    world.git(&world.store(), &["config", "chittysync.context", "off"]);
    assert!(client.call("context", &json!({})).1[0].contains("chittysync.context is off"));
    assert_eq!(client.end().1, Some(0));
}

#[test]
fn the_session_that_is_named_speaks() {
    let world = World::new();
    let mut client = Client::start(&world, "w", None);
    client.json("add", &json!({"text": "Mine"}));
    let own = world.sessions();
    assert!(own.len() == 1 && own[0].starts_with("t-") && own[0].ends_with("-agent-cli"), "the client's own: {own:?}");
    let store = world.store();
    let store = store.to_str().expect("UTF-8");
    let input = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18",
            "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "add", "arguments": {"text": "Its"}}}),
    ];
    let input = input.map(|message| format!("{message}\n")).concat();
    // All at once, and no more: what was asked before the end is done, and answered.
    let done = world.input(&["--store", store, "mcp", "--session", SESSION], input.as_bytes());
    assert_eq!((done.code, done.stdout.lines().count(), done.stderr.as_str()), (Some(0), 2, ""), "{done:?}");
    assert_eq!(world.todo("Its")["sessions"], json!([format!("{SESSION}-agent-cli")]));
}

#[test]
fn what_goes_wrong_is_an_answer_with_a_remedy() {
    let world = World::new();
    let mut client = Client::start(&world, "w", Some(SESSION));
    client.json("add", &json!({"text": "Fix login tests"}));
    client.json("add", &json!({"text": "Fix logout \u{1b}[31m\u{202e}tests"}));
    let several = client.failure("done", &json!({"todo": "tests"}));
    assert!(several.contains("2 todos can be meant by 'tests'\nhint: "), "{several}");
    assert!(several.contains("Fix login tests") && several.contains("Fix logout"), "{several}");
    assert!(!several.contains(['\u{1b}', '\u{202e}']), "{several:?}");
    assert!(
        client.failure("show", &json!({"todo": "nothing"})).contains("hint: the tool `list` with `{\"all\":true}`")
    );
    assert!(client.failure("add", &json!({"text": "Fix login  tests"})).contains("such a todo already"));
    assert!(client.failure("add", &json!({"text": " \t"})).contains("needs words"));
    assert!(client.failure("add", &json!({})).contains("add needs 'text'"));
    assert!(client.failure("done", &json!({"id": "x"})).contains("hint: it takes todo"));
    assert!(client.failure("list", &json!({"status": "weird"})).contains("invalid value 'weird'"));
    assert!(client.failure("ready", &json!({"project": "a", "all_projects": true})).contains("exclude each other"));
    assert!(client.failure("add", &json!({"text": "x", "project": "\u{7}"})).contains("cannot be the name"));
    client.json("done", &json!({"todo": "login"}));
    assert!(client.failure("start", &json!({"todo": "login"})).contains("the tool `reopen` with `{\"todo\":"));
    // Whatever looks like an option is a word.
    assert_eq!(client.json("add", &json!({"text": "--store=/nowhere"}))["content"], "--store=/nowhere");
    let unknown = client.ask("tools/call", &json!({"name": "format_disk", "arguments": {}}));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    assert_eq!(client.ask("no/such/method", &json!({}))["error"]["code"], -32601);
    // A store that breaks meanwhile breaks no server.
    std::fs::rename(world.store(), world.path("gone")).expect("a move");
    assert!(client.failure("list", &json!({})).contains("there is no store"));
    std::fs::rename(world.path("gone"), world.store()).expect("a move");
    assert_eq!(words(&client.json("list", &json!({}))).len(), 2);
    assert_eq!(client.end().1, Some(0));
}

#[test]
fn answers_hold_nothing_that_cannot_be_seen() {
    let world = World::new();
    let hostile = "Evil \u{1b}[2J\u{202e}\u{e0041}\u{200b}todo";
    world.ok(&["add", hostile, "--description", &format!("\u{9b}31m{}", "long ".repeat(2_000))]);
    let mut client = Client::start(&world, "w", None);
    for (tool, arguments) in [("list", json!({})), ("show", json!({"todo": "evil"})), ("done", json!({"todo": "evil"}))]
    {
        let (failed, texts) = client.call(tool, &arguments);
        let shown = texts.concat();
        assert!(!failed && shown.contains("Evil") && shown.contains("todo"), "{shown}");
        let unseen = ['\u{1b}', '\u{202e}', '\u{e0041}', '\u{200b}', '\u{9b}'];
        assert!(!shown.contains(unseen) && !shown.contains("\\u001b"), "{shown:?}");
        assert!(shown.len() < 6_000, "{} bytes", shown.len());
    }
}

#[test]
fn hostile_input_ends_nothing() {
    let world = World::new();
    let mut client = Client::start(&world, "w", None);
    for line in ["{half", "", "null", "[]", "\u{0}\u{1b}", "}{", "\"text\"", "{\"jsonrpc\":\"2.0\",\"id\":{}}"] {
        client.write(&format!("{line}\n"));
    }
    client.write(&format!("{}1{}\n", "[".repeat(5_000), "]".repeat(5_000)));
    // Longer than any message may be.
    client.write(&format!("{{\"x\":\"{}\"}}\n", "x".repeat(17 * 1024 * 1024)));
    let id = client.send("tools/call", &json!({"name": "add", "arguments": {"text": "Still here"}}));
    // What is JSON and no message may be answered with an error, and nothing else may be.
    let answer = loop {
        let answer = client.read();
        if answer["id"] == id {
            break answer;
        }
        assert!(answer["id"].is_null() && answer["error"]["code"].is_i64(), "{answer}");
    };
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    // Half a message at the end is none.
    client.write("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/call\",\"params\":{\"name\":\"add\",");
    assert_eq!(client.end(), (String::new(), Some(0), String::new()));
    assert_eq!(world.states(), ["Still here: pending"]);
    // Whoever ends before it begins wanted nothing.
    for input in ["", "garbage\n", "{half"] {
        let done = world.input(&["mcp"], input.as_bytes());
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{input}: {done:?}");
    }
    let early = world.input(&["mcp"], b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
    assert_eq!((early.code, early.stdout.as_str()), (Some(129), ""), "{early:?}");
}

#[test]
fn servers_that_act_at_once_lose_nothing() {
    let world = World::new();
    let mut clients: Vec<Client> = (0..2)
        .map(|at| Client::start(&world, "w", Some(&format!("1111111{at}-1111-4111-8111-111111111111"))))
        .collect();
    for number in 0..8 {
        for (at, client) in clients.iter_mut().enumerate() {
            client.send("tools/call", &json!({"name": "add", "arguments": {"text": format!("Todo {at} {number}")}}));
        }
    }
    for client in &mut clients {
        for _ in 0..8 {
            let answer = client.read();
            assert_eq!(answer["result"]["isError"], false, "{answer}");
        }
    }
    assert_eq!(world.todos().len(), 16);
    // Each claims what the other did not.
    for _ in 0..4 {
        clients.iter_mut().for_each(|client| {
            client.send("tools/call", &json!({"name": "ready", "arguments": {"claim": true, "all_projects": true}}));
        });
    }
    let mut taken = Vec::new();
    for client in &mut clients {
        for _ in 0..4 {
            let answer = client.read();
            let text = answer["result"]["content"][0]["text"].as_str().expect("a text");
            let todo: Value = serde_json::from_str(text).expect("JSON");
            taken.push(todo["id"].as_str().expect("an id").to_owned());
        }
    }
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 8);
    for client in clients {
        assert_eq!(client.end(), (String::new(), Some(0), String::new()));
    }
}

/// Whoever writes by hand, or from a script, need not end the last line.
#[test]
fn the_last_line_need_not_end() {
    let begin = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params":
        {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
    let met = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let add = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call",
        "params": {"name": "add", "arguments": {"text": "Say it without an end"}}});
    for (lines, answers) in [(vec![&begin], 1), (vec![&begin, &met, &add], 2)] {
        for end in ["", "\n", "\r\n"] {
            let world = World::new();
            let text = lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + end;
            let done = world.input(&["mcp"], text.as_bytes());
            assert_eq!((done.code, done.stdout.lines().count()), (Some(0), answers), "{end:?}: {done:?}");
            assert_eq!(world.store().exists(), answers == 2, "{done:?}");
        }
    }
}
