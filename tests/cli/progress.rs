//! Who waits at a terminal is told how far it is; nobody else is.

use crate::common::{Done, World, done, has, set_time};

const SESSIONS: usize = 100;

/// A home with some lists.
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
/// What takes `short` milliseconds is long already.
fn at_a_terminal(world: &World, short: &str, arguments: &str) -> Done {
    let command = format!("git-chittysync {arguments} --from claude");
    let mut script = world.command("script");
    script.args(["-qec", &command, "/dev/null"]).env("TERM", "xterm").env("CHITTYSYNC_SHORT", short);
    done(script.output())
}

#[test]
fn a_first_import_tells_whoever_waits_how_far_it_is_and_nobody_else() {
    if !has("script") {
        return;
    }
    let world = large();
    let shown = at_a_terminal(&world, "0", "capture");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let text = &shown.stdout;
    assert!(
        text.contains("\r\u{1b}[KReading 100 files: ") || text.contains("\r\u{1b}[KSaving 100 sessions: "),
        "{text}"
    );
    let last = text.rsplit("\r\u{1b}[K").next().expect("the end");
    assert!(last.starts_with("100 of 100 files say something new."), "nothing of it stays: {last}");
    // What is not long, and who wants to hear nothing.
    for (short, silent) in [("3600000", "--store c.git capture"), ("0", "-q --store b.git capture")] {
        let shown = at_a_terminal(&world, short, silent);
        assert_eq!(shown.code, Some(0), "{silent}: {shown:?}");
        let told = ["Reading", "Saving", "\u{1b}[K"].iter().any(|word| shown.stdout.contains(word));
        assert!(!told, "{silent}: {shown:?}");
    }
    let piped = world.run(&["--store", "d.git", "capture", "--from", "claude"]);
    assert_eq!(piped.stderr, "100 of 100 files say something new.\n", "no terminal: {piped:?}");
}
