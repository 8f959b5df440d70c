//! Who waits at a terminal is told how far it is; nobody else is.

use crate::common::{Done, World, done, has, set_time};

const SESSIONS: usize = 800;

/// A home that takes more than half a second to read for the first time.
fn large() -> World {
    let world = World::new();
    world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n");
    let items: Vec<_> =
        (0..12).map(|n| serde_json::json!({"content": format!("Task {n} of many"), "status": "pending"})).collect();
    let content = serde_json::to_vec(&items).expect("JSON");
    for number in 0..SESSIONS {
        let path = world.write(&format!("claude/todos/s{number}-agent-s{number}.json"), &content);
        set_time(&path, "2026-11-18T10:00:00Z");
    }
    world
}

/// Runs a command with a terminal as its standard error and output.
fn at_a_terminal(world: &World, arguments: &str) -> Done {
    let command = format!("git-chittysync {arguments} --from claude");
    done(world.command("script").args(["-qec", &command, "/dev/null"]).env("TERM", "xterm").output())
}

#[test]
fn a_first_import_tells_whoever_waits_how_far_it_is_and_nobody_else() {
    if !has("script") {
        return;
    }
    let world = large();
    let shown = at_a_terminal(&world, "capture");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let text = &shown.stdout;
    assert!(
        text.contains("\r\u{1b}[KReading 800 files: ") || text.contains("\r\u{1b}[KSaving 800 sessions: "),
        "{text}"
    );
    let last = text.rsplit("\r\u{1b}[K").next().expect("the end");
    assert!(last.starts_with("800 of 800 files say something new."), "nothing of it stays: {last}");
    for silent in ["capture", "-q --store b.git capture"] {
        let shown = at_a_terminal(&world, silent);
        assert_eq!(shown.code, Some(0), "{silent}: {shown:?}");
        let told = ["Reading", "Saving", "\u{1b}[K"].iter().any(|word| shown.stdout.contains(word));
        assert!(!told, "{silent}: {shown:?}");
    }
    let piped = world.run(&["--store", "d.git", "capture", "--from", "claude"]);
    assert_eq!(piped.stderr, "800 of 800 files say something new.\n", "no terminal: {piped:?}");
}
