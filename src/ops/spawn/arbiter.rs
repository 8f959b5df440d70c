//! The arbiter: the one place that says who may start an agent. Without it nothing is started.

use crate::git::{
    GitError, LEASE, LeasePush, Namespace, NewCommit, ObjectId, Overlay, RefChange, RemoteName, StoreLock,
    TransferLock, Unreachable, Watch, fetch_lease, lease_tracking, push_lease,
};
use crate::ops::OpsError;
use crate::ops::budget;
use crate::ops::write::write;
use crate::plan::{Answer, Lease, LeaseError};
use crate::settings::{Spawning, namespace_on};
use crate::store::Store;
use crate::todo::{Time, plain};

/// The only file of a lease's commit.
const FILE: &str = "lease.json";

/// A longer one is not even read.
const LONGEST: u64 = 1024 * 1024;

/// Who says which device may start an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arbiter {
    /// The store itself: nobody else has it.
    Store,
    /// A remote.
    Remote(RemoteName),
}

/// Why nobody says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoArbiter {
    /// The setting names a remote that is not there.
    #[error("chittysync.arbiter names the remote {0}, which is not there")]
    Unknown(RemoteName),
    /// There are several remotes, and none is named.
    #[error("there are several remotes, and none of them is named as the one that decides who starts an agent")]
    Several,
}

/// The lease, as it was read.
#[derive(Clone, Debug)]
pub struct Held {
    /// The commit; nothing before the first one.
    pub at: Option<ObjectId>,
    /// Where on the remote.
    namespace: Namespace,
    /// What it says, if it can be read.
    pub lease: Result<Lease, LeaseError>,
}

impl Arbiter {
    /// Finds the arbiter of a store.
    ///
    /// # Errors
    /// When it is not clear which one it is.
    pub fn of(store: &Store, spawning: &Spawning) -> Result<Self, NoArbiter> {
        if let Some(remote) = &spawning.arbiter {
            let is_there = store.repo.remote_url(remote).is_some();
            return if is_there {
                Ok(Arbiter::Remote(remote.clone()))
            } else {
                Err(NoArbiter::Unknown(remote.clone()))
            };
        }
        match &store.settings.remote {
            // What is there besides is nobody's business: nothing leaves this device.
            None => Ok(Arbiter::Store),
            Some(remote) if store.repo.remotes().len() == 1 => Ok(Arbiter::Remote(remote.clone())),
            Some(_) => Err(NoArbiter::Several),
        }
    }

    /// Returns what it is called.
    pub fn name(&self) -> String {
        match self {
            Arbiter::Store => "this store".to_owned(),
            Arbiter::Remote(remote) => remote.to_string(),
        }
    }

    /// Reads the lease as it is there now.
    ///
    /// # Errors
    /// When the store cannot be read or written. An arbiter that cannot be reached is a value.
    pub fn read(&self, store: &Store, watch: &Watch<'_>) -> Result<Result<Held, String>, OpsError> {
        if let Arbiter::Remote(remote) = self {
            let turn = match TransferLock::acquire(store.repo.common_dir()) {
                Ok(turn) => turn,
                Err(GitError::Busy { seconds, .. }) => return Ok(Err(busy(seconds))),
                Err(err) => return Err(err.into()),
            };
            let fetched = fetch_lease(&store.repo, remote, store.settings.fsync, watch)?;
            drop(turn);
            if let Err(Unreachable(why)) = fetched {
                return Ok(Err(why));
            }
        }
        self.known(store).map(Ok)
    }

