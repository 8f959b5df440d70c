//! `docs/reference.md` is made of the command line and the manual page; `UPDATE=1` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::common::project;

const HEAD: &str = "\
# Reference

Made of the program itself by `UPDATE=1 cargo test --test cli reference`. Every command is also a manual page, such as `man git-chittysync-list`.
";

#[test]
fn is_what_the_program_says() {
    let path = project("docs/reference.md");
    let made = reference();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).expect("a page");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == made, "docs/reference.md is not up to date; UPDATE=1 writes it anew");
}

/// A setting that is read is documented, and the other way round.
#[test]
fn has_every_setting_that_is_read() {
    let read: BTreeSet<String> = sources(&project("src"))
        .iter()
        .flat_map(|text| text.split('"').map(str::to_owned).collect::<Vec<_>>())
        .filter(|text| {
            let key = text.strip_prefix("chittysync.").or_else(|| text.strip_prefix("color."));
            key.is_some_and(|key| {
                !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || ".<>".contains(c))
            })
        })
        .collect();
    let documented: BTreeSet<String> =
        settings().iter().flat_map(|(keys, ..)| keys.split(", ").map(str::to_owned).collect::<Vec<_>>()).collect();
    assert_eq!(documented, read);
}

fn sources(directory: &std::path::Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the source").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => texts.extend(sources(&path)),
            false => texts.push(std::fs::read_to_string(&path).expect("text")),
        }
    }
    texts
}

fn reference() -> String {
    let command = chittysync::cli::command();
    let mut text = HEAD.to_owned();
    let mut section = |command: clap::Command, name: &str| {
        let help = command.bin_name(name).term_width(100).render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        write!(text, "\n## {name}\n\n```\n{}\n```\n", help.join("\n").trim_end()).expect("a text takes it");
    };
    section(command.clone(), "git chittysync");
    for sub in command.get_subcommands() {
        let name = format!("git chittysync {}", sub.get_name());
        section(sub.clone(), &name);
        for verb in sub.get_subcommands() {
            section(verb.clone(), &format!("{name} {}", verb.get_name()));
        }
    }
    text.push_str(
        "\n## Settings\n\ngit config only.\n\n| setting | default and other values | meaning |\n| --- | --- | --- |\n",
    );
    for (keys, values, meaning) in settings() {
        let (keys, meaning) = (keys.replace(", ", "`, `"), meaning.replace('<', "\\<"));
        writeln!(text, "| `{keys}` | {} | {meaning} |", values.replace('|', "\\|")).expect("a text takes it");
    }
    for (heading, entries) in sections() {
        if let ("ENVIRONMENT" | "FILES" | "REFS", [_, ..]) = (heading.as_str(), entries.as_slice()) {
            let heading = heading[..1].to_owned() + &heading[1..].to_lowercase();
            write!(text, "\n## {heading}\n\n").expect("a text takes it");
            for (term, meaning) in entries {
                writeln!(text, "- `{term}`: {meaning}").expect("a text takes it");
            }
        }
    }
    text
}

/// Returns the settings of the manual page: keys, values, meaning.
fn settings() -> Vec<(String, String, String)> {
    let (_, entries) = sections().into_iter().find(|(heading, _)| heading == "CONFIGURATION").expect("a section");
    let split = |(term, meaning): (String, String)| match term.split_once(" = ") {
        Some((keys, values)) => (keys.to_owned(), values.to_owned(), meaning),
        None => (term, String::new(), meaning),
    };
    entries.into_iter().map(split).collect()
}

/// A heading of the manual page, and what stands under it: terms and their meanings.
type Section = (String, Vec<(String, String)>);

/// Returns the sections of the manual page that no option is the source of.
fn sections() -> Vec<Section> {
    let roff = std::fs::read_to_string(project("src/cli/man.roff")).expect("the manual page");
    let roff = roff.replace("\\fB", "").replace("\\fI", "").replace("\\fR", "").replace("\\-", "-");
    let mut sections: Vec<Section> = Vec::new();
    let mut lines = roff.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix(".SH ") {
            sections.push((heading.trim_matches('"').to_owned(), Vec::new()));
        } else if line == ".TP" {
            let term = lines.next().expect("a term").to_owned();
            let meaning = lines.next().expect("a meaning").to_owned();
            sections.last_mut().expect("a heading").1.push((term, meaning));
        }
    }
    sections
}
