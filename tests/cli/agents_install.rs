//! Hooks, tools and the todo tool in the settings of agents besides Claude Code: put in, checked, taken out.

use serde_json::{Value, json};

use crate::claude_settings::{SHIM, shim};
use crate::common::{World, executable, has};

fn read(world: &World, path: &str) -> String {
    std::fs::read_to_string(world.path(path)).unwrap_or_default()
}

fn value(world: &World, path: &str) -> Value {
    serde_json::from_str(&read(world, path)).expect("JSON")
}

/// Returns the lines of `doctor` on an agent.
fn doctor(world: &World, agent: &str) -> Vec<String> {
    let told = world.run(&["doctor"]).stdout;
    let is_of = |line: &&str| line.get(4..).is_some_and(|line| line.starts_with(&format!("{agent} ")));
    told.lines().filter(is_of).map(str::to_owned).collect()
}

/// Returns lines with one space where they are lined up.
fn even(lines: &[String]) -> String {
    lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

const FILES: [(&str, &str); 4] = [
    ("home/.codex/config.toml", "model = \"m\"\n\n[projects.\"/work/shop\"]\ntrust_level = \"trusted\"\n"),
    (
        "home/.codex/hooks.json",
        "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"say done\"}]}]}}",
    ),
    ("home/.qwen/settings.json", "{\n  \"mcpServers\": {\n    \"other\": { \"command\": \"x\" }\n  }\n}\n"),
    ("home/.gemini/settings.json", "{\r\n\t\"general\": {}\r\n}\r\n"),
];

#[test]
fn other_peoples_settings_come_back_byte_for_byte() {
    for more in [&[][..], &["--enable-todo-tools", "--agent", "codex"]] {
        let world = World::new();
        for (path, text) in FILES {
            world.write(path, text.as_bytes());
        }
        let told = world.run(&[&["install"], more].concat());
        assert!(told.code == Some(0) && told.stderr.contains("/hooks"), "{told:?}");
        let hooks = value(&world, "home/.codex/hooks.json");
        let command = |event: &str| hooks["hooks"][event][0]["hooks"][0]["command"].clone();
        assert_eq!(command("PostToolUse"), json!(format!("{} hook codex || true", shim(&world))));
        assert_eq!(hooks["hooks"]["PostToolUse"][0]["matcher"], "update_plan");
        let server = json!({"command": world.path(SHIM), "args": ["mcp"]});
        assert_eq!(value(&world, "home/.qwen/settings.json")["mcpServers"]["chittysync"], server);
        assert_eq!(value(&world, "home/.gemini/settings.json")["mcpServers"]["chittysync"], server);
        let toml = read(&world, "home/.codex/config.toml");
        assert!(toml.contains("[mcp_servers.chittysync]\ncommand = \"/"), "{toml}");
        let is_on = !more.is_empty();
        assert_eq!(toml.contains("[tools.update_plan]\nenabled = true\n"), is_on, "{toml}");
        assert_eq!(value(&world, "home/.qwen/settings.json")["tools"]["todoWrite"]["enabled"] == true, is_on);
        assert_eq!(value(&world, "home/.gemini/settings.json")["experimental"]["taskTracker"] == true, is_on);
        let installed: Vec<String> = FILES.iter().map(|(path, _)| read(&world, path)).collect();
        world.ok(&["install", "-q"]);
        let again: Vec<String> = FILES.iter().map(|(path, _)| read(&world, path)).collect();
        assert_eq!(again, installed, "twice is once");
        world.ok(&["uninstall", "-q"]);
        for (path, text) in FILES {
            assert_eq!(read(&world, path), text, "{path}");
        }
    }
}

#[test]
fn an_agent_that_never_ran_gets_nothing_unasked() {
    let world = World::new();
    world.ok(&["install", "-q"]);
    for (path, _) in FILES {
        assert!(!world.path(path).parent().expect("a directory").exists(), "{path}");
    }
    world.ok(&["install", "-q", "--agent", "qwen"]);
    assert!(world.path("home/.qwen/settings.json").exists());
    assert!(!world.path("home/.codex").exists() && !world.path("home/.claude").exists());
    world.ok(&["uninstall", "-q"]);
    assert!(!world.path("home/.qwen").exists(), "what was made for it goes with it");
    assert_eq!(world.run(&["install", "--agent", "nobody"]).code, Some(129));
}

#[test]
fn what_somebody_else_set_is_left() {
    let world = World::new();
    let own = "[mcp_servers.chittysync]\ncommand = \"mine\"\n";
    world.write("home/.codex/config.toml", own.as_bytes());
    let off = "{\"tools\":{\"todoWrite\":{\"enabled\":false}},\"mcpServers\":{\"chittysync\":{\"command\":\"mine\"}}}";
    world.write("home/.qwen/settings.json", off.as_bytes());
    world.write("home/.gemini/settings.json", b"{ // a comment\n}");
    assert_ne!(world.run(&["install"]).code, Some(0));
    let told = world.run(&["install", "--enable-todo-tools"]);
    assert!(told.stderr.contains("was not written by us"), "{told:?}");
    // One that cannot be changed keeps nothing else from being put in place, and is named.
    assert_ne!(told.code, Some(0));
    assert!(told.stderr.contains(".gemini/settings.json: cannot change"), "{told:?}");
    assert_eq!(read(&world, "home/.codex/config.toml"), own);
    assert!(world.path("home/.codex/hooks.json").exists());
    let qwen = value(&world, "home/.qwen/settings.json");
    assert_eq!(
        (&qwen["tools"]["todoWrite"]["enabled"], &qwen["mcpServers"]["chittysync"]["command"]),
        (&json!(false), &json!("mine"))
    );
    world.run(&["uninstall", "-q"]);
    assert_eq!(read(&world, "home/.codex/config.toml"), own);
    assert_eq!(read(&world, "home/.qwen/settings.json"), off);
}

#[test]
fn doctor_says_whether_there_is_a_todo_tool_and_whether_hooks_are_called() {
    let world = World::new();
    world.write("home/.codex/config.toml", b"model = \"m\"\n");
    executable(&world.write("bin/codex", b"#!/bin/sh\necho codex-cli 0.171.0\n"));
    let before = doctor(&world, "codex").join("\n");
    for told in [
        "off codex hooks",
        "off codex mcp",
        "off codex todos",
        "--enable-todo-tools",
        "ok  codex       codex-cli 0.171.0",
    ] {
        assert!(before.contains(told), "{told}: {before}");
    }
    world.ok(&["install", "-q", "--enable-todo-tools", "--agent", "codex"]);
    let after = doctor(&world, "codex").join("\n");
    for told in ["ok  codex hooks ~/.codex/hooks.json", "ok  codex mcp", "ok  codex todos", "off codex trust", "/hooks"]
    {
        assert!(after.contains(told), "{told}: {after}");
    }
    let hooks = world.path("home/.codex/hooks.json");
    let state = format!("\n[hooks.state.\"{}:post_tool_use:0:0\"]\ntrusted_hash = \"sha256:0\"\n", hooks.display());
    let toml = read(&world, "home/.codex/config.toml") + &state;
    world.write("home/.codex/config.toml", toml.as_bytes());
    assert!(doctor(&world, "codex").join("\n").contains("ok  codex trust"), "{:?}", doctor(&world, "codex"));
    // An agent that is not here is not spoken of.
    assert_eq!(doctor(&world, "qwen"), Vec::<String>::new());
}

/// Where it is off, on, or said to be off.
#[test]
fn doctor_knows_the_switch_of_each_agent() {
    for (agent, settings, off, word) in [
        (
            "qwen",
            "home/.qwen/settings.json",
            "{\"tools\":{\"todoWrite\":{\"enabled\":false}}}",
            "tools.todoWrite.enabled",
        ),
        (
            "gemini",
            "home/.gemini/settings.json",
            "{\"experimental\":{\"taskTracker\":false}}",
            "experimental.taskTracker",
        ),
        ("codex", "home/.codex/config.toml", "[tools.update_plan]\nenabled = false\n", "tools.update_plan.enabled"),
    ] {
        let world = World::new();
        executable(&world.write(&format!("bin/{agent}"), format!("#!/bin/sh\necho {agent} 7.8.9\n").as_bytes()));
        world.write(settings, if agent == "codex" { b"" } else { b"{}" });
        let told = |lines: &[String]| {
            let told = even(&doctor(&world, agent));
            for line in lines {
                assert!(told.contains(line), "{line}: {told}");
            }
        };
        let perhaps = format!("{agent} todos perhaps it has no todo tool");
        told(&[format!("off {agent} hooks"), format!("off {agent} mcp"), perhaps, format!("{agent} 7.8.9")]);
        world.ok(&["install", "-q", "--agent", agent, "--enable-todo-tools"]);
        let on = format!("ok {agent} todos {word} is true");
        told(&[format!("ok {agent} hooks"), format!("ok {agent} mcp"), on]);
        world.ok(&["uninstall", "-q"]);
        world.write(settings, off.as_bytes());
        told(&[format!("off {agent} todos it has no todo tool: {word} is false")]);
        // What its user said stays.
        world.ok(&["install", "-q", "--agent", agent, "--enable-todo-tools"]);
        told(&[format!("off {agent} todos it has no todo tool: {word} is false")]);
    }
}

/// An older version takes no settings that name what it does not know.
#[test]
fn no_event_is_named_that_the_version_does_not_know() {
    for (version, knows) in [("0.144.0", false), ("0.145.0", true)] {
        let world = World::new();
        world.write("home/.codex/config.toml", b"");
        executable(&world.write("bin/codex", format!("#!/bin/sh\necho codex-cli {version}\n").as_bytes()));
        world.ok(&["install", "-q"]);
        let hooks = value(&world, "home/.codex/hooks.json");
        assert_eq!(hooks["hooks"].get("SessionEnd").is_some(), knows, "{hooks}");
    }
}

/// OpenCode and Kilo have no hooks but plugins: ours is run here by another program that runs JavaScript, with what it is
/// given there.
#[test]
fn the_plugin_tells_of_lists_and_is_told_of_others() {
    for agent in ["opencode", "kilo"] {
        plugin(agent);
    }
}

fn plugin(agent: &str) {
    let world = World::new();
    let _daemon = world.as_daemon();
    world.ok(&["add", "-q", "Sweep the floor", "--project", "shop"]);
    world.ok(&["consolidate", "-q"]);
    world.ok(&["install", "-q", "--agent", agent]);
    let path = &format!("home/.config/{agent}/plugin/chittysync.js");
    assert!(
        read(&world, path).contains(&format!("const program = {}", json!(world.path(SHIM)))),
        "{}",
        read(&world, path)
    );
    let server = json!({"type": "local", "command": [world.path(SHIM), "mcp"], "enabled": true});
    assert_eq!(value(&world, &format!("home/.config/{agent}/{agent}.json"))["mcp"]["chittysync"], server);
    if has("node") {
        let test = r#"
import { spawnSync } from "node:child_process"
import { Chittysync } from "./plugin.mjs"
const $ = (texts, program, agent, response) => {
  if (texts.join("|") !== "| hook | < |") throw new Error(texts.join("|"))
  const words = ["hook", agent]
  const text = async () => spawnSync(program, words, { input: await response.text() }).stdout.toString()
  return { quiet: () => ({ nothrow: () => ({ text }) }) }
}
const plugin = await Chittysync({ directory: "/work/shop", $ })
const output = { system: [] }
await plugin["experimental.chat.system.transform"]({ sessionID: "ses_1" }, output)
await plugin["experimental.chat.system.transform"]({ sessionID: "ses_1" }, output)
await plugin["experimental.chat.system.transform"]({}, output)
await plugin.event({ event: { type: "session.idle", properties: { sessionID: "ses_1" } } })
const todos = [{ content: "Oil the door", status: "in_progress", priority: "high" }]
await plugin.event({ event: { type: "todo.updated", properties: { sessionID: "ses_1", todos } } })
console.log(JSON.stringify(output.system))
"#;
        world.write("plugin.mjs", read(&world, path).as_bytes());
        let script = world.write("run.mjs", test.as_bytes());
        let told = crate::common::done(world.command("node").arg(script).output());
        let system: Vec<String> = serde_json::from_str(&told.stdout).unwrap_or_else(|_| panic!("{told:?}"));
        assert!(system.len() == 2 && system.iter().all(|text| text.contains("Sweep the floor")), "{system:?}");
        world.ok(&["consolidate", "-q"]);
        let todo = world.todo("Oil the door");
        assert_eq!((&todo["status"], &todo["project"]), (&json!("in_progress"), &json!("shop")), "{todo}");
        let said = world.json(&["sessions"]);
        let said = said.as_array().expect("a list").iter().find(|info| info["session"] == "ses_1").expect("a session");
        assert_eq!(said["source"], format!("{agent}-hook"));
    }
    world.write(&format!("home/.local/share/{agent}/log"), b"");
    let told = even(&doctor(&world, agent));
    for line in ["hooks ~/.config", "mcp ", "todos"] {
        assert!(told.contains(&format!("ok {agent} {line}")), "{line}: {told}");
    }
    world.ok(&["uninstall", "-q"]);
    assert!(!world.path(&format!("home/.config/{agent}")).exists());
}

/// Those that keep their lists in databases: what can be set up is, and `doctor` says what each needs.
#[test]
fn agents_with_databases_are_set_up_and_examined() {
    let world = World::new();
    world.write("home/.config/crush/crush.json", b"{\"options\": {}}\n");
    for home in ["crush", "kilo", "goose"] {
        std::fs::create_dir_all(world.path(&format!("home/.local/share/{home}"))).expect("a directory");
    }
    world.write("home/.copilot/mcp-config.json", b"{\"mcpServers\": {}}\n");
    world.ok(&["install", "-q"]);
    let hooks = value(&world, "home/.copilot/hooks/chittysync.json");
    let command = format!("{} hook copilot || true", shim(&world));
    for (event, matcher) in [("SessionStart", Value::Null), ("PostToolUse", json!("sql")), ("SessionEnd", Value::Null)]
    {
        let group = &hooks["hooks"][event][0];
        assert_eq!((&group["hooks"][0]["command"], &group["matcher"]), (&json!(command), &matcher), "{hooks}");
    }
    let program = world.path(SHIM);
    let copilot = json!({"type": "local", "command": program, "args": ["mcp"], "tools": ["*"]});
    assert_eq!(value(&world, "home/.copilot/mcp-config.json")["mcpServers"]["chittysync"], copilot);
    let crush = json!({"type": "stdio", "command": program, "args": ["mcp"]});
    assert_eq!(value(&world, "home/.config/crush/crush.json")["mcp"]["chittysync"], crush);
    let goose = read(&world, "home/.config/goose/config.yaml");
    let line =
        format!("  chittysync: {{name: chittysync, type: stdio, enabled: true, cmd: {}, args: [mcp],", json!(program));
    assert!(goose.contains(&line), "{goose}");
    #[cfg(unix)]
    {
        let script = world.write("bin/copilot", b"#!/bin/sh\necho 'GitHub Copilot CLI 1.0.102.'\n");
        executable(&script);
    }
    let told = |agent: &str| even(&doctor(&world, agent));
    for (agent, lines) in [
        ("copilot", &["ok copilot hooks", "ok copilot mcp", "ok copilot todos"][..]),
        ("crush", &["ok crush hooks", "it needs none: sync", "ok crush mcp", "ok crush todos", "off crush "]),
        ("kilo", &["ok kilo hooks ~/.config/kilo/plugin", "ok kilo mcp", "ok kilo todos", "off kilo "]),
        (
            "goose",
            &["ok goose hooks", "it needs none: sync", "ok goose mcp ~/.config/goose", "ok goose todos", "off goose "],
        ),
    ] {
        for line in lines {
            assert!(told(agent).contains(line), "{agent}: {line}: {}", told(agent));
        }
    }
    assert!(!cfg!(unix) || told("copilot").contains("1.0.102"), "{}", told("copilot"));
    world.ok(&["uninstall", "-q"]);
    assert!(!world.path("home/.config/goose/config.yaml").exists(), "what was made for it goes with it");
    assert_eq!(read(&world, "home/.config/crush/crush.json"), "{\"options\": {}}\n");
    assert_eq!(read(&world, "home/.copilot/mcp-config.json"), "{\"mcpServers\": {}}\n");
    assert!(!world.path("home/.copilot/hooks").exists(), "what was made for it goes with it");
}

#[test]
fn doctor_tells_of_an_agent_that_has_only_settings() {
    for (agent, title, settings) in [
        ("goose", "Goose", "home/.config/goose"),
        ("opencode", "OpenCode", "home/.config/opencode"),
        ("kilo", "Kilo CLI", "home/.config/kilo"),
        ("crush", "Crush", "home/.config/crush"),
    ] {
        let world = World::new();
        let told = world.run(&["doctor"]).stdout;
        assert!(!told.contains(title), "{told}");
        std::fs::create_dir_all(world.path(settings)).expect("a directory");
        let told = world.run(&["doctor"]).stdout;
        let line = told.lines().find(|line| line.contains(&format!("{title}: only settings, in ~/.config/")));
        assert!(
            line.is_some_and(|line| line.starts_with("off sources") && line.contains("has not run here yet")),
            "{told}"
        );
        assert!(doctor(&world, agent).iter().any(|line| line.contains("not in ~/.config/")), "{told}");
        let json = world.run(&["doctor", "--json"]).stdout;
        assert!(json.contains("only settings"), "{json}");
    }
}
