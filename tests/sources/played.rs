//! Real agents whose model is played here: each makes a plan that we see, is told what others left open, and calls one of
//! our tools as itself.
//!
//! `CODEX=<the program> cargo test --test sources played_codex -- --ignored` runs one of them; QWEN, GEMINI, OPENCODE, KILO
//! and COPILOT name the others. Nothing leaves the machine.

use serde_json::{Value, json};

use crate::common::{World, binary, done};
use crate::played_model::{Call, play};

/// What was left open by somebody else.
const LEFT: &str = "Sweep the floor";
/// What the model adds by our tool.
const ADDED: &str = "Added by the tool";

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
    calls: Vec<Call>,
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
        let has_tools = |request: &&Value| request["tools"].as_array().is_some_and(|tools| !tools.is_empty());
        let first = self.requests.iter().find(has_tools).expect("a request");
        assert!(first.to_string().contains(LEFT), "the model was told before it did anything: {first}");
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
    let calls = vec![Call(None, "update_plan", plan), Call(Some("mcp__chittysync"), "add", json!({"text": ADDED}))];
    let worked = work("codex", "CODEX", calls, |world, address| {
        let settings = format!(
            "model = \"played\"\nmodel_provider = \"played\"\n[model_providers.played]\nname = \"played\"\nbase_url = \"{address}/v1\"\nwire_api = \"responses\"\n"
        );
        world.write("home/.codex/config.toml", settings.as_bytes());
        let trusted = ["--dangerously-bypass-hook-trust", "--dangerously-bypass-approvals-and-sandbox"];
        (["exec"].into_iter().chain(trusted).chain(["--skip-git-repo-check", "Plan the parser"]).collect(), Vec::new())
    });
    // It names its session in each call.
    worked
        .check(&["Write the parser: in_progress", "Test the parser: pending"], &worked.speakers("Write the parser")[0]);
}

/// OpenCode, and Kilo, which is made of it.
fn played_with_a_plugin(agent: &str, variable: &str, arguments: &[&'static str]) {
    let plan = json!({"todos": [{"content": "Oil the door", "status": "in_progress", "priority": "high"}, {"content": "Test the door", "status": "pending", "priority": "low"}]});
    let calls = vec![Call(None, "todowrite", plan), Call(None, "chittysync_add", json!({"text": ADDED}))];
    let worked = work(agent, variable, calls, |world, address| {
        let model = json!({"npm": "@ai-sdk/openai-compatible", "options": {"baseURL": format!("{address}/v1"), "apiKey": "none"}, "models": {"played": {}}});
        let settings = json!({"model": "played/played", "small_model": "played/played", "autoupdate": false, "provider": {"played": model}});
        world.write(&format!("home/.config/{agent}/{agent}.json"), settings.to_string().as_bytes());
        // It wants packages from elsewhere, and tries for minutes.
        let variables = ["npm_config_offline", "OPENCODE_DISABLE_MODELS_FETCH", "KILO_DISABLE_MODELS_FETCH"];
        let mut variables = variables.map(|name| (name, "true".to_owned())).to_vec();
        variables.push(("npm_config_fetch_retries", "0".to_owned()));
        (arguments.to_vec(), variables)
    });
    // It names no session to our tools, so its client is one of its own.
    worked.check(&["Oil the door: in_progress", "Test the door: pending"], &format!("{agent}-"));
    // What its plugin told stands in its database too, and is said once.
    assert_eq!(now(&worked.world, &["log"]).matches("dropped").count(), 0);
}

#[test]
#[ignore = "needs OpenCode: OPENCODE=<the program>"]
fn played_opencode() {
    played_with_a_plugin("opencode", "OPENCODE", &["run", "Plan the door"]);
}

#[test]
#[ignore = "needs Kilo CLI: KILO=<the program>"]
fn played_kilo() {
    played_with_a_plugin("kilo", "KILO", &["run", "--auto", "Plan the door"]);
}

#[test]
#[ignore = "needs Qwen Code: QWEN=<the program>"]
fn played_qwen() {
    let plan = json!({"todos": [{"id": "1", "content": "Paint the gate", "status": "in_progress"}, {"id": "2", "content": "Test the gate", "status": "pending"}]});
    let calls = vec![
        Call(None, "todo_write", plan),
        // It offers tools of others by name only: they are looked up, and called by another one.
        Call(None, "tool_search", json!({"query": "select:mcp__chittysync__add"})),
        Call(None, "tool_call", json!({"name": "mcp__chittysync__add", "arguments": {"text": ADDED}})),
    ];
    let worked = work("qwen", "QWEN", calls, |_, address| {
        let variables = [
            ("OPENAI_BASE_URL", format!("{address}/v1")),
            ("OPENAI_API_KEY", "none".to_owned()),
            ("OPENAI_MODEL", "played".to_owned()),
        ];
        (vec!["-y", "--auth-type", "openai", "-p", "Plan the gate"], variables.to_vec())
    });
    worked.check(&["Paint the gate: in_progress", "Test the gate: pending"], &worked.speakers("Paint the gate")[0]);
}

#[test]
#[ignore = "needs Gemini CLI: GEMINI=<the program>"]
fn played_gemini() {
    let plan = json!({"title": "Mend the roof", "description": "Before it rains", "type": "task"});
    let calls = vec![Call(None, "tracker_create_task", plan), Call(None, "mcp_chittysync_add", json!({"text": ADDED}))];
    let worked = work("gemini", "GEMINI", calls, |world, address| {
        let settings = json!({"security": {"auth": {"selectedType": "gemini-api-key"}}});
        world.write("home/.gemini/settings.json", settings.to_string().as_bytes());
        let variables = [("GEMINI_API_KEY", "none".to_owned()), ("GOOGLE_GEMINI_BASE_URL", address.to_owned())];
        (vec!["--yolo", "--skip-trust", "-p", "Plan the roof"], variables.to_vec())
    });
    // It names no session to our tools, so its client is one of its own.
    worked.check(&["Mend the roof: pending"], "gemini-cli-mcp-client-");
}

#[test]
#[cfg(feature = "sqlite")]
#[ignore = "needs Copilot CLI: COPILOT=<the program>"]
fn played_copilot() {
    let sql = "INSERT INTO todos (id, title, status) VALUES ('dig', 'Dig the well', 'in_progress'), ('test', 'Test the well', 'pending')";
    let calls = vec![
        Call(None, "sql", json!({"description": "Plan", "query": sql})),
        Call(None, "chittysync-add", json!({"text": ADDED})),
    ];
    let worked = work("copilot", "COPILOT", calls, |_, address| {
        let variables = [
            ("COPILOT_OFFLINE", "true"),
            ("COPILOT_PROVIDER_BASE_URL", &format!("{address}/v1")),
            ("COPILOT_PROVIDER_API_KEY", "none"),
            ("COPILOT_MODEL", "played"),
        ];
        let variables = variables.map(|(name, value)| (name, value.to_owned())).to_vec();
        (vec!["-p", "Plan the well", "--allow-all-tools"], variables)
    });
    worked.check(&["Dig the well: in_progress", "Test the well: pending"], &worked.speakers("Dig the well")[0]);
}
