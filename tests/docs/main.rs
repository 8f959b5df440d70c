//! The documents run: every console block in `README.md` and `docs` is executed and its output compared.
//!
//! `$ ` begins a command, the lines after it are what it prints on both streams. A line `…` (or `...`) stands
//! for any lines, `…` at the end of a line for the rest of it. `cargo run --locked --no-default-features --` stands for
//! this build. The blocks of one document share a world with a copy of `fixtures`.

#[path = "../common/mod.rs"]
mod common;

mod demo;

use std::path::{Path, PathBuf};

use common::{World, project, set_time};

struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut inside): (Vec<Step>, bool) = (Vec::new(), false);
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            steps.push(Step { line: at + 1, command: command.to_owned(), expected: Vec::new() });
        } else if inside {
            steps.last_mut().expect("a command before its output").expected.push(line.to_owned());
        }
    }
    steps
}

fn is_rest(line: &str) -> bool {
    matches!(line, "\u{2026}" | "...")
}

fn line_matches(expected: &str, found: &str) -> bool {
    match expected.strip_suffix('\u{2026}') {
        Some(start) => found.starts_with(start.trim_end()),
        None => expected == found,
    }
}

fn matches(expected: &[String], found: &[&str]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if is_rest(first) => (0..=found.len()).any(|skip| matches(rest, &found[skip..])),
        Some((first, rest)) => {
            found.split_first().is_some_and(|(line, left)| line_matches(first, line) && matches(rest, left))
        }
    }
}

fn world() -> World {
    let world = World::new();
    let copied = world.command("cp").arg("-r").arg(project("fixtures")).arg(world.path("fixtures")).status();
    assert!(copied.expect("cp").success());
    for path in common::files(&world.path("fixtures")).into_keys().filter(|path| !path.is_symlink()) {
        set_time(&path, "2026-11-18T10:00:00Z");
    }
    world
}

fn check(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).expect("a document");
    let steps = steps(&text);
    if steps.is_empty() {
        return 0;
    }
    let world = world();
    for step in &steps {
        let command = step.command.replace("cargo run --locked --no-default-features --", "git-chittysync");
        let done = common::done(world.command("sh").arg("-c").arg(format!("{command} 2>&1")).output());
        let found: Vec<&str> = done.stdout.lines().map(str::trim_end).collect();
        assert!(
            matches(&step.expected, &found),
            "{}:{}: `{}` prints\n{}\nbut the document says\n{}",
            path.display(),
            step.line,
            step.command,
            found.join("\n"),
            step.expected.join("\n")
        );
    }
    steps.len()
}

fn documents() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project("docs")).expect("docs").map(|entry| entry.expect("an entry").path());
    let mut documents: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    documents.extend(["README.md", "CHANGELOG.md"].map(project));
    documents
}

#[test]
fn every_console_block_prints_what_it_shows() {
    let steps: usize = documents().iter().map(|path| check(path)).sum();
    assert!(steps >= 3, "only {steps} commands were found");
}

#[test]
fn every_link_leads_somewhere() {
    for document in documents() {
        let text = std::fs::read_to_string(&document).expect("a document");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let path = link.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") {
                let found = document.parent().is_some_and(|directory| directory.join(path).exists());
                assert!(found, "{}: {link} leads nowhere", document.display());
            }
        }
    }
}

#[test]
fn wildcards() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a\n\u{2026}\nd"), &["a", "b", "c", "d"]));
    assert!(matches(&lines("...\na \u{2026}"), &["x", "a b"]));
    assert!(!matches(&lines("a\n\u{2026}\nd"), &["a", "b"]));
    assert!(!matches(&lines("a"), &["a", "b"]));
}

/// README begins with `cargo run`, which has to know which program is meant.
#[test]
fn the_first_command_runs_the_program() {
    let readme = std::fs::read_to_string(project("README.md")).expect("a file");
    assert!(readme.contains("$ cargo run --locked --no-default-features -- demo\n"), "the first command");
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(project(""));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.output().expect("cargo").stdout).expect("JSON");
    assert_eq!(metadata["packages"][0]["default_run"], "git-chittysync");
}
