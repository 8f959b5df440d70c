//! `conflicts`: what sessions disagree on.

use super::args::ConflictsArgs;
use super::out::{Failure, Out};
use super::world::World;
use crate::view::{conflicts_json, conflicts_text};

pub(super) fn run(args: &ConflictsArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let everything = world.todos(&store, out)?;
    if out.json {
        out.print_json(&conflicts_json(&everything, args.all, world.now));
        return Ok(());
    }
    let text = conflicts_text(&everything, args.all, out.style(world.now));
    if text.is_empty() {
        out.note("No session disagrees.");
    }
    out.print_always(&text);
    Ok(())
}
