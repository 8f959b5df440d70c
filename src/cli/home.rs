//! `git chittysync` alone: on a terminal a page of everything that is open, elsewhere the status.

use std::io::IsTerminal;

use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::{World, display};
use crate::store::Store;
use crate::view::{Filter, list_text};

pub(super) fn run(world: &World, out: &mut Out) -> Result<(), Failure> {
    let location = world.location()?;
    if out.json || !std::io::stdout().is_terminal() || !location.path.exists() {
        return super::status::run(&super::status::StatusArgs::default(), world, out);
    }
    let store: Store = world.store(out)?;
    let everything = world.everything(&store, out)?;
    SpeakerArgs::of_environment().warn_of_others(&store, &everything, world.now, out)?;
    let style = out.style(world.now);
    let mut page = list_text(&everything, &Filter::default(), style);
    let counts = everything.counts();
    let conflicts = match counts.conflicts {
        0 => String::new(),
        count => format!(", {}", style.alert(&format!("{count} in conflict"))),
    };
    let store = display(store.repo.common_dir());
    page.push_str(&format!(
        "\n{} open{conflicts}, {} completed, {} sessions  {}\n",
        counts.open(),
        counts.completed,
        everything.sessions.len(),
        style.dim(&store)
    ));
    out.print_page(page.trim_start_matches('\n'));
    Ok(())
}
