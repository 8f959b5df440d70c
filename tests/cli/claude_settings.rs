//! Hooks in Claude Code's settings: put in, checked, taken out without a trace. And the plugin, made of the same.

use serde_json::Value;

use crate::common::{Done, World, binary, done, project};

pub const SETTINGS: &str = "home/.claude/settings.json";
pub const SHIM: &str = "home/.local/share/chittysync/bin/git-chittysync";

pub fn settings(world: &World) -> Value {
    serde_json::from_slice(&std::fs::read(world.path(SETTINGS)).expect("a file")).expect("JSON")
}

/// The program in hooks as the user's own settings name it.
pub fn shim(world: &World) -> String {
    format!("'{}'", world.path(SHIM).display())
}

/// The same as what several machines have names it.
const ANYWHERE: &str =
    "PATH=\"${XDG_DATA_HOME:-$HOME/.local/share}/chittysync/bin:$PATH:$HOME/.cargo/bin\" git-chittysync";

pub fn command(settings: &Value, event: &str) -> String {
    settings["hooks"][event][0]["hooks"][0]["command"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn other_peoples_settings_come_back_byte_for_byte() {
    for text in [
        "{}\n",
        "{\n  \"model\": \"opus\",\n  \"hooks\": {\n    \"Stop\": [ { \"hooks\": [ { \"type\": \"command\", \"command\": \"say done\" } ] } ]\n  }\n}",
        "{\r\n\t\"env\": {\r\n\t\t\"A\": \"b\"\r\n\t}\r\n}\r\n",
        "\u{feff}{\"hooks\": {\"PostToolUse\": []}, \"x\": 1.50}",
    ] {
        for more in [&[][..], &["--enable-todo-tools"]] {
            let world = World::new();
            world.write(SETTINGS, text.as_bytes());
            world.ok(&[&["install", "-q"], more].concat());
            let installed = std::fs::read(world.path(SETTINGS)).expect("a file");
            let value: Value =
                serde_json::from_slice(installed.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&installed)).expect("JSON");
            assert_eq!(command(&value, "SessionEnd"), format!("{} hook SessionEnd || true", shim(&world)));
            assert_eq!(value["env"]["CLAUDE_CODE_ENABLE_TODO_TOOLS"] == "1", !more.is_empty());
            world.ok(&["install", "-q"]);
            if more.is_empty() {
                assert_eq!(std::fs::read(world.path(SETTINGS)).expect("a file"), installed, "twice is once");
            }
            world.ok(&["uninstall", "-q"]);
            assert_eq!(std::fs::read(world.path(SETTINGS)).expect("a file"), text.as_bytes());
        }
    }
}

#[test]
fn a_file_that_was_not_there_is_gone_again() {
    let world = World::new();
    world.ok(&["install", "-q"]);
    assert!(!world.home().join(".claude").exists(), "an agent that has never run gets nothing unasked");
    world.write("home/.claude/history.jsonl", b"");
    let dry = world.run(&["install", "-n"]);
    assert!(dry.stderr.contains("hooks       added      ~/.claude/settings.json"), "{dry:?}");
    assert!(!world.path(SETTINGS).exists());
    let done = world.run(&["install"]);
    assert!(
        done.stderr.contains("hint: the newest models have no todo tools unless CLAUDE_CODE_ENABLE_TODO_TOOLS=1"),
        "{done:?}"
    );
    assert_eq!(settings(&world)["hooks"]["PostToolUse"][0]["matcher"], "TodoWrite|TaskCreate|TaskUpdate");
    assert_eq!(settings(&world).get("env"), None, "never unasked");
    world.ok(&["uninstall", "-q"]);
    assert!(!world.path(SETTINGS).exists());
    world.ok(&["install", "-q", "--claude", "--enable-todo-tools"]);
    assert_eq!(settings(&world)["env"]["CLAUDE_CODE_ENABLE_TODO_TOOLS"], "1");
    assert!(!world.run(&["install", "--claude"]).stderr.contains("newest models"));
}

#[test]
fn settings_that_do_not_parse_are_left_alone() {
    for text in
        ["", "{// mine\n}", "{\"a\": 1,}", "[]", "{\"hooks\": 1}", "{\"hooks\": {\"Stop\": 1}}", "\u{fffd}\u{0}"]
    {
        let world = World::new();
        world.write(SETTINGS, text.as_bytes());
        let done = world.run(&["install"]);
        assert_eq!(done.code, Some(1), "{text}: {done:?}");
        assert!(done.stderr.contains(".claude/settings.json, which is left as it is: "), "{text}: {done:?}");
        assert!(done.stderr.contains("man page    added"), "{done:?}");
        assert_eq!(std::fs::read(world.path(SETTINGS)).expect("a file"), text.as_bytes());
        let doctor = world.run(&["doctor"]);
        assert!(doctor.stdout.contains("BAD hooks"), "{doctor:?}");
    }
}

#[cfg(unix)]
#[test]
fn follows_a_link_and_keeps_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let real = world.write("dotfiles/claude.json", b"{}");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    std::fs::create_dir_all(world.home().join(".claude")).expect("a directory");
    std::os::unix::fs::symlink(&real, world.path(SETTINGS)).expect("a link");
    world.ok(&["install", "-q"]);
    assert!(std::fs::read_to_string(&real).expect("a file").contains("git-chittysync' hook Stop"));
    assert_eq!(std::fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o600);
    world.ok(&["uninstall", "-q"]);
    assert!(world.path(SETTINGS).is_symlink());
    assert_eq!(std::fs::read(&real).expect("a file"), b"{}");
}

