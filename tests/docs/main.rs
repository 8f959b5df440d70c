//! The documents run: every console block in `README.md` and `docs` is executed and its output compared.
//!
//! The blocks of one document share a shell, and a world with a copy of `fixtures`.

#[path = "../common/mod.rs"]
mod common;

mod demo;

use std::path::{Path, PathBuf};

use common::console::{self, matches};
use common::{NOW, World, project, set_time};

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
    if !text.contains("```console") {
        return 0;
    }
    match path.ends_with("tour.md") {
        // It is about today, and its second half is for a build with the hub, whose tests run all of it.
        true => {
            let (first, _) = text.split_once(PART_OF_THE_HUB).expect("a second half");
            console::check(&World::new(), path, first, None)
        }
        false => console::check(&world(), path, &text, Some(NOW)),
    }
}

/// Where the part of the tour begins that needs the hub.
const PART_OF_THE_HUB: &str = "\n## 3. A hub\n";

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

/// `suite::file::test`: each that is named is there.
#[test]
fn every_test_that_is_named_is_there() {
    let text = std::fs::read_to_string(project("docs/conventions.md")).expect("a document");
    let quoted = text.split('`').skip(1).step_by(2);
    let named: Vec<Vec<&str>> = quoted.map(|quoted| quoted.split("::").collect()).collect();
    let tests: Vec<_> = named.iter().filter(|parts| parts.len() == 3).collect();
    assert!(tests.len() > 20, "{}", tests.len());
    for parts in tests {
        let path = project(&format!("tests/{}/{}.rs", parts[0], parts[1]));
        let file = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(file.contains(&format!("\nfn {}() {{\n", parts[2])), "{} has no test {}", path.display(), parts[2]);
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
