//! `schema`: what the documents of `--json` look like.

mod export;
mod lines;
mod program;
mod sessions;
mod shape;
mod stores;
mod todos;
#[cfg(feature = "mcp")]
mod tools;

use std::fmt::Write;

use clap::Args;
use serde_json::{Value, json};

use super::ui::{Failure, Ui};
use shape::Shape;

pub(super) use lines::print_listing;
#[cfg(feature = "mcp")]
pub(super) use tools::output;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The command, or `error` for what every command prints when it fails [default: list them]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// What commands print alike.
const ACT: &[&str] = &["add", "start", "done", "release", "reopen", "edit", "resolve"];

/// What each command prints, by what it is about.
const DOCUMENTS: [(&[&str], Shape); 36] = [
    (&["list"], todos::LIST),
    (&["ready"], todos::READY),
    (&["show"], todos::SHOW),
    (ACT, todos::ACT),
    (&["drop"], todos::DROP),
    (&["log"], todos::LOG),
    (&["conflicts"], todos::CONFLICTS),
    (&["graph"], todos::GRAPH),
    (&["rollback", "undo"], todos::ROLLBACK),
    (&["archive"], todos::ARCHIVE),
    (&["forget"], todos::FORGET),
    (&["watch"], todos::WATCH),
    (&["export"], export::EXPORT),
    (&["import"], todos::IMPORT),
    (&["sessions"], sessions::SESSIONS),
    (&["projects"], sessions::PROJECTS),
    (&["topics"], sessions::TOPICS),
    (&["assign"], sessions::ASSIGN),
    (&["guidance"], sessions::GUIDANCE),
    (&["status"], stores::STATUS),
    (&["sync"], stores::SYNC),
    (&["capture"], stores::CAPTURE),
    (&["consolidate"], stores::CONSOLIDATE),
    (&["purge"], stores::PURGE),
    (&["move"], stores::MOVE),
    (&["maintenance"], stores::MAINTENANCE),
    (&["branch"], stores::BRANCH),
    (&["init"], stores::INIT),
    (&["demo"], stores::DEMO),
    (&["daemon"], stores::DAEMON),
    (&["service"], program::SERVICE),
    (&["install", "uninstall"], program::INSTALL),
    (&["doctor"], program::DOCTOR),
    (&["bug-report"], program::BUG_REPORT),
    (&["version", "help", "man", "completion", "schema"], PROGRAM),
    (&["error"], stores::ERROR),
];

/// What tells of the program itself.
const PROGRAM: Shape =
    Shape::Or(&[program::VERSION, program::HELP, program::MAN, program::COMPLETION, program::SCHEMA]);

/// Returns what a command's documents look like, as a JSON Schema. `None` for one that prints none.
pub fn schema(command: &str) -> Option<Value> {
    let (_, shape) = DOCUMENTS.iter().find(|(commands, _)| commands.contains(&command))?;
    Some(shape.document(command))
}

pub(super) fn run(args: &SchemaArgs, ui: &mut Ui) -> Result<(), Failure> {
    let known = || DOCUMENTS.iter().flat_map(|(commands, _)| commands.iter().copied());
    let Some(command) = &args.command else {
        match ui.json {
            true => ui.print_json(&json!({ "commands": known().collect::<Vec<_>>() })),
            false => ui.print_page(&known().map(|command| format!("{command}\n")).collect::<String>()),
        }
        return Ok(());
    };
    let schema = schema(command).ok_or_else(|| {
        Failure::usage(format!("no document of '{command}' is described"))
            .hint("`git chittysync schema` lists the commands; those of the hub answer as docs/hub-api.md says")
    })?;
    match ui.json {
        true => ui.print_json(&schema),
        false => ui.print_always(&format!("{schema:#}\n")),
    }
    Ok(())
}

/// Returns the fields of the lines that a command prints with `--porcelain`; none where it has no such option.
pub fn porcelain_fields(command: &str) -> &'static [&'static str] {
    lines::fields(command)
}

/// Returns the tables of all documents, in Markdown: the body of `docs/json.md`.
pub fn tables() -> String {
    let (mut text, mut named) = (String::new(), Vec::new());
    for (commands, shape) in DOCUMENTS {
        let commands: Vec<String> = commands.iter().map(|command| format!("`{command}`")).collect();
        write!(text, "\n## {}\n", commands.join(", ")).expect("a text takes it");
        table(&mut text, shape);
        shape.named(&mut named);
    }
    text.push_str("\n## Lines\n\n| command with `--porcelain` | fields |\n| --- | --- |\n");
    for (command, fields) in lines::LINES {
        let fields: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
        writeln!(text, "| `{command}` | {} |", fields.join(", ")).expect("a text takes it");
    }
    text.push_str("\n## Shapes that several have\n");
    for (name, shape) in named {
        write!(text, "\n### {name}\n").expect("a text takes it");
        table(&mut text, shape);
    }
    text
}

/// Adds what a shape is: a table for an object, and each in turn where there are several.
fn table(text: &mut String, shape: Shape) {
    match (shape, shape.keys()) {
        (Shape::Or(shapes), _) => shapes.iter().for_each(|shape| table(text, *shape)),
        (Shape::List(entry), _) => match entry {
            Shape::Named(..) => write!(text, "\nA list of {}.\n", entry.words()).expect("a text takes it"),
            _ => {
                text.push_str("\nA list; each entry:\n");
                table(text, *entry);
            }
        },
        (Shape::Named(..), _) => write!(text, "\nA {}.\n", shape.words()).expect("a text takes it"),
        (Shape::With(base @ Shape::Named(..), more), _) => {
            write!(text, "\nA {}, and besides:\n", base.words()).expect("a text takes it");
            rows(text, more.iter(), false);
        }
        (_, Some((keys, is_open))) => rows(text, keys.into_iter(), is_open),
        _ => write!(text, "\n{}\n", shape.words()).expect("a text takes it"),
    }
}

fn rows<'a>(text: &mut String, keys: impl Iterator<Item = &'a shape::Key>, is_open: bool) {
    text.push_str("\n| key | | meaning |\n| --- | --- | --- |\n");
    for key in keys {
        let (name, is_needed) = key.name();
        let maybe = if is_needed { "" } else { ", may be missing" };
        writeln!(text, "| `{name}` | {}{maybe} | {} |", key.1.words(), key.2).expect("a text takes it");
    }
    if is_open {
        text.push_str("| others | anything | what else was said of it |\n");
    }
}
