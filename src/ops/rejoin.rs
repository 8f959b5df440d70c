//! One session on two machines: its two histories become one.
//!
//! An agent's session can be resumed on another machine, and each machine then has a history of it. Where one
//! contains the other, the longer one is taken. Where they went apart, they are merged into a commit with both
//! as parents, which is a function of them: both machines make the same one. Where they went apart and the
//! remote's branch has all of ours, there is nothing to tell: a merge would be a commit without a statement.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::consolidate::consolidator;
use super::merge_trees::Merge;
use super::sides::{newest, side};
use super::tips::Tips;
use crate::git::{Ancestors, Batch, ObjectId, Overlay, RemoteName, descends, frontier};
use crate::store::{Store, check_session};
use crate::todo::Session;

/// Returns the new tip of each session of this device that a remote has another version of.
///
/// # Errors
/// When a commit of this device cannot be read. A remote's that cannot is passed over: consolidation reports it.
pub(super) fn rejoin(
    store: &Store,
    below: &Batch,
    tips: &Tips,
) -> Result<(Batch, BTreeMap<Session, ObjectId>), OpsError> {
    let mut versions: BTreeMap<&Session, BTreeSet<ObjectId>> = BTreeMap::new();
    let overlay = Overlay::above(&store.repo, below);
    let mut told = Told::default();
    for tip in &tips.foreign {
        let Some(local) = tips.local.get(&tip.session) else { continue };
        // As nearly always: the remote has what this device sent last.
        if descends(&overlay, *local, tip.commit) || check_session(&overlay, &tip.session, tip.commit).is_err() {
            continue;
        }
        let apart = !descends(&overlay, tip.commit, *local);
        if !apart || !told.contains(&overlay, tips, &tip.remote, *local) {
            versions.entry(&tip.session).or_insert_with(|| BTreeSet::from([*local])).insert(tip.commit);
        }
    }
    let (mut batch, mut joined) = (Batch::new(store.repo.hash()), BTreeMap::new());
    for (session, commits) in versions {
        let commits = newest(&overlay, commits);
        let tip = match commits.first().filter(|_| commits.len() == 1) {
            Some(only) => *only,
            None => {
                let (tip, made) = merge(store, below, session, &commits)?;
                batch.absorb(made);
                tip
            }
        };
        if tips.local.get(session) != Some(&tip) {
            joined.insert(session.clone(), tip);
        }
    }
    Ok((batch, joined))
}

/// What remotes' branches contain, each walked once.
#[derive(Default)]
struct Told(BTreeMap<RemoteName, Ancestors>);

impl Told {
    fn contains(&mut self, overlay: &Overlay<'_>, tips: &Tips, remote: &RemoteName, commit: ObjectId) -> bool {
        let branch = || tips.branches.iter().find(|(name, _)| name == remote).map(|(_, tip)| *tip);
        self.0.entry(remote.clone()).or_insert_with(|| Ancestors::of(overlay, branch())).contains(commit)
    }
}

fn merge(
    store: &Store,
    below: &Batch,
    session: &Session,
    commits: &BTreeSet<ObjectId>,
) -> Result<(ObjectId, Batch), OpsError> {
    let overlay = Overlay::above(&store.repo, below);
    let (mut sides, mut before) = (Vec::new(), Ancestors::default());
    for commit in commits {
        let bases = frontier(&overlay, *commit, |id| before.contains(id));
        before.add(&overlay, *commit);
        let label = format!("{session}, {}", &commit.to_string()[..12]);
        sides.push(side(&overlay, *commit, &bases, label, usize::from(sides.is_empty()))?);
    }
    let (side, made, _) = Merge::new(&store.repo, [Some(below), None], None, sides)?.commit(&consolidator())?;
    Ok((side.commit, made))
}
