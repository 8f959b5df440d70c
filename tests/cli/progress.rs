//! Who waits at a terminal is told how far it is; nobody else is.

use crate::common::{Done, World, done, has};

const SESSIONS: usize = 4_000;

/// A home that takes more than half a second to read for the first time.
fn large() -> World {
    let world = World::new();
    world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n");
    let items: Vec<_> =
        (0..12).map(|n| serde_json::json!({"content": format!("Task {n} of many"), "status": "pending"})).collect();
    let content = serde_json::to_vec(&items).expect("JSON");
    for number in 0..SESSIONS {
        world.write(&format!("claude/todos/s{number}-agent-s{number}.json"), &content);
    }
    world
}

/// Runs a command with a terminal as its standard error and output.
fn at_a_terminal(world: &World, command: &str) -> Done {
    done(world.command("script").args(["-qec", command, "/dev/null"]).env("TERM", "xterm").output())
}

#[test]
fn a_first_import_says_how_far_it_is_and_leaves_no_trace() {
    if !has("script") {
        return;
    }
    let world = large();
    let shown = at_a_terminal(&world, "git-chittysync capture --from claude");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let text = &shown.stdout;
    assert!(
        text.contains("\r\u{1b}[KReading 4,000 files: ") || text.contains("\r\u{1b}[KSaving 4,000 sessions: "),
        "{text}"
    );
    let last = text.rsplit("\r\u{1b}[K").next().expect("the end");
    assert!(last.starts_with("4000 of 4000 files say something new."), "{last}");
    // What is quick needs no word.
    let shown = at_a_terminal(&world, "git-chittysync capture --from claude");
    assert!(!shown.stdout.contains('\r') || !shown.stdout.contains("\u{1b}[K"), "{shown:?}");
}

#[test]
fn nobody_else_is_told() {
    if !has("script") {
        return;
    }
    for (command, at_terminal) in
        [("-q capture --from claude", true), ("--json capture --from claude", true), ("capture --from claude", false)]
    {
        let world = large();
        let command = format!("git-chittysync {command}");
        let done = match at_terminal {
            true => at_a_terminal(&world, &command),
            false => done(world.command("sh").args(["-c", &command]).output()),
        };
        assert_eq!(done.code, Some(0), "{command}: {done:?}");
        let all = format!("{}{}", done.stdout, done.stderr);
        assert!(!all.contains("Reading") && !all.contains("Saving") && !all.contains("\u{1b}[K"), "{command}: {all}");
    }
}
