//! `sessions`: who works on what.

use std::collections::BTreeSet;

use clap::Args;

use super::by::ByArgs;
use super::context::Context;
use super::options::{PorcelainArgs, QuietArgs};
use super::ui::{Failure, Ui};
use crate::settings::Settings;
use crate::todo::Session;
use crate::view::{Quiet, SessionFilter, Shown, Silences, sessions_json, sessions_rows, sessions_text};

/// Returns after how long somebody is told of a silence.
pub(crate) fn silences(settings: &Settings) -> Silences {
    Silences { stale: settings.stale_after, stuck: settings.stuck_after }
}

/// Arguments of `sessions`.
#[derive(Debug, Default, Args)]
pub struct SessionsArgs {
    /// Whose.
    #[command(flatten)]
    pub by: ByArgs,
    /// Those that have been quiet for long, too
    #[arg(short, long)]
    pub all: bool,
    /// Quiet ones.
    #[command(flatten)]
    pub quiet: QuietArgs,
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
    let is_for_programs = ui.json || args.porcelain.wanted();
    let filter = SessionFilter {
        wanted: args.by.speakers(&store, &everything, ui),
        silences: silences(&store.settings),
        quiet: Quiet::of(&everything, context.now, store.settings.quiet_after),
        shown: match args.quiet.left_behind {
            true => Shown::Quiet,
            false if is_for_programs || args.all => Shown::All,
            false => Shown::Living,
        },
    };
    if ui.json {
        ui.print_json(&sessions_json(&everything, &filter, context.now));
    } else if args.porcelain.wanted() {
        ui.print_rows(&sessions_rows(&everything, &filter, context.now), args.porcelain.zero);
    } else {
        let text = sessions_text(&everything, &filter, ui.style(context.now));
        if text.is_empty() {
            ui.note("Nothing to show.");
        }
        ui.print_page(&text);
    }
    Ok(())
}
