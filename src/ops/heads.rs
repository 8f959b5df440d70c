//! Which of the tips a consolidation has to merge: those that no other one contains.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::OpsError;
use super::merge_sides::Side;
use super::redo::{decided_on_trees, has_left, to_keep};
use super::tips::Tips;
use crate::git::{Ancestors, ObjectId, Overlay, frontier};
use crate::store::paths::session_path;
use crate::store::{Checked, Consolidated, MergedTips, Store, Unfit, check_consolidated, check_session, session_of};
use crate::todo::Session;

/// Consolidated commits, none of which contains another, and what they contain.
pub(super) struct Branches<'m> {
    /// The commits, sorted.
    pub tips: Vec<ObjectId>,
    /// What was found in those that were looked at, beside what was settled last.
    pub checked: HashMap<ObjectId, Checked>,
    contained: Contained<'m>,
}

/// A tip that cannot be merged.
pub(super) struct UnfitTip {
    /// What it is, for people.
    pub what: String,
    /// The commit, of which nothing was merged.
    pub commit: ObjectId,
    pub reason: String,
    /// Under which name it is remembered that it cannot be, if that is for good.
    pub for_good: Option<String>,
}

impl UnfitTip {
    fn of(what: String, commit: ObjectId, key: String, unfit: Unfit) -> Self {
        UnfitTip { what, commit, reason: unfit.reason, for_good: unfit.for_good.then_some(key) }
    }
}

/// Looks at something, unless it is remembered what came of it.
fn look<T>(merged: &MergedTips, key: &str, check: impl FnOnce() -> Result<T, Unfit>) -> Result<T, Unfit> {
    match merged.unfit.get(key) {
        Some(reason) => Err(Unfit { reason: reason.clone(), for_good: true }),
        None => check(),
    }
}

enum Contained<'m> {
    /// This commit and what it is known to contain from the last time.
    Known(ObjectId, &'m MergedTips),
    /// As walked now.
    Walked(Ancestors),
}

impl Branches<'_> {
    /// Returns whether one of them contains this commit.
    pub(super) fn contain(&self, commit: ObjectId) -> bool {
        match &self.contained {
            Contained::Known(tip, merged) => *tip == commit || merged.contains(commit),
            Contained::Walked(ancestors) => ancestors.contains(commit),
        }
    }

    /// Returns the first one, which the others are merged into.
    pub(super) fn first(&self, overlay: &Overlay<'_>) -> Result<Option<Side>, OpsError> {
        self.tips.first().map(|tip| Side::of_branch(overlay, *tip)).transpose()
    }

    /// Returns all but the first as sides of a merge into the first.
    pub(super) fn sides(&self, overlay: &Overlay<'_>) -> Result<Vec<Side>, OpsError> {
        let mut sides = Vec::new();
        if self.tips.len() < 2 {
            // As nearly always: the whole history is walked for others only.
            return Ok(sides);
        }
        let mut before = Ancestors::of(overlay, self.tips.first().copied());
        for tip in self.tips.iter().skip(1) {
            let bases = frontier(overlay, *tip, |commit| before.contains(commit));
            let label = format!("what was merged elsewhere, {}", &tip.to_string()[..12]);
            sides.push(side(overlay, *tip, &bases, label, 0)?);
            before.add(overlay, *tip);
        }
        Ok(sides)
    }
}

