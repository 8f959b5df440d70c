//! What there is to merge: this device's sessions, and what remotes had when last fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::OpsError;
use crate::git::{ObjectId, Reading, RemoteName, RemoteSession, tracking_branch};
use crate::store::{MergedTips, PackedLook, SessionTrees, Store};
use crate::todo::Session;

/// A session as a remote has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignTip {
    /// Which session.
    pub session: Session,
    /// Its newest commit there.
    pub commit: ObjectId,
    /// The remote.
    pub remote: RemoteName,
}

/// All tips that a consolidation looks at.
#[derive(Clone, Debug, Default)]
pub struct Tips {
    /// This device's sessions.
    pub local: BTreeMap<Session, ObjectId>,
    /// Remotes' sessions, whatever they turn out to be, in the order of names.
    pub foreign: Vec<ForeignTip>,
    /// Remotes' consolidated commits, and what they were before the last fetch.
    pub branches: Vec<(RemoteName, ObjectId)>,
    /// Other branches of this store that are to be merged, and what to call them.
    pub also: Vec<(String, ObjectId)>,
    /// Refs of remotes that are no session's.
    pub strange: Vec<(RemoteName, String)>,
    /// Whether what can be made again on top of a remote's branch is not kept: for who pushes there next.
    pub remake: bool,
    /// What commits of sessions hold, as far as they were looked at.
    pub held: Arc<SessionTrees>,
    /// How much of what there is they are.
    pub extent: Extent,
}

/// How much of what there is was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// Not all, for who knows what the rest is.
    #[default]
    Some,
    /// All refs; nothing when `packed-refs` is too new to be known again.
    All(Option<PackedLook>),
    /// What is not known to be merged, and the sessions that were asked for. The packed refs of these remotes, and of this
    /// device, are as they were when all of them were merged.
    News(BTreeSet<RemoteName>),
}

