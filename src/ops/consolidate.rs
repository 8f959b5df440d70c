//! Everything every session said, as one commit.
//!
//! A consolidated commit is a function of its parents: fixed identity, the date of the latest parent, the
//! message from the content. And its parents are a function of what there is to merge: consolidated commits
//! that went apart, sorted, then session tips that none of them contains, sorted. So two devices that merge the
//! same tips make the same commit.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rayon::prelude::*;

use super::OpsError;
use super::merge_trees::{Merge, Side};
use super::sides::{find_branches, find_sessions};
use super::tidy::take_back;
use super::tips::Tips;
use crate::git::{Batch, Identity, ObjectId, Overlay, RefChange, Repo};
use crate::store::cache::Merged;
use crate::store::{Consolidated, Store};
use crate::todo::{Project, Time};

/// At most this many tips are parents of one commit: tools that draw history choke on more. More tips are
/// first merged in groups, each group a commit of its own.
pub(super) const WIDEST: usize = 64;

/// What a consolidation would write.
#[derive(Debug)]
pub struct Consolidation {
    /// The new objects.
    pub batch: Batch,
    /// The move of the branch; nothing when there is nothing new, or when it is checked out.
    pub change: Option<RefChange>,
    /// The consolidated commit; nothing while no session said anything.
    pub tip: Option<ObjectId>,
    /// How many sessions were merged.
    pub sessions: usize,
    /// How many todos came out different.
    pub changed: usize,
    /// Where a rule had to choose.
    pub conflicts: Vec<(Project, crate::merge::Conflict)>,
    /// Where the branch is checked out, which is why it was not moved.
    pub checked_out: Option<PathBuf>,
    /// Sessions and branches that cannot be merged, and why.
    pub left_out: Vec<(String, String)>,
    /// What to remember for the next time, once everything is written; nothing when it is known already.
    pub merged: Option<Merged>,
}

/// Returns whether every tip is known to be part of the consolidated commit: nothing to do.
pub fn is_consolidated(tip: Option<ObjectId>, tips: &Tips, merged: &Merged) -> bool {
    let Some(tip) = tip else { return tips.all().next().is_none() };
    merged.is_of(tip) && tips.all().all(|other| other == tip || merged.contains(other))
}

/// Merges the tips that the branch does not contain. Nothing is written; `below` holds objects that are not
/// written yet.
///
/// # Errors
/// When the consolidated commit cannot be read or is none of ours. What else cannot be read is left out and reported.
pub fn consolidate(store: &Store, below: &Batch, tips: &Tips, merged: &Merged) -> Result<Consolidation, OpsError> {
    let mut overlay = Overlay::above(&store.repo, below);
    let consolidated = Consolidated::find(store, &overlay)?;
    let mut found = Consolidation {
        batch: Batch::new(store.repo.hash()),
        change: None,
        tip: consolidated.tip,
        sessions: 0,
        changed: 0,
        conflicts: Vec::new(),
        checked_out: None,
        left_out: Vec::new(),
        merged: None,
    };
    if is_consolidated(consolidated.tip, tips, merged) {
        return Ok(found);
    }
    if !consolidated.tip.is_some_and(|tip| merged.is_of(tip)) {
        // Moved by somebody else.
        consolidated.check(&overlay, store.settings.branch_name())?;
    }
    let mut left_out = Vec::new();
    let branches = find_branches(&mut overlay, &consolidated, tips, merged, &mut left_out);
    let mut sides = find_sessions(&overlay, &branches, tips, &mut left_out);
    found.sessions = sides.len();
    found.tip = match (branches.tips.as_slice(), sides.as_slice()) {
        ([], []) => None,
        // One contains all the rest.
        ([only], []) if branches.is_clean(*only) => Some(*only),
        ([], [only]) => Some(only.commit),
        _ => {
            let ours = branches.first(&overlay)?;
            let others = branches.sides(&overlay)?;
            let mut groups = std::mem::replace(&mut overlay.batch, Batch::new(store.repo.hash()));
            while sides.len() > WIDEST {
                sides = group(&store.repo, below, sides, &mut groups, &mut found)?;
            }
            groups.absorb(std::mem::replace(&mut found.batch, Batch::new(store.repo.hash())));
            let sides = others.into_iter().chain(sides).collect();
            let merge = Merge::new(&store.repo, [Some(below), Some(&groups)], ours, sides)?;
            let (side, batch, outcome) = merge.commit(&consolidator())?;
            found.changed = outcome.changed;
            found.conflicts.extend(outcome.conflicts);
            groups.absorb(batch);
            found.batch = groups;
            Some(side.commit)
        }
    };
    take_back_from_archive(store, below, &consolidated, merged, &mut found)?;
    let unfit: BTreeSet<ObjectId> = left_out.iter().filter_map(|tip| tip.commit).collect();
    found.left_out = left_out.into_iter().map(|tip| (tip.what, tip.reason)).collect();
    finish(store, &consolidated, tips.all().filter(|tip| !unfit.contains(tip)), &mut found);
    Ok(found)
}

