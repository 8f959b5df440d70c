//! `show`: one todo.

use super::args::ShowArgs;
use super::named::find_anywhere;
use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::World;
use crate::view::{show_json, show_text};

pub(super) fn run(args: &ShowArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let everything = world.everything_with(&store, out, &args.todo)?;
    let (project, todo) = find_anywhere(&everything, world.here(), &args.todo)?;
    if out.json {
        out.print_json(&show_json(project, todo));
    } else {
        SpeakerArgs::of_environment().warn_of_lost(&store, &everything, out)?;
        out.print_page(&show_text(&everything, project, todo, out.style(world.now)));
    }
    Ok(())
}
