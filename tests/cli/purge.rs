//! `purge` on one device.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::{World, done, files};

const LEAK: &str = "Ask Zoltan about the merger";
const ONE: &str = "11111111-0000-4000-8000-000000000001";

fn world() -> (World, String) {
    let world = World::new();
    world.list(ONE, "2026-11-20T09:00:00Z", &[(LEAK, "pending"), ("Run tests", "pending")]);
    world.sync();
    let id = world.todo(LEAK)["id"].as_str().expect("an id").to_owned();
    (world, id)
}

/// No object and no file of a store holds a word.
fn is_gone(world: &World, store: &Path, word: &str) {
    let objects = world.git(store, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    let lines: Vec<&str> = objects.lines().filter(|line| line.contains(word)).collect();
    assert_eq!(lines, Vec::<&str>::new());
    for (path, (content, _)) in files(store) {
        assert!(!String::from_utf8_lossy(&content).contains(word), "{}", path.display());
    }
    assert_eq!(world.git(store, &["fsck", "--strict", "--no-dangling"]), "");
}

fn holds(world: &World, word: &str) -> bool {
    world.git(&world.store(), &["cat-file", "--batch-all-objects", "--batch", "--unordered"]).contains(word)
}

#[test]
fn two_at_once_and_what_quotes_them_is_told() {
    let (world, id) = world();
    // Reworded: the old words stay as a todo of their own.
    world.list(ONE, "2026-11-20T09:30:00Z", &[("Ask Zoltan about the mergers", "pending"), ("Run tests", "completed")]);
    world.sync();
    let other = world.todo("Ask Zoltan about the mergers")["id"].as_str().expect("an id").to_owned();
    let quoting = world.json(&[
        "add",
        "--project",
        "general",
        "Look again",
        "--description",
        "as in ‘Ask Zoltan about the merger’",
    ]);
    let quoting = quoting["id"].as_str().unwrap_or_default().to_owned();
    let before = world.commits();
    let told = world.run(&["purge", "--dry-run", &id[..8], &other[..8]]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.stdout.contains("refs/heads/consolidated") && told.stdout.contains("no remote"), "{told:?}");
    assert!(holds(&world, "Zoltan") && world.commits() == before, "nothing was written");
    let done = world.run(&["purge", "--yes", &id[..8], &other[..8]]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!done.stderr.contains("Zoltan") && done.stderr.contains("quotes the words"), "{done:?}");
    assert!(quoting.is_empty() || done.stderr.contains(&quoting), "{done:?}");
    assert_eq!(world.states(), ["Look again: pending", "Run tests: completed"]);
    // What quotes it is another todo. Purged as well, nothing is left.
    let look = world.todo("Look again")["id"].as_str().expect("an id").to_owned();
    world.ok(&["purge", "--yes", &look]);
    is_gone(&world, &world.store(), "Zoltan");
    assert_eq!(world.states(), ["Run tests: completed"]);
}

#[test]
fn one_that_was_forgotten_and_one_that_was_archived() {
    let (world, id) = world();
    world.ok(&["forget", "--yes", &id]);
    assert!(holds(&world, "Zoltan"));
    world.list("two", "2026-05-20T09:00:00Z", &[("Tell Quirin the code", "completed"), ("Keep", "completed")]);
    world.sync();
    world.ok(&["archive"]);
    assert!(world.git(&world.store(), &["ls-tree", "-r", "--name-only", "consolidated"]).contains("archive/2026-05"));
    let said = world.json(&["purge", "--yes", &id, "tell quirin"]);
    assert_eq!(said["purged"].as_array().map(Vec::len), Some(2), "{said}");
    assert!(said["commits"].as_u64() > Some(2) && said["erased"].as_u64() > Some(2), "{said}");
    for word in ["Zoltan", "Quirin"] {
        is_gone(&world, &world.store(), word);
    }
    assert_eq!(world.states(), ["Keep: completed", "Run tests: pending"]);
    let refs = world.git(&world.store(), &["for-each-ref"]);
    let again = world.json(&["purge", "--yes", &id]);
    assert_eq!((&again["commits"], world.git(&world.store(), &["for-each-ref"])), (&0.into(), refs), "{again}");
    world.sync();
    is_gone(&world, &world.store(), "Zoltan");
}

/// What a list says twice are two todos, each of which holds the words.
#[test]
fn words_that_one_list_says_twice() {
    let (world, id) = world();
    world.list(ONE, "2026-11-20T10:00:00Z", &[(LEAK, "pending"), (LEAK, "completed"), ("Run tests", "pending")]);
    world.sync();
    let said = world.json(&["purge", "--yes", &id]);
    assert_eq!(said["purged"].as_array().map(Vec::len), Some(2), "{said}");
    assert_eq!(world.states(), ["Run tests: pending"]);
    is_gone(&world, &world.store(), "Zoltan");
    world.list(ONE, "2026-11-20T11:00:00Z", &[(LEAK, "pending"), (LEAK, "completed"), ("Run tests", "completed")]);
    world.sync();
    assert_eq!(world.states(), ["Run tests: completed"]);
    is_gone(&world, &world.store(), "Zoltan");
}

#[test]
fn nobody_is_asked_where_nobody_can_answer() {
    let (world, id) = world();
    let done = world.input(&["purge", &id], b"y\n");
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("nothing was purged") && done.stderr.contains("--yes"), "{done:?}");
    assert_eq!(world.states().len(), 2);
    assert_eq!(world.run(&["purge", "--yes", "zzzz"]).code, Some(1));
    assert_eq!(world.run(&["purge", "--yes"]).code, Some(129));
    assert_eq!(world.run(&["purge", "--yes", "--branch", "consolidated", ""]).code, Some(1));
}

