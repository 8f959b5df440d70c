//! What there is to merge: this device's sessions, and what remotes had when last fetched.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::OpsError;
use crate::git::{ObjectId, RemoteName, session_ref, tracking_branch};
use crate::store::{SessionTrees, Store};
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
}

impl Tips {
    /// Looks at the refs. `also` is a remote to look at even if nothing in the configuration says that it has
    /// anything to do with this store.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn find(store: &Store, also: Option<&RemoteName>) -> Result<Self, OpsError> {
        let mut tips = Tips { local: store.repo.sessions()?.into_iter().collect(), ..Tips::default() };
        for remote in store.repo.remotes() {
            let (sessions, strange) = store.repo.remote_sessions(&remote)?;
            // The remotes of a project may well have a branch of this name that is none of ours.
            let ours = !sessions.is_empty()
                || also == Some(&remote)
                || store.settings.remote.as_ref() == Some(&remote)
                || store.repo.fetches_sessions(&remote);
            if !ours {
                continue;
            }
            tips.strange.extend(strange.into_iter().map(|name| (remote.clone(), name)));
            tips.foreign.extend(sessions.into_iter().map(|found| ForeignTip {
                session: found.session,
                commit: found.tip,
                remote: remote.clone(),
            }));
            let branch = store.repo.find_ref(&tracking_branch(&remote, &store.settings.branch))?;
            tips.branches.extend(branch.map(|tip| (remote, tip)));
        }
        // One remote's come in this order, those of all are looked up by name.
        tips.foreign.sort_by(|a, b| a.session.cmp(&b.session));
        Ok(tips)
    }

    /// Looks at the refs of one session, of lists beside its own, and of what goes on from it, for who asks about no other.
    /// The rest is not read.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub(super) fn of_session(store: &Store, session: &Session) -> Result<Self, OpsError> {
        let mut tips =
            Tips { local: store.repo.sessions_beginning(session.main())?.into_iter().collect(), ..Tips::default() };
        // A name that has to be written otherwise need not begin as that of its session.
        for name in [session.clone(), session.origin()] {
            let tip = store.repo.find_ref(&session_ref(&name))?;
            tips.local.extend(tip.map(|tip| (name, tip)));
        }
        for remote in store.repo.remotes() {
            for found in store.repo.remote_sessions_beginning(&remote, session.main())? {
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
