//! `show`: one todo.

use super::args::ShowArgs;
use super::out::{Failure, Out};
use super::world::World;
use crate::todo::{Project, Todo, plain};
use crate::view::{Everything, show_json, show_text};

pub(super) fn run(args: &ShowArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let everything = world.everything(&store, out)?;
    let (project, todo) = find(&everything, &args.id)?;
    if out.json {
        out.print_json(&show_json(project, todo));
    } else {
        out.print_always(&show_text(&everything, project, todo, out.style(world.now)));
    }
    Ok(())
}

/// Finds the todo whose id begins so.
pub(super) fn find<'a>(everything: &'a Everything, id: &str) -> Result<(&'a Project, &'a Todo), Failure> {
    let found = if id.is_empty() { Vec::new() } else { everything.find(&id.to_ascii_lowercase()) };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::no(format!("no todo has an id that begins with '{}'", plain(id)))
            .hint("`git chittysync list --all --json` shows the ids")),
        several => {
            let mut failure =
                Failure::no(format!("{} todos have an id that begins with '{}'", several.len(), plain(id)));
            for (_, todo) in several.iter().take(5) {
                failure = failure.hint(format!("{} {}", todo.id, todo.content));
            }
            Err(failure)
        }
    }
}
