//! What waits for what, whichever of the two says it; and the same words twice.

use serde_json::{Value, json};

use crate::common::{World, set_time};

const SESSION: &str = "029e1c6e-0000-4000-8000-000000000001";

/// Writes a task of an agent's list.
fn task(world: &World, list: &str, at: &str, (id, subject, status): (&str, &str, &str), blocks: &[&str], by: &[&str]) {
    let task =
        json!({"id": id, "subject": subject, "description": "", "status": status, "blocks": blocks, "blockedBy": by});
    set_time(&world.write(&format!("claude/tasks/{list}/{id}.json"), task.to_string().as_bytes()), at);
}

fn ready(world: &World) -> Vec<String> {
    let list = world.json(&["ready", "--all"]);
    let words = |todo: &Value| todo["content"].as_str().expect("words").to_owned();
    let mut found: Vec<String> = list.as_array().expect("a list").iter().map(words).collect();
    found.sort();
    found
}

const FIRST: &str = "2026-11-20T11:50:00.000Z";
const SECOND: &str = "2026-11-20T11:51:00.000Z";

/// A plan that repeats a step: what waits for the first of two can be begun when the first is done.
#[test]
fn tasks_of_one_subject_are_two() {
    let world = World::new();
    task(&world, SESSION, FIRST, ("1", "Run the tests", "completed"), &[], &[]);
    task(&world, SESSION, FIRST, ("2", "Write the parser", "pending"), &[], &["1"]);
    task(&world, SESSION, FIRST, ("3", "Run the tests", "pending"), &[], &["2"]);
    task(&world, SESSION, FIRST, ("4", "Release", "pending"), &[], &["3"]);
    world.sync();
    assert_eq!(
        world.states(),
        ["Release: pending", "Run the tests: completed", "Run the tests: pending", "Write the parser: pending"]
    );
    assert_eq!(ready(&world), ["Write the parser"]);
    assert!(world.run(&["add", "Run the tests"]).stderr.contains("there is such a todo already"));
    world.ok(&["done", "write the parser"]);
    assert_eq!(ready(&world), ["Run the tests"]);
    // Words mean the one that is open.
    world.ok(&["done", "run the tests"]);
    assert_eq!(ready(&world), ["Release"]);
    assert!(!world.ok(&["log"]).contains("reopened"));
}

