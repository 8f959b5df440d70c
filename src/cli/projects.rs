//! `projects`: how far each project is.

use clap::Args;

use super::context::Context;
use super::options::PorcelainArgs;
use super::schema::print_listing;
use super::ui::{Failure, Ui};
use crate::view::{projects_json, projects_text};

/// Arguments of `projects`.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct ProjectsArgs {
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &ProjectsArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.with_archive(&store, ui)?;
    if ui.json || args.porcelain.wanted() {
        print_listing("projects", &projects_json(&everything), "/projects", args.porcelain, ui);
    } else {
        let text = projects_text(&everything, ui.style(context.now));
        if text.is_empty() {
            ui.note("Nothing to show.");
        }
        ui.print_page(&text);
    }
    Ok(())
}