/// Returns the consolidated commits of this device and of remotes that do not contain each other. One that is
/// a session's own commit, as the first consolidation of one session is, counts as that session's. What the branch was
/// before somebody took it back counts among them.
pub(super) fn find_branches<'m>(
    store: &Store,
    overlay: &Overlay<'_>,
    consolidated: &Consolidated,
    tips: &Tips,
    verified: &Verified<'m>,
    left_out: &mut Vec<UnfitTip>,
) -> Branches<'m> {
    let merged = verified.merged;
    let known = consolidated.tip.filter(|tip| verified.tip == Some(*tip));
    let is_known = |commit: ObjectId| Some(commit) == known || merged.contains(commit);
    if let Some(tip) = known
        // Else what is contained would be merged anew, on top of what has it already.
        && merged.is_readable_for(tips.all())
        && tips.branches.iter().all(|(_, tip)| is_known(*tip))
        && tips.also.iter().all(|(_, tip)| is_known(*tip))
        // An older commit of a remote's can be contained without being known.
        && tips.foreign.iter().all(|tip| is_known(tip.commit))
        && !tips.local.iter().any(|(session, tip)| !is_known(*tip) && may_be_in(overlay, consolidated, session, *tip))
    {
        let contained = Contained::Known(tip, merged);
        let branches = Branches { tips: vec![tip], checked: HashMap::new(), contained };
        return without_sessions(overlay, branches, tips);
    }
    let mut candidates: Vec<ObjectId> = consolidated.tip.into_iter().collect();
    let mut ours = Ancestors::of(overlay, consolidated.tip);
    let unfit = left_out.len();
    let is_left = |tip: &ObjectId| {
        let now = consolidated.tip.filter(|now| now != tip);
        now.is_some_and(|now| has_left(store, *tip, now))
    };
    candidates.extend(verified.tip.filter(|tip| Some(*tip) != known && !ours.contains(*tip) && !is_left(tip)));
    let mut checked = HashMap::new();
    let remote = tips.branches.iter().map(|(remote, tip)| (format!("the branch of {remote}"), tip));
    for (what, tip) in remote.chain(tips.also.iter().map(|(what, tip)| (what.clone(), tip))) {
        if candidates.contains(tip) || ours.contains(*tip) {
            continue;
        }
        let key = tip.to_string();
        match look(merged, &key, || check_consolidated(overlay, *tip, verified.tree.or(consolidated.tree))) {
            Ok(found) => {
                if verified.tree.is_some() || consolidated.tree.is_none() {
                    checked.insert(*tip, found);
                }
                candidates.push(*tip);
            }
            Err(unfit) => left_out.push(UnfitTip::of(what, *tip, key, unfit)),
        }
    }
    if left_out.len() == unfit
        && let Some(tip) = known
        && let Some(kept) = to_keep(store, overlay, tip, &ours, tips)
    {
        candidates.retain(|candidate| *candidate != tip);
        candidates.extend(tips.branches.iter().map(|(_, theirs)| *theirs).chain(kept));
        candidates.sort();
        candidates.dedup();
        ours = Ancestors::default();
    }
    let branches = Branches { tips: candidates, checked, contained: Contained::Walked(ours) };
    without_sessions(overlay, branches, tips)
}

/// Returns whether a branch may contain a session's commit that nobody merged here: it holds the same file of the session.
/// Where others push, the branch can come first, and what it contains later.
fn may_be_in(overlay: &Overlay<'_>, branch: &Consolidated, session: &Session, commit: ObjectId) -> bool {
    let path = session_path(session);
    let file = |tree| overlay.find(tree, &path).ok().flatten();
    let known = branch.tree.and_then(file);
    known.is_some() && known == overlay.commit_info(commit).ok().and_then(|info| file(info.tree))
}

/// The newest consolidated commit of this device that was settled: all that is behind it is in it.
pub(super) struct Verified<'a> {
    /// The commit; nothing when that is not known any more.
    pub tip: Option<ObjectId>,
    /// Its tree.
    pub tree: Option<ObjectId>,
    merged: &'a MergedTips,
}

impl<'a> Verified<'a> {
    /// Finds it, if it is still there.
    pub(super) fn of(overlay: &Overlay<'_>, merged: &'a MergedTips, branch: &str) -> Self {
        let tip = merged.tip_of(branch);
        let tree = tip.and_then(|tip| Some(overlay.commit_info(tip).ok()?.tree));
        Verified { tip: tip.filter(|_| tree.is_some()), tree, merged }
    }
}

/// Leaves out what is part of another one or of a session's history.
fn without_sessions<'m>(overlay: &Overlay<'_>, mut branches: Branches<'m>, tips: &Tips) -> Branches<'m> {
    let before = branches.tips.clone();
    branches.tips.retain(|tip| !is_part_of_session(overlay, *tip, tips));
    if branches.tips == before && before.len() == 1 && branches.contain(before[0]) {
        return branches;
    }
    let each: Vec<(ObjectId, Ancestors)> =
        branches.tips.iter().map(|tip| (*tip, Ancestors::of(overlay, Some(*tip)))).collect();
    branches.tips.retain(|tip| !each.iter().any(|(other, below)| other != tip && below.contains(*tip)));
    branches.tips.sort();
    let mut all = Ancestors::default();
    // Of one that another contains, that one has all.
    each.into_iter().for_each(|(_, below)| all.absorb(below));
    branches.contained = Contained::Walked(all);
    branches
}

