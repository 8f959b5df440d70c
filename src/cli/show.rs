//! `show`: one todo.

use clap::Args;
use serde_json::Value;

use super::author::SpeakerArgs;
use super::context::Context;
use super::ui::{Failure, Ui};
use crate::ops::todo::{Which, find_anywhere};
use crate::view::{Links, show_json, show_text};

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The todo: the beginning of its id, or words of its text
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todo: Vec<String>,
}

pub(super) fn run(args: &ShowArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let which = Which::words(&args.todo);
    let session = SpeakerArgs::of_environment().known_session(&store).ok().flatten();
    let everything = context.everything_around(&store, ui, &which, session.as_ref())?;
    let (project, todo) = find_anywhere(&everything, context.here(), &which)?;
    if ui.json {
        let mut value = show_json(&everything.names(), project, todo);
        let blockers = Links::new(&everything).blockers(todo).into_iter().filter(|_| todo.state().is_open());
        value["waitsFor"] = blockers.map(|blocker| Value::from(blocker.id.to_string())).collect();
        ui.print_json(&value);
    } else {
        SpeakerArgs::of_environment().warn_of_others(&store, &everything, context.now, ui)?;
        ui.print_page(&show_text(&everything, project, todo, ui.style(context.now)));
    }
    Ok(())
}