#[test]
fn a_projects_settings_name_no_path_of_this_machine() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    std::fs::create_dir_all(world.path("shop/src")).expect("a directory");
    let run = |arguments: &[&str]| -> Done {
        // Not by the name that the PATH has.
        let mut command = world.command(binary());
        command.args(["-C", "shop/src"]).args(arguments).env("PATH", "/usr/bin:/bin");
        done(command.output())
    };
    assert_eq!(run(&["install", "-q", "--project"]).code, Some(0));
    let text = std::fs::read(world.path("shop/.claude/settings.json")).expect("a file");
    let value: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(command(&value, "Stop"), format!("{ANYWHERE} hook Stop || true"));
    assert!(!world.home().join(".claude").exists());
    // The user's own may: nobody else has them.
    world.write(SETTINGS, b"{}");
    assert_eq!(run(&["install", "-q"]).code, Some(0));
    assert_eq!(command(&settings(&world), "Stop"), format!("{} hook Stop || true", shim(&world)));
    // The script stays for the others when one of them goes.
    assert_eq!(run(&["uninstall", "-q", "--project"]).code, Some(0));
    assert!(!world.path("shop/.claude").exists() && world.path(SHIM).exists());
    assert_eq!(run(&["uninstall", "-q"]).code, Some(0));
    assert!(!world.path("home/.local/share/chittysync").exists());
}

