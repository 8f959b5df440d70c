//! `list`: the open todos, by project.

use clap::Args;

use super::author::SpeakerArgs;
use super::by::{ByArgs, session_meant};
use super::context::Context;
use super::options::PorcelainArgs;
use super::topic::TopicArgs;
use super::ui::{Failure, Ui};
use crate::todo::{State, Status};
use crate::view::{Filter, list_json, list_rows, list_text};

/// Arguments of `list`.
#[derive(Debug, Default, Args)]
pub struct ListArgs {
    /// Only this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only what this session spoke of: the beginning of its name, or words of what it is called
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
    /// Whose.
    #[command(flatten)]
    pub by: ByArgs,
    /// Only todos in this state
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "in_progress", "completed", "dropped"])]
    pub status: Option<String>,
    /// Which topic.
    #[command(flatten)]
    pub topic: TopicArgs,
    /// Completed and dropped todos too
    #[arg(short, long)]
    pub all: bool,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &ListArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let mut filter = Filter {
        project: context.scope(args.project.as_deref(), &store)?,
        state: args.status.as_deref().map(|word| Status::parse(word).map_or(State::Dropped, State::Wanted)),
        all: args.all,
        ..Filter::default()
    };
    let everything = match filter.takes_closed() {
        true => context.with_archive(&store, ui)?,
        false if (ui.json || args.porcelain.wanted()) && args.session.is_none() && !args.by.asks() => {
            context.todos(&store, ui)?
        }
        false => context.everything(&store, ui)?,
    };
    filter.only = args.topic.ids(&everything, &store)?;
    filter.session = args.session.as_deref().map(|typed| session_meant(&everything, typed)).transpose()?;
    filter.speakers = args.by.speakers(&store, &everything, ui);
    if !everything.todos().any(|(project, todo)| filter.takes(project, todo)) {
        context.warn_of_unknown(&store, filter.project.as_ref(), filter.session.as_deref(), ui)?;
    }
    if ui.json {
        ui.print_json(&list_json(&everything, &filter));
        return Ok(());
    }
    if args.porcelain.wanted() {
        ui.print_rows(&list_rows(&everything, &filter), args.porcelain.zero);
        return Ok(());
    }
    SpeakerArgs::of_environment().warn_of_others(&store, &everything, context.now, ui)?;
    let text = list_text(&everything, &filter, ui.style(context.now));
    if text.is_empty() {
        ui.note("Nothing to show.");
    }
    ui.print_page(&text);
    Ok(())
}
