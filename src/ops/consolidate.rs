//! Everything every session said, as one commit.
//!
//! A consolidated commit is a function of its parents: fixed identity, the date of the latest parent, the
//! message from the content. And its parents are a function of what there is to merge: consolidated commits
//! that went apart, sorted, then session tips that none of them contains, sorted. So two devices that merge the
//! same tips make the same commit.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::OpsError;
use super::consolidator::{MOVED, consolidator};
use super::heads::{Branches, UnfitTip, Verified, find_branches, find_sessions};
use super::merge_sides::{Outcome, Side};
use super::merge_trees::Merge;
use super::report::LeftOut;
use super::settle::settle;
use super::settled::Behind;
use super::tips::{Extent, Tips};
use crate::git::{Ancestors, Batch, Held, ObjectId, Overlay, RefChange, Repo};
use crate::store::{Consolidated, Ids, MergedTips, SessionTrees, Store, session_tree};
use crate::todo::{Project, TodoId};

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
    /// Why the branch was not moved, if it was not.
    pub held: Option<Held>,
    /// What somebody had taken out of the branch, and was put back.
    pub put_back: BTreeMap<Project, BTreeSet<TodoId>>,
    /// Whether somebody had taken the branch back to an earlier commit, or to another one.
    pub was_taken_back: bool,
    /// What could not be merged.
    pub left_out: Vec<LeftOut>,
    /// What to remember for the next time, once everything is written; nothing when it is known already.
    pub merged: Option<MergedTips>,
}

/// Returns whether every tip is known to be part of the consolidated commit: nothing to do.
pub fn is_consolidated(tip: Option<ObjectId>, tips: &Tips, merged: &MergedTips) -> bool {
    let Some(tip) = tip else { return tips.all().next().is_none() };
    merged.is_of(tip) && tips.all().all(|other| other == tip || merged.contains(other))
}

/// Returns which of the tips were made just now, unless they are many. One that was made a second time may have been merged.
fn made(store: &Store, below: &Batch, tips: &Tips) -> BTreeSet<ObjectId> {
    let most = store.repo.limits.merged_tips;
    let new: Vec<ObjectId> = tips.local.values().copied().filter(|tip| below.has(tip)).take(most + 1).collect();
    let is_new = |tip: &ObjectId| new.len() <= most && store.repo.size_of(*tip).is_none();
    new.iter().copied().filter(is_new).collect()
}

