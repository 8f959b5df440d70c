//! Purged todos: their words go from all history of a store, on every device that learns of it.
//!
//! A claim says that a todo is purged, and travels as all claims do. Whoever sees it, in the branch or in what was
//! fetched, rewrites all refs of todos (`store::purge`) before anything is merged. So what a device still has of the old
//! history, or brings from elsewhere, never meets the new one. Nothing but the words may go: before a ref moves, what it
//! is to point to is compared with what it points to.
//!
//! In this order, so that whenever it is ended before its time, the next run begins again and finishes: new objects,
//! refs, reflogs, what is kept beside the refs, old objects.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::erase::erase;
use super::plan::{Plan, Turn};
use super::report::Obeyed;
use super::tips::{ForeignTip, Tips};
use super::{OpsError, named};
use crate::git::{Batch, ObjectId, Overlay, RETIRED, RefChange, SESSIONS, StoreLock, TransferLock, Writer};
use crate::store::cache::{self, Purged};
use crate::store::purge::Purge;
use crate::store::quotes::{PURGED, contains};
use crate::store::{
    Consolidated, MergedTips, Rewritten, SessionTree, SessionTrees, Store, StoreError, check_consolidated,
    check_session, purged, purged_in, session_tree, strays, weigh_branch,
};
use crate::todo::{Time, TodoId};

/// How often it is begun again when refs move meanwhile.
const TRIES: u32 = 3;

/// Returns whether there may be something to do although nothing new was said: the branch was moved by hand, or a run
/// came to no end.
pub(super) fn is_due(store: &Store) -> Result<bool, OpsError> {
    let known: Purged = cache::load(&store.repo, "purged");
    let branch = Consolidated::at(&Overlay::new(&store.repo), store.repo.find_ref(&store.settings.main_branch)?)?;
    let looked_at = ObjectId::from_hex(known.tree.as_bytes()).ok();
    Ok(known.gone != known.ids || branch.tree.is_some() && branch.tree != looked_at)
}

/// Rewrites history as far as todos are known to be purged and anything is left of their words. Costs nearly nothing
/// while there are none. What commits of sessions were found to hold goes into `held`.
///
/// # Errors
/// When the store cannot be read or written. What was acknowledged before is safe.
fn obey(
    store: &Store,
    lock: &StoreLock,
    tips: &Tips,
    turn: Turn,
    now: Time,
    held: &mut SessionTrees,
) -> Result<Obeyed, OpsError> {
    let before: Purged = cache::load(&store.repo, "purged");
    let mut known = before.clone();
    look(store, tips, &mut known, held)?;
    let refs = if known.ids.is_empty() { Vec::new() } else { store.repo.refs()? };
    if known.gone == known.ids && refs.iter().all(|(_, id)| known.clean.contains(&id.to_string())) {
        if known != before {
            cache::save(&store.repo, "purged", &known);
        }
        return Ok(Obeyed::default());
    }
    if known.gone == known.ids {
        let rewriting = Rewriting::find(store, &known)?;
        if rewriting.changes.is_empty() {
            // New commits, and nothing old behind them.
            known.clean = rewriting.clean;
            cache::save(&store.repo, "purged", &known);
            return Ok(Obeyed::default());
        }
    }
    let waits = |reason: &str| Ok(Obeyed { waits: Some(reason.to_owned()), ..Obeyed::default() });
    let _turn = match turn {
        Turn::Held => None,
        Turn::Asked => match TransferLock::try_acquire(store.repo.common_dir())? {
            None => return waits("another process is talking with a remote of this store"),
            held => held,
        },
    };
    if store.repo.is_shallow() {
        return waits("history was cut off here (a shallow clone): `git fetch --unshallow` brings the rest");
    }
    let mut all = Obeyed::default();
    for _ in 0..TRIES {
        let store = store.reopen()?;
        let mut rewriting = Rewriting::find(&store, &known)?;
        if let Some((name, directory)) = rewriting.checked_out() {
            return waits(&format!("{name} is checked out in {directory}; check out another branch there"));
        }
        let done = rewriting.write(lock, now)?;
        let (moved, clean) = (done.is_none(), rewriting.clean);
        all.absorb(done.unwrap_or_default());
        if !moved {
            let store = store.reopen()?;
            let branch = store.repo.find_ref(&store.settings.main_branch)?;
            let tree = Consolidated::at(&Overlay::new(&store.repo), branch)?.tree;
            known.tree = tree.map(|tree| tree.to_string()).unwrap_or_default();
            known.clean = clean;
            known.gone.clone_from(&known.ids);
            // What was asked for can hold the words as well. It goes first: nobody looks again once they count as gone.
            named::remember(&store, &named::Prompts::new());
            cache::save(&store.repo, "purged", &known);
            return Ok(all);
        }
    }
    waits("refs moved meanwhile, by a program that does not take the store's lock")
}