impl Tips {
    /// Looks at the refs. `also` is a remote to look at even if nothing in the configuration says that it has
    /// anything to do with this store.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn find(store: &Store, also: Option<&RemoteName>) -> Result<Self, OpsError> {
        // Before they are read: if it changes meanwhile, it looks different the next time.
        let look = store.repo.packed_look();
        let mut tips = Tips { local: store.repo.sessions()?.into_iter().collect(), ..Tips::default() };
        let mut remotes = BTreeSet::new();
        for remote in store.repo.remotes() {
            let (sessions, strange) = store.repo.remote_sessions(&remote)?;
            if !is_asked(store, &remote, also) && sessions.is_empty() {
                continue;
            }
            remotes.insert(remote.as_str().to_owned());
            tips.take(store, &remote, sessions, strange)?;
        }
        // One remote's come in this order, those of all are looked up by name.
        tips.foreign.sort_by(|a, b| a.session.cmp(&b.session));
        let is_clear = look.is_at_rest && tips.strange.is_empty();
        tips.extent = Extent::All(is_clear.then_some(PackedLook { file: look.file, remotes }));
        Ok(tips)
    }

    /// As [`Tips::find`], without those of which it is known, without reading them, that they are `merged`; but with all
    /// of the sessions asked `about`, and of those that have news.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub(super) fn news(
        store: &Store,
        also: Option<&RemoteName>,
        merged: &MergedTips,
        about: Option<&Session>,
    ) -> Result<Self, OpsError> {
        // Where somebody else moved the branch, it need not contain what it did.
        let is_of_branch = store.repo.find_ref(&store.settings.branch)?.is_some_and(|tip| merged.is_of(tip));
        let loose = if is_of_branch { Tips::loose(store, also, merged)? } else { None };
        let Some(mut tips) = loose else { return Tips::find(store, also) };
        let is_new = |tip: ObjectId| !merged.is_of(tip) && !merged.contains(tip);
        let local = tips.local.iter().filter(|(_, tip)| is_new(**tip)).map(|(session, _)| session);
        let foreign = tips.foreign.iter().filter(|tip| is_new(tip.commit)).map(|tip| &tip.session);
        let wanted: BTreeSet<Session> = local.chain(foreign).chain(about).cloned().collect();
        for session in &wanted {
            tips.add(store, session)?;
        }
        // What is known to be merged, and cannot be told from what is news, is all looked at.
        let is_clear = merged.is_readable_for(tips.all());
        if is_clear { Ok(tips) } else { Tips::find(store, also) }
    }

    /// Returns whether finding out what is news takes no more reading than so many bytes.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub(super) fn are_soon_found(store: &Store, most: u64) -> Result<bool, OpsError> {
        if store.repo.has_few_refs(&Reading::of(most), true) {
            return Ok(true);
        }
        let merged = MergedTips::load_within(&store.repo, store.merged_cache(), most);
        Ok(store.repo.has_few_refs(&Reading::of(most), false) && Tips::loose(store, None, &merged)?.is_some())
    }

    /// Looks at the refs that have files of their own; nothing when it is not known that all others are merged.
    fn loose(store: &Store, also: Option<&RemoteName>, merged: &MergedTips) -> Result<Option<Self>, OpsError> {
        let Some(looked) = merged.looked() else { return Ok(None) };
        let mut tips = Tips { local: store.repo.loose_sessions()?.into_iter().collect(), ..Tips::default() };
        let mut remotes = BTreeSet::new();
        for remote in store.repo.remotes() {
            let (sessions, strange) = store.repo.loose_remote_sessions(&remote)?;
            match looked.remotes.contains(remote.as_str()) {
                _ if !strange.is_empty() => return Ok(None),
                true => {
                    tips.take(store, &remote, sessions, strange)?;
                    remotes.insert(remote);
                }
                false if is_asked(store, &remote, also) || !sessions.is_empty() => return Ok(None),
                false => {}
            }
        }
        tips.foreign.sort_by(|a, b| a.session.cmp(&b.session));
        // Last: who packs a ref writes it there before he takes away its file.
        let is_same = remotes.len() == looked.remotes.len() && store.repo.packed_look().file == looked.file;
        tips.extent = Extent::News(remotes);
        Ok(is_same.then_some(tips))
    }

    /// Takes in what a remote has.
    fn take(
        &mut self,
        store: &Store,
        remote: &RemoteName,
        sessions: Vec<RemoteSession>,
        strange: Vec<String>,
    ) -> Result<(), OpsError> {
        self.strange.extend(strange.into_iter().map(|name| (remote.clone(), name)));
        self.foreign.extend(sessions.into_iter().map(|found| ForeignTip {
            session: found.session,
            commit: found.tip,
            remote: remote.clone(),
        }));
        let branch = store.repo.find_ref(&tracking_branch(remote, &store.settings.branch))?;
        self.branches.extend(branch.map(|tip| (remote.clone(), tip)));
        Ok(())
    }

    /// Looks at a session too, under whatever name it speaks, unless all were looked at.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub(super) fn add(&mut self, store: &Store, session: &Session) -> Result<(), OpsError> {
        let Extent::News(remotes) = &self.extent else { return Ok(()) };
        let found = Tips::of_session(store, session)?;
        for (name, tip) in found.local {
            self.local.entry(name).or_insert(tip);
        }
        for tip in found.foreign.into_iter().filter(|tip| remotes.contains(&tip.remote)) {
            if !self.foreign.contains(&tip) {
                let at = self.foreign.partition_point(|other| other.session <= tip.session);
                self.foreign.insert(at, tip);
            }
        }
        Ok(())
    }

    /// Looks at the refs of one session, of lists beside its own, and of what goes on from it, for who asks about no other.
    /// The rest is not read.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub(super) fn of_session(store: &Store, session: &Session) -> Result<Self, OpsError> {
        let start = session.family_start();
        let local = store.repo.sessions_beginning(&start)?.into_iter().collect();
        let mut tips = Tips { local, ..Tips::default() };
        for remote in store.repo.remotes() {
            for found in store.repo.remote_sessions_beginning(&remote, &start)? {
                let (session, commit, remote) = (found.session, found.tip, remote.clone());
                tips.foreign.push(ForeignTip { session, commit, remote });
            }
        }
        tips.foreign.sort_by(|a, b| a.session.cmp(&b.session));
        Ok(tips)
    }

    /// Returns all commits.
    pub fn all(&self) -> impl Iterator<Item = ObjectId> {
        let foreign = self.foreign.iter().map(|tip| tip.commit);
        let also = self.also.iter().map(|(_, tip)| *tip);
        self.local.values().copied().chain(foreign).chain(self.branches.iter().map(|(_, tip)| *tip)).chain(also)
    }
}

/// Returns whether a remote counts even if it has no session: the remotes of a project may well have a branch of this
/// name that is none of ours.
fn is_asked(store: &Store, remote: &RemoteName, also: Option<&RemoteName>) -> bool {
    also == Some(remote) || store.settings.remote.as_ref() == Some(remote) || store.repo.fetches_sessions(remote)
}