#[test]
fn of_several_open_ones_the_first_is_meant_and_the_others_are_told() {
    let world = World::new();
    for id in ["1", "2"] {
        task(&world, SESSION, FIRST, (id, "Run the tests", "pending"), &[], &[]);
    }
    world.sync();
    let second = world.todos().into_iter().find(|todo| todo["nth"] == 2).expect("a second one")["id"].clone();
    let second = &second.as_str().expect("an id")[..8];
    let done = world.run(&["done", "Run the tests"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains(&format!("{second} has the same words (pending)")), "{done:?}");
    assert_eq!(world.states(), ["Run the tests: completed", "Run the tests: pending"]);
    // What cannot be undone is not guessed.
    assert_eq!(world.run(&["reopen", "Run the tests"]).code, Some(1), "it is open already");
    let forgotten = world.run(&["forget", "--yes", second]);
    assert!(forgotten.stderr.contains("has the same words, and is not forgotten"), "{forgotten:?}");
    assert_eq!(world.states(), ["Run the tests: completed"]);
    world.sync();
    assert_eq!(world.states(), ["Run the tests: completed"]);
}

#[test]
fn a_link_counts_whoever_says_it() {
    for (blocks, by) in [(&["2"][..], &[][..]), (&[], &["1"]), (&["2"], &["1"])] {
        let world = World::new();
        task(&world, SESSION, FIRST, ("1", "Lay the floor", "pending"), blocks, &[]);
        task(&world, SESSION, FIRST, ("2", "Paint the door", "pending"), &[], by);
        world.sync();
        assert_eq!(ready(&world), ["Lay the floor"]);
        assert!(world.ok(&["list"]).contains("[blocked] Paint the door"));
        assert!(world.ok(&["show", "paint"]).contains("waits for"));
        assert!(world.ok(&["show", "lay"]).contains("is before"));
        let show = world.json(&["show", "paint"]);
        assert_eq!(show["waitsFor"], json!([world.todo("Lay the floor")["id"]]));
        // Taken back from the one that waits, whoever said it.
        world.ok(&["edit", "paint", "--blocked-by", ""]);
        assert_eq!(ready(&world), ["Lay the floor", "Paint the door"], "{blocks:?} {by:?}");
        world.ok(&["edit", "paint", "--blocked-by", "lay"]);
        assert_eq!(ready(&world), ["Lay the floor"]);
        world.ok(&["drop", "lay"]);
        assert_eq!(ready(&world), ["Paint the door"], "what nobody wants is in nobody's way");
    }
}

/// Two sessions that keep one list: each blocks a task of the other.
#[test]
fn a_list_of_a_team_has_links_between_its_members() {
    let world = World::new();
    task(&world, "team", FIRST, ("1", "Draw it", "pending"), &["2"], &[]);
    task(&world, "team", FIRST, ("2", "Build it", "pending"), &["3"], &[]);
    task(&world, "team", FIRST, ("3", "Ship it", "pending"), &[], &[]);
    world.sync();
    assert_eq!(ready(&world), ["Draw it"]);
    let taken = world.json(&["ready", "--all", "--claim", "--session", SESSION]);
    assert_eq!(taken["content"], "Draw it");
    world.ok(&["done", "draw it", "--session", SESSION]);
    assert_eq!(ready(&world), ["Build it"]);
}

/// The blocker is cleared away and its number is another task's: the link stays what it was.
#[test]
fn a_number_that_is_given_again_redirects_no_link() {
    let world = World::new();
    task(&world, SESSION, FIRST, ("1", "Lay the floor", "completed"), &[], &[]);
    task(&world, SESSION, FIRST, ("2", "Paint the door", "pending"), &[], &["1"]);
    world.sync();
    std::fs::remove_file(world.path(&format!("claude/tasks/{SESSION}/1.json"))).expect("removed");
    task(&world, SESSION, SECOND, ("3", "Clean up", "pending"), &[], &[]);
    world.sync();
    task(&world, SESSION, SECOND, ("1", "Order a cake", "pending"), &[], &[]);
    world.sync();
    assert_eq!(ready(&world), ["Clean up", "Order a cake", "Paint the door"]);
}

#[test]
fn a_circle_is_told_and_hides_nothing_else() {
    let world = World::new();
    task(&world, SESSION, FIRST, ("1", "Hen", "pending"), &["2"], &[]);
    task(&world, SESSION, FIRST, ("2", "Egg", "pending"), &["1"], &[]);
    task(&world, SESSION, FIRST, ("3", "Nest", "pending"), &["3"], &[]);
    world.sync();
    assert_eq!(ready(&world), ["Nest"], "nothing waits for itself");
    world.ok(&["done", "nest"]);
    let claim = world.run(&["ready", "--all", "--claim"]);
    assert_eq!(claim.code, Some(1), "{claim:?}");
    assert!(claim.stderr.contains("2 todos wait for each other"), "{claim:?}");
    assert!(world.ok(&["show", "hen"]).contains("in a circle"));
}

#[test]
fn a_task_that_is_not_known_blocks_nothing_and_is_shown() {
    let world = World::new();
    task(&world, SESSION, FIRST, ("2", "Paint the door", "pending"), &[], &["7"]);
    world.sync();
    assert_eq!(ready(&world), ["Paint the door"]);
    assert!(world.ok(&["show", "paint"]).contains("7, which is not known"));
    task(&world, SESSION, SECOND, ("7", "Lay the floor", "pending"), &[], &[]);
    world.sync();
    assert_eq!(ready(&world), ["Lay the floor"]);
}

/// A list may say that a todo is blocked without naming what by, in a word of its own: it is open, and not ready,
/// whoever else has it on a list.
#[test]
fn what_is_called_blocked_is_not_ready() {
    let other = "129e1c6e-0000-4000-8000-000000000002";
    for word in ["blocked", "On hold", "waiting"] {
        let world = World::new();
        task(&world, SESSION, FIRST, ("1", "Ask the vendor", word), &[], &[]);
        task(&world, SESSION, FIRST, ("2", "Write the parser", "pending"), &[], &[]);
        task(&world, other, SECOND, ("1", "Ask the vendor", "pending"), &[], &[]);
        world.sync();
        assert_eq!(ready(&world), ["Write the parser"], "{word}");
        assert!(world.ok(&["list"]).contains("Ask the vendor"), "it is open");
        task(&world, SESSION, SECOND, ("1", "Ask the vendor", "pending"), &[], &[]);
        world.sync();
        assert_eq!(ready(&world), ["Ask the vendor", "Write the parser"], "{word}");
    }
}