/// As [`obey`], of what a plan looks at, by whoever does not hold the store's lock. What fails is told, as it is when a
/// plan is carried out; what was looked through, the plan knows from then on.
pub(super) fn rewrite(store: &Store, plan: &mut Plan, now: Time) -> Result<Obeyed, OpsError> {
    let lock = StoreLock::acquire(store.repo.common_dir())?;
    let tips = plan.unlooked(plan.news(store, &MergedTips::load(&store.repo, store.merged_cache()))?);
    let mut held = SessionTrees::new();
    let obeyed = obey_or_say(store, &lock, &tips, plan.turn, now, &mut held);
    if obeyed.waits.is_none() && obeyed.moved.is_empty() {
        plan.looked_through.extend(tips.foreign.iter().map(|tip| tip.commit));
        plan.looked_through.extend(tips.branches.iter().map(|(_, tip)| *tip));
        plan.held = Arc::new(held);
    }
    Ok(obeyed)
}

/// As [`obey`]. Where it fails, everything else goes on: what sessions say is saved.
pub(super) fn obey_or_say(
    store: &Store,
    lock: &StoreLock,
    tips: &Tips,
    turn: Turn,
    now: Time,
    held: &mut SessionTrees,
) -> Obeyed {
    let failed = |err: OpsError| Obeyed { waits: Some(super::chain(&err)), ..Obeyed::default() };
    obey(store, lock, tips, turn, now, held).unwrap_or_else(failed)
}

/// Finds out what would become of history if these todos were purged. Nothing is written.
///
/// # Errors
/// When the store cannot be read.
pub fn foresee(store: &Store, ids: &BTreeSet<TodoId>) -> Result<Obeyed, OpsError> {
    let mut known: Purged = cache::load(&store.repo, "purged");
    look(store, &Tips::find(store, None)?, &mut known, &mut SessionTrees::new())?;
    known.ids.extend(ids.iter().map(ToString::to_string));
    let rewriting = Rewriting::find(store, &known)?;
    let waits = rewriting.checked_out().map(|(name, directory)| format!("{name} is checked out in {directory}"));
    let refs = rewriting.changes.iter().map(|change| change.name.clone()).collect();
    let moved = rewriting.history.moved();
    Ok(Obeyed { commits: moved.len(), refs, left: rewriting.left, waits, ..Obeyed::default() })
}

