//! Exit codes, hints, and output that nobody reads.

use std::process::Stdio;

use crate::common::{World, project};

#[test]
fn every_failure_says_what_to_do() {
    let world = World::new();
    for (arguments, code, hint) in [
        (&["list"][..], 1, "git chittysync sync"),
        (&["show", "ab"], 1, "git chittysync sync"),
        (&["--store", "home", "list"], 128, "status"),
        (&["sync", "--from", "nowhere"], 128, "--from takes an agent's home"),
        (&["import", "--session", "s"], 128, "it should look like"),
        (&["man", "nothing"], 129, "git chittysync -h"),
    ] {
        let done = world.run(arguments);
        assert_eq!(done.code, Some(code), "{arguments:?}: {done:?}");
        assert!(done.stderr.contains("hint: ") && done.stderr.contains(hint), "{arguments:?}: {done:?}");
        assert_eq!(done.stdout, "", "{arguments:?}");
    }
    assert!(!world.store().exists(), "a command that failed made a store");
}

#[test]
fn usage_errors_are_129_and_help_is_0() {
    let world = World::new();
    for arguments in [&["nothing"][..], &["list", "--nothing"], &["show"], &["--color", "odd"]] {
        assert_eq!(world.run(arguments).code, Some(129), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["list", "-h"]] {
        assert_eq!(world.run(arguments).code, Some(0), "{arguments:?}");
    }
    assert!(world.ok(&["-h"]).contains("Usage: git chittysync"));
}

/// An argument can hold any bytes.
#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_usage_errors() {
    use std::os::unix::ffi::OsStrExt;
    let bad = std::ffi::OsStr::from_bytes(b"\xff");
    let world = World::new();
    for before in [&[][..], &["show"], &["import", "--session"], &["--json", "list", "--project"]] {
        let done = crate::common::done(world.command(crate::common::binary()).args(before).arg(bad).output());
        assert!(matches!(done.code, Some(129 | 1)) && !done.stderr.contains("panicked"), "{before:?}: {done:?}");
    }
}

#[test]
fn a_usage_error_is_whole_as_json_too() {
    let world = World::new();
    let done = world.run(&["import", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert!(error["error"].as_str().expect("text").contains("--session <SESSION>"), "{error}");
    let done = world.run(&["--json", "list", "--statu", "open"]);
    let error: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert!(
        error["hints"].as_array().expect("hints").iter().any(|hint| hint.to_string().contains("--status")),
        "{error}"
    );
}

#[test]
fn a_directory_without_lists_is_told() {
    let world = World::new();
    std::fs::create_dir(world.path("empty")).expect("a directory");
    let done = world.run(&["sync", "--from", "empty"]);
    assert!(done.stderr.contains("nothing there looks like an agent's lists"), "{done:?}");
}

#[test]
fn without_a_store_the_status_says_where_it_will_be() {
    let world = World::new();
    let done = world.run(&[]);
    assert_eq!(done.code, Some(0));
    assert!(
        done.stdout.contains("no store yet") && done.stdout.contains("~/.local/share/chittysync/store.git"),
        "{done:?}"
    );
    assert!(!world.store().exists());
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let world = World::new();
    world.ok(&["-q", "sync", "--from", project("fixtures/claude").to_str().expect("UTF-8")]);
    for arguments in ["list --all --json", "export", "log", "man"] {
        let mut command = world.command("sh");
        command.arg("-c").arg(format!("git-chittysync {arguments} | :")).stderr(Stdio::piped());
        let done = crate::common::done(command.output());
        assert_eq!(done.stderr, "", "{arguments}");
    }
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let world = World::new();
    world.ok(&["-q", "sync", "--from", project("fixtures/claude").to_str().expect("UTF-8")]);
    let colored =
        |variables: &[(&str, &str)], arguments: &[&str]| world.run_with(variables, arguments).stdout.contains('\u{1b}');
    assert!(!colored(&[], &["list"]));
    assert!(colored(&[], &["list", "--color", "always"]));
    assert!(colored(&[("NO_COLOR", "1")], &["list", "--color=always"]));
    assert!(!colored(&[("NO_COLOR", "1")], &["list", "--color=auto"]));
    assert!(!colored(&[], &["--color=never", "list"]));
    world.git(&world.home(), &["config", "--global", "color.ui", "always"]);
    assert!(colored(&[], &["list"]));
    world.git(&world.home(), &["config", "--global", "color.chittysync", "never"]);
    assert!(!colored(&[], &["list"]));
}
