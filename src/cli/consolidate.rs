//! `consolidate`: what is new in all sessions into the branch.

use std::collections::BTreeSet;

use serde_json::json;

use super::context::{Context, display};
use super::ui::{Failure, Ui, plural};
use crate::git::Held;
use crate::ops::{self, LeftOut, Plan, Report, Selection};
use crate::store::Store;

pub(super) fn run(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let selection = Selection { what: "consolidate".into(), ..Selection::default() };
    let plan = Plan { consolidate: true, selection, ..Plan::default() };
    let report = ops::run(&store, &plan, context.now)?;
    if ui.json {
        ui.print_json(&json!({
            "merged": report.merged,
            "changed": report.changed,
            "conflicts": report.conflicts.len(),
            "put_back": report.put_back.values().map(BTreeSet::len).sum::<usize>(),
            "tip": report.tip.map(|tip| tip.to_string()),
        }));
    } else if report.merged == 0 && report.put_back.is_empty() && !report.was_taken_back {
        ui.note("Already up to date.");
    } else if report.merged > 0 {
        ui.note(&format!(
            "Merged {}: {} changed, {}.",
            plural(report.merged, "session"),
            plural(report.changed, "todo"),
            plural(report.conflicts.len(), "conflict")
        ));
    }
    finish(&store, &report, ui)
}

/// Says what became of history because todos are purged.
fn say_of_purge(report: &Report, ui: &Ui) {
    let purge = &report.purge;
    if purge.commits > 0 {
        ui.note(&format!(
            "History was rewritten without the words of purged todos: {} in {}.",
            plural(purge.commits, "commit"),
            plural(purge.refs.len(), "ref")
        ));
    }
    let left: Vec<String> =
        purge.left.iter().map(|(what, why)| format!("{what} may hold words of purged todos: {why}")).collect();
    ui.warn_some(&left, None);
    if let Some(reason) = &purge.waits {
        ui.warn(
            &format!("history still holds the words of purged todos: {reason}"),
            Some("nothing is sent until that is over; the next run tries again"),
        );
    }
}

/// Warns of what was redacted and of sessions that were left out, and says so when the branch could not be moved.
pub(super) fn finish(store: &Store, report: &Report, ui: &Ui) -> Result<(), Failure> {
    for (session, rule) in &report.redacted {
        ui.warn(
            &format!("session {} said a credential ({rule}); it was redacted before it was saved", session.short()),
            Some("its agent still has it in its own files; if it is a real one, replace it where it is valid"),
        );
    }
    for (session, name) in &report.renamed {
        ui.warn(
            &format!("somebody else wrote session {session} too; it goes on here as {name}"),
            Some("both are kept, and shown as one session; a copied or restored store does that"),
        );
    }
    say_of_purge(report, ui);
    let (refs, files): (Vec<_>, Vec<_>) = report.left_out.iter().partition(|one| one.is_ref);
    let told = |one: &LeftOut| one.to_string();
    ui.warn_some(
        &refs.into_iter().map(told).collect::<Vec<_>>(),
        Some("refs that were left out are as they were; all others were taken"),
    );
    // Of files and lines of the branch, the reason says all.
    ui.warn_some(&files.into_iter().map(told).collect::<Vec<_>>(), None);
    let put_back: usize = report.put_back.values().map(BTreeSet::len).sum();
    let branch = store.settings.branch_name();
    let hint = "what is taken out by other means than a command comes back; `git chittysync rollback` is the way back";
    if report.was_taken_back {
        ui.warn(
            &format!("{branch} had been moved to another commit; everything that was said is in it again"),
            Some(hint),
        );
    } else if put_back > 0 {
        let todos = plural(put_back, "todo");
        ui.warn(
            &format!(
                "{todos} had been taken out of {branch}, or changed, and {} put back",
                if put_back == 1 { "was" } else { "were" }
            ),
            Some(hint),
        );
    }
    let (Some(held), Some(tip)) = (&report.held, report.tip) else { return Ok(()) };
    Err(match held {
        Held::CheckedOut(directory) => {
            Failure::no(format!("{branch} was not moved: it is checked out in {}", display(directory)))
                .hint(format!("the merge is made; take it with `git -C {} merge --ff-only {tip}`", display(directory)))
        }
        Held::InTheWay(name) => Failure::no(format!("{branch} cannot be made here: {name} is in its way"))
            .hint("what sessions say is saved; give that branch another name with `git branch -m`"),
    })
}
