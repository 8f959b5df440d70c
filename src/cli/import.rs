//! `import`: a list from a file or standard input, in the form of another tool.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::consolidate::finish;
use super::context::{Context, project};
use super::stdin;
use super::ui::{Failure, Ui, plural};
use crate::ops;
use crate::source::{Format, Listed, read_format};
use crate::todo::{IMPORTED, Item, LABEL, Project, Session, Snapshot, SourceKind, State, TodoId, plain};

/// More input than this is refused.
const LARGEST: u64 = 64 * 1024 * 1024;
/// More files than this are none of one list.
const MOST_FILES: usize = 10_000;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file; a directory of Backlog.md: the tasks in it [default: standard input]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The session that states the list [default: one for this file]
    #[arg(long, value_name = "SESSION", required_unless_present = "file")]
    pub session: Option<String>,
    /// The project of its todos [default: of a file, that of the directory you are in]
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// What it is in [default: what it looks like]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::as_str)))]
    pub format: Option<String>,
    /// Print what would be stated, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub(super) fn run(args: &ImportArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let named = args
        .session
        .as_deref()
        .map(|name| Session::new(name).map_err(|err| Failure::usage(format!("'{name}' cannot name a session: {err}"))));
    let named = named.transpose()?;
    let path = args.file.as_ref().map(|file| context.directory.join(file));
    let files = match &path {
        Some(path) => of_path(path)?,
        None => vec![stdin::whole("standard input", std::io::stdin().lock(), LARGEST)?],
    };
    let unfit = |reason: String| {
        let named = args.file.as_ref().map(|file| format!("cannot import '{}': ", plain(&file.to_string_lossy())));
        Failure::fatal(named.unwrap_or_default() + &reason).hint(r#"it should look like [{"content": "Fix login tests", "status": "pending"}], or have lines like - [ ] Fix login tests"#)
            .hint(format!("--format names another one: {}", Format::ALL.map(Format::as_str).join(", ")))
    };
    let chosen = args.format.as_deref().and_then(|word| Format::ALL.into_iter().find(|one| one.as_str() == word));
    let format = match chosen {
        Some(format) => format,
        None => Format::recognise(files.first().map_or(&[][..], Vec::as_slice)).map_err(unfit)?,
    };
    let listed = read_format(format, &files).map_err(unfit)?;
    let session = match (named, &path) {
        (Some(session), _) => session,
        (None, Some(path)) => of_file(format, path)?,
        (None, None) => return Err(Failure::usage("--session names who states what stands on standard input")),
    };
    let typed = args.project.as_deref().map(project).transpose()?;
    if args.dry_run {
        tell(&listed, format, ui, context);
        return Ok(());
    }
    let store = context.store_or_create(ui)?;
    let project = typed.map(|typed| context.meant_anew(typed, &store)).transpose()?;
    let project = project.or_else(|| path.as_ref().and_then(|_| context.here().cloned()));
    state(listed, format, (session, project), context, &store, ui)
}

fn state(
    listed: Listed,
    format: Format,
    (session, project): (Session, Option<Project>),
    context: &Context,
    store: &crate::store::Store,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let (items, given_up) = (listed.items.len(), listed.given_up);
    let snapshot = Snapshot::new(session, SourceKind::Import, context.now, listed.items);
    let ops::Imported { session, report } = ops::import(store, snapshot, project, &ops::NOTHING, context.now)?;
    let changed = !report.captured.is_empty();
    if ui.json {
        let format = format.as_str();
        ui.print_json(&json!({
            "session": session.as_str(), "format": format, "items": items, "left_out": given_up, "changed": changed,
        }));
    } else if changed {
        ui.note(&format!("Session {} states {}{}.", session.short(), plural(items, "todo"), left_out(given_up)));
    } else {
        ui.note("Nothing new.");
    }
    finish(store, &report, ui)
}

/// Prints what would be stated.
fn tell(listed: &Listed, format: Format, ui: &mut Ui, context: &Context) {
    if ui.json {
        let items: Vec<Value> = listed.items.iter().map(item_json).collect();
        let given_up = listed.given_up;
        ui.print_json(&json!({ "dry_run": true, "format": format.as_str(), "items": items, "left_out": given_up }));
        return;
    }
    let style = ui.style(context.now);
    let line =
        |item: &Item| format!("{} {}\n", style.symbol(State::Wanted(item.status)), style.words(&plain(&item.content)));
    let text: String = listed.items.iter().map(line).collect();
    ui.print_page(&text);
    let count = plural(listed.items.len(), "todo");
    ui.note(&format!("Would state {count}, read as {}{}.", format.as_str(), left_out(listed.given_up)));
}

fn left_out(given_up: usize) -> String {
    if given_up > 0 { format!("; {given_up} left out, which were given up there") } else { String::new() }
}

fn item_json(item: &Item) -> Value {
    let mut object = serde_json::Map::new();
    let labels: Vec<&str> = item.fields.keys().filter_map(|name| name.strip_prefix(LABEL)).collect();
    for (name, value) in item.fields.iter().filter(|(name, _)| !name.starts_with(LABEL)) {
        object.insert(name.clone(), value.clone());
    }
    if !labels.is_empty() {
        object.insert("labels".into(), json!(labels));
    }
    object.insert("content".into(), item.content.as_str().into());
    object.insert("status".into(), item.status.as_str().into());
    Value::Object(object)
}

/// Returns the session that states what stands in a file: another file is another one, so that neither takes back what
/// the other one states.
fn of_file(format: Format, path: &Path) -> Result<Session, Failure> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let id = TodoId::of(&Project::general(), &path.to_string_lossy());
    Session::new(&format!("{IMPORTED}{}-{}", format.as_str(), id.short()))
        .map_err(|err| Failure::fatal(err.to_string()))
}

/// Reads a file, or the tasks in a directory of Backlog.md.
fn of_path(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    if !path.is_dir() {
        return Ok(vec![one(path)?]);
    }
    let name = path.display();
    let below = [path.to_owned(), path.join("backlog")];
    let mut files: Vec<PathBuf> = below
        .iter()
        .flat_map(|directory| ["tasks", "completed"].map(|part| directory.join(part)))
        .filter_map(|directory| std::fs::read_dir(directory).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .take(MOST_FILES + 1)
        .collect();
    files.sort();
    match files.len() {
        0 => Err(Failure::fatal(format!("'{name}' has no tasks/*.md in it")).hint("name a file of it")),
        many if many > MOST_FILES => Err(Failure::fatal(format!("'{name}' has more than {MOST_FILES} tasks"))),
        _ => files.iter().map(|file| one(file)).collect(),
    }
}

fn one(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = format!("'{}'", path.display());
    let file = std::fs::File::open(path).map_err(|err| Failure::fatal(format!("cannot read {name}: {err}")))?;
    stdin::whole(&name, file, LARGEST)
}