/// A todo that was spoken of again leaves the archive, in a commit of its own: the merge is what git makes of it.
fn take_back_from_archive(
    store: &Store,
    below: &Batch,
    before: &Consolidated,
    merged: &Merged,
    found: &mut Consolidation,
) -> Result<(), OpsError> {
    let Some(tip) = found.tip else { return Ok(()) };
    // What this device did not merge itself, a person may have merged with git.
    let known = before.tip.filter(|tip| merged.is_of(*tip)).and(before.tree);
    let mut overlay = Overlay::above_all(&store.repo, [Some(below), Some(&found.batch)]);
    if let Some(new) = take_back(&mut overlay, tip, known)? {
        let batch = overlay.batch;
        found.batch.absorb(batch);
        found.tip = Some(new);
    }
    Ok(())
}

/// Says how the branch moves and what to remember.
fn finish(store: &Store, before: &Consolidated, contained: impl Iterator<Item = ObjectId>, found: &mut Consolidation) {
    let Some(new) = found.tip else { return };
    if Some(new) != before.tip {
        if let Some(directory) = store.repo.checked_out(&store.settings.branch) {
            found.checked_out = Some(directory);
            return;
        }
        let plural = if found.sessions == 1 { "" } else { "s" };
        let message = format!("consolidate: {} session{plural}", found.sessions);
        found.change = Some(RefChange { name: store.settings.branch.clone(), old: before.tip, new, message });
    }
    let contained = contained.map(|tip| tip.to_string()).collect();
    found.merged = Some(Merged { tip: new.to_string(), contained });
}

/// Merges tips in groups, on all cores.
fn group(
    repo: &Repo,
    below: &Batch,
    sides: Vec<Side>,
    groups: &mut Batch,
    found: &mut Consolidation,
) -> Result<Vec<Side>, OpsError> {
    let chunks: Vec<(Vec<Side>, Repo)> = sides.chunks(WIDEST).map(|chunk| (chunk.to_vec(), repo.clone())).collect();
    let made: Vec<_> = {
        let groups = &*groups;
        chunks
            .into_par_iter()
            .map(|(chunk, repo)| match <[Side; 1]>::try_from(chunk) {
                Ok([only]) => Ok((only, Batch::new(repo.hash()), super::merge_trees::Outcome::default())),
                Err(chunk) => {
                    let merge = Merge::new(&repo, [Some(below), Some(groups)], None, chunk)?;
                    let (side, mut batch, outcome) = merge.commit(&consolidator())?;
                    // A group's lists are read once more, and then only written.
                    batch.shrink()?;
                    Ok((side, batch, outcome))
                }
            })
            .collect::<Result<_, OpsError>>()?
    };
    let mut next = Vec::with_capacity(made.len());
    for (side, batch, outcome) in made {
        groups.absorb(batch);
        found.conflicts.extend(outcome.conflicts);
        next.push(side);
    }
    next.sort_by_key(|side| side.commit);
    Ok(next)
}

/// Who makes consolidated commits: nobody in particular, so that every device makes the same one.
pub(super) fn consolidator() -> Identity {
    Identity { name: "git-chittysync".into(), email: "git-chittysync@localhost".into(), time: Time::default() }
}
