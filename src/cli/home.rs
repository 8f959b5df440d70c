//! `git chittysync` alone: on a terminal a page of everything that is open, elsewhere the status.

use std::io::IsTerminal;

use super::author::SpeakerArgs;
use super::beside;
use super::context::{Context, display};
use super::list::fold;
use super::ui::{Failure, Ui, plural};
use crate::store::Store;
use crate::view::{Filter, Quiet, Shown, list_text};

pub(super) fn run(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    // Where there is none, the status says why.
    let is_there = context.location().is_ok_and(|location| location.path.exists());
    if ui.json || !std::io::stdout().is_terminal() || !is_there {
        return super::status::run(&super::status::StatusArgs::default(), context, ui);
    }
    let store: Store = context.store(ui)?;
    let stores = beside::listed(context, &store, ui);
    let everything = stores.together(context.everything(&store, ui)?, ui, |other, ui| context.everything(other, ui));
    SpeakerArgs::of_environment().warn_of_others(&store, &everything, context.now, ui)?;
    let style = ui.style(context.now);
    let quiet = Quiet::of(&everything, context.now, store.settings.quiet_after);
    let filter = Filter { quiet, shown: Shown::Living, ..Filter::default() };
    let mut page = list_text(&everything, &filter, style);
    fold(&mut page, &filter.quiet, &filter.folded(&everything), style, "`list --left-behind`");
    let counts = everything.counts();
    let conflicts = match counts.conflicts {
        0 => String::new(),
        count => format!(", {}", style.alert(&format!("{count} in conflict"))),
    };
    let others = match stores.others.len() {
        0 => String::new(),
        count => format!(" and {} more", plural(count, "store")),
    };
    let store = display(store.repo.common_dir()) + &others;
    page.push_str(&format!(
        "\n{} open{conflicts}, {} completed, {} sessions  {}\n",
        counts.open(),
        counts.completed,
        everything.sessions.len(),
        style.dim(&store)
    ));
    ui.print_page(page.trim_start_matches('\n'));
    Ok(())
}
