//! `add --file` and `add -`: a list in Markdown, in one act.

use crate::common::World;

const PLAN: &str = "# Release\n\n- Ship it\n  - [ ] Write the changelog\n  - [x] Run the tests\n  - Sign the packages\n    1. Get a key\n- Celebrate\n";

#[test]
fn a_plan_becomes_todos_that_wait_for_what_stands_below_them() {
    let world = World::new();
    world.write("plan.md", PLAN.as_bytes());
    world.ok(&["add", "Rest"]);
    world.ok(&["drop", "Rest"]);
    let before = world.commits();
    let done = world.run(&["add", "--file", "plan.md", "--priority", "high"]);
    assert_eq!((done.code, done.stdout.lines().count()), (Some(0), 5), "{done:?}");
    assert!(done.stderr.contains("Left out: 1 todo with a ticked box."), "{done:?}");
    assert!(world.commits() <= before + 2, "one act");
    let words: Vec<String> = world.states().into_iter().filter(|state| !state.starts_with("Rest")).collect();
    let open = ["Celebrate", "Get a key", "Ship it", "Sign the packages", "Write the changelog"];
    assert_eq!(words, open.map(|words| format!("{words}: pending")));
    let ready = world.ok(&["ready", "--porcelain"]);
    let ready: Vec<&str> = ready.lines().filter_map(|line| line.split('\t').next_back()).collect();
    assert_eq!(ready.len(), 3, "what waits is not ready: {ready:?}");
    assert!(!ready.contains(&"Ship it") && !ready.contains(&"Sign the packages"), "{ready:?}");
    assert_eq!(world.todo("Get a key")["priority"], "high");
    // The same again says nothing, and finishes nothing anew.
    world.ok(&["done", "celebrate"]);
    let again = world.input(&["add", "-"], PLAN.as_bytes());
    assert_eq!(again.stdout.matches(" unchanged: ").count(), 5, "{again:?}");
    // A plan that grew adds what is new.
    let grown = PLAN.replace("- Celebrate", "  - Tell people\n- Celebrate");
    let grown = world.input(&["add", "-"], grown.as_bytes());
    assert!(grown.stdout.contains("added: Tell people") && grown.stdout.contains("changed: Ship it"), "{grown:?}");
    let waits = world.json(&["show", "ship it"]);
    assert_eq!(waits["blockedBy"].as_array().map(Vec::len), Some(3), "{waits}");
    world.ok(&["undo"]);
    assert_eq!(world.json(&["show", "ship it"])["blockedBy"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_is_no_list_is_refused() {
    let world = World::new();
    let refused = world.input(&["add", "-"], b"Just some words\n");
    assert_eq!(refused.code, Some(129), "{refused:?}");
    assert!(refused.stderr.contains("standard input: there is no list in it"), "{refused:?}");
    assert_eq!(world.run(&["add", "--file", "nowhere.md"]).code, Some(128));
    assert_eq!(world.run(&["add"]).code, Some(129));
    assert!(!world.store().exists(), "nothing was made");
}

/// Words from a file are as untrusted as any: credentials go, and nothing in them reaches the terminal as it is.
#[test]
fn words_of_a_list_are_cleaned() {
    let world = World::new();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let list = format!("- Rotate {token}\n- Clear \u{1b}[31mred\n");
    let done = world.input(&["add", "-"], list.as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!done.stdout.contains('\u{1b}') && !done.stdout.contains(&token), "{done:?}");
    assert!(done.stderr.contains("redacted"), "{done:?}");
}
