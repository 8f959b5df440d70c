//! `sessions`: who works on what.

use super::out::{Failure, Out};
use super::world::World;
use crate::view::{sessions_json, sessions_text};

pub(super) fn run(world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let everything = world.everything(&store, out)?;
    if out.json {
        out.print_json(&sessions_json(&everything, world.now));
    } else {
        out.print_always(&sessions_text(&everything, out.style(world.now)));
    }
    Ok(())
}
