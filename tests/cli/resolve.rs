//! Disagreements that are settled by hand.

use serde_json::json;

use crate::common::{World, executable};
use crate::terminal::Terminal;

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";

/// Two todos that two sessions disagree on: the second one was wanted again later.
fn world() -> World {
    let world = World::new();
    world.list(SESSION, "2026-11-20T11:40:00.000Z", &[("Add rate limiting", "completed"), ("Ship", "completed")]);
    world.list(OTHER, "2026-11-20T11:50:00.000Z", &[("Add rate limiting", "pending")]);
    world.sync();
    world.list(OTHER, "2026-11-20T11:55:00.000Z", &[("Add rate limiting", "pending"), ("Ship", "pending")]);
    world.sync();
    world
}

/// Has an editor, which is a script, change the text.
fn edit(world: &World, script: &str, arguments: &[&str]) -> crate::common::Done {
    let editor = world.write("editor", format!("#!/bin/sh\ncp \"$1\" seen\n{script}\n").as_bytes());
    executable(&editor);
    world.run_with(&[("GIT_EDITOR", editor.to_str().expect("UTF-8"))], arguments)
}

#[test]
#[cfg(unix)]
fn what_is_saved_in_the_editor_holds() {
    let world = world();
    let text = "Limit the rate\\nstatus: in_progress\\n\\nOn staging first.\\n\\n# Then everywhere\\n";
    let script = format!("printf '{text}' > \"$1\"");
    let done = edit(&world, &script, &["resolve", "rate", "--edit"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let seen = std::fs::read_to_string(world.path("seen")).expect("a text");
    assert!(seen.starts_with("Add rate limiting\nstatus: completed\n\n"), "{seen}");
    assert!(
        seen.contains(&format!("# \u{2018}Add rate\u{2026}\u{2019} {} says, ", &OTHER[..8]))
            && seen.contains("#     status: pending\n"),
        "{seen}"
    );
    assert_eq!(world.states(), ["Add rate limiting: dropped", "Limit the rate: in_progress", "Ship: completed"]);
    assert_eq!(world.todo("Limit the rate")["description"], "On staging first.\n\n# Then everywhere");
    assert!(!world.store().join("chittysync/RESOLVE_EDITMSG").exists(), "no words are left lying about");
}

#[test]
#[cfg(unix)]
fn what_cannot_be_taken_changes_nothing() {
    let world = world();
    for (script, said) in [
        (": > \"$1\"", "nothing is settled"),
        ("sed -i 's/^status: .*/status: almost/' \"$1\"", "'almost' is no status"),
        ("exit 1", "ended with an error"),
        ("git chittysync drop rate", "was changed while you edited it"),
    ] {
        let before = world.states();
        let done = edit(&world, script, &["resolve", "rate", "--edit"]);
        assert!(done.code == Some(1) && done.stderr.contains(said), "{script}: {done:?}");
        assert!(said.contains("was changed") || world.states() == before, "{script}");
    }
    assert_eq!(edit(&world, "", &["resolve", "--edit"]).code, Some(129));
    assert_eq!(edit(&world, "", &["resolve", "rate", "--edit", "--status", "pending"]).code, Some(129));
}

/// Saved as it is, the text settles what it shows.
#[test]
#[cfg(unix)]
fn an_unchanged_text_settles_as_well() {
    let world = world();
    assert_eq!(edit(&world, "", &["resolve", "rate", "--edit"]).code, Some(0));
    let conflicts = world.json(&["conflicts"]);
    assert_eq!(conflicts["conflicts"].as_array().map(Vec::len), Some(1), "{conflicts}");
    assert_eq!(conflicts["conflicts"][0]["content"], "Ship");
}

#[test]
fn a_key_settles_one_and_an_unknown_key_asks_again() {
    let world = world();
    let Some(terminal) = Terminal::new(&world, 100, 40, &[], "git chittysync resolve; exec sleep 600") else { return };
    let screen = terminal.wait("?)help:");
    assert!(screen.contains("Ship (general, ") && !screen.contains("Add rate limiting"), "the newest first: {screen}");
    assert!(screen.contains("2  pending by \u{2018}Add rate\u{2026}\u{2019} f00dfeed, 5m ago"), "{screen}");
    terminal.press(&["?"]);
    let screen = terminal.wait("leaves this one as it is");
    assert!(!screen.contains("Add rate limiting"), "{screen}");
    terminal.press(&["2"]);
    let screen = terminal.wait("Add rate limiting (general");
    assert!(!screen.contains("now ago"), "{screen}");
    terminal.press(&["s"]);
    terminal.wait_until("the end", |_| world.json(&["conflicts"])["conflicts"] != json!([]));
    assert_eq!(world.states(), ["Add rate limiting: completed", "Ship: pending"]);
}

/// A session whose name is the beginning of another one's can be named.
#[test]
fn the_session_of_just_this_name_is_taken() {
    let world = World::new();
    for (session, status) in [("plan", "completed"), ("plan-b", "pending"), ("plan-c", "in_progress")] {
        let list = json!([{"content": "Ship", "status": status}]).to_string();
        assert_eq!(world.input(&["import", "--session", session], list.as_bytes()).code, Some(0));
    }
    let several = world.run(&["resolve", "ship", "--take", "pla"]);
    assert!(several.code == Some(1) && several.stderr.contains("3 sessions can be meant by 'pla'"), "{several:?}");
    assert!(several.stderr.contains("hint: plan\nhint: plan-b\nhint: plan-c"), "{several:?}");
    for (taken, state) in [("plan-b", "pending"), ("plan", "completed")] {
        world.ok(&["resolve", "ship", "--take", taken]);
        assert_eq!(world.states(), [format!("Ship: {state}")]);
    }
    let nobody = world.run(&["resolve", "ship", "--take", "plan-bc"]);
    assert!(nobody.code == Some(1) && nobody.stderr.contains("spoke of 'Ship'"), "{nobody:?}");
}
