//! `sessions`: who works on what.

use std::collections::BTreeSet;

use clap::Args;

use super::options::PorcelainArgs;
use super::out::{Failure, Out};
use super::world::World;
use crate::todo::Session;
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
    let mut everything = world.with_archive(&store, out)?;
    // One all of whose todos are forgotten is, too.
    let spoken: BTreeSet<Session> =
        everything.todos().flat_map(|(_, todo)| todo.claims.keys()).map(Session::origin).collect();
    everything.sessions.retain(|info| spoken.contains(&info.session.origin()));
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
