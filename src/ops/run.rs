//! Capture and consolidation as one run: one look at the homes, one lock, one barrier.

use std::collections::BTreeSet;

use super::capture::capture;
use super::captured::Captured;
use super::consolidate::{Consolidation, consolidate, is_consolidated};
use super::drain::drain_if_any;
use super::forget::forget;
use super::looked::Looked;
use super::named;
use super::plan::Plan;
use super::purge::{is_due, obey_or_say};
use super::report::{LeftOut, Obeyed, Report, tell_anew};
use super::scan::{Look, SEEN, glance};
use super::step_aside::{Moved, given_up, step_aside};
use super::tips::Tips;
use super::write::{TRIES, write};
use super::{OpsError, Unmet, check_clock};
use crate::git::{Overlay, RefChange, StoreLock, Writer};
use crate::statement::Against;
use crate::store::cache::{self, Cached, Seen};
use crate::store::spool;
use crate::store::task_lists::TaskLists;
use crate::store::{Consolidated, MergedTips, SessionTrees, Store};
use crate::todo::{Time, Todo};

/// Carries out a plan. Nothing is locked or written when nothing is new.
///
/// # Errors
/// When the store cannot be read or written. Whatever was acknowledged before is safe.
pub fn run(store: &Store, plan: &Plan, now: Time) -> Result<Report, OpsError> {
    check_clock(now)?;
    let mut look = glance(&plan.homes);
    let load = |store: &Store| match plan.consolidate {
        true => MergedTips::load(&store.repo, store.merged_cache()),
        false => MergedTips::default(),
    };
    let common_dir = store.repo.common_dir();
    let mut seen = match nothing_new(store, plan, &mut look, &load(store))? {
        Ok(report) => return Ok(report),
        Err(seen) => seen,
    };
    let lock = StoreLock::acquire(common_dir)?;
    let heard = drain_if_any(store, &lock, now);
    let mut purge = Obeyed::default();
    if plan.consolidate {
        // What was fetched, before it is merged.
        let store = store.look_again()?;
        let tips = plan.unlooked(plan.news(&store, &load(&store))?);
        purge = obey_or_say(&store, &lock, &tips, plan.turn, now, &mut SessionTrees::new());
    }
    // Whatever a purge deleted is not known any more.
    let store = if purge.moved.is_empty() { store.look_again()? } else { store.reopen()? };
    // Another process may have captured the same while this one waited.
    let mut moved = Vec::new();
    for _ in 0..TRIES {
        let store = store.look_again()?;
        plan.demand.check(&store)?;
        if !plan.homes.is_empty() {
            seen.refresh(&store.repo);
        }
        match attempt(&store, plan, &look, &lock, &seen.content, &load(&store), now)? {
            Ok(mut report) => {
                check_forgotten(&store, plan, &report)?;
                report.captured.extend(heard);
                report.captured.sort();
                report.captured.dedup();
                if plan.consolidate {
                    let (store, held) = (store.look_again()?, &mut SessionTrees::new());
                    purge.absorb(obey_or_say(&store, &lock, &Tips::default(), plan.turn, now, held));
                    report.tip = report.tip.map(|tip| purge.now(tip));
                }
                return Ok(Report { purge, ..report });
            }
            Err(rejected) => moved = rejected,
        }
    }
    Err(OpsError::Moved(moved))
}

/// Returns what there is to report when nothing is new; else what was read when, to find out what is. From then on the
/// files are called as they are remembered.
fn nothing_new(
    store: &Store,
    plan: &Plan,
    look: &mut Look,
    merged: &MergedTips,
) -> Result<Result<Report, Cached<Seen>>, OpsError> {
    let (repo, redactor) = (&store.repo, &store.settings.redactor);
    let waits = plan.given.is_some() || !plan.forget.is_empty() || !spool::is_empty(repo.common_dir());
    let is_idle = !(waits || plan.consolidate && is_due(store)?);
    let report = |notices, units| -> Result<Option<Report>, OpsError> {
        let tip = repo.find_ref(&store.settings.branch)?;
        let is_done = !plan.consolidate || is_consolidated(tip, &plan.news(store, merged)?, merged);
        Ok(is_done.then(|| Report { units, notices, tip, ..Report::default() }))
    };
    let looked = (is_idle && !plan.homes.is_empty()).then(|| Looked::now(repo, SEEN, look, redactor));
    let is_known = look.notices.is_empty() && looked.as_ref().is_some_and(|looked| looked.is_known(repo));
    if is_known && let Some(report) = report(Vec::new(), look.units())? {
        return Ok(Ok(report));
    }
    look.name(redactor);
    let seen: Cached<Seen> = if plan.homes.is_empty() { Cached::default() } else { Cached::load(repo, SEEN) };
    if is_idle && !is_known && !look.is_news(&seen.content) {
        let notices = look.all_notices(&seen.content);
        if let Some(looked) = looked.filter(|_| notices.is_empty()) {
            looked.remember(repo);
        }
        if let Some(report) = report(notices, look.units())? {
            return Ok(Ok(report));
        }
    }
    Ok(Err(seen))
}

