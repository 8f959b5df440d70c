//! `conflicts`: what sessions disagree on.

use clap::Args;

use super::log::moment;
use super::out::{Failure, Out};
use super::world::World;
use crate::ops;
use crate::todo::{Project, Session};
use crate::view::{Beside, conflicts_json, conflicts_text};

/// Arguments of `conflicts`.
#[derive(Debug, Args)]
pub struct ConflictsArgs {
    /// Plain lag too: an older open statement beside a completed one, properties that agents' lists give
    /// differently
    #[arg(short, long)]
    pub all: bool,
}

pub(super) fn run(args: &ConflictsArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let everything = world.everything(&store, out)?;
    let properties = ops::open_properties(&store, &everything)?;
    if out.json {
        out.print_json(&conflicts_json(&everything, args.all, &properties, world.now));
        return Ok(());
    }
    let own = |session: &Session, project: &Project, id| ops::own_version(&store, session, project, id);
    let moment = |time| moment(time, world.now).trim().to_owned();
    let beside = Beside { properties: &properties, own: &own, moment: &moment };
    let text = conflicts_text(&everything, args.all, &beside, out.style(world.now));
    if text.is_empty() {
        out.note("No session disagrees.");
    }
    out.print_page(&text);
    if !text.is_empty() {
        out.note("hint: `git chittysync resolve` settles them");
    }
    Ok(())
}
