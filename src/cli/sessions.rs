//! `sessions`: who works on what.

use std::collections::BTreeSet;

use clap::Args;

use super::by::ByArgs;
use super::context::Context;
use super::options::PorcelainArgs;
use super::ui::{Failure, Ui};
use crate::todo::Session;
use crate::view::{sessions_json, sessions_rows, sessions_text};

/// Arguments of `sessions`.
#[derive(Debug, Default, Args)]
pub struct SessionsArgs {
    /// Whose.
    #[command(flatten)]
    pub by: ByArgs,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &SessionsArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let mut everything = context.with_archive(&store, ui)?;
    // One all of whose todos are forgotten is, too.
    let spoken: BTreeSet<Session> =
        everything.todos().flat_map(|(_, todo)| todo.claims.keys()).map(Session::origin).collect();
    everything.sessions.retain(|info| spoken.contains(&info.session.origin()));
    let wanted = args.by.speakers(&store, &everything, ui);
    let stale_after = store.settings.stale_after;
    if ui.json {
        ui.print_json(&sessions_json(&everything, wanted.as_ref(), context.now, stale_after));
    } else if args.porcelain.wanted() {
        ui.print_rows(&sessions_rows(&everything, wanted.as_ref(), context.now, stale_after), args.porcelain.zero);
    } else {
        let text = sessions_text(&everything, wanted.as_ref(), stale_after, ui.style(context.now));
        if text.is_empty() {
            ui.note("Nothing to show.");
        }
        ui.print_page(&text);
    }
    Ok(())
}
