//! `drop --quiet-for` and `drop --left-by`: what was left behind, dropped together; `drop --dry-run`: what would be.

use serde_json::json;

use super::act::DropArgs;
use super::beside;
use super::context::Context;
use super::named;
use super::said::tell_each;
use super::ui::{Failure, Ui, plural};
use crate::ops::todo::{Bulk, Which, drop_bulk, foresee_bulk, foresee_drop};
use crate::store::Store;
use crate::todo::{Project, Todo, Verb, plain};
use crate::view::todo_json;

pub(super) fn run(bulk: &Bulk, args: &DropArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let actor = args.speaker.actor(&store, context);
    let (found, stay) = foresee_bulk(&actor, bulk)?;
    let tell_of_rest = |ui: &Ui| {
        if stay > 0 {
            ui.note(&format!("{stay} more stay: others want them, too."));
        }
    };
    if found.is_empty() {
        if ui.json {
            ui.print_json(&json!([]));
        }
        ui.note("There is nothing to drop.");
        tell_of_rest(ui);
        return Ok(());
    }
    if !args.dry_run {
        tell_each(&drop_bulk(&actor, bulk)?, &actor, ui)?;
        tell_of_rest(ui);
        ui.note("`git chittysync undo` takes all of it back.");
        return Ok(());
    }
    foretell(&found, &store, context, ui)?;
    tell_of_rest(ui);
    Ok(())
}

/// Says what would be dropped of the todos that are named.
pub(super) fn foretell_named(args: &DropArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let many = named::several(&args.todo)?.unwrap_or_else(|| vec![Which::words(&args.todo)]);
    let store = beside::holder_of_all(context.store(ui)?, (Verb::Drop.name(), &many), &args.speaker, context, ui)?;
    let found = foresee_drop(&args.speaker.actor(&store, context), &many)?;
    foretell(&found, &store, context, ui)
}

/// Says what would be dropped.
fn foretell(found: &[(Project, Todo)], store: &Store, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let names = context.todos(store, ui)?.names();
    if ui.json {
        ui.print_json(&found.iter().map(|(project, todo)| todo_json(&names, project, todo)).collect());
        return Ok(());
    }
    let line = |(project, todo): &(Project, Todo)| {
        format!("{}  {}  {}\n", todo.id.short(), plain(names.shown(project)), plain(&todo.content))
    };
    ui.print_page(&found.iter().map(line).collect::<String>());
    ui.note(&format!("{} would be dropped.", plural(found.len(), "todo")));
    Ok(())
}
