//! The commands of hooks, run as an agent does, and the events that they are written for.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::claude_settings::{SETTINGS, SHIM, command, settings};
use crate::common::{Done, NOW, World, binary, done};

/// Some agents ask again whether they may run a command that has changed.
#[test]
fn the_command_stays_when_the_program_moves() {
    let world = World::new();
    // What earlier versions wrote is replaced, once.
    let mut text = String::from("{\"hooks\": {");
    for (nth, event) in chittysync::install::HOOK_EVENTS.iter().enumerate() {
        let program = if nth % 2 == 0 { "git-chittysync".into() } else { format!("'{}'", binary()) };
        let group = event.group(&program);
        text.push_str(&format!("{}\"{}\": [{group}]", if nth == 0 { "" } else { "," }, event.name));
    }
    world.write(SETTINGS, (text + "}}").as_bytes());
    world.ok(&["install", "-q"]);
    let first = std::fs::read(world.path(SETTINGS)).expect("a file");
    assert_eq!(settings(&world)["hooks"]["Stop"].as_array().map(Vec::len), Some(1));
    let moved = world.path("elsewhere's/git-chittysync");
    std::fs::create_dir_all(moved.parent().expect("a parent")).expect("a directory");
    std::fs::copy(binary(), &moved).expect("a program");
    let mut command = world.command(moved.to_str().expect("UTF-8"));
    assert_eq!(done(command.args(["install", "-q"]).output()).code, Some(0));
    assert_eq!(std::fs::read(world.path(SETTINGS)).expect("a file"), first);
    let mut shim = world.command(world.path(SHIM).to_str().expect("UTF-8"));
    let said = done(shim.env("PATH", "/usr/bin:/bin").arg("--version").output());
    assert!(said.stdout.starts_with("git-chittysync "), "{said:?}");
    // A script that is no program is put right.
    std::fs::set_permissions(world.path(SHIM), std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("a mode");
    assert!(world.run(&["doctor"]).stdout.contains("BAD hook script"), "{:?}", world.run(&["doctor"]));
    let mut shim = world.command(binary());
    assert_eq!(done(shim.args(["install", "-q"]).output()).code, Some(0));
    assert!(!world.run(&["doctor"]).stdout.contains("BAD hook script"));
}

/// That each part is in place does not mean that a hook leads to this program.
#[test]
fn doctor_runs_a_hook_and_says_where_it_leads() {
    let world = World::new();
    world.write(SETTINGS, b"{}");
    let program = world.path("opt/git-chittysync");
    std::fs::create_dir_all(program.parent().expect("a parent")).expect("a directory");
    std::fs::copy(binary(), &program).expect("a program");
    let mut install = world.command(program.to_str().expect("UTF-8"));
    assert_eq!(done(install.args(["install", "-q"]).env("PATH", "/usr/bin:/bin").output()).code, Some(0));
    let hooks = || {
        let doctor = world.run(&["doctor"]).stdout;
        doctor.lines().find(|line| line[4..].starts_with("hooks ")).expect("a line").to_owned()
    };
    assert_eq!(hooks(), "ok  hooks       ~/.claude/settings.json");
    assert!(!world.store().exists(), "a hook that is tried says nothing");
    std::fs::write(&program, "#!/bin/sh\necho git-chittysync 9.9.9\n").expect("a program");
    assert!(
        hooks().starts_with("BAD hooks       ~/.claude/settings.json: they run git-chittysync 9.9.9, "),
        "{}",
        hooks()
    );
    for broken in ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nsleep 600\n"] {
        std::fs::write(&program, broken).expect("a program");
        let started = std::time::Instant::now();
        assert!(
            hooks().contains("with a short PATH, as an agent may have it, they do not find this program"),
            "{}",
            hooks()
        );
        assert!(started.elapsed() < std::time::Duration::from_secs(300));
    }
    std::fs::remove_file(&program).expect("removed");
    assert!(hooks().starts_with("BAD hooks "), "{}", hooks());
    world.ok(&["install", "-q"]);
    assert_eq!(hooks(), "ok  hooks       ~/.claude/settings.json");
}

