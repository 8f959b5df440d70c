//! Capture and consolidation as one run: one look at the homes, one lock, one barrier.

use std::collections::{BTreeMap, BTreeSet};

use super::capture::{Captured, capture};
use super::consolidate::{Consolidation, consolidate, is_consolidated};
use super::drain::drain_if_any;
use super::forget::forget;
use super::look::{Look, look};
use super::purge::{Obeyed, Turn, is_due, obey_or_say};
use super::step_aside::{Moved, given_up, step_aside};
use super::steps::Steps;
use super::tips::Tips;
use super::{OpsError, Unmet, check_clock};
use crate::git::{Batch, Held, ObjectId, Overlay, RefChange, RemoteName, StoreLock, Writer};
use crate::source::{Home, Notice};
use crate::statement::Against;
use crate::store::cache::{self, Cached, Merged, Seen};
use crate::store::lists::TaskLists;
use crate::store::spool;
use crate::store::{Consolidated, Store};
use crate::todo::{Project, Session, Snapshot, SourceKind, Time, Todo, TodoId};

/// What part of the homes to take.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The project of everything, whatever directories say.
    pub project: Option<Project>,
    /// Only these sources, by name; all when empty.
    pub sources: Vec<String>,
    /// What the reflog says this is for.
    pub what: String,
}

impl Selection {
    /// Returns whether statements from this source are wanted.
    pub(super) fn takes(&self, source: SourceKind) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|name| source.is_called(name))
    }
}

/// What a run is to do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The homes to capture from.
    pub homes: Vec<Home>,
    /// What part of them.
    pub selection: Selection,
    /// A list that is given, not found.
    pub given: Option<Snapshot>,
    /// Todos to have forgotten.
    pub forget: Vec<(Project, TodoId)>,
    /// Whether the words of those are to go from all history, too.
    pub purge: bool,
    /// Whether to consolidate.
    pub consolidate: bool,
    /// A remote whose sessions and branch are consolidated too, besides those that the configuration names.
    pub remote: Option<RemoteName>,
    /// Other branches of this store to merge, and what to call them.
    pub also: Vec<(String, ObjectId)>,
    /// Commits that remotes' branches pointed to before they were rewound.
    pub rewound: Vec<(RemoteName, ObjectId)>,
    /// Whether merges that no remote has had are made again on top of what remotes have: for who pushes there next.
    pub remake: bool,
    /// Whether whoever runs this has the turn to talk to remotes.
    pub turn: Turn,
    /// Who is told how far it is.
    pub steps: Steps,
}

