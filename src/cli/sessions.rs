//! `sessions`: who works on what.

use clap::Args;

use super::options::PorcelainArgs;
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
    let stale_after = store.settings.stale_after;
    if out.json {
        out.print_json(&sessions_json(&everything, world.now, stale_after));
    } else if args.porcelain.wanted() {
        out.print_rows(&sessions_rows(&everything, world.now, stale_after), args.porcelain.zero);
    } else {
        let text = sessions_text(&everything, stale_after, out.style(world.now));
        if text.is_empty() {
            out.note("Nothing to show.");
        }
        out.print_page(&text);
    }
    Ok(())
}
