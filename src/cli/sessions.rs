//! `sessions`: who works on what.

use clap::Args;

use super::args::PorcelainArgs;
use super::out::{Failure, Out};
use super::world::World;
use crate::view::{sessions_json, sessions_rows, sessions_text};

/// Arguments of `sessions`.
#[derive(Debug, Default, Args)]
pub struct SessionsArgs {
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &SessionsArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let everything = world.with_archive(&store, out)?;
    if out.json {
        out.print_json(&sessions_json(&everything, world.now));
    } else if args.porcelain.wanted() {
        out.print_rows(&sessions_rows(&everything, world.now), args.porcelain.zero);
    } else {
        out.print_page(&sessions_text(&everything, out.style(world.now)));
    }
    Ok(())
}
