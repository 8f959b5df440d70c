//! Todo text is data. Nothing in it reaches a terminal as it came.

use serde_json::json;

use crate::common::{Done, World, set_time};

/// Escape sequences, C1 controls, a bell, line ends, and everything that turns the direction of writing.
const EVIL: &str = "x\u{1b}[31m\u{9b}2J\u{7}\u{0}\r\n\t\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}\u{feff}y";

fn is_clean(text: &str) -> bool {
    text.chars().all(|char| {
        char == '\n'
            || !(char.is_control()
                || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}'))
    })
}

#[test]
fn no_command_prints_what_a_todo_hides() {
    let world = World::new();
    let write = |name: &str, value: &serde_json::Value| {
        set_time(&world.write(name, value.to_string().as_bytes()), "2026-11-01T10:00:00Z");
    };
    let item = |status: &str| {
        json!([{"content": EVIL, "status": status, "activeForm": EVIL, EVIL: EVIL, "priority": EVIL},
            {"content": format!("{EVIL} c"), "status": status, "assignee": EVIL},
            {"content": format!("{EVIL} b"), "status": EVIL}])
    };
    write("claude/todos/a\u{202e}b.json", &item("completed"));
    write("claude/todos/two.json", &item("pending"));
    write("claude/todos/bad\u{202e}.json", &json!({}));
    write("claude/todos/bad\u{1b}[31m.json", &json!([{"content": "x"}]));
    let home = world.path("claude");
    let home = home.to_str().expect("UTF-8");
    let mut all: Vec<(String, Done)> = Vec::new();
    let mut run = |arguments: &[&str]| all.push((arguments.join(" "), world.run(arguments)));
    run(&["-v", "capture", "--from", home]);
    run(&["consolidate"]);
    run(&["-v", "sync", "--from", home, "--project", "p\u{202e}q"]);
    world.git(&world.store(), &["config", "chittysync.topic", "evil=31m"]);
    let id = world.todos()[0]["id"].as_str().expect("an id").to_owned();
    for arguments in [
        &["status"][..],
        &["list", "--all"],
        &["list", "--all", "--session", "two"],
        &["show", &id],
        &["show", "\u{1b}[31m"],
        &["log"],
        &["sessions"],
        &["projects"],
        &["conflicts", "--all"],
        &["export", "--format", "markdown"],
        &["export", "--dir", "out\u{202e}"],
        &["--store", "no\u{1b}[31m", "list"],
        &["-C", "no\u{202e}", "list"],
        &["--store", "no\u{202e}", "doctor"],
        &["doctor"],
        &["daemon", "status"],
        &["daemon", "log"],
        &["branch"],
        &["branch", "new\u{202e}"],
        &["branch", "new\u{1b}[31m"],
        &["ready", "--all"],
        &["topics"],
        &["topics", "evil"],
        &["topics", "\u{1b}[31m"],
        &["ready", "--topic", "\u{202e}"],
        &["assign", "--all", "--dry-run"],
        &["assign", "--all", "--to", "two"],
        &["assign", "--to", "\u{1b}[31m"],
        &["ready", "--all"],
        &["ready", "--all", "--claim", "--session", "three"],
        &["guidance", "--session", "two"],
        &["guidance", "--session", "\u{202e}"],
        &["resolve", &id, "--take", "two"],
        &["resolve", "y b", "--status", "completed"],
        &["resolve", "\u{1b}[31m", "--status", "completed"],
        &["archive", "--dry-run"],
        &["archive"],
        &["forget", "y b", "--dry-run"],
        &["forget", &id],
        &["forget", "\u{202e}"],
    ] {
        run(arguments);
    }
    let git = world.git(&world.store(), &["log", "--all", "--format=%B"]);
    assert!(is_clean(&git), "a commit message: {git:?}");
    for (arguments, done) in all {
        assert!(is_clean(&done.stdout), "{arguments}: stdout {:?}", done.stdout);
        assert!(is_clean(&done.stderr), "{arguments}: stderr {:?}", done.stderr);
    }
}
