//! `archive`: closed todos out of the working files.

use clap::Args;
use serde_json::{Value, json};

use super::out::{Failure, Out};
use super::world::{World, display};
use crate::ops::{self, Tidied, Tidy};
use crate::todo::{Names, Project, Todo, plain};

/// Arguments of `archive`.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// Todos of which nobody has spoken for so many days before the last statement in the store [default:
    /// chittysync.archiveAfter, else 90]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub older_than: Option<u32>,
    /// Say what would be archived, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub(super) fn run(args: &ArchiveArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let days = |days: u32| i64::from(days) * 24 * 60 * 60 * 1000;
    let archive_after = args.older_than.map(days).or(store.settings.archive_after);
    let how = Tidy { archive_after, board: false, dry_run: args.dry_run };
    let tidied = ops::tidy(&store, how, world.now)?;
    say(&tidied, &ops::project_names(&store)?, args.dry_run, out);
    let Some(directory) = &tidied.checked_out else { return Ok(()) };
    let branch = store.settings.branch_name();
    Err(Failure::no(format!("nothing was archived: {branch} is checked out in {}", display(directory)))
        .hint("check out another branch there, and archive again"))
}

fn say(tidied: &Tidied, names: &Names, dry_run: bool, out: &mut Out) {
    let todos = tidied.archived.iter().flat_map(|(project, todos)| todos.iter().map(move |todo| (project, todo)));
    if out.json {
        let archived: Vec<Value> = todos.map(|(project, todo)| todo_json(project, todo)).collect();
        out.print_json(&json!({ "archived": archived, "changed": tidied.moved }));
        return;
    }
    if tidied.archived.is_empty() {
        out.note("Nothing to archive.");
    } else if tidied.checked_out.is_none() {
        let verb = if dry_run { "would be archived" } else { "archived" };
        let lines = todos.map(|(project, todo)| {
            let id = todo.id.to_string();
            format!("{} {verb}: {} ({})\n", &id[..8], plain(&todo.content), plain(names.shown(project)))
        });
        let lines: String = lines.collect();
        out.print(&lines);
    }
}

fn todo_json(project: &Project, todo: &Todo) -> Value {
    json!({
        "id": todo.id.to_string(),
        "project": project.as_str(),
        "content": todo.content,
        "status": todo.state().as_str(),
        "updated": todo.updated().to_string(),
    })
}
