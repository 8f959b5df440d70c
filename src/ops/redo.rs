//! Which commits of the branch need not be kept, because they can be made again.
//!
//! Two devices merge different sessions into one commit. Only one of the two merges gets onto the remote; the other one
//! says nothing that the sessions do not say. If it were merged with the first one, then each device that came too late
//! would send a commit that no other device can make, and each of these would have to be merged with the next one. So
//! what nobody else has seen is made again, on top of what the remote has: all who come too late make the same commit.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::consolidator::{MOVED, consolidator};
use super::tips::Tips;
use crate::git::{Ancestors, CommitInfo, ObjectId, Overlay, descends};
use crate::merge::join;
use crate::statement::Act;
use crate::store::trailers::DecidedOn;
use crate::store::{Consolidated, Rewritten, Store, session_of};
use crate::todo::{Project, SessionState, TodoId};

/// Returns which commits are to be kept of a branch that a remote's has moved away from, besides what the remote has:
/// those that something was decided on. Nothing when all of it has to stay, because part of it cannot be made again
/// out of sessions that still have their refs. `below` is the branch and all that is behind it.
pub(super) fn to_keep(
    store: &Store,
    overlay: &Overlay<'_>,
    branch: ObjectId,
    below: &Ancestors,
    tips: &Tips,
) -> Option<BTreeSet<ObjectId>> {
    if !tips.remake || tips.branches.iter().all(|(_, theirs)| below.contains(*theirs)) {
        return None;
    }
    // Where it is checked out, git has to be able to move it forward.
    if store.repo.checked_out(&store.settings.branch).is_some() {
        return None;
    }
    decided_among_made(store, overlay, branch, tips)
}

/// Returns whether a remote that merges by itself comes to all that its branch lacks of this one, out of sessions that
/// have their refs there: nothing of it was said by hand, or decided on.
pub(super) fn can_be_made_there(store: &Store, overlay: &Overlay<'_>, branch: ObjectId, there: &Tips) -> bool {
    decided_among_made(store, overlay, branch, there).is_some_and(|decided| decided.is_empty())
}

/// Returns which merges of a branch, that the branches in `tips` lack, something was decided on. Nothing when not all
/// that they lack is sessions' or merges that can be made again.
fn decided_among_made(
    store: &Store,
    overlay: &Overlay<'_>,
    branch: ObjectId,
    tips: &Tips,
) -> Option<BTreeSet<ObjectId>> {
    let mut known = Ancestors::default();
    tips.branches.iter().for_each(|(_, theirs)| known.add(overlay, *theirs));
    let rewritten = Rewritten::load(&store.repo);
    let (mut made, mut decided, mut said, mut there) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), Vec::new());
    let local = tips.local.values().map(|tip| (*tip, true));
    let mut queue: Vec<(ObjectId, bool)> = local.chain([(branch, false)]).collect();
    while let Some((id, is_session)) = queue.pop() {
        if known.contains(id) {
            there.push((id, is_session));
            continue;
        }
        if made.contains(&id) || !said.insert(id) {
            continue;
        }
        let info = overlay.commit_info(id).ok()?;
        let ours = consolidator();
        if info.committer == (ours.name, ours.email) {
            said.remove(&id);
            made.insert(id);
        }
        decided.extend(decided_on(&info, &rewritten));
        queue.extend(info.parents.into_iter().map(|parent| (parent, is_session)));
    }
    if !made.is_empty() {
        decided.extend(decided_there(overlay, there, &rewritten)?);
    }
    let foreign = tips.foreign.iter().map(|tip| tip.commit);
    tips.local.values().copied().chain(foreign).for_each(|tip| known.add(overlay, tip));
    said.iter().all(|id| known.contains(*id)).then(|| &made & &decided)
}

