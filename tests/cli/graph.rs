//! What waits for what, and todos as tables.

use serde_json::json;

use crate::common::World;

fn world() -> World {
    let world = World::new();
    for words in ["Ship \"it\"", "Test", "Build", "Alone"] {
        world.ok(&["add", words]);
    }
    world.ok(&["edit", "ship", "--blocked-by", "+test", "--blocked-by", "+build"]);
    world.ok(&["edit", "test", "--blocked-by", "+build"]);
    world
}

#[test]
fn dependencies_as_a_tree_and_for_graphviz() {
    let world = world();
    let text = world.ok(&["graph"]);
    let words: Vec<&str> =
        text.lines().map(|line| line.trim_start_matches(['\u{2502}', '\u{251c}', '\u{2514}', ' '])).collect();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(words[0].ends_with("Ship \"it\"") && text.matches("Build").count() == 2, "{text}");
    assert!(!text.contains("Alone"), "{text}");
    let dot = world.ok(&["graph", "--dot"]);
    assert!(dot.contains(r#"[label="Ship \"it\""]"#) && dot.matches("->").count() == 3, "{dot}");
    let json = world.json(&["graph"]);
    assert_eq!(json.as_array().map(Vec::len), Some(2), "{json}");
    let edges: usize =
        json.as_array().into_iter().flatten().filter_map(|one| one["waitsFor"].as_array().map(Vec::len)).sum();
    assert_eq!(edges, 3);
    world.ok(&["done", "build"]);
    world.ok(&["done", "test"]);
    let nothing = world.run(&["graph"]);
    assert!(nothing.stdout.is_empty() && nothing.stderr.contains("Nothing waits"), "{nothing:?}");
}

/// A circle has no top, and a long chain does not end the program.
#[test]
fn circles_and_long_chains() {
    let world = World::new();
    let task =
        |at: u32| json!({ "id": at, "title": format!("Step {at}"), "status": "pending", "dependencies": [at + 1] });
    let tasks = json!({ "tasks": (1..=1000).map(task).collect::<Vec<_>>() });
    let done = world.input(&["import", "--session", "s", "--format", "taskmaster"], tasks.to_string().as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(world.ok(&["graph", "--dot"]).matches("->").count(), 999);
    let text = world.ok(&["graph"]);
    assert!(
        (1..=1000)
            .all(|at| text.lines().any(|line| line.trim_end_matches(" \u{2026}").ends_with(&format!(" Step {at}"))))
    );
    assert!(text.len() < 200_000, "it does not grow with the square of its length: {}", text.len());
    let world = self::world();
    world.ok(&["edit", "build", "--blocked-by", "+ship"]);
    let text = world.ok(&["graph"]);
    assert!(text.lines().count() >= 4 && ["Ship", "Test", "Build"].iter().all(|words| text.contains(words)), "{text}");
}

#[test]
fn exports_keep_what_is_known() {
    let world = world();
    world.ok(&["edit", "ship", "--priority", "high", "--due", "2026-12-01", "--label", "ui"]);
    world.ok(&["add", "=cmd|' /C calc'!A0"]);
    let markdown = world.ok(&["export", "--format", "markdown"]);
    assert!(
        markdown.contains("*(priority high, due 2026-12-01, after Test; Build, \\#ui)*")
            || markdown.contains("*(priority high, due 2026-12-01, after Build; Test, \\#ui)*"),
        "{markdown}"
    );
    let csv = world.ok(&["export", "--format", "csv"]);
    let ship = csv.lines().find(|line| line.contains("Ship")).expect("a line");
    assert!(ship.contains(r#""Ship ""it""",high,2026-12-01T23:59:59Z,,ui,"#), "{ship}");
    assert!(csv.contains("\"'=cmd|' /C calc'!A0\""), "a spreadsheet makes no formula of it: {csv}");
    assert!(csv.split("\r\n").filter(|line| !line.is_empty()).all(|line| line.contains(',')), "{csv}");
    assert_eq!(world.json(&["export", "--format", "csv"])["csv"].as_str(), Some(csv.as_str()));
}
