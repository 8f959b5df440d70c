//! `docs/reference.md` is made of the command line, the table of settings and the manual page; `UPDATE=1` writes it anew.

use std::fmt::Write;

use chittysync::settings::table::ALL;

use crate::common::project;

const HEAD: &str = "\
# Reference

Made of the program itself by `UPDATE=1 cargo test --test cli reference`. Every command is also a manual page, such as `man git-chittysync-list`. What can be left out can be taken back: `--x` by a `--no-x` behind it, `--no-x` by `--x`.
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

/// Settings are read by their rows: no key is written anywhere else, and no row is there that nobody reads.
#[test]
fn the_table_has_every_setting_that_is_read() {
    let read = |file: &str| std::fs::read_to_string(project(&format!("src/settings/{file}.rs"))).expect("the table");
    let tables =
        ["table", "age_rows", "issuer_rows", "mirror_rows", "source_rows", "spawn_rows", "store_rows"].map(read);
    let rows: Vec<&str> = tables
        .iter()
        .flat_map(|table| table.lines())
        .filter_map(|line| line.strip_prefix("pub const ")?.strip_suffix(": Setting = Setting {"))
        .collect();
    assert_eq!(rows.len(), ALL.len(), "{rows:?}");
    let others = sources(&project("src")).into_iter().filter(|text| !tables.contains(text));
    let others: Vec<String> = others.map(|text| code(&text)).collect();
    for row in rows {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_read = |text: &String| text.split(|c| !word(c)).any(|part| part == row);
        assert!(others.iter().any(is_read), "nobody reads {row}");
    }
    for text in &others {
        for quoted in text.split('"') {
            let key = quoted.strip_prefix("chittysync.").or_else(|| quoted.strip_prefix("color."));
            let is_key = key.is_some_and(|key| {
                !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || ".<>{}".contains(c))
            });
            assert!(!is_key, "{quoted} stands outside the table");
        }
    }
}

/// Returns the code of a file, without its comments and its tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn sources(directory: &std::path::Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the source").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => texts.extend(sources(&path)),
            // Unit tests write git config as people do.
            false if path.ends_with("settings/tests.rs") => {}
            false => texts.push(std::fs::read_to_string(&path).expect("text")),
        }
    }
    texts
}

fn reference() -> String {
    let command = chittysync::cli::every_command();
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
        "\n## Settings\n\ngit config only. A length of time has a unit, such as `300ms`, `30s`, `5m`, `12h`, `7d` or `2w`; a bare number counts days where days are usual, and seconds in `chittysync.timeout`.\n\n| setting | default and other values | meaning |\n| --- | --- | --- |\n",
    );
    for setting in &ALL {
        let keys = setting.key;
        let (values, meaning) = (setting.values().replace('|', "\\|"), setting.whole_help());
        writeln!(text, "| `{keys}` | {values} | {meaning} |").expect("a text takes it");
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
