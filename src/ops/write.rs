//! Writing what a run made.

use super::OpsError;
use crate::git::{Batch, RefChange, StoreLock, Writer};
use crate::store::Store;
use crate::todo::Time;

/// How often a run starts again when somebody who does not take the lock moves refs under it.
pub(super) const TRIES: u32 = 8;

pub(super) fn write(
    store: &Store,
    lock: &StoreLock,
    batch: &Batch,
    changes: &[RefChange],
    now: Time,
) -> Result<Vec<String>, OpsError> {
    if batch.is_empty() && changes.is_empty() {
        return Ok(Vec::new());
    }
    let identity = store.settings.identity(now);
    let writer = Writer { repo: &store.repo, lock, fsync: store.settings.fsync, identity: &identity };
    Ok(writer.write(batch, changes)?.into_iter().map(|rejected| rejected.name).collect())
}