/// Merges the tips that the branch does not contain, and settles what came of it. Nothing is written; `below` holds
/// objects that are not written yet.
///
/// # Errors
/// When the consolidated commit cannot be read or is none of ours. What else cannot be read is left out and reported.
pub fn consolidate(store: &Store, below: &Batch, tips: &Tips, merged: &MergedTips) -> Result<Consolidation, OpsError> {
    let overlay = Overlay::above(&store.repo, below);
    let consolidated = Consolidated::find(store, &overlay)?;
    let mut found = Consolidation {
        batch: Batch::new(store.repo.hash()),
        change: None,
        tip: consolidated.tip,
        sessions: 0,
        changed: 0,
        conflicts: Vec::new(),
        held: None,
        put_back: BTreeMap::new(),
        was_taken_back: false,
        left_out: Vec::new(),
        merged: None,
    };
    let merged = &merged.without(made(store, below, tips));
    if is_consolidated(consolidated.tip, tips, merged) {
        return Ok(found);
    }
    let verified = Verified::of(&overlay, merged, &store.settings.branch);
    if consolidated.tip != verified.tip {
        // Moved by somebody else.
        consolidated.check(&overlay, store.settings.branch_name())?;
    }
    let mut left_out = Vec::new();
    let mut branches = find_branches(store, &overlay, &consolidated, tips, &verified, &mut left_out);
    found.was_taken_back =
        verified.tip.is_some_and(|tip| Some(tip) != consolidated.tip && branches.tips.contains(&tip));
    let mut sides = find_sessions(store, &overlay, &branches, tips, merged, &mut left_out);
    found.sessions = sides.len();
    let own: BTreeSet<ObjectId> = tips.local.values().copied().collect();
    let is_ours = branches.tips.iter().all(|tip| Some(*tip) == verified.tip || own.contains(tip))
        && sides.iter().all(|side| own.contains(&side.commit));
    let mut behind = what_came(&overlay, &branches, &sides, &own, &verified, &tips.held);
    found.tip = match (branches.tips.as_slice(), sides.as_slice()) {
        ([], []) => None,
        // One contains all the rest.
        ([only], []) => Some(*only),
        ([], [only]) => Some(only.commit),
        _ => {
            let ours = branches.first(&overlay)?;
            let others = branches.sides(&overlay)?;
            let mut groups = Batch::new(store.repo.hash());
            while sides.len() > store.repo.limits.parents {
                sides = group(&store.repo, below, sides, &mut groups, &mut found)?;
            }
            let sides: Vec<Side> = others.into_iter().chain(sides).collect();
            // Without a base, a merge leaves nothing out.
            let based = sides.iter().filter(|side| !side.bases.is_empty());
            behind.extend(based.map(|side| Behind::of_branch(side.tree, side.bases.clone())));
            let merge = Merge::new(&store.repo, [Some(below), Some(&groups)], ours, sides)?;
            let (side, batch, outcome) = merge.commit(&consolidator())?;
            found.changed = outcome.changed;
            found.conflicts.extend(outcome.conflicts);
            groups.absorb(batch);
            found.batch = groups;
            Some(side.commit)
        }
    };
    let mut is_verified = true;
    if let Some(tip) = found.tip {
        let mut overlay = Overlay::above_all(&store.repo, [Some(below), Some(&found.batch)]);
        let checked = branches.checked.remove(&tip);
        let settled = settle(&mut overlay, tip, &behind, verified.tree, is_ours, checked)?;
        let batch = overlay.batch;
        if let Some(commit) = settled.commit {
            found.batch.absorb(batch);
            found.tip = Some(commit);
        }
        found.put_back = settled.put_back;
        found.left_out = settled.removed;
        is_verified = settled.unread.is_empty();
        found.left_out.extend(settled.unread);
    }
    finish(store, &consolidated, (tips, merged), left_out, &mut found)?;
    if !is_verified {
        // What was settled last counts until the list can be read again.
        found.merged = None;
    }
    Ok(found)
}

/// Returns what the branch has to cover although it may contain it already: what was settled before, and every commit of
/// a session that came from elsewhere since. Whatever is said is said in a session's commit. Not its newest one alone:
/// what is put on top of a session's history by somebody else need not hold what was said before.
fn what_came(
    overlay: &Overlay<'_>,
    branches: &Branches<'_>,
    sides: &[Side],
    own: &BTreeSet<ObjectId>,
    verified: &Verified<'_>,
    known_trees: &SessionTrees,
) -> Vec<Behind> {
    let settled = verified.tree.map(|tree| Behind::of_branch(tree, Vec::new()));
    let mut behind: Vec<Behind> = settled.into_iter().collect();
    let foreign = sides.iter().map(|side| side.commit).filter(|commit| !own.contains(commit));
    let moved = branches.tips.iter().copied().filter(|tip| Some(*tip) != verified.tip);
    let is_quiet = !branches.tips.iter().any(|tip| Some(*tip) != verified.tip);
    let known = if is_quiet { Ancestors::default() } else { Ancestors::of(overlay, verified.tip) };
    let is_known = |id: ObjectId| if is_quiet { branches.contain(id) } else { known.contains(id) };
    let (mut seen, mut new) = (BTreeSet::new(), Vec::new());
    let mut queue = foreign.chain(moved).collect::<Vec<_>>();
    while let Some(id) = queue.pop() {
        if is_known(id) || !seen.insert(id) {
            continue;
        }
        // History that was cut off ends there.
        let Ok((tree, parents)) = overlay.links(id) else { continue };
        queue.extend(parents.iter().copied());
        new.push((tree, parents));
    }
    let look = |overlay: &Overlay<'_>, (tree, parents): &(ObjectId, Vec<ObjectId>)| {
        // A commit that is too large says nothing, on any device. Only the newest one was weighed before.
        let known = known_trees.get(tree).cloned();
        let held = known.or_else(|| session_tree(overlay, *tree).ok().flatten())?;
        // What it has as the commit before is looked at there.
        let known = parents.iter().filter_map(|parent| Some(overlay.links(*parent).ok()?.0)).collect();
        Some(Behind { tree: *tree, known, of: Some(held) })
    };
    behind.extend(overlay.look_at_all(&new, look).into_iter().flatten());
    behind
}

