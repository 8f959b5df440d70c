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
}

/// Of todos that are named, too, it can be asked what would be dropped; and who leaves them out is told of `-`.
#[test]
fn what_would_be_dropped_is_told_and_nothing_is_said() {
    let world = three();
    let (one, two) = (id(&world, "One"), id(&world, "Two"));
    world.ok(&["drop", &two]);
    let before = world.git(&world.store(), &["for-each-ref"]);
    let list = world.ok(&["list", "--porcelain", "--all"]);
    for told in [
        world.run(&["drop", "--dry-run", &one, &two, &id(&world, "Three"), &one]),
        world.input(&["drop", "-", "-n"], list.as_bytes()),
    ] {
        assert_eq!((told.code, told.stdout.lines().count()), (Some(0), 2), "{told:?}");
        assert!(
            told.stdout.contains(&format!("{one}  ")) && told.stderr.contains("2 todos would be dropped"),
            "{told:?}"
        );
    }
    assert!(world.run(&["drop", "-n", "one"]).stderr.contains("1 todo would be dropped"));
    assert_eq!(world.json(&["drop", "-n", &one]).as_array().map(Vec::len), Some(1));
    let refused = world.run(&["drop", "-n", &one, "0000000f"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("0000000f"), "{refused:?}");
    assert_eq!(world.run(&["drop", "-n", "nothing of the kind"]).code, Some(1));
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), before);
    for verb in ["start", "done", "release", "drop", "reopen"] {
        let refused = world.run(&[verb]);
        assert!(refused.code == Some(129) && refused.stderr.contains("<ID|WORDS|->"), "{refused:?}");
    }
    assert!(world.run(&["drop", "--dry-run"]).stderr.contains("<ID|WORDS|->"));
    assert!(world.run(&["add"]).stderr.contains("<TEXT|->"));
}

/// What can mean many is told with what they are called, as far as that can be read, and with how many more there are.
#[test]
fn of_many_that_can_be_meant_the_first_are_named_and_the_others_counted() {
    let world = World::new();
    for number in 0..12 {
        let session = format!("0000000{}-0000-4000-8000-0000000000{number:02}", number % 10);
        world.list(&session, "2026-11-20T11:00:00.000Z", &[(&format!("Paint wall {number}"), "pending")]);
    }
    world.sync();
    let todos = world.run(&["show", "paint"]);
    assert!(
        todos.stderr.contains("12 todos can be meant by 'paint'") && todos.stderr.ends_with("hint: and 2 more\n"),
        "{todos:?}"
    );
    assert_eq!(todos.stderr.lines().count(), 12, "{todos:?}");
    for command in
        [&["drop", "--left-by", "wall", "-n"][..], &["list", "--session", "wall"], &["assign", "--to", "wall"]]
    {
        let sessions = world.run(command);
        assert!(sessions.code != Some(0) && sessions.stderr.ends_with("hint: and 2 more\n"), "{sessions:?}");
        assert!(sessions.stderr.contains("'wall'") && sessions.stderr.lines().count() == 12, "{sessions:?}");
        assert!(sessions.stderr.lines().all(|line| line.len() < 80), "{sessions:?}");
    }
    let named = world.run(&["drop", "--left-by", "wall", "-n"]);
    assert!(named.stderr.contains("Paint wall 0"), "{named:?}");
}

#[test]
fn no_words_name_no_todo() {
    let world = three();
    for command in [&["show", ""][..], &["done", " "], &["edit", "", "--priority", "high"], &["forget", "--yes", ""]] {
        let done = world.run(command);
        assert!(done.code == Some(1) && done.stderr.contains("neither an id nor words were given"), "{done:?}");
    }
    assert_eq!(world.states(), ["One: pending", "Three: pending", "Two: pending"]);
}
