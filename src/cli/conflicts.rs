//! `conflicts`: what sessions disagree on.

use clap::Args;

use super::context::Context;
use super::log::moment;
use super::options::PorcelainArgs;
use super::schema::print_listing;
use super::ui::{Failure, Ui};
use crate::ops;
use crate::todo::{Project, Session};
use crate::view::{Beside, conflicts_json, conflicts_text};

/// Arguments of `conflicts`.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct ConflictsArgs {
    /// Plain lag too: an older open statement beside a completed one, properties that agents' lists give
    /// differently
    #[arg(short, long)]
    pub all: bool,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &ConflictsArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.everything(&store, ui)?;
    let properties = ops::open_properties(&store, &everything)?;
    if ui.json || args.porcelain.wanted() {
        let document = conflicts_json(&everything, args.all, &properties, context.now);
        print_listing("conflicts", &document, "/conflicts", args.porcelain, ui);
        return Ok(());
    }
    let own = |session: &Session, project: &Project, id| ops::own_version(&store, session, project, id);
    let moment = |time| moment(time, context.now).trim().to_owned();
    let beside = Beside { properties: &properties, own: &own, moment: &moment };
    let text = conflicts_text(&everything, args.all, &beside, ui.style(context.now));
    if text.is_empty() {
        ui.note("No session disagrees.");
    }
    ui.print_page(&text);
    if !text.is_empty() {
        ui.note("hint: `git chittysync resolve` settles them");
    }
    Ok(())
}