/// Says how the branch moves and what to remember.
fn finish(
    store: &Store,
    before: &Consolidated,
    (tips, merged): (&Tips, &MergedTips),
    left_out: Vec<UnfitTip>,
    found: &mut Consolidation,
) -> Result<(), OpsError> {
    let out: BTreeSet<ObjectId> = left_out.iter().map(|tip| tip.commit).collect();
    let unfit = left_out.iter().filter_map(|tip| Some((tip.for_good.clone()?, tip.reason.clone()))).collect();
    found.left_out.extend(left_out.into_iter().map(|tip| LeftOut::tip(tip.what, tip.reason)));
    let Some(new) = found.tip else { return Ok(()) };
    if Some(new) != before.tip {
        found.held = store.repo.held(&store.settings.branch, before.tip.is_some())?;
        if found.held.is_some() {
            return Ok(());
        }
        let plural = if found.sessions == 1 { "" } else { "s" };
        let message = format!("{MOVED}{} session{plural}", found.sessions);
        found.change = Some(RefChange { name: store.settings.branch.clone(), old: before.tip, new, message });
    }
    let contained: Ids = tips.all().filter(|tip| !out.contains(tip)).collect();
    let is_much = contained.iter().count() > store.repo.limits.merged_tips;
    let next = MergedTips::of(new, &store.settings.branch, contained, unfit);
    found.merged = Some(match &tips.extent {
        Extent::News(_) => next.with_packed_of(merged),
        Extent::All(Some(look)) if out.is_empty() && is_much => next.set_apart(look.clone(), merged),
        _ => next,
    });
    Ok(())
}

/// Merges tips in groups, on all cores. Tips of one time go together: a history whose branches overlap in time is slow
/// to walk for git. What a group's members have in common with the branch, they need not have in common with each
/// other, so they are joined without a base.
fn group(
    repo: &Repo,
    below: &Batch,
    mut sides: Vec<Side>,
    groups: &mut Batch,
    found: &mut Consolidation,
) -> Result<Vec<Side>, OpsError> {
    sides.sort_by_key(|side| (side.time, side.commit));
    let chunks: Vec<(Vec<Side>, Repo)> =
        sides.chunks(repo.limits.parents).map(|chunk| (chunk.to_vec(), repo.clone())).collect();
    let made: Vec<_> = {
        let groups = &*groups;
        chunks
            .into_par_iter()
            .map(|(chunk, repo)| match <[Side; 1]>::try_from(chunk) {
                Ok([only]) => Ok((only, Batch::new(repo.hash()), Outcome::default())),
                Err(mut chunk) => {
                    chunk.sort_by_key(|side| side.commit);
                    let bases: BTreeSet<ObjectId> = chunk.iter().flat_map(|side| side.bases.clone()).collect();
                    chunk.iter_mut().for_each(|side| side.bases.clear());
                    let merge = Merge::new(&repo, [Some(below), Some(groups)], None, chunk)?;
                    let (side, mut batch, outcome) = merge.commit(&consolidator())?;
                    // A group's lists are read once more, and then only written.
                    batch.shrink()?;
                    Ok((Side { bases: bases.into_iter().collect(), ..side }, batch, outcome))
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
