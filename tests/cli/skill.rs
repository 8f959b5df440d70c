//! The skill of the plugin: short, and every command in it is one.

use clap::Parser;

use crate::common::project;

const SKILL: &str = ".claude-plugin/chittysync/skills/todos/SKILL.md";

fn skill() -> String {
    std::fs::read_to_string(project(SKILL)).expect("a skill")
}

/// Splits a line as a shell does, as far as the skill needs it: double quotes and comments.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for char in line.chars() {
        match char {
            '"' => quoted = !quoted,
            '#' if !quoted && word.is_empty() => break,
            ' ' if !quoted => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            char => word.push(char),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

fn commands() -> Vec<Vec<String>> {
    let text = skill();
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.flat_map(str::lines).filter(|line| !line.trim().is_empty()).map(words).collect()
}

#[test]
fn is_short_and_says_when_to_use_it() {
    let text = skill();
    assert!(text.lines().count() < 60, "{} lines", text.lines().count());
    let head: Vec<&str> = text.split("---\n").nth(1).expect("what is known of it").lines().collect();
    assert_eq!(head[0], "name: todos", "as its directory");
    let description = head[1].strip_prefix("description: ").expect("a description");
    assert!(description.len() <= 1024 && !description.contains(": "), "one plain line of YAML");
}

#[test]
fn every_command_in_it_can_be_typed() {
    let commands = commands();
    assert!(commands.len() >= 10, "{commands:?}");
    for words in &commands {
        let (program, rest) = words.split_at(2);
        assert_eq!(program, ["git", "chittysync"]);
        let parsed = chittysync::cli::Cli::try_parse_from([&["git-chittysync".to_owned()], rest].concat());
        assert!(parsed.is_ok(), "{words:?}: {parsed:?}");
    }
    let taught = |name: &str| commands.iter().any(|words| words[2] == name);
    for name in ["ready", "list", "show", "add", "start", "done", "release", "drop", "reopen", "edit", "log", "undo"] {
        assert!(taught(name), "{name}");
    }
}
