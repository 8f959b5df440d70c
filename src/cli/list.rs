//! `list`: the open todos, by project.

use super::args::ListArgs;
use super::out::{Failure, Out};
use super::world::{World, project};
use crate::todo::{State, Status};
use crate::view::{Filter, list_json, list_text};

pub(super) fn run(args: &ListArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let filter = Filter {
        project: args.project.as_deref().map(project).transpose()?,
        session: args.session.clone(),
        state: args.status.as_deref().map(|word| Status::parse(word).map_or(State::Dropped, State::Wanted)),
        all: args.all,
    };
    let store = world.store(out)?;
    let everything = world.todos(&store, out)?;
    if out.json {
        out.print_json(&list_json(&everything, &filter));
        return Ok(());
    }
    let text = list_text(&everything, &filter, out.style(world.now));
    if text.is_empty() {
        out.note("Nothing to show.");
    }
    out.print_always(&text);
    Ok(())
}
