//! Everything every session said, as one commit.
//!
//! A consolidated commit is a function of its parents: fixed identity, the date of the latest parent, the
//! message from the content. Two devices that merge the same tips make the same commit.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use super::OpsError;
use super::merge_trees::{Merge, Side};
use crate::git::{Ancestors, Batch, Identity, ObjectId, Overlay, RefChange, Repo};
use crate::store::cache::Merged;
use crate::store::{Consolidated, Store, read_session};
use crate::todo::{Project, Session, Time};

/// At most this many tips are parents of one commit: tools that draw history choke on more. More tips are
/// first merged in groups, each group a commit of its own.
const WIDEST: usize = 64;

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
    /// Sessions whose commits cannot be read, and why.
    pub left_out: Vec<(Session, String)>,
    /// What to remember for the next time, once everything is written; nothing when it is known already.
    pub merged: Option<Merged>,
}

/// Returns whether every session tip is known to be part of the consolidated commit: nothing to do.
pub fn is_consolidated(tip: Option<ObjectId>, tips: &BTreeMap<Session, ObjectId>, merged: &Merged) -> bool {
    let Some(tip) = tip else { return tips.is_empty() };
    names(&merged.tip, tip) && tips.iter().all(|(session, tip)| is_merged(merged, session, *tip))
}

/// Returns whether this text is that id.
fn names(text: &str, id: ObjectId) -> bool {
    ObjectId::from_hex(text.as_bytes()).is_ok_and(|named| named == id)
}

fn is_merged(merged: &Merged, session: &Session, tip: ObjectId) -> bool {
    merged.sessions.get(&session.component()).is_some_and(|known| names(known, tip))
}

/// Merges the session tips that the branch does not contain. Nothing is written; `below` holds objects that
/// are not written yet.
///
/// # Errors
/// When the consolidated commit cannot be read. A session that cannot be read is left out and reported.
pub fn consolidate(
    store: &Store,
    below: &Batch,
    tips: &BTreeMap<Session, ObjectId>,
    merged: &Merged,
) -> Result<Consolidation, OpsError> {
    let overlay = Overlay::above(&store.repo, below);
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
    let mut sides = new_sides(&overlay, consolidated.tip, tips, merged, &mut found.left_out);
    found.sessions = sides.len();
    let forward = match sides.as_slice() {
        [only] if only.base.is_none() && consolidated.tip.is_none() => Some(only.commit),
        [only] if only.base.is_some() && only.base == consolidated.tip => Some(only.commit),
        _ => None,
    };
    let new = match (forward, consolidated.tip) {
        (Some(commit), _) => Some(commit),
        (None, tip) if sides.is_empty() => tip,
        (None, tip) => {
            let mut groups = Batch::new(store.repo.hash());
            while sides.len() > WIDEST {
                sides = group(&store.repo, below, sides, &mut groups, &mut found)?;
            }
            groups.absorb(std::mem::replace(&mut found.batch, Batch::new(store.repo.hash())));
            let all = Overlay::above(&store.repo, below);
            let ours = tip.map(|tip| Side::of_branch(&all, tip)).transpose()?;
            let merge = Merge::new(&store.repo, [Some(below), Some(&groups)], ours, sides)?;
            let (side, batch, outcome) = merge.commit(&consolidator())?;
            found.changed = outcome.changed;
            found.conflicts.extend(outcome.conflicts);
            groups.absorb(batch);
            found.batch = groups;
            Some(side.commit)
        }
    };
    found.tip = new;
    finish(store, &consolidated, tips, &mut found);
    Ok(found)
}

/// Says how the branch moves and what to remember.
fn finish(store: &Store, before: &Consolidated, tips: &BTreeMap<Session, ObjectId>, found: &mut Consolidation) {
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
    let contained = tips.iter().filter(|(session, _)| found.left_out.iter().all(|(left, _)| left != *session));
    let sessions = contained.map(|(session, tip)| (session.component(), tip.to_string())).collect();
    found.merged = Some(Merged { tip: new.to_string(), sessions });
}

/// Returns the tips that the branch does not contain, each with the newest of its commits that it does.
fn new_sides(
    overlay: &Overlay<'_>,
    tip: Option<ObjectId>,
    tips: &BTreeMap<Session, ObjectId>,
    merged: &Merged,
    left_out: &mut Vec<(Session, String)>,
) -> Vec<Side> {
    let known = tip.is_some_and(|tip| names(&merged.tip, tip));
    let ancestors = if known { Ancestors::default() } else { Ancestors::of(overlay, tip) };
    let contains = |session: &Session, commit: ObjectId| {
        if known { is_merged(merged, session, commit) } else { ancestors.contains(commit) }
    };
    let mut sides = Vec::new();
    for (session, tip) in tips {
        if contains(session, *tip) {
            continue;
        }
        match side(overlay, session, *tip, |commit| contains(session, commit)) {
            Ok(side) => sides.push(side),
            Err(err) => left_out.push((session.clone(), super::chain(&err))),
        }
    }
    sides.sort_by_key(|side| side.commit);
    sides
}

fn side(
    overlay: &Overlay<'_>,
    session: &Session,
    tip: ObjectId,
    contains: impl Fn(ObjectId) -> bool,
) -> Result<Side, OpsError> {
    // Read it whole, so that what cannot be merged is left out before anything is built on it.
    read_session(overlay, session, tip)?;
    let info = overlay.commit_info(tip)?;
    let mut base = info.parents.first().copied();
    while let Some(commit) = base.filter(|commit| !contains(*commit)) {
        base = overlay.commit_info(commit)?.parents.first().copied();
    }
    let bases = base.map(|base| overlay.commit_info(base)).transpose()?.map(|base| base.tree);
    Ok(Side {
        commit: tip,
        tree: info.tree,
        time: info.time,
        base,
        bases: bases.into_iter().collect(),
        label: session.to_string(),
        sessions: 1,
    })
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
fn consolidator() -> Identity {
    Identity { name: "git-chittysync".into(), email: "git-chittysync@localhost".into(), time: Time::default() }
}