/// Looks for purged todos where they were not looked for yet: in the branch, and in what remotes have that is not
/// merged. What cannot be merged tells of none.
fn look(store: &Store, tips: &Tips, known: &mut Purged, held: &mut SessionTrees) -> Result<(), OpsError> {
    let overlay = Overlay::new(&store.repo);
    let branch = Consolidated::at(&overlay, store.repo.find_ref(&store.settings.main_branch)?)?;
    let looked_at = ObjectId::from_hex(known.tree.as_bytes()).ok().filter(|tree| overlay.entries(Some(*tree)).is_ok());
    if let Some(tree) = branch.tree.filter(|tree| Some(*tree) != looked_at) {
        known.ids.extend(purged(&overlay, tree, looked_at)?.iter().map(ToString::to_string));
        known.tree = tree.to_string();
    }
    let merged = MergedTips::load(&store.repo, "merged");
    let is_new =
        |tip: ObjectId| !merged.contains(tip) && !merged.is_unfit(tip) && !known.clean.contains(&tip.to_string());
    let (known_ids, ours) = (&known.ids, branch.tree);
    let new_ids = |found: Result<BTreeSet<TodoId>, StoreError>| -> Vec<String> {
        let found = found.unwrap_or_default();
        found.iter().map(ToString::to_string).filter(|id| !known_ids.contains(id)).collect()
    };
    // One that is damaged, or too large to be looked into, is told of where it is merged.
    let in_session = |overlay: &Overlay<'_>, tip: &ForeignTip| -> Option<(Vec<String>, ObjectId, SessionTree)> {
        let (tree, _) = overlay.links(tip.commit).ok()?;
        let held = session_tree(overlay, tree).ok().flatten()?;
        let mut found = new_ids(purged_in(overlay, held.projects.as_deref().unwrap_or_default(), ours));
        if !found.is_empty() && check_session(overlay, &tip.session, tip.commit).is_err() {
            found.clear();
        }
        Some((found, tree, held))
    };
    let in_branch = |tip: ObjectId| -> Vec<String> {
        let tree = overlay.links(tip).ok().map(|(tree, _)| tree);
        let tree = tree.filter(|tree| weigh_branch(&overlay, *tree).is_ok());
        let found = tree.map(|tree| new_ids(purged(&overlay, tree, ours)));
        let is_fit = || check_consolidated(&overlay, tip, ours).is_ok();
        found.filter(|found| !found.is_empty() && is_fit()).unwrap_or_default()
    };
    let foreign: Vec<&ForeignTip> = tips.foreign.iter().filter(|tip| is_new(tip.commit)).collect();
    let looked = overlay.look_at_all(&foreign, |overlay, tip| in_session(overlay, tip));
    let branches = tips.branches.iter().filter(|(_, tip)| is_new(*tip));
    let mut more: BTreeSet<String> = branches.flat_map(|(_, tip)| in_branch(*tip)).collect();
    for (found, tree, session) in looked.into_iter().flatten() {
        more.extend(found);
        held.insert(tree, session);
    }
    known.ids.extend(more);
    Ok(())
}

/// History under way.
struct Rewriting<'s> {
    store: &'s Store,
    history: Purge<'s>,
    known: &'s Purged,
    changes: Vec<RefChange>,
    /// What refs lead to, without the words, when all have moved. What is left as it is, is none of it.
    clean: BTreeSet<String>,
    left: Vec<(String, String)>,
}

impl<'s> Rewriting<'s> {
    /// Finds out what each ref is to point to. Nothing is written.
    fn find(store: &'s Store, known: &'s Purged) -> Result<Self, OpsError> {
        let ids: BTreeSet<TodoId> = known.ids.iter().filter_map(|id| TodoId::parse(id)).collect();
        let clean = known.clean.iter().filter(|_| known.gone == known.ids);
        let clean: HashSet<ObjectId> = clean.filter_map(|id| ObjectId::from_hex(id.as_bytes()).ok()).collect();
        let history = Purge::new(Overlay::new(&store.repo), &ids, clean);
        let mut rewriting =
            Rewriting { store, history, known, changes: Vec::new(), clean: BTreeSet::new(), left: Vec::new() };
        for (name, old) in store.repo.refs()? {
            rewriting.find_one(name, old)?;
        }
        Ok(rewriting)
    }

