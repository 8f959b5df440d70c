//! Writing to a store: objects, one barrier, then refs, then a look at what is there.

use std::collections::BTreeSet;
use std::path::PathBuf;

use gix::ObjectId;

use super::{Batch, Fsync, GitError, Identity, Repo, StoreLock, loose, pack, ref_file};

/// More objects than this are written as one pack.
const MOST_LOOSE: usize = 128;
/// More new refs than this are written into `packed-refs`.
const MOST_LOOSE_REFS: usize = 64;

/// The move of one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefChange {
    /// The full name.
    pub name: String,
    /// What the ref must point to now; nothing when it must not exist.
    pub old: Option<ObjectId>,
    /// What it shall point to.
    pub new: ObjectId,
    /// What the reflog says.
    pub message: String,
}

/// A ref that pointed to something else than expected and was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The full name.
    pub name: String,
    /// What it was expected to point to.
    pub expected: Option<ObjectId>,
    /// What it points to.
    pub found: Option<ObjectId>,
}

/// Writes to the store whose lock is held.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The store.
    pub repo: &'a Repo,
    /// The right to write to it.
    pub lock: &'a StoreLock,
    /// Whether to wait for the disk.
    pub fsync: Fsync,
    /// Who the reflog says it was.
    pub identity: &'a Identity,
}

impl Writer<'_> {
    /// Writes the objects, then moves the refs one after the other, in the order given. Nothing relies on
    /// several refs moving together: after a crash any number of the first ones may have moved.
    ///
    /// Returns the refs that were not as expected. When this returns, everything else is on the disk and
    /// has been read back.
    ///
    /// # Errors
    /// When the store cannot be written. Refs point to whole objects then, the old ones or the new.
    pub fn write(&self, batch: &Batch, changes: &[RefChange]) -> Result<Vec<Rejected>, GitError> {
        let objects = self.repo.common_dir().join("objects");
        if batch.len() > MOST_LOOSE {
            pack::write(self.lock, &objects, batch, self.fsync)?;
        } else {
            loose::write(self.lock, &objects, batch, self.fsync)?;
        }
        let rejected = self.move_refs(changes)?;
        self.verify(changes, &rejected)?;
        Ok(rejected)
    }

    fn move_refs(&self, changes: &[RefChange]) -> Result<Vec<Rejected>, GitError> {
        let git_dir = self.repo.common_dir();
        let bulk = changes.iter().filter(|change| change.old.is_none()).count() > MOST_LOOSE_REFS;
        let (created, moved): (Vec<&RefChange>, Vec<&RefChange>) =
            changes.iter().partition(|change| bulk && change.old.is_none() && change.name.starts_with(super::SESSIONS));
        let mut rejected = ref_file::create_packed(git_dir, self.lock.tmp(), &created, self.fsync)?;
        let mut directories: BTreeSet<PathBuf> = BTreeSet::new();
        if !created.is_empty() {
            directories.insert(git_dir.to_owned());
        }
        let prepared: Vec<_> = moved
            .iter()
            .map(|change| ref_file::prepare(self.lock.tmp(), change, self.fsync))
            .collect::<Result<_, _>>()?;
        for (prepared, change) in prepared.iter().zip(&moved) {
            rejected.extend(ref_file::apply(git_dir, prepared, self.identity)?);
            let path = git_dir.join(&change.name);
            directories.extend(path.parent().map(PathBuf::from));
        }
        // A directory that is gone was emptied by `git pack-refs`: the ref is in `packed-refs` now.
        directories.retain(|directory| directory.is_dir());
        self.fsync.directories(&directories)?;
        Ok(rejected)
    }

    /// Reads back what was written. In a store that only we write to this cannot fail; where other programs
    /// write too, a ref may have moved on, which is theirs to do.
    fn verify(&self, changes: &[RefChange], rejected: &[Rejected]) -> Result<(), GitError> {
        for change in changes.iter().filter(|change| rejected.iter().all(|rejected| rejected.name != change.name)) {
            let found = ref_file::read(self.repo.common_dir(), &change.name, change.new.kind())?;
            if found.is_none() || found == change.old {
                return Err(GitError::object(&change.name, "the ref does not hold what was just written to it"));
            }
        }
        if let Some(change) = changes.last() {
            self.repo.check_object(change.new)?;
        }
        Ok(())
    }
}