/// Each command is run as an agent does that was started from a desktop: by a shell, with a short PATH, in a directory
/// that is gone meanwhile.
#[test]
fn the_command_that_is_installed_works() {
    for (nth, shared) in [false, true].into_iter().enumerate() {
        let world = World::new();
        let _daemon = world.as_daemon();
        world.write(SETTINGS, b"{}");
        world.git(&world.path(""), &["init", "-q", "shop"]);
        // Started by a name that no PATH has.
        let program = world.path("opt/git-chittysync");
        std::fs::create_dir_all(program.parent().expect("a parent")).expect("a directory");
        std::fs::copy(binary(), &program).expect("a program");
        let mut install = world.command(program.to_str().expect("UTF-8"));
        let arguments: &[&str] =
            if shared { &["-C", "shop", "install", "-q", "--project"] } else { &["install", "-q"] };
        assert_eq!(done(install.args(arguments).env("PATH", "/usr/bin:/bin").output()).code, Some(0));
        let text =
            std::fs::read(world.path(if shared { "shop/.claude/settings.json" } else { SETTINGS })).expect("a file");
        let command = command(&serde_json::from_slice(&text).expect("JSON"), "TaskCreated");
        let run = |shell: &str, id: usize, gone: bool| -> Done {
            let directory = world.path(&format!("gone {nth} {id}"));
            std::fs::create_dir(&directory).expect("a directory");
            let event = format!(
                r#"{{"session_id":"s1","cwd":"{}","task_id":"{id}","task_subject":"Task {id}"}}"#,
                directory.display()
            );
            let remove = if gone { "rmdir \"$PWD\";" } else { "" };
            let script = format!("{remove} printf '%s' '{event}' | {{ {command}; }}");
            let mut agent = world.command(shell);
            agent.args(["-c", &script]).current_dir(&directory).env("PATH", "/usr/bin:/bin");
            done(agent.output())
        };
        let mut expected = Vec::new();
        for (id, (shell, gone)) in
            [("sh", false), ("bash", false), ("sh", true), ("bash", true)].into_iter().enumerate()
        {
            if !crate::common::has(shell) {
                continue;
            }
            let done = run(shell, id, gone);
            assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{shell} {command}: {done:?}");
            expected.push(format!("Task {id}: pending"));
        }
        world.ok(&["consolidate", "-q"]);
        assert_eq!(world.states(), expected, "{command}");
        // Where our program is gone an agent goes on as before.
        std::fs::remove_file(&program).expect("removed");
        assert_eq!(run("sh", 9, false).code, Some(0));
        std::fs::remove_file(world.path(SHIM)).expect("removed");
        assert_eq!(run("sh", 10, false).code, Some(0));
    }
}

/// An agent takes no settings that name an event it has never heard of.
#[test]
fn an_event_that_the_agent_does_not_know_is_not_written() {
    let world = World::new();
    world.write(SETTINGS, b"{\"model\": \"opus\"}");
    let events = |world: &World| -> Vec<String> {
        let settings = settings(world);
        settings["hooks"].as_object().expect("hooks").keys().cloned().collect()
    };
    let claude = |version: &str| {
        let program = world.write("bin/claude", format!("#!/bin/sh\necho '{version} (Claude Code)'\n").as_bytes());
        crate::common::executable(&program);
    };
    for (version, unknown) in [
        ("2.1.83", &["TaskCreated"][..]),
        ("2.1.84", &[]),
        ("2.1.32", &["TaskCreated", "TaskCompleted"]),
        ("1.0.70", &["SessionEnd", "TaskCreated", "TaskCompleted"]),
        ("2.1.332", &[]),
        ("is not known", &[]),
    ] {
        claude(version);
        if version != "2.1.83" && !unknown.is_empty() {
            // It became an older one.
            assert!(world.run(&["doctor"]).stdout.contains("BAD hooks "), "{version}");
        }
        world.ok(&["install", "-q"]);
        let known = chittysync::install::HOOK_EVENTS.iter().map(|event| event.name.to_owned());
        let mut expected: Vec<String> = known.filter(|name| !unknown.contains(&name.as_str())).collect();
        let mut found = events(&world);
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{version}");
        assert!(!world.run(&["doctor"]).stdout.contains("BAD hooks "), "{version}: {:?}", world.run(&["doctor"]));
    }
    world.ok(&["uninstall", "-q"]);
    assert_eq!(std::fs::read(world.path(SETTINGS)).expect("a file"), b"{\"model\": \"opus\"}");
}

/// What the background leaves out is in the log, as other commands tell it.
#[test]
fn what_a_hook_leaves_out_is_in_the_log() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    let tree = world.git(&world.store(), &["hash-object", "-t", "tree", "-w", "--stdin"]);
    let author = ["-c", "user.name=A", "-c", "user.email=a@todos.example"];
    let commit = world.git(&world.store(), &[&author[..], &["commit-tree", "-m", "nothing", tree.trim()]].concat());
    world.git(&world.store(), &["update-ref", "refs/chittysync/empty", commit.trim()]);
    let list = json!([{ "content": "Fix login", "status": "pending", "activeForm": "x" }]);
    let event = json!({ "hook_event_name": "PostToolUse", "session_id": "s-1", "cwd": world.home(),
        "tool_name": "TodoWrite", "tool_input": { "todos": list } });
    let mut shell = world.command("sh");
    let script = format!("git-chittysync hook PostToolUse <<'END'\n{event}\nEND\n");
    assert_eq!(done(shell.env("CHITTYSYNC_NOW", NOW).args(["-c", &script]).output()).code, Some(0));
    // What it left to do is done by a process of its own, or by this one.
    let started = Instant::now();
    while !world.ok(&["list", "-n", "9"]).contains("Fix login") || world.ok(&["daemon", "log"]).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "{}", world.ok(&["list"]));
        assert_eq!(world.run(&["hook", "--background"]).code, Some(0));
    }
    let log = world.ok(&["daemon", "log"]);
    assert!(log.contains(": session empty was left out: "), "{log}");
}
