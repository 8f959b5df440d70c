//! `projects`: how far each project is.

use super::out::{Failure, Out};
use super::world::World;
use crate::view::{projects_json, projects_text};

pub(super) fn run(world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let everything = world.with_archive(&store, out)?;
    if out.json {
        out.print_json(&projects_json(&everything));
    } else {
        let text = projects_text(&everything, out.style(world.now));
        if text.is_empty() {
            out.note("Nothing to show.");
        }
        out.print_page(&text);
    }
    Ok(())
}
