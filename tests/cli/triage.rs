//! `triage`: what was left behind, a key for each.

use crate::common::World;
use crate::terminal::Terminal;

const OLDEST: &str = "029e1c6e-0000-4000-8000-000000000001";
const OLD: &str = "f00dfeed-0000-4000-8000-000000000002";
const NEW: &str = "abcdef01-0000-4000-8000-000000000003";

fn world() -> World {
    let world = World::new();
    world.list(
        OLD,
        "2026-11-12T12:00:00.000Z",
        &[("Kept", "in_progress"), ("Handed", "pending"), ("Later", "pending")],
    );
    let all = [("Dropped", "pending"), ("Done", "pending"), ("Rest one", "pending"), ("Rest two", "in_progress")];
    world.list(OLDEST, "2026-11-10T12:00:00.000Z", &all);
    world.list(NEW, "2026-11-20T11:00:00.000Z", &[("Living", "pending")]);
    world.sync();
    world
}

fn triage(world: &World) -> Option<Terminal<'_>> {
    Terminal::new(world, 100, 40, &[], "git chittysync triage; exec sleep 600")
}

#[test]
fn a_key_answers_each_and_all_is_one_act() {
    let world = world();
    let before = world.states();
    let Some(terminal) = triage(&world) else { return };
    // The session that has been quiet longest comes first.
    let screen = terminal.wait("k)eep");
    assert!(screen.contains("7 todos to go") && screen.contains("Done"), "{screen}");
    // Done, then dropped and taken back, then dropped, then all else of the session.
    terminal.press(&["d"]);
    terminal.wait("Dropped");
    terminal.press(&["d", "u", "x", "r"]);
    terminal.wait("Handed");
    terminal.press(&["h"]);
    terminal.wait("To which session");
    terminal.press(&["a", "b", "c", "d", "e", "f", "Enter"]);
    terminal.wait("Kept");
    terminal.press(&["k"]);
    terminal.wait("Later");
    terminal.press(&["l"]);
    let screen = terminal.wait("6 todos settled");
    assert!(screen.contains("undo"), "{screen}");
    let expected = [
        "Done: completed",
        "Dropped: dropped",
        "Handed: pending",
        "Kept: pending",
        "Later: pending",
        "Living: pending",
        "Rest one: dropped",
        "Rest two: dropped",
    ];
    assert_eq!(world.states(), expected);
    assert_eq!(world.todo("Handed")["assignee"], NEW);
    let left = world.ok(&["list", "--left-behind"]);
    assert!(left.contains("Later") && left.lines().count() == 2, "{left}");
    world.ok(&["undo"]);
    assert_eq!(world.states(), before);
}

#[test]
fn what_is_left_is_asked_the_next_time() {
    let world = world();
    let Some(terminal) = triage(&world) else { return };
    terminal.wait("k)eep");
    terminal.press(&["x", "q"]);
    terminal.wait("1 todo settled");
    drop(terminal);
    let Some(terminal) = triage(&world) else { return };
    let screen = terminal.wait("6 todos to go");
    assert!(!screen.contains("Done"), "{screen}");
    terminal.press(&["?", "q"]);
    let screen = terminal.wait("Nothing was said");
    assert!(screen.contains("Ctrl-C says nothing"), "{screen}");
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let world = world();
    let refused = world.run(&["triage"]);
    assert_eq!(refused.code, Some(129), "{refused:?}");
    assert!(refused.stderr.contains("drop --quiet-for 60d --dry-run"), "{refused:?}");
}
