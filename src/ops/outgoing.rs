//! What a remote lacks of what this device has, as far as the last fetch tells.

use std::collections::{BTreeMap, HashSet};

use super::OpsError;
use super::redo::can_be_made_there;
use super::tips::{ForeignTip, Tips};
use crate::git::{
    Ancestors, Batch, Fsync, Namespace, ObjectId, Overlay, RefChange, RemoteName, StoreLock, Writer, beyond, descends,
    tracking_branch,
};
use crate::settings::{self, Merger};
use crate::store::{Store, StoreError};
use crate::todo::{Session, Time};

/// What a remote had when last fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Its sessions, in either namespace.
    pub sessions: BTreeMap<(Session, Namespace), ObjectId>,
    /// Its consolidated branch.
    pub branch: Option<ObjectId>,
}

impl Remembered {
    /// Reads the tracking refs.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn of(store: &Store, remote: &RemoteName) -> Result<Self, OpsError> {
        let (sessions, _) = store.repo.remote_sessions(remote)?;
        let sessions = sessions.into_iter().map(|found| ((found.session, found.namespace), found.tip)).collect();
        let branch = store.repo.find_ref(&tracking_branch(remote, &store.settings.branch))?;
        Ok(Remembered { sessions, branch })
    }

    /// Calls commits by other names.
    pub(super) fn rename(&mut self, now: impl Fn(ObjectId) -> ObjectId) {
        self.sessions.values_mut().chain(self.branch.as_mut()).for_each(|tip| *tip = now(*tip));
    }

    /// Returns the tips that another one does not have.
    pub(super) fn new_beside<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = ObjectId> + 'a {
        let moved = self.sessions.iter().filter(|(key, tip)| other.sessions.get(key) != Some(tip)).map(|(_, tip)| *tip);
        moved.chain(self.branch.filter(|_| self.branch != other.branch))
    }

    /// Returns how many refs differ.
    pub(super) fn differences(&self, other: &Self) -> usize {
        let gone = other.sessions.keys().filter(|key| !self.sessions.contains_key(key)).count();
        let lost = usize::from(self.branch.is_none() && other.branch.is_some());
        self.new_beside(other).count() + gone + lost
    }
}

/// What is to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// Sessions, with their tips.
    pub sessions: Vec<(Session, ObjectId)>,
    /// The consolidated commit.
    pub branch: Option<ObjectId>,
    /// What cannot be sent, and why.
    pub stuck: Vec<(String, String)>,
}

impl Outgoing {
    /// Compares this device with a remote that keeps sessions in `namespace`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find(store: &Store, remembered: &Remembered, namespace: Namespace, now: Time) -> Result<Self, OpsError> {
        let overlay = Overlay::new(&store.repo);
        let mut outgoing = Outgoing::default();
        let mut idle = Idle::new(store, &overlay, remembered.branch, now);
        let local = store.repo.sessions()?;
        for (session, tip) in local.iter().cloned() {
            let there = |namespace| remembered.sessions.get(&(session.clone(), namespace)).copied();
            match there(namespace) {
                Some(theirs) if theirs == tip => {}
                Some(theirs) if descends(&overlay, tip, theirs) => outgoing.sessions.push((session, tip)),
                Some(theirs) if descends(&overlay, theirs, tip) || idle.is_contained(tip) => {}
                // It goes on under another name, and that one is sent.
                Some(_) if local.iter().any(|(name, _)| *name != session && name.is_same(&session)) => {}
                Some(_) => {
                    let reason = "the remote has another history of it".to_owned();
                    outgoing.stuck.push((namespace.on_remote(&session), reason));
                }
                None => {
                    let elsewhere = Namespace::ALL.into_iter().filter_map(there);
                    let known = elsewhere.into_iter().any(|theirs| theirs == tip || descends(&overlay, theirs, tip));
                    if !known && !idle.is_retirable(tip) {
                        outgoing.sessions.push((session, tip));
                    }
                }
            }
        }
        let ours = store.repo.find_ref(&store.settings.branch)?;
        match (ours, remembered.branch) {
            (Some(ours), Some(theirs)) if ours != theirs && !descends(&overlay, theirs, ours) => {
                if descends(&overlay, ours, theirs) {
                    outgoing.branch = Some(ours);
                } else {
                    let branch = store.settings.branch_name().to_owned();
                    outgoing.stuck.push((branch, "the remote's has not been merged into it".to_owned()));
                }
            }
            (Some(ours), None) => outgoing.branch = Some(ours),
            _ => {}
        }
        Ok(outgoing)
    }

    /// Leaves out the branch where the remote merges by itself and comes to the same: nobody else writes a session's
    /// ref, so that nothing which is then sent can be rejected.
    ///
    /// # Errors
    /// When the settings cannot be read.
    pub(super) fn for_who_merges(
        self,
        store: &Store,
        remote: &RemoteName,
        there: &Remembered,
    ) -> Result<Self, OpsError> {
        let Some(ours) = self.branch else { return Ok(self) };
        let merger = settings::merger_on(&store.repo.values()?, remote).map_err(StoreError::from)?;
        if merger == Merger::Devices {
            return Ok(self);
        }
        // What was heard of elsewhere is on the branch only.
        let foreign = there.sessions.iter().map(|((session, _), commit)| ForeignTip {
            session: session.clone(),
            commit: *commit,
            remote: remote.clone(),
        });
        let tips = Tips {
            local: store.repo.sessions()?.into_iter().collect(),
            foreign: foreign.collect(),
            branches: there.branch.map(|tip| (remote.clone(), tip)).into_iter().collect(),
            ..Tips::default()
        };
        let is_made_there = can_be_made_there(store, &Overlay::new(&store.repo), ours, &tips);
        Ok(if is_made_there { Outgoing { branch: None, ..self } } else { self })
    }
}

