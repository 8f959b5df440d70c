//! `show`: one todo.

use clap::Args;
use serde_json::Value;

use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::World;
use crate::ops::todo::{Which, find_anywhere};
use crate::view::{Links, show_json, show_text};

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The todo: the beginning of its id, or words of its text
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todo: Vec<String>,
}

pub(super) fn run(args: &ShowArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let which = Which::words(&args.todo);
    let everything = world.everything_with(&store, out, &which)?;
    let (project, todo) = find_anywhere(&everything, world.here(), &which)?;
    if out.json {
        let mut value = show_json(project, todo);
        let blockers = Links::new(&everything).blockers(todo).into_iter().filter(|_| todo.state().is_open());
        value["waitsFor"] = blockers.map(|blocker| Value::from(blocker.id.to_string())).collect();
        out.print_json(&value);
    } else {
        SpeakerArgs::of_environment().warn_of_others(&store, &everything, world.now, out)?;
        out.print_page(&show_text(&everything, project, todo, out.style(world.now)));
    }
    Ok(())
}
