//! `consolidate`: what is new in all sessions into the branch.

use serde_json::json;

use super::out::{Failure, Out};
use super::world::{World, display};
use crate::ops::{self, Plan, Report, Selection};
use crate::store::Store;

pub(super) fn run(world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let selection = Selection { what: "consolidate".into(), ..Selection::default() };
    let plan = Plan { consolidate: true, selection, ..Plan::default() };
    let report = ops::run(&store, &plan, world.now)?;
    if out.json {
        out.print_json(&json!({
            "merged": report.merged,
            "changed": report.changed,
            "conflicts": report.conflicts.len(),
            "tip": report.tip.map(|tip| tip.to_string()),
        }));
    } else if report.merged == 0 {
        out.note("Already up to date.");
    } else {
        let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
        out.note(&format!(
            "Merged {}: {} changed, {}.",
            count(report.merged, "session"),
            count(report.changed, "todo"),
            count(report.conflicts.len(), "conflict")
        ));
    }
    finish(&store, &report, out)
}

/// Warns of what was redacted and of sessions that were left out, and says so when the branch could not be moved.
pub(super) fn finish(store: &Store, report: &Report, out: &Out) -> Result<(), Failure> {
    for (session, rule) in &report.redacted {
        out.warn(
            &format!("session {} said a credential ({rule}); it was redacted before it was saved", session.short()),
            Some("its agent still has it in its own files; if it is a real one, replace it where it is valid"),
        );
    }
    for (what, reason) in &report.left_out {
        out.warn(&format!("{what} was left out: {reason}"), Some("its ref is as it was; all others were taken"));
    }
    let (Some(directory), Some(tip)) = (&report.checked_out, report.tip) else { return Ok(()) };
    let branch = store.settings.branch_name();
    Err(Failure::no(format!("{branch} was not moved: it is checked out in {}", display(directory)))
        .hint(format!("the merge is made; take it with `git -C {} merge --ff-only {tip}`", display(directory))))
}
