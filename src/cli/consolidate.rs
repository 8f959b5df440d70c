//! `consolidate`: what is new in all sessions into the branch.

use serde_json::json;

use super::out::{Failure, Out, plural};
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
        out.note(&format!(
            "Merged {}: {} changed, {}.",
            plural(report.merged, "session"),
            plural(report.changed, "todo"),
            plural(report.conflicts.len(), "conflict")
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
    for (session, name) in &report.renamed {
        out.warn(
            &format!("somebody else wrote session {session} too; it goes on here as {name}"),
            Some("both are kept, and shown as one session; a copied or restored store does that"),
        );
    }
    let left_out: Vec<String> =
        report.left_out.iter().map(|(what, reason)| format!("{what} was left out: {reason}")).collect();
    out.warn_some(&left_out, Some("refs that were left out are as they were; all others were taken"));
    let (Some(directory), Some(tip)) = (&report.checked_out, report.tip) else { return Ok(()) };
    let branch = store.settings.branch_name();
    Err(Failure::no(format!("{branch} was not moved: it is checked out in {}", display(directory)))
        .hint(format!("the merge is made; take it with `git -C {} merge --ff-only {tip}`", display(directory))))
}
