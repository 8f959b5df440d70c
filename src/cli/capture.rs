//! `capture`: agents' state into session refs.

use serde_json::json;

use super::context::Context;
use super::options::CaptureArgs;
use super::progress::Progress;
use super::ui::{Failure, Ui};
use crate::ops::Plan;

pub(super) fn run(args: &CaptureArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let mut plan = Plan { consolidate: false, ..context.plan(args, "capture")? };
    let store = context.store_or_create(ui)?;
    let project = plan.selection.project.take();
    plan.selection.project = project.map(|typed| context.meant_anew(typed, &store)).transpose()?;
    let report = Progress::run(ui, &store, &plan, context.now)?;
    ui.warn_of(&report.notices);
    super::consolidate::finish(&store, &report, ui)?;
    if ui.json {
        let sessions: Vec<&str> = report.captured.iter().map(crate::todo::Session::as_str).collect();
        ui.print_json(&json!({ "captured": sessions, "looked_at": report.units, "unreadable": report.notices.len() }));
    } else {
        ui.note(&format!("{} of {} files say something new.", report.captured.len(), report.units));
    }
    Ok(())
}