/// Moves our tracking refs to what the remote has acknowledged. Nothing is lost when that fails: the next fetch tells
/// the same.
pub(super) fn remember(
    store: &Store,
    remote: &RemoteName,
    known: &Remembered,
    namespace: Namespace,
    sessions: &[(Session, ObjectId)],
    branch: Option<ObjectId>,
    now: Time,
) -> Result<(), OpsError> {
    let message = "sync: the remote has it".to_owned();
    let mut changes: Vec<RefChange> = Vec::new();
    for (session, new) in sessions {
        let old = known.sessions.get(&(session.clone(), namespace)).copied();
        changes.push(RefChange { name: namespace.tracking(remote, session), old, new: *new, message: message.clone() });
    }
    if let Some(new) = branch {
        let name = tracking_branch(remote, &store.settings.branch);
        changes.push(RefChange { name, old: known.branch, new, message });
    }
    // git may have moved them itself, as the configuration says.
    let mut pending = Vec::new();
    for change in changes {
        if store.repo.find_ref(&change.name)? == change.old {
            pending.push(change);
        }
    }
    if pending.is_empty() {
        return Ok(());
    }
    let lock = StoreLock::acquire(store.repo.common_dir())?;
    let identity = store.settings.identity(now);
    let writer = Writer { repo: &store.repo, lock: &lock, fsync: Fsync::Off, identity: &identity };
    writer.write(&Batch::new(store.repo.hash()), &pending)?;
    Ok(())
}

/// Tells which sessions have said nothing for long and are part of the remote's branch: they need no ref.
pub(super) struct Idle<'a> {
    overlay: &'a Overlay<'a>,
    /// Sessions that spoke after this are not idle; nothing for never.
    since: Option<i64>,
    branch: Option<ObjectId>,
    contained: Option<Ancestors>,
}

impl<'a> Idle<'a> {
    pub(super) fn new(store: &Store, overlay: &'a Overlay<'a>, branch: Option<ObjectId>, now: Time) -> Self {
        let since = store.settings.retire_after.map(|after| now.millis() - after);
        Idle { overlay, since, branch, contained: None }
    }

    /// Returns whether a session with this newest commit needs no ref any more. A session's commit is dated
    /// when it was said.
    pub(super) fn is_retirable(&mut self, tip: ObjectId) -> bool {
        let Some(since) = self.since else { return false };
        self.overlay.commit_info(tip).is_ok_and(|commit| commit.time.millis() < since) && self.is_contained(tip)
    }

    /// Returns whether the remote's branch has this commit.
    pub(super) fn is_contained(&mut self, tip: ObjectId) -> bool {
        self.contained.get_or_insert_with(|| Ancestors::of(self.overlay, self.branch)).contains(tip)
    }
}

/// Returns how many consolidations of this device a remote lacks.
///
/// # Errors
/// When the store cannot be read.
pub fn ahead(store: &Store, remembered: &Remembered) -> Result<usize, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let ours = store.repo.find_ref(&store.settings.branch)?;
    if ours == remembered.branch {
        return Ok(0);
    }
    let line = std::iter::successors(ours, |at| overlay.commit_info(*at).ok()?.parents.first().copied());
    let (Some(ours), Some(theirs)) = (ours, remembered.branch) else { return Ok(line.count()) };
    let new: HashSet<ObjectId> = beyond(&overlay, ours, theirs).commits.iter().map(|commit| commit.id).collect();
    let line: Vec<ObjectId> = line.take_while(|commit| new.contains(commit)).collect();
    // Where clocks are wrong, or the same, the remote can have the last of them.
    Ok(line.partition_point(|commit| !descends(&overlay, theirs, *commit)))
}