#[test]
fn doctor_says_what_keeps_hooks_from_running() {
    let world = World::new();
    world.write(SETTINGS, b"{\"disableAllHooks\": true}");
    world.write("home/.claude/todos/a-agent-a.json", b"[]");
    world.ok(&["install", "-q"]);
    let doctor = world.run(&["doctor"]);
    assert!(!doctor.stdout.contains("ok  hooks"), "{doctor:?}");
    assert!(doctor.stdout.contains("BAD hooks       disableAllHooks in ~/.claude/settings.json"), "{doctor:?}");
    let sources = "ok  sources     Claude Code: 1 todo list, the latest now; no task lists; no transcripts; no hook was heard; todo lists are the newest";
    assert!(doctor.stdout.contains(sources), "{doctor:?}");
    assert!(doctor.stdout.contains("`git chittysync install --enable-todo-tools`"), "{doctor:?}");
    world.ok(&["uninstall", "-q"]);
    assert!(
        world
            .run(&["doctor"])
            .stdout
            .contains("off hooks       not in Claude Code's settings; `git chittysync install`")
    );
    world.write(SETTINGS, b"{\"enabledPlugins\": {\"chittysync@chittysync\": true}}");
    let without = world.run(&["doctor"]).stdout;
    assert!(without.contains("BAD hooks       from the plugin: with a short PATH"), "{without}");
    world.ok(&["install", "-q"]);
    world.write(SETTINGS, b"{\"enabledPlugins\": {\"chittysync@chittysync\": true}}");
    assert!(world.run(&["doctor"]).stdout.contains("ok  hooks       from the plugin\n"));
    // A program of that name that does not answer is not waited for.
    let claude = world.write("bin/claude", b"#!/bin/sh\nsleep 600\n");
    #[cfg(unix)]
    std::fs::set_permissions(&claude, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
    let started = std::time::Instant::now();
    world.run(&["doctor"]);
    assert!(started.elapsed() < std::time::Duration::from_secs(300));
    std::fs::write(&claude, "#!/bin/sh\necho '2.1.40 (Claude Code)'\n").expect("a file");
    assert!(world.run(&["doctor"]).stdout.contains("2.1.40 (Claude Code); tells of new tasks from 2.1.84 on"));
}

/// A setting that says no is not one that is set.
#[test]
fn todo_tools_that_are_turned_off_are_told() {
    let world = World::new();
    world.write(SETTINGS, b"{\"env\": {\"CLAUDE_CODE_ENABLE_TODO_TOOLS\": \"0\"}}");
    let doctor = world.run(&["doctor"]);
    assert!(
        doctor.stdout.contains("todo tools  the newest models have none: CLAUDE_CODE_ENABLE_TODO_TOOLS is \"0\""),
        "{doctor:?}"
    );
    let done = world.run(&["install", "--enable-todo-tools"]);
    assert!(done.stderr.contains("warning: CLAUDE_CODE_ENABLE_TODO_TOOLS is \"0\""), "{done:?}");
    assert!(done.stderr.contains("set it to \"1\" in ~/.claude/settings.json"), "{done:?}");
    assert_eq!(settings(&world)["env"]["CLAUDE_CODE_ENABLE_TODO_TOOLS"], "0", "not ours to change");
}

#[test]
fn doctor_says_whether_hooks_run_here_and_when_one_was_heard() {
    let world = World::new();
    world.write("home/.claude/history.jsonl", b"");
    let trust = |world: &World| {
        let said = world.run(&["doctor"]).stdout;
        said.lines().find(|line| line.contains(" trust ")).expect("a line").to_owned()
    };
    assert_eq!(trust(&world), "ok  trust       unknown: ~/.claude.json does not tell");
    for broken in ["", "[1]", "{\"projects\": [", "{\"projects\": 3}"] {
        world.write("home/.claude.json", broken.as_bytes());
        assert!(trust(&world).contains("unknown: "), "{broken}");
    }
    let here = std::fs::canonicalize(world.path("")).expect("a directory");
    let file = |at: &std::path::Path, value: Value| {
        serde_json::json!({"projects": {at.to_str().expect("UTF-8"): {"hasTrustDialogAccepted": value}}}).to_string()
    };
    world.write("home/.claude.json", file(&here, false.into()).as_bytes());
    assert!(trust(&world).contains("is not trusted yet: hooks run here once Claude Code has asked"));
    world.write("home/.claude.json", file(here.parent().expect("a parent"), true.into()).as_bytes());
    assert!(trust(&world).contains("hooks run here: "), "{}", trust(&world));
    world.ok(&["init", "--default"]);
    let event = br#"{"session_id":"s1","cwd":"/nowhere/acme","task_id":"1","task_subject":"Fix login"}"#;
    world.input(&["hook", "TaskCreated"], event);
    let doctor = world.run(&["doctor"]);
    assert!(doctor.stdout.contains("no transcripts; hooks last heard now; hooks are the newest"), "{doctor:?}");
}

#[test]
fn the_way_back_from_a_projects_settings_is_named() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    let done = world.run(&["-C", "shop", "install", "--project"]);
    assert!(done.stderr.contains("Undo with: git chittysync uninstall --project\n"), "{done:?}");
    let done = world.run(&["install"]);
    assert!(done.stderr.contains("Undo with: git chittysync uninstall\n"), "{done:?}");
}

