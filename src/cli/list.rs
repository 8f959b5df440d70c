//! `list`: the open todos, by project.

use clap::Args;

use super::options::PorcelainArgs;
use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::World;
use crate::todo::{State, Status};
use crate::view::{Filter, list_json, list_rows, list_text};

/// Arguments of `list`.
#[derive(Debug, Default, Args)]
pub struct ListArgs {
    /// Only this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only what this session spoke of (the beginning of its name is enough)
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
    /// Only todos in this state
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "in_progress", "completed", "dropped"])]
    pub status: Option<String>,
    /// Completed and dropped todos too
    #[arg(short, long)]
    pub all: bool,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &ListArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let filter = Filter {
        project: world.scope(args.project.as_deref(), &store)?,
        session: args.session.clone(),
        state: args.status.as_deref().map(|word| Status::parse(word).map_or(State::Dropped, State::Wanted)),
        all: args.all,
        ..Filter::default()
    };
    let everything = match filter.takes_closed() {
        true => world.with_archive(&store, out)?,
        false if out.json || args.porcelain.wanted() => world.todos(&store, out)?,
        false => world.everything(&store, out)?,
    };
    if !everything.todos().any(|(project, todo)| filter.takes(project, todo)) {
        world.warn_of_unknown(&store, filter.project.as_ref(), filter.session.as_deref(), out)?;
    }
    if out.json {
        out.print_json(&list_json(&everything, &filter));
        return Ok(());
    }
    if args.porcelain.wanted() {
        out.print_rows(&list_rows(&everything, &filter), args.porcelain.zero);
        return Ok(());
    }
    SpeakerArgs::of_environment().warn_of_others(&store, &everything, world.now, out)?;
    let text = list_text(&everything, &filter, out.style(world.now));
    if text.is_empty() {
        out.note("Nothing to show.");
    }
    out.print_page(&text);
    Ok(())
}