impl Plan {
    /// Returns what there is to merge.
    pub(super) fn tips(&self, store: &Store) -> Result<Tips, OpsError> {
        let mut tips = Tips::find(store, self.remote.as_ref())?;
        tips.branches.extend(self.rewound.iter().cloned());
        tips.also.clone_from(&self.also);
        tips.remake = self.remake;
        Ok(tips)
    }
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Report {
    /// How many files and directories of agents were looked at.
    pub units: usize,
    /// Sessions that said something new.
    pub captured: Vec<Session>,
    /// How many sessions were merged into the branch.
    pub merged: usize,
    /// How many todos came out different.
    pub changed: usize,
    /// Where a rule had to choose.
    pub conflicts: Vec<(Project, crate::merge::Conflict)>,
    /// What was not read, and why.
    pub notices: Vec<Notice>,
    /// Credentials that were taken out of what a session says: which session, by which rule.
    pub redacted: Vec<(Session, &'static str)>,
    /// What somebody had taken out of the branch by other means than a statement, and was put back.
    pub put_back: BTreeMap<Project, BTreeSet<TodoId>>,
    /// Whether somebody had taken the branch back to an earlier commit, or to another one.
    pub was_taken_back: bool,
    /// Sessions, and remotes' branches, that cannot be merged, and why.
    pub left_out: Vec<(String, String)>,
    /// Sessions whose names somebody else wrote too, and the names under which they go on on this device.
    pub renamed: Vec<(Session, Session)>,
    /// Refs of remotes that are no session's.
    pub strange: Vec<(RemoteName, String)>,
    /// The consolidated commit.
    pub tip: Option<ObjectId>,
    /// Why the branch was not moved to `tip`, if it was not.
    pub held: Option<Held>,
    /// What became of history, because todos are purged.
    pub purge: Obeyed,
}

impl Report {
    /// Adds what an earlier part of the same command found in the branch.
    pub(super) fn add(&mut self, earlier: Report) {
        for (project, ids) in earlier.put_back {
            self.put_back.entry(project).or_default().extend(ids);
        }
        self.was_taken_back |= earlier.was_taken_back;
        let known = std::mem::take(&mut self.left_out);
        self.left_out = earlier.left_out.into_iter().filter(|one| !known.contains(one)).collect();
        self.left_out.extend(known);
    }
}

/// How often a run starts again when somebody who does not take the lock moves refs under it.
pub(super) const TRIES: u32 = 8;

/// Carries out a plan. Nothing is locked or written when nothing is new.
///
/// # Errors
/// When the store cannot be read or written. Whatever was acknowledged before is safe.
pub fn run(store: &Store, plan: &Plan, now: Time) -> Result<Report, OpsError> {
    check_clock(now)?;
    let mut seen: Cached<Seen> =
        if plan.homes.is_empty() { Cached::default() } else { Cached::load(&store.repo, "seen") };
    let look = look(&plan.homes, &store.settings.redactor);
    let mut merged: Cached<Merged> =
        if plan.consolidate { Cached::load(&store.repo, store.merged_cache()) } else { Cached::default() };
    let common_dir = store.repo.common_dir();
    let is_idle = plan.given.is_none() && plan.forget.is_empty() && spool::is_empty(common_dir);
    if is_idle && !look.is_news(&seen.content) && !(plan.consolidate && is_due(store)?) {
        let tip = store.repo.find_ref(&store.settings.branch)?;
        if !plan.consolidate || is_consolidated(tip, &plan.tips(store)?, &merged.content) {
            return Ok(Report {
                units: look.units(),
                notices: look.all_notices(&seen.content),
                tip,
                ..Report::default()
            });
        }
    }
    let lock = StoreLock::acquire(common_dir)?;
    let heard = drain_if_any(store, &lock, now);
    let mut purge = Obeyed::default();
    if plan.consolidate {
        // What was fetched, before it is merged.
        let store = store.reopen()?;
        purge = obey_or_say(&store, &lock, &plan.tips(&store)?, plan.turn, now);
    }
    // Another process may have captured the same while this one waited.
    let mut moved = Vec::new();
    for _ in 0..TRIES {
        let store = store.reopen()?;
        if !plan.homes.is_empty() {
            seen.refresh(&store.repo);
        }
        if plan.consolidate {
            merged.refresh(&store.repo);
        }
        match attempt(&store, plan, &look, &lock, &seen.content, &merged.content, now)? {
            Ok(mut report) => {
                check_forgotten(&store, plan, &report)?;
                report.captured.extend(heard);
                report.captured.sort();
                report.captured.dedup();
                if plan.consolidate {
                    purge.absorb(obey_or_say(&store.reopen()?, &lock, &Tips::default(), plan.turn, now));
                    report.tip = report.tip.map(|tip| purge.now(tip));
                }
                return Ok(Report { purge, ..report });
            }
            Err(rejected) => moved = rejected,
        }
    }
    Err(OpsError::Moved(moved))
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
    merged: &Merged,
    now: Time,
) -> Result<Result<Report, Vec<String>>, OpsError> {
    let tips = plan.tips(store)?;
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
    merged: Option<&Merged>,
    now: Time,
) -> Result<Result<Report, Vec<String>>, OpsError> {
    tips.local = captured.tips;
    let mut report = Report {
        captured: captured.sessions,
        notices: captured.notices,
        redacted: captured.redacted,
        left_out: captured.left_out.into_iter().map(|(session, why)| (format!("session {session}"), why)).collect(),
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
        all.retain(|(what, _)| left_out.iter().all(|(other, _)| other != what));
        all.extend(left_out);
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
    // Only now that everything is on the disk may it count as seen.
    if let Some(seen) = captured.seen {
        cache::save(&store.repo, "seen", &seen);
    }
    if let Some(lists) = captured.lists {
        cache::save(&store.repo, TaskLists::CACHE, &lists);
    }
    if let Some(next) = &next_merged {
        cache::save(&store.repo, store.merged_cache(), next);
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

pub(super) fn write(
    store: &Store,
    lock: &StoreLock,
    batch: &Batch,
    changes: &[RefChange],
    now: Time,
) -> Result<Vec<String>, OpsError> {
    if batch.is_empty() && changes.is_empty() {
        return Ok(Vec::new());
    }
    let identity = store.settings.identity(now);
    let writer = Writer { repo: &store.repo, lock, fsync: store.settings.fsync, identity: &identity };
    Ok(writer.write(batch, changes)?.into_iter().map(|rejected| rejected.name).collect())
}
