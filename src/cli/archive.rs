//! `archive`: closed todos out of the working files.

use clap::Args;
use serde_json::{Value, json};

use super::context::{Context, display};
use super::ui::{Failure, Ui};
use crate::ops::{self, Tidied, Tidy};
use crate::settings::{Kind, Span, table};
use crate::todo::{Names, Project, Todo, plain};
use crate::view::name_project;

/// Arguments of `archive`.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// Todos of which nobody has spoken for so long before the last statement in the store, such as 30d or 2w; a bare
    /// number counts days [default: chittysync.archiveAfter]
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub older_than: Option<i64>,
    /// Say what would be archived, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// Reads a length of time, in milliseconds, as the setting does, but for that there is one.
pub(super) fn age(text: &str) -> Result<i64, String> {
    let Kind::Time(span) = table::ARCHIVE_AFTER.kind else { return Err("no time is taken".into()) };
    let span = Span { never: None, ..span };
    let found = span.parse(text).flatten().and_then(|age| i64::try_from(age.as_millis()).ok());
    found.ok_or_else(|| format!("it must be {}", Kind::Time(span).expected()))
}

pub(super) fn run(args: &ArchiveArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let archive_after = args.older_than.or(store.settings.archive_after);
    let how = Tidy { archive_after, board: false, dry_run: args.dry_run };
    let tidied = ops::tidy(&store, how, context.now)?;
    say(&tidied, &ops::project_names(&store)?, args.dry_run, ui);
    let Some(directory) = &tidied.checked_out else { return Ok(()) };
    let branch = store.settings.branch_name();
    Err(Failure::no(format!("nothing was archived: {branch} is checked out in {}", display(directory)))
        .hint("check out another branch there, and archive again"))
}

fn say(tidied: &Tidied, names: &Names, dry_run: bool, ui: &mut Ui) {
    let todos = tidied.archived.iter().flat_map(|(project, todos)| todos.iter().map(move |todo| (project, todo)));
    if ui.json {
        let archived: Vec<Value> = todos.map(|(project, todo)| todo_json(names, project, todo)).collect();
        ui.print_json(&json!({ "archived": archived, "changed": tidied.moved }));
        return;
    }
    if tidied.archived.is_empty() {
        ui.note("Nothing to archive.");
    } else if tidied.checked_out.is_none() {
        let verb = if dry_run { "would be archived" } else { "archived" };
        let lines = todos.map(|(project, todo)| {
            let id = todo.id.to_string();
            format!("{} {verb}: {} ({})\n", &id[..8], plain(&todo.content), plain(names.shown(project)))
        });
        let lines: String = lines.collect();
        ui.print(&lines);
    }
}

fn todo_json(names: &Names, project: &Project, todo: &Todo) -> Value {
    let mut object = json!({
        "id": todo.id.to_string(),
        "content": todo.content,
        "status": todo.state().as_str(),
        "updated": todo.updated().to_string(),
    });
    name_project(&mut object, names, project);
    object
}