/// Says no when the branch still knows a todo that was to be forgotten. Where it is checked out, it was not moved.
fn check_forgotten(store: &Store, plan: &Plan, report: &Report) -> Result<(), OpsError> {
    if plan.forget.is_empty() || report.held.is_some() {
        return Ok(());
    }
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::at(&overlay, report.tip)?;
    for (project, id) in &plan.forget {
        let todo = consolidated.some_todos(&overlay, project, &BTreeSet::from([*id]))?.remove(id);
        if !todo.as_ref().is_some_and(Todo::is_forgotten) {
            let content = todo.map_or_else(|| id.to_string(), |todo| todo.content);
            let (against, left_out) = (Against::Remembered, report.left_out.clone());
            return Err(Box::new(Unmet { id: *id, content, against, said: true, left_out }).into());
        }
    }
    Ok(())
}

/// Carries out a plan with the lock held, once. Returns the refs that moved meanwhile, if any did.
fn attempt(
    store: &Store,
    plan: &Plan,
    look: &Look,
    lock: &StoreLock,
    seen: &Seen,
    merged: &MergedTips,
    now: Time,
) -> Result<Result<Report, Vec<String>>, OpsError> {
    let tips = plan.tips(store, merged)?;
    let mut captured = capture(store, look, plan, seen, &tips, now)?;
    for (project, id) in &plan.forget {
        forget(store, &mut captured, &tips, (project, *id), plan.purge, now)?;
    }
    let report = conclude(store, lock, captured, tips, plan.consolidate.then_some(merged), now)?;
    Ok(report.map(|report| Report { units: look.units(), ..report }))
}

/// Consolidates what was captured, given what was merged before, and writes all of it. Returns the refs that
/// moved meanwhile, if any did.
pub(super) fn conclude(
    store: &Store,
    lock: &StoreLock,
    captured: Captured,
    mut tips: Tips,
    merged: Option<&MergedTips>,
    now: Time,
) -> Result<Result<Report, Vec<String>>, OpsError> {
    tips.local = captured.tips;
    let mut report = Report {
        captured: captured.sessions,
        notices: captured.notices,
        redacted: captured.redacted,
        left_out: captured
            .left_out
            .into_iter()
            .map(|(session, why)| LeftOut::tip(format!("session {session}"), why))
            .collect(),
        strange: std::mem::take(&mut tips.strange),
        ..Report::default()
    };
    let mut batch = captured.batch;
    let mut changes: Vec<RefChange> = captured.changes;
    let (mut next_merged, mut moved) = (None, Vec::new());
    if let Some(merged) = merged {
        moved = step_aside(store, &mut batch, &mut tips, &mut changes, now)?;
        let joined = match consolidate(store, &batch, &tips, merged) {
            Ok(joined) => joined,
            Err(err) => {
                // What sessions say is saved, whatever the branch is like. It counts as seen the next time.
                write(store, lock, &batch, &changes, now)?;
                return Err(err);
            }
        };
        let Consolidation {
            batch: more,
            change,
            tip,
            sessions,
            changed,
            conflicts,
            held,
            left_out,
            merged,
            put_back,
            was_taken_back,
        } = joined;
        batch.absorb(more);
        changes.extend(change);
        let mut all = std::mem::take(&mut report.left_out);
        tell_anew(&mut all, left_out);
        report = Report {
            merged: sessions,
            changed,
            conflicts,
            held,
            put_back,
            was_taken_back,
            left_out: all,
            tip,
            ..report
        };
        next_merged = merged;
    }
    let rejected = write(store, lock, &batch, &changes, now)?;
    if !rejected.is_empty() {
        return Ok(Err(rejected));
    }
    // Only now that everything is on the disk may it count as seen, and that last.
    if let Some(prompts) = captured.prompts {
        named::remember(store, &prompts);
    }
    if let Some(lists) = captured.lists {
        cache::save(&store.repo, TaskLists::CACHE, &lists);
    }
    if let Some(seen) = captured.seen {
        cache::save(&store.repo, SEEN, &seen);
    }
    if let Some(next) = &next_merged {
        next.save(&store.repo, store.merged_cache());
    }
    report.renamed = moved.iter().map(|Moved { from, to, .. }| (from.clone(), to.clone())).collect();
    // Until the branch has all that was said under an old name, its ref stays, and is not sent.
    let known = next_merged.as_ref().or(merged);
    moved.retain(|moved| known.is_some_and(|known| known.contains(moved.tip)));
    if !moved.is_empty() {
        let identity = store.settings.identity(now);
        let writer = Writer { repo: &store.repo, lock, fsync: store.settings.fsync, identity: &identity };
        // One that cannot go now goes the next time.
        writer.delete(&given_up(store, &moved)?)?;
    }
    Ok(Ok(report))
}
