//! `capture`: agents' state into session refs.

use serde_json::json;

use super::options::CaptureArgs;
use super::out::{Failure, Out};
use super::progress::Progress;
use super::world::World;
use crate::ops::Plan;

pub(super) fn run(args: &CaptureArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let mut plan = Plan { consolidate: false, ..world.plan(args, "capture")? };
    let store = world.store_or_create(out)?;
    let project = plan.selection.project.take();
    plan.selection.project = project.map(|typed| world.meant_anew(typed, &store)).transpose()?;
    let report = Progress::run(out, &store, &plan, world.now)?;
    out.warn_of(&report.notices);
    super::consolidate::finish(&store, &report, out)?;
    if out.json {
        let sessions: Vec<&str> = report.captured.iter().map(crate::todo::Session::as_str).collect();
        out.print_json(&json!({ "captured": sessions, "looked_at": report.units, "unreadable": report.notices.len() }));
    } else {
        out.note(&format!("{} of {} files say something new.", report.captured.len(), report.units));
    }
    Ok(())
}