    fn find_one(&mut self, name: String, old: ObjectId) -> Result<(), OpsError> {
        let overlay = Overlay::new(&self.store.repo);
        // A tag, or whatever somebody lets a ref lead to.
        let Ok(info) = overlay.commit_info(old) else {
            self.left.push((name, "it leads to no commit, and was not looked into".to_owned()));
            return Ok(());
        };
        let new = self.history.commit(old, |_| Ok::<_, OpsError>(()))?;
        if new != old && !self.is_ours(&name) && !strays(&overlay, info.tree, None).is_empty() {
            self.left.push((name, "its history holds other things than todos".to_owned()));
            return Ok(());
        }
        self.clean.insert(new.to_string());
        if new != old {
            let message = "purge".to_owned();
            self.changes.push(RefChange { name, old: Some(old), new, message });
        }
        Ok(())
    }

    fn is_ours(&self, name: &str) -> bool {
        let settings = &self.store.settings;
        name.starts_with(SESSIONS)
            || name.starts_with(RETIRED)
            || name.starts_with("refs/chittysync-")
            || name == settings.main_branch
            || name == settings.branch
    }

    /// Returns a branch that would have to move and that somebody works on, and where.
    fn checked_out(&self) -> Option<(String, String)> {
        let mut names = self.changes.iter().map(|change| &change.name);
        let directory = |name: &str| self.store.repo.checked_out(name).map(|path| path.display().to_string());
        names.find_map(|name| Some((name.trim_start_matches("refs/heads/").to_owned(), directory(name)?)))
    }

    /// Moves refs, and deletes what they led to. Returns nothing when refs had moved meanwhile.
    fn write(&mut self, lock: &StoreLock, now: Time) -> Result<Option<Obeyed>, OpsError> {
        let Rewriting { store, history, .. } = self;
        let identity = store.settings.identity(now);
        let writer = Writer { repo: &store.repo, lock, fsync: store.settings.fsync, identity: &identity };
        // Again, from the beginning: this time what is made is kept.
        let ids = self.known.ids.iter().filter_map(|id| TodoId::parse(id)).collect();
        let clean = history.clean().clone();
        *history = Purge::new(Overlay::new(&store.repo), &ids, clean);
        let keep = |batch: &Batch| -> Result<(), OpsError> {
            if !batch.is_empty() {
                writer.write(batch, &[])?;
            }
            Ok(())
        };
        for change in &self.changes {
            let Some(old) = change.old else { continue };
            history.commit(old, keep)?;
        }
        for path in &store.repo.reflogs() {
            for id in store.repo.logged(path)? {
                // What leads to something that is not there, or to no commit, is nothing to go on from.
                history.commit(id, keep).ok();
            }
        }
        for change in &self.changes {
            let Some(old) = change.old else { continue };
            if let Err(path) = history.verify(old, change.new)? {
                let reason = format!("rewriting {} would have changed more than the words: {path}", change.name);
                return Err(OpsError::Store(StoreError::from(crate::git::GitError::object("history", reason))));
            }
        }
        let moved = history.moved();
        Rewritten::add(&store.repo, &moved, store.settings.fsync)?;
        // Whatever happens from here on: the next run looks at everything again.
        cache::save(
            &store.repo,
            "purged",
            &Purged { clean: BTreeSet::new(), gone: BTreeSet::new(), ..self.known.clone() },
        );
        if !writer.write(&Batch::new(store.repo.hash()), &self.changes)?.is_empty() {
            return Ok(None);
        }
        let words = history.words();
        let quotes = |message: &str| words.iter().any(|words| contains(message, words));
        // A ref that was made with many others got its reflog only now.
        for path in &store.repo.reflogs() {
            writer.rewrite_reflog(path, &moved, quotes, PURGED)?;
        }
        let merged = MergedTips::load(&store.repo, "merged");
        merged.renamed(|id| moved.get(&id).copied().unwrap_or(id)).save(&store.repo, "merged");
        let mut left = std::mem::take(&mut self.left);
        left.extend(history.unreadable().iter().map(|path| (path.clone(), "it cannot be read".to_owned())));
        let erased = erase(store, &writer, history, &mut left)?;
        let refs = self.changes.iter().map(|change| change.name.clone()).collect();
        Ok(Some(Obeyed { commits: moved.len(), refs, moved, erased, left, waits: None }))
    }
}
