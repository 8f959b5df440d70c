//! `projects`: how far each project is.

use super::context::Context;
use super::ui::{Failure, Ui};
use crate::view::{projects_json, projects_text};

pub(super) fn run(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.with_archive(&store, ui)?;
    if ui.json {
        ui.print_json(&projects_json(&everything));
    } else {
        let text = projects_text(&everything, ui.style(context.now));
        if text.is_empty() {
            ui.note("Nothing to show.");
        }
        ui.print_page(&text);
    }
    Ok(())
}
