//! What happened, and taking it back: `log`, `rollback`, `undo`.

use crate::common::World;

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";
const OTHER: &str = "f00dfeed-0000-4000-8000-000000000002";

/// Returns the lines of `log`, from the session's name on.
fn log(world: &World, arguments: &[&str]) -> Vec<String> {
    let text = world.ok(&[&["log"], arguments].concat());
    text.lines().map(|line| line.chars().skip(17).collect()).collect()
}

/// Runs a command at a time of 20 November, and expects success.
fn at(world: &World, clock: &str, arguments: &[&str]) {
    let now = format!("2026-11-20T{clock}.000Z");
    let done = world.run_with(&[("CHITTYSYNC_NOW", &now)], arguments);
    assert_eq!(done.code, Some(0), "{done:?}");
}

fn changes(world: &World, arguments: &[&str]) -> Vec<String> {
    let document = world.json(arguments);
    let todos = document["todos"].as_array().expect("a list").iter();
    let mut all: Vec<String> = todos.map(|todo| format!("{}: {}", todo["content"], todo["status"])).collect();
    all.sort();
    all
}

/// Two sessions that said four things in four days, all of them consolidated at once.
fn imported_at_once() -> World {
    let world = World::new();
    let home = world.path("claude");
    let days = [
        (SESSION, "01", vec![("One", "pending")]),
        (OTHER, "02", vec![("Two", "in_progress")]),
        (SESSION, "03", vec![("One", "completed"), ("Three", "pending")]),
        (OTHER, "04", vec![("Two", "completed")]),
    ];
    for (session, day, items) in days {
        let now = format!("2026-11-{day}T12:00:00.000Z");
        world.list(session, &now, &items);
        let done =
            world.run_with(&[("CHITTYSYNC_NOW", &now)], &["-q", "capture", "--from", home.to_str().expect("UTF-8")]);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    world.ok(&["-q", "consolidate"]);
    world
}

#[test]
fn a_date_before_the_first_consolidation_means_what_had_been_said_by_then() {
    let world = imported_at_once();
    let expected = ["\"One\": \"pending\"", "\"Three\": \"dropped\"", "\"Two\": \"in_progress\""];
    assert_eq!(changes(&world, &["rollback", "-n", "2026-11-02"]), expected);
    assert_eq!(changes(&world, &["rollback", "-n", "2026-11-03"]), ["\"Two\": \"in_progress\""]);
    world.ok(&["branch", "then", "2026-11-02"]);
    let then = world.ok(&["--branch", "then", "list", "--all", "--porcelain"]);
    assert_eq!(then.lines().count(), 2, "{then}");
    assert_eq!(world.git(&world.store(), &["fsck", "--strict"]), "");
    let early = world.run(&["rollback", "-n", "2026-10-31"]);
    assert_eq!(early.code, Some(128), "{early:?}");
    assert!(early.stderr.contains("the first statement is of 2026-11-01T12:00:00"), "{early:?}");
    world.ok(&["rollback", "2026-11-02"]);
    assert_eq!(world.states(), ["One: pending", "Three: dropped", "Two: in_progress"]);
}

#[test]
fn what_is_neither_a_commit_nor_a_date_is_said_so() {
    let world = imported_at_once();
    let refused = world.run(&["rollback", "nonsense"]);
    assert_eq!(refused.code, Some(128));
    assert!(refused.stderr.contains("'nonsense' is neither a commit nor a date, such as "), "{refused:?}");
    assert!(!refused.stderr.contains("fsck"), "{refused:?}");
    let refused = world.run(&["rollback", "2026-11-02", "--project", "nosuch"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("there is no project 'nosuch'"), "{refused:?}");
}

/// What is only known once the branch has caught up was not seen by who asked.
#[test]
fn a_rollback_takes_back_nothing_that_was_said_elsewhere_meanwhile() {
    let world = World::new();
    world.ok(&["add", "Old"]);
    world.ok(&["branch", "plan"]);
    world.ok(&["--branch", "plan", "add", "On the plan"]);
    world.ok(&["add", "On main"]);
    let expected = ["\"On the plan\": \"dropped\""];
    assert_eq!(changes(&world, &["--branch", "plan", "rollback", "-n", "@{1}"]), expected);
    assert_eq!(changes(&world, &["--branch", "plan", "rollback", "@{1}"]), expected);
    let rows = world.json(&["--branch", "plan", "list"]);
    let mut open: Vec<_> = rows.as_array().expect("a list").iter().map(|todo| todo["content"].clone()).collect();
    open.sort_by_key(ToString::to_string);
    assert_eq!(open, ["Old", "On main"]);
}

#[test]
fn a_dry_run_says_of_archived_todos_what_is_done() {
    let world = World::new();
    let long_ago = [("CHITTYSYNC_NOW", "2026-05-10T10:00:00.000Z")];
    assert_eq!(world.run_with(&long_ago, &["add", "Paint it"]).code, Some(0));
    let later = [("CHITTYSYNC_NOW", "2026-05-11T10:00:00.000Z")];
    for arguments in [&["done", "paint it"][..], &["add", "Varnish it"], &["done", "varnish it"]] {
        assert_eq!(world.run_with(&later, arguments).code, Some(0));
    }
    world.ok(&["add", "Sell it"]);
    world.ok(&["archive"]);
    let all = ["\"Paint it\": \"pending\"", "\"Sell it\": \"dropped\"", "\"Varnish it\": \"dropped\""];
    for (date, expected) in [("2026-05-12", &all[1..2]), ("2026-05-10", &all)] {
        let before = world.states();
        assert_eq!(changes(&world, &["rollback", "-n", date]), expected);
        assert_eq!(changes(&world, &["rollback", date]), expected);
        let changed = world.states().iter().filter(|state| !before.contains(state)).count();
        assert_eq!(changed, expected.len());
        world.ok(&["undo"]);
    }
}

#[test]
fn undo_walks_back_and_redo_forward() {
    let world = World::new();
    at(&world, "09:00:00", &["add", "One"]);
    at(&world, "09:01:00", &["start", "one"]);
    at(&world, "09:02:00", &["add", "Two"]);
    let undone = |arguments: &[&str]| {
        let done = world.run(arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stderr.lines().next().expect("a line").to_owned()
    };
    assert_eq!(undone(&["undo", "--dry-run"]), "Would undo: added \u{2018}Two\u{2019} (today 09:02)");
    assert_eq!(undone(&["undo"]), "Undoing: added \u{2018}Two\u{2019} (today 09:02)");
    assert_eq!(undone(&["undo"]), "Undoing: started \u{2018}One\u{2019} (today 09:01)");
    assert_eq!(world.states(), ["One: pending", "Two: dropped"]);
    assert_eq!(undone(&["undo", "--redo"]), "Redoing: started \u{2018}One\u{2019} (today 09:01)");
    assert_eq!(undone(&["undo", "--redo"]), "Redoing: added \u{2018}Two\u{2019} (today 09:02)");
    assert_eq!(world.states(), ["One: in_progress", "Two: pending"]);
    assert_eq!(world.run(&["undo", "--redo"]).code, Some(1));
    for expected in ["Two", "One", "One"] {
        assert!(undone(&["undo"]).contains(expected));
    }
    assert_eq!(world.states(), ["One: dropped", "Two: dropped"]);
    assert_eq!(world.run(&["undo"]).code, Some(1), "nothing is left");
    undone(&["undo", "--redo"]);
    world.ok(&["add", "Three"]);
    assert_eq!(world.run(&["undo", "--redo"]).code, Some(1), "something else was done since");
    assert!(undone(&["undo"]).contains("Three"));
    assert!(undone(&["undo"]).contains("One"));
    assert_eq!(world.run(&["undo"]).code, Some(1));
}

#[test]
fn undo_leaves_alone_what_others_spoke_of_since() {
    let world = World::new();
    at(&world, "09:00:00", &["add", "Old", "--project", "general"]);
    let then = world.git(&world.store(), &["rev-parse", "consolidated"]);
    at(&world, "09:01:00", &["add", "Ship", "--project", "general"]);
    at(&world, "09:02:00", &["drop", "Old"]);
    at(&world, "09:03:00", &["rollback", &then]);
    world.list(OTHER, "2026-11-20T11:50:00.000Z", &[("Ship", "completed")]);
    world.sync();
    let undone = world.run(&["undo"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    assert!(undone.stderr.contains("'Ship' stays as it is: \u{2018}Ship\u{2019} spoke of it since"), "{undone:?}");
    assert_eq!(world.states(), ["Old: dropped", "Ship: completed"]);
    assert_eq!(world.run(&["undo"]).code, Some(0), "the drop");
    let refused = world.run(&["undo"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("cannot undo: added \u{2018}Ship\u{2019}"), "{refused:?}");
    assert_eq!(world.states(), ["Old: pending", "Ship: completed"]);
}

#[test]
fn a_broken_session_does_not_stop_undo() {
    let world = World::new();
    world.ok(&["add", "One"]);
    world.write(
        "home/.local/share/chittysync/store.git/refs/chittysync/broken",
        &[b"1".repeat(40), vec![b'\n']].concat(),
    );
    let undone = world.run(&["undo"]);
    assert!(undone.stderr.contains("Undoing: added"), "{undone:?}");
}

#[test]
fn the_log_tells_what_became_of_the_todo_whoever_made_it() {
    let world = World::new();
    at(&world, "09:00:00", &["add", "Fix login", "--project", "general"]);
    at(&world, "09:01:00", &["edit", "login", "--priority", "high", "--session", SESSION]);
    at(&world, "09:02:00", &["done", "login"]);
    at(&world, "09:03:00", &["resolve", "login", "--status", "completed", "--session", OTHER]);
    at(&world, "09:04:00", &["reopen", "login", "--session", SESSION]);
    world.list(OTHER, "2026-11-20T11:50:00.000Z", &[("Fix login", "pending")]);
    world.sync();
    let verbs = ["listed", "reopened", "settled as completed", "completed", "edited", "added"];
    let lines = log(&world, &[]);
    assert_eq!(lines.len(), verbs.len(), "{lines:?}");
    for (line, verb) in lines.iter().zip(verbs) {
        let (before, _) = line.rsplit_once(" \u{2018}").expect("the words");
        assert!(before.ends_with(&format!(" {verb}")), "{line}");
    }
    let events = world.json(&["log", "--session", SESSION]);
    assert_eq!((&events[1]["before"], &events[1]["status"]), (&"pending".into(), &"pending".into()), "{events}");
    assert_eq!(events.as_array().expect("a list").len(), 2);
    assert_eq!(world.json(&["log", "--until", "2026-11-20T09:01:00Z"]).as_array().expect("a list").len(), 2);
    assert_eq!(world.json(&["log", "--until", "yesterday"]), serde_json::json!([]));
}

#[test]
fn the_log_follows_a_todo_through_its_names() {
    let world = World::new();
    at(&world, "09:00:00", &["add", "Fix lgoin"]);
    at(&world, "09:01:00", &["start", "lgoin"]);
    at(&world, "09:02:00", &["edit", "lgoin", "--text", "Fix login"]);
    at(&world, "09:03:00", &["edit", "login", "--text", "Fix the login"]);
    at(&world, "09:04:00", &["add", "Something else"]);
    let lines = log(&world, &["fix", "the", "login"]);
    for words in [
        "added \u{2018}Fix lgoin\u{2019}",
        "started \u{2018}Fix lgoin\u{2019}",
        "renamed \u{2018}Fix lgoin\u{2019} to \u{2018}Fix login\u{2019}",
        "renamed \u{2018}Fix login\u{2019} to \u{2018}Fix the login\u{2019}",
    ] {
        assert!(lines.iter().any(|line| line.contains(words)), "{words}: {lines:?}");
    }
    assert!(!lines.iter().any(|line| line.contains("else")), "{lines:?}");
}

#[test]
fn the_log_fits_the_terminal() {
    let world = World::new();
    world.write("home/.gitconfig", b"[chittysync]\n\tdevice = d\n");
    let long = "word ".repeat(40);
    world.ok(&["add", &long]);
    world.ok(&["edit", "word word", "--text", &format!("{long} more")]);
    let narrow = world.run_with(&[("COLUMNS", "80")], &["log"]);
    assert_eq!(narrow.stdout.lines().count(), 3, "{narrow:?}");
    for line in narrow.stdout.lines() {
        assert!(line.chars().count() <= 80 && line.contains('\u{2026}'), "{line}");
    }
}
