//! Several todos in one call, and what was left behind dropped together.

use crate::common::World;

const OLD: &str = "029e1c6e-0000-4000-8000-000000000001";
const NEW: &str = "f00dfeed-0000-4000-8000-000000000002";

fn id(world: &World, words: &str) -> String {
    world.todo(words)["id"].as_str().expect("an id")[..8].to_owned()
}

fn three() -> World {
    let world = World::new();
    for words in ["One", "Two", "Three"] {
        world.ok(&["add", words]);
    }
    world
}

#[test]
fn several_ids_are_one_act() {
    let world = three();
    let (one, two) = (id(&world, "One"), id(&world, "Two"));
    let before = world.commits();
    let said = world.ok(&["done", &one, &two, &one]);
    assert_eq!(said, format!("{one} completed: One\n{two} completed: Two\n"));
    // The session's, and the one that consolidates it.
    assert!(world.commits() <= before + 2, "one commit of the session");
    assert_eq!(world.states(), ["One: completed", "Three: pending", "Two: completed"]);
    world.ok(&["undo"]);
    assert_eq!(world.states(), ["One: pending", "Three: pending", "Two: pending"]);
    let json = world.json(&["start", &one, &two]);
    assert_eq!(json.as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(
        world.ok(&["start", &one, &id(&world, "Three")]).lines().next(),
        Some(&*format!("{one} unchanged: One"))
    );
}

#[test]
fn of_several_all_or_none() {
    let world = three();
    let (one, two) = (id(&world, "One"), id(&world, "Two"));
    world.ok(&["done", &two]);
    let refused = world.run(&["start", &one, &two, "0000000f"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for words in ["nothing was said: it cannot be said of 2 of 3", "Two", "0000000f"] {
        assert!(refused.stderr.contains(words), "{words}: {refused:?}");
    }
    assert_eq!(world.states(), ["One: pending", "Three: pending", "Two: completed"]);
}

#[test]
fn ids_come_from_standard_input() {
    let world = three();
    let list = world.ok(&["list", "--porcelain"]);
    let done = world.input(&["drop", "-"], list.as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(world.states(), ["One: dropped", "Three: dropped", "Two: dropped"]);
    for (input, words) in [("", "no id"), ("One\n", "'One' on standard input is no id")] {
        let refused = world.input(&["reopen", "-"], input.as_bytes());
        assert_eq!(refused.code, Some(129), "{refused:?}");
        assert!(refused.stderr.contains(words), "{refused:?}");
    }
}

/// A session that left three open, one of which another one wants, too.
fn left() -> World {
    let world = World::new();
    world.list(OLD, "2026-11-10T12:00:00.000Z", &[("A", "in_progress"), ("B", "pending"), ("Both", "pending")]);
    world.list(NEW, "2026-11-20T11:00:00.000Z", &[("Both", "pending"), ("New", "pending")]);
    world.sync();
    world
}

#[test]
fn what_one_session_left_is_dropped_together() {
    let world = left();
    for arguments in [&["drop", "--left-by", OLD, "--dry-run"][..], &["drop", "--quiet-for", "7d", "-n"]] {
        let told = world.run(arguments);
        assert_eq!((told.code, told.stdout.lines().count()), (Some(0), 2), "{told:?}");
        assert!(told.stderr.contains("2 todos would be dropped"), "{told:?}");
    }
    assert!(world.run(&["drop", "--left-by", OLD, "-n"]).stderr.contains("1 more stay: others want them"));
    assert_eq!(world.states(), ["A: in_progress", "B: pending", "Both: pending", "New: pending"]);
    world.ok(&["drop", "--left-by", "029e"]);
    assert_eq!(world.states(), ["A: dropped", "B: dropped", "Both: pending", "New: pending"]);
    world.ok(&["undo"]);
    assert_eq!(world.states(), ["A: in_progress", "B: pending", "Both: pending", "New: pending"]);
}

#[test]
fn what_is_quiet_for_long_is_dropped_together() {
    let world = left();
    assert!(world.run(&["drop", "--quiet-for", "60d"]).stderr.contains("There is nothing to drop."));
    world.ok(&["drop", "--quiet-for", "9d"]);
    assert_eq!(world.states(), ["A: dropped", "B: dropped", "Both: pending", "New: pending"]);
    let refused = world.run(&["drop", "--left-by", "nobody"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("nobody"), "{refused:?}");
    assert_eq!(world.run(&["drop"]).code, Some(129));
    assert_eq!(world.run(&["drop", "A", "--dry-run"]).code, Some(129));
}