/// Returns what acts were decided on that a remote's branch has got without the commits that they were decided on: it
/// took the session and not the branch, and another device merged the session. `there` is what the remote's branch has
/// of what was merged here, and of each whether it is known to be a session's. The consolidated commits among it were
/// made before anything that it lacks.
fn decided_there(
    overlay: &Overlay<'_>,
    there: Vec<(ObjectId, bool)>,
    rewritten: &Rewritten,
) -> Option<BTreeSet<ObjectId>> {
    let (mut before, mut queue) = (Ancestors::default(), Vec::new());
    for (id, is_session) in there {
        match is_session || session_of(overlay, overlay.commit_info(id).ok()?.tree).is_some() {
            true => queue.push(id),
            false => before.add(overlay, id),
        }
    }
    let (mut seen, mut decided) = (BTreeSet::new(), BTreeSet::new());
    while let Some(id) = queue.pop() {
        if before.contains(id) || !seen.insert(id) {
            continue;
        }
        let info = overlay.commit_info(id).ok()?;
        decided.extend(decided_on(&info, rewritten));
        queue.extend(info.parents);
    }
    Some(decided)
}

/// Returns the consolidated commit that a decision on these todos names. That commit is kept, while what was merged
/// later may be made again. So it is the one that a remote has, where nothing that bears on these todos was said here
/// since but `own`, by the session that decides.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn to_decide_on(
    store: &Store,
    overlay: &Overlay<'_>,
    now: &Consolidated,
    tips: &Tips,
    acts: &[Act],
    own: Option<&SessionState>,
) -> Result<DecidedOn, OpsError> {
    let Some(tip) = now.tip else { return Ok(DecidedOn::Nothing) };
    let mut about: BTreeMap<&Project, BTreeSet<TodoId>> = BTreeMap::new();
    for act in acts {
        about.entry(&act.project).or_default().insert(act.id);
    }
    let mut before: Vec<Option<ObjectId>> = tips.branches.iter().map(|(_, theirs)| Some(*theirs)).collect();
    if before.is_empty() && store.settings.remote.is_some() {
        before.push(None);
    }
    for there in before {
        if there == Some(tip) || there.is_some_and(|there| !descends(overlay, tip, there)) {
            continue;
        }
        let (then, mut is_same) = (Consolidated::at(overlay, there)?, true);
        for (project, ids) in &about {
            let (mut then, now) = (then.some_todos(overlay, project, ids)?, now.some_todos(overlay, project, ids)?);
            let own = own.and_then(|own| own.projects.get(project)).into_iter().flatten();
            join(&mut then, &own.filter(|(id, _)| ids.contains(id)).map(|(id, todo)| (*id, todo.clone())).collect());
            is_same &= then == now;
        }
        if is_same {
            return Ok(there.map_or(DecidedOn::Nothing, DecidedOn::Commit));
        }
    }
    Ok(DecidedOn::Commit(tip))
}

/// Returns the trees of the consolidated commits on which a session decided what no branch contains yet, as far as a
/// branch contains those.
pub(super) fn decided_on_trees(
    store: &Store,
    overlay: &Overlay<'_>,
    tip: ObjectId,
    is_contained: impl Fn(ObjectId) -> bool,
) -> BTreeSet<ObjectId> {
    let (mut seen, mut queue, mut trees, mut rewritten) = (BTreeSet::new(), vec![tip], BTreeSet::new(), None);
    while let Some(id) = queue.pop() {
        if is_contained(id) || !seen.insert(id) {
            continue;
        }
        let Ok(info) = overlay.commit_info(id) else { continue };
        if DecidedOn::of(&info.message).is_some() {
            let rewritten = rewritten.get_or_insert_with(|| Rewritten::load(&store.repo));
            let named = decided_on(&info, rewritten).filter(|named| is_contained(*named));
            trees.extend(named.and_then(|named| Some(overlay.commit_info(named).ok()?.tree)));
        }
        queue.extend(info.parents);
    }
    trees
}

/// Returns the commit that an act was decided on, as it is called now.
fn decided_on(act: &CommitInfo, rewritten: &Rewritten) -> Option<ObjectId> {
    DecidedOn::of(&act.message)?.commit().map(|id| rewritten.now(id))
}

/// Returns whether this program moved the branch from one commit to another that does not contain it. Nobody took it
/// back then: the process that moved it ended before it could note what it had settled.
pub(super) fn has_left(store: &Store, old: ObjectId, new: ObjectId) -> bool {
    let said = store.repo.last_move(&store.settings.branch, old, new).ok().flatten();
    said.is_some_and(|said| said.starts_with(MOVED))
}