fn is_part_of_session(overlay: &Overlay<'_>, commit: ObjectId, tips: &Tips) -> bool {
    let Ok(info) = overlay.commit_info(commit) else { return false };
    let Some(session) = session_of(overlay, info.tree) else { return false };
    let foreign = tips.foreign.iter().filter(|tip| tip.session == session && is_fit(overlay, &session, tip.commit));
    let mut tips = tips.local.get(&session).copied().into_iter().chain(foreign.map(|tip| tip.commit));
    tips.any(|tip| Ancestors::of(overlay, Some(tip)).contains(commit))
}

fn is_fit(overlay: &Overlay<'_>, session: &Session, tip: ObjectId) -> bool {
    check_session(overlay, session, tip).is_ok()
}

/// Returns the tips of sessions that no branch contains, sorted, each with what it has in common with them. Of
/// two tips of one session, one of which contains the other, it is the newer one.
pub(super) fn find_sessions(
    store: &Store,
    overlay: &Overlay<'_>,
    branches: &Branches<'_>,
    tips: &Tips,
    merged: &MergedTips,
    left_out: &mut Vec<UnfitTip>,
) -> Vec<Side> {
    let mut new: BTreeMap<&Session, BTreeSet<ObjectId>> = BTreeMap::new();
    let leave = |what, commit, reason| UnfitTip { what, commit, reason, for_good: None };
    let local = tips.local.iter().map(|(session, tip)| (session, *tip, None));
    let foreign = tips.foreign.iter().map(|tip| (&tip.session, tip.commit, Some(&tip.remote)));
    for (session, commit, remote) in local.chain(foreign).filter(|(_, tip, _)| !branches.contain(*tip)) {
        if new.get(session).is_some_and(|known| known.contains(&commit)) {
            continue;
        }
        let key = format!("{commit} {session}");
        match look(merged, &key, || check_session(overlay, session, commit)) {
            Ok(_) => drop(new.entry(session).or_default().insert(commit)),
            Err(unfit) => {
                let whose = remote.map(|remote| format!(" of {remote}")).unwrap_or_default();
                left_out.push(UnfitTip::of(format!("session {session}{whose}"), commit, key, unfit));
            }
        }
    }
    let mut sides = Vec::new();
    for (session, commits) in new {
        for commit in newest(overlay, commits) {
            let bases = frontier(overlay, commit, |id| branches.contain(id));
            match side(overlay, commit, &bases, session.to_string(), 1) {
                Ok(side) => {
                    let seen = decided_on_trees(store, overlay, commit, |id| branches.contain(id));
                    sides.push(Side { seen: seen.into_iter().collect(), ..side });
                }
                Err(err) => left_out.push(leave(format!("session {session}"), commit, super::chain(&err))),
            }
        }
    }
    sides.sort_by_key(|side| side.commit);
    sides
}

/// Returns those of a session's commits that no other one of them contains.
pub(super) fn newest(overlay: &Overlay<'_>, commits: BTreeSet<ObjectId>) -> BTreeSet<ObjectId> {
    if commits.len() < 2 {
        return commits;
    }
    let each: Vec<(ObjectId, Ancestors)> =
        commits.iter().map(|tip| (*tip, Ancestors::of(overlay, Some(*tip)))).collect();
    let is_older = |tip: &ObjectId| each.iter().any(|(other, below)| other != tip && below.contains(*tip));
    commits.into_iter().filter(|tip| !is_older(tip)).collect()
}

/// Returns a commit as a side of a merge.
pub(super) fn side(
    overlay: &Overlay<'_>,
    commit: ObjectId,
    bases: &[ObjectId],
    label: String,
    sessions: usize,
) -> Result<Side, OpsError> {
    let info = overlay.commit_info(commit)?;
    let bases = bases.iter().map(|base| Ok(overlay.commit_info(*base)?.tree)).collect::<Result<_, OpsError>>()?;
    Ok(Side { commit, tree: info.tree, time: info.time, bases, seen: Vec::new(), label, sessions })
}