/// What was done before names commits that are others now.
#[test]
fn undo_goes_on_where_it_was() {
    let (world, id) = world();
    world.ok(&["add", "--project", "general", "Buy milk"]);
    let milk = world.todo("Buy milk")["id"].as_str().expect("an id").to_owned();
    world.ok(&["start", &milk]);
    world.ok(&["done", &milk]);
    world.ok(&["undo"]);
    world.ok(&["start", &id]);
    world.ok(&["purge", "--yes", &id]);
    assert_eq!(world.states(), ["Buy milk: in_progress", "Run tests: pending"]);
    world.ok(&["undo"]);
    assert_eq!(world.states(), ["Buy milk: pending", "Run tests: pending"], "`done` was undone already");
    world.ok(&["undo", "--redo"]);
    assert_eq!(world.states(), ["Buy milk: in_progress", "Run tests: pending"]);
    is_gone(&world, &world.store(), "Zoltan");
}

/// Reflogs, branches beside it, exported files, events that nobody understood; a message that somebody wrote by hand.
#[test]
fn wherever_it_lies() {
    let (world, id) = world();
    let store = world.store();
    world.ok(&["branch", "plan"]);
    world.ok(&["--branch", "plan", "start", &id]);
    let tree = world.git(&store, &["rev-parse", "consolidated^{tree}"]);
    let by_hand = world.git(
        &store,
        &["commit-tree", &tree, "-p", "consolidated", "-m", "Zoltan\n\nAsk Zoltan about the merger, he said"],
    );
    world.git(&store, &["update-ref", "refs/heads/consolidated", &by_hand]);
    world.git(&store, &["update-ref", "-m", "back", "refs/heads/consolidated", "consolidated~1"]);
    std::fs::create_dir_all(store.join("chittysync/export")).expect("a directory");
    std::fs::create_dir_all(store.join("chittysync/spool")).expect("a directory");
    std::fs::write(store.join("chittysync/export/todos.json"), LEAK).expect("a file");
    std::fs::write(store.join("chittysync/spool/e1-1-1.json.bad"), format!("{{\"x\":\"{LEAK}\"")).expect("a file");
    let blob = done(world.command("git").current_dir(&store).args(["hash-object", "-w", "config"]).output());
    world.git(&store, &["gc", "-q"]);
    let done = world.run(&["purge", "--yes", &id]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let text = "Ask Zoltan about the merger";
    is_gone(&world, &store, text);
    assert_eq!(world.git(&store, &["cat-file", "-t", blob.stdout.trim()]), "blob", "what is none of it stays");
    assert!(
        world.git(&store, &["log", "-g", "--format=%B", "consolidated"]).contains("[purged]"),
        "the reflog leads on"
    );
    assert!(world.ok(&["--branch", "plan", "list", "--all"]).contains("Run tests"));
    // A device that captures the agent's own file hears nothing of it.
    world.sync();
    is_gone(&world, &store, text);
}

#[test]
fn not_under_somebodys_files_and_not_the_objects_of_a_project() {
    let world = World::new();
    let project = world.path("project");
    world.git(&world.path(""), &["init", "-q", "-b", "main", "project"]);
    world.write("project/code.txt", b"code\n");
    world.git(&project, &["add", "."]);
    world.git(&project, &["commit", "-qm", "code"]);
    let directory = project.to_str().expect("UTF-8");
    world.ok(&["-C", directory, "init", "--here"]);
    world.ok(&["-C", directory, "add", LEAK]);
    world.ok(&["-C", directory, "add", "Keep"]);
    world.git(&project, &["checkout", "-q", "consolidated"]);
    let refused = world.run(&["-C", directory, "purge", "--yes", "zoltan"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("checked out"), "{refused:?}");
    assert!(world.ok(&["-C", directory, "list"]).contains("Zoltan"), "nothing was said");
    world.git(&project, &["checkout", "-q", "main"]);
    let main = world.git(&project, &["rev-parse", "main"]);
    let done = world.run(&["-C", directory, "purge", "--yes", "zoltan"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("git gc --prune=now"), "{done:?}");
    assert_eq!(world.git(&project, &["rev-parse", "main"]), main);
    assert!(!world.git(&project, &["log", "-p", "--all", "--format=%B"]).contains("Zoltan"));
    world.git(&project, &["reflog", "expire", "--expire-unreachable=now", "--all"]);
    world.git(&project, &["gc", "-q", "--prune=now"]);
    is_gone(&world, &project.join(".git"), "Zoltan");
}

/// Writes what an agent keeps of a conversation: a list, and what the session is called.
fn conversation(world: &World, session: &str, minute: u32, items: &[&str], title: &str) {
    let head = json!({ "sessionId": session, "cwd": world.path("shop"), "timestamp": format!("2026-11-20T11:{minute}:00.000Z") });
    let todos: Vec<Value> = items.iter().map(|item| json!({ "content": item, "status": "pending" })).collect();
    let call = json!({ "type": "tool_use", "id": "t1", "name": "TodoWrite", "input": { "todos": todos } });
    let result = json!({ "type": "tool_result", "tool_use_id": "t1", "content": "Todos have been modified" });
    let lines = [
        json!({ "type": "custom-title", "customTitle": title }),
        json!({ "type": "assistant", "uuid": format!("{session}-a{title}"), "message": { "content": [call] } }),
        json!({ "type": "user", "uuid": format!("{session}-r{title}"), "message": { "content": [result] },
            "toolUseResult": { "oldTodos": [], "newTodos": todos } }),
    ];
    let line = |mut line: Value| {
        line.as_object_mut().expect("an object").extend(head.as_object().expect("an object").clone());
        format!("{line}\n")
    };
    let text: String = lines.into_iter().map(line).collect();
    world.write(&format!("claude/projects/-shop/{session}.jsonl"), text.as_bytes());
}

/// Titles that quote a todo go, whether they were given before it was said, behind it, or in another session; others stay.
#[test]
fn what_a_session_is_called_goes_as_well() {
    const TWO: &str = "22222222-0000-4000-8000-000000000002";
    const THREE: &str = "33333333-0000-4000-8000-000000000003";
    let world = World::new();
    // The title first: nobody has said the todo yet.
    conversation(&world, ONE, 10, &["Run tests"], &format!("About \u{2018}{LEAK}\u{2019}, quickly"));
    world.sync();
    conversation(&world, TWO, 20, &["Ship"], LEAK);
    conversation(&world, THREE, 20, &["Tidy"], "Tidy the merger");
    world.sync();
    conversation(&world, ONE, 30, &["Run tests", LEAK], &format!("{LEAK}!"));
    // Longer than a title.
    let long = format!("{LEAK} of the two houses that Zoltan and his aunt have in the hills above the town");
    conversation(&world, THREE, 30, &["Tidy", &long], &long);
    world.sync();
    assert!(world.ok(&["sessions", "--all"]).contains("Zoltan"));
    let ids: Vec<String> =
        [LEAK, &long].iter().map(|words| world.todo(words)["id"].as_str().expect("an id").to_owned()).collect();
    let states = world.states();
    world.ok(&["purge", "--yes", &ids[0], &ids[1]]);
    is_gone(&world, &world.store(), "Zoltan");
    let kept: Vec<String> = states.into_iter().filter(|state| !state.contains("Zoltan")).collect();
    assert_eq!(world.states(), kept);
    assert!(world.git(&world.store(), &["log", "-p", "--format=", "--all"]).contains("Tidy the merger"));
    // The agent's files go on saying it.
    conversation(&world, ONE, 40, &["Run tests", LEAK, "More"], &format!("{LEAK}!!"));
    conversation(&world, TWO, 40, &["Ship", "More"], &format!("Again: {LEAK}"));
    world.sync();
    world.sync();
    is_gone(&world, &world.store(), "Zoltan");
    assert!(world.states().iter().any(|state| state.starts_with("More")));
}
