//! `resolve`: settles a disagreement by hand.

use std::io::IsTerminal;

use clap::Args;

use super::author::SpeakerArgs;
use super::beside;
use super::context::Context;
use super::resolve_ask::{self, settle};
use super::resolve_edit;
use super::ui::{Failure, Ui};
use crate::ops::todo::{Settlement, Which};
use crate::todo::{State, Status};

/// Arguments of `resolve`.
#[derive(Debug, Args)]
pub struct ResolveArgs {
    /// The todo: the beginning of its id, or words of its text [default, on a terminal: each disagreement
    /// in turn, the newest first]
    #[arg(value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// What this session says: the beginning of its name, or words of what it is called
    #[arg(long, value_name = "SESSION", conflicts_with = "status")]
    pub take: Option<String>,
    /// This, whatever was said
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "in_progress", "completed", "dropped"])]
    pub status: Option<String>,
    /// What you make of it in git's editor: its words, its status, its description and what else is disputed
    #[arg(short, long, conflicts_with_all = ["status", "take"])]
    pub edit: bool,
    /// Lag too, as `conflicts --all` lists it
    #[arg(short, long)]
    pub all: bool,
    /// Who speaks. (`--session`, as `--take` names the other one.)
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &ResolveArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let asks = !args.edit && args.take.is_none() && args.status.is_none();
    if asks && (ui.json || !std::io::stdin().is_terminal()) {
        return Err(Failure::usage("say how: --take <session>, --status <status> or --edit"));
    }
    let held = match args.todo.is_empty() {
        true => None,
        false => beside::context_of(&Which::words(&args.todo), &args.speaker, context, ui)?,
    };
    let context = held.as_ref().unwrap_or(context);
    if asks {
        return resolve_ask::ask(&args.todo, args.all, &args.speaker, context, ui);
    }
    if args.todo.is_empty() {
        return Err(Failure::usage("which todo?").hint("`git chittysync conflicts` lists them"));
    }
    let which = Which::words(&args.todo);
    if args.edit {
        return resolve_edit::edit(&which, &args.speaker, context, ui);
    }
    let settlement = match &args.take {
        Some(session) => Settlement::Take { session: session.clone(), seen: None },
        None => {
            let status = args.status.as_deref().and_then(Status::parse);
            Settlement::State(status.map_or(State::Dropped, State::Wanted))
        }
    };
    settle(&which, &settlement, &args.speaker, context, ui)
}