/// `UPDATE=1` writes the files of the plugin anew.
#[test]
fn the_plugin_is_made_of_the_same_table() {
    for (path, made) in chittysync::install::plugin() {
        let (path, made) = (project(path), format!("{made:#}\n"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            std::fs::write(&path, &made).expect("a file");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == made, "{} is not up to date; UPDATE=1 writes it anew", path.display());
    }
    let read =
        |path: &str| -> Value { serde_json::from_slice(&std::fs::read(project(path)).expect("a file")).expect("JSON") };
    // Where the marketplace says, and there where Claude Code looks unasked.
    let root = read(".claude-plugin/marketplace.json")["plugins"][0]["source"].as_str().expect("a path").to_owned();
    assert_eq!(read(&format!("{root}/.claude-plugin/plugin.json"))["name"], "chittysync");
    assert_eq!(read(&format!("{root}/.mcp.json"))["mcpServers"]["chittysync"]["args"][0], "mcp");
    let hooks = read(&format!("{root}/hooks/hooks.json"));
    for event in chittysync::install::HOOK_EVENTS {
        assert_eq!(hooks["hooks"][event.name][0], event.group(ANYWHERE));
    }
}

/// A variable turns a user's own hooks off, from the shell or from the settings.
#[test]
fn doctor_names_the_variable_that_turns_hooks_off() {
    let variable = "CLAUDE_CODE_PERSONAL_HOOKS_OFF";
    for (value, off) in [("1", true), ("true", true), ("0", false), ("", false)] {
        let world = World::new();
        world.write(SETTINGS, b"{}");
        world.ok(&["install", "-q"]);
        let named = |told: &str, place: &str| told.contains(&format!("BAD hooks       {variable} in {place}"));
        let told = world.run_with(&[(variable, value)], &["doctor"]).stdout;
        assert_eq!(named(&told, "the environment"), off, "{value}: {told}");
        world.ok(&["uninstall", "-q"]);
        world.write(SETTINGS, format!("{{\"env\": {{\"{variable}\": \"{value}\"}}}}").as_bytes());
        world.ok(&["install", "-q"]);
        let told = world.run(&["doctor"]).stdout;
        assert_eq!(named(&told, "~/.claude/settings.json"), off, "{value}: {told}");
    }
}

#[test]
fn what_stays_in_a_project_is_named_and_nothing_is_said_of_what_was_never_there() {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "shop"]);
    world.write("shop/.claude/settings.json", b"{}");
    let run = |arguments: &[&str]| world.run(&[&["-C", "shop"], arguments].concat());
    let none = run(&["uninstall"]);
    assert_eq!((none.code, none.stderr.as_str()), (Some(0), "There is nothing to take away.\n"), "{none:?}");
    assert_eq!(run(&["install", "-q", "--project"]).code, Some(0));
    for arguments in [&["uninstall", "-n"][..], &["uninstall"]] {
        let done = run(arguments);
        let told = "Hooks of ours stay in the project's settings, ";
        assert!(done.stderr.contains(told) && done.stderr.contains("uninstall --project` takes them out"), "{done:?}");
        assert!(done.stderr.contains("removed") && !done.stderr.contains("unchanged"), "{done:?}");
    }
    let elsewhere = world.run(&["uninstall"]);
    assert!(!elsewhere.stderr.contains("stay"), "{elsewhere:?}");
    let json = run(&["--json", "uninstall"]);
    assert!(json.stdout.contains("\"unchanged\""), "programs are told of all: {json:?}");
    let done = run(&["uninstall", "--project"]);
    assert!(done.stderr.contains("hooks       removed") && !done.stderr.contains("stay"), "{done:?}");
    assert_eq!(std::fs::read(world.path("shop/.claude/settings.json")).expect("a file"), b"{}");
}