    /// Returns the lease as it was when it was last read. Asks nobody.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn known(&self, store: &Store) -> Result<Held, OpsError> {
        let store = store.reopen()?;
        let (at, namespace) = match self {
            Arbiter::Store => (store.repo.find_ref(LEASE)?, Namespace::Sessions),
            Arbiter::Remote(remote) => {
                let there = |namespace| store.repo.find_ref(&lease_tracking(namespace, remote));
                match (there(Namespace::Sessions)?, there(Namespace::Heads)?) {
                    (Some(one), Some(_)) => {
                        let why =
                            format!("it is there twice; delete {LEASE} or the branch chittysync-lease/spawn there");
                        return Ok(Held {
                            at: Some(one),
                            namespace: Namespace::Sessions,
                            lease: Err(LeaseError::Malformed(why)),
                        });
                    }
                    (Some(own), None) => (Some(own), Namespace::Sessions),
                    (None, Some(branch)) => (Some(branch), Namespace::Heads),
                    (None, None) => {
                        let namespace =
                            namespace_on(&store.repo.values()?, remote).map_err(crate::store::StoreError::from)?;
                        (None, namespace.unwrap_or(Namespace::Sessions))
                    }
                }
            }
        };
        let lease = at.map_or_else(|| Ok(Lease::default()), |at| decode(&store, at));
        Ok(Held { at, namespace, lease })
    }

    /// Puts a lease in the place of the one that was read, if that is still there.
    ///
    /// # Errors
    /// When the store cannot be written. An arbiter that was not asked is a value.
    pub fn send(
        &self,
        store: &Store,
        held: &Held,
        lease: &Lease,
        now: Time,
        watch: &Watch<'_>,
    ) -> Result<Result<Answer, String>, OpsError> {
        let mut overlay = Overlay::new(&store.repo);
        let blob = overlay.batch.blob(lease.encode())?;
        let tree = overlay.edit_tree(None, [(FILE, Some(blob))])?;
        let identity = store.settings.identity(now);
        let message = format!("{}: generation {}\n", plain(&store.settings.device), lease.generation);
        let parents = held.at.into_iter().collect();
        let new = overlay.commit(NewCommit { tree, parents, identity: &identity, message })?;
        let change = |name: String, old| RefChange { name, old, new, message: "spawn: lease".to_owned() };
        let Arbiter::Remote(remote) = self else {
            let lock = StoreLock::acquire(store.repo.common_dir())?;
            let moved = write(store, &lock, &overlay.batch, &[change(LEASE.to_owned(), held.at)], now)?;
            return Ok(Ok(if moved.is_empty() { Answer::Won } else { Answer::Lost }));
        };
        let turn = match TransferLock::acquire(store.repo.common_dir()) {
            Ok(turn) => turn,
            Err(GitError::Busy { seconds, .. }) => return Ok(Err(busy(seconds))),
            Err(err) => return Err(err.into()),
        };
        if let Err(full) = budget::take(store, remote, now)? {
            return Ok(Err(full.to_string()));
        }
        write(store, &StoreLock::acquire(store.repo.common_dir())?, &overlay.batch, &[], now)?;
        let mut namespace = held.namespace;
        let mut answer = push_lease(&store.repo, remote, namespace, (held.at, new), watch)?;
        if matches!(answer, LeasePush::Refused(_)) && held.at.is_none() && namespace == Namespace::Sessions {
            // It may take branches only.
            namespace = Namespace::Heads;
            answer = push_lease(&store.repo, remote, namespace, (None, new), watch)?;
        }
        drop(turn);
        let answer = match answer {
            LeasePush::Refused(why) => Answer::Refused(why),
            LeasePush::Flag(flag) => flag.map_or(Answer::Unclear, Answer::of_flag),
        };
        if answer == Answer::Won {
            let lock = StoreLock::acquire(store.repo.common_dir())?;
            let old = held.at.filter(|_| namespace == held.namespace);
            // Where it was moved meanwhile, the next look puts it right.
            let _ = write(
                store,
                &lock,
                &crate::git::Batch::new(store.repo.hash()),
                &[change(lease_tracking(namespace, remote), old)],
                now,
            )?;
        }
        Ok(Ok(answer))
    }
}

fn busy(seconds: u64) -> String {
    format!("another process has been talking with it for {seconds} seconds")
}

fn decode(store: &Store, at: ObjectId) -> Result<Lease, LeaseError> {
    let malformed = |err: &dyn std::fmt::Display| LeaseError::Malformed(err.to_string());
    let overlay = Overlay::new(&store.repo);
    let tree = overlay.commit_info(at).map_err(|err| malformed(&err))?.tree;
    let blob = overlay.find(tree, FILE).map_err(|err| malformed(&err))?;
    let blob = blob.ok_or_else(|| LeaseError::Malformed(format!("it has no {FILE}")))?;
    if overlay.size_of(blob).is_none_or(|size| size > LONGEST) {
        return Err(LeaseError::Malformed("it is longer than any that was ever written".to_owned()));
    }
    Lease::decode(&overlay.blob(blob).map_err(|err| malformed(&err))?)
}
