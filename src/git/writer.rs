//! Writing to a store: objects, one barrier, then refs, then a look at what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gix::zlib::Compression;

use super::ref_change::{RefChange, RefDelete, Rejected};
use super::{Batch, Fsync, GitError, Identity, Repo, StoreLock, failpoints, gc, loose, pack, packed_refs, ref_file};

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
    /// Returns the refs that were not as expected, before they were to be moved or when looked at again.
    /// When this returns, everything else is on the disk and has been seen there.
    ///
    /// # Errors
    /// When the store cannot be written. Refs point to whole objects then, the old ones or the new.
    pub fn write(&self, batch: &Batch, changes: &[RefChange]) -> Result<Vec<Rejected>, GitError> {
        failpoints::step()?;
        let objects = self.repo.common_dir().join("objects");
        // Beside a running `git gc` a pack is the safer place, even before the refs lead to it.
        if batch.len() > self.repo.limits.loose_objects || (!batch.is_empty() && gc::is_running(self.repo.common_dir()))
        {
            pack::write(self.lock, &objects, batch, Compression::BEST_SPEED, self.fsync)?;
        } else {
            loose::write(self.lock, &objects, batch, self.fsync)?;
        }
        let mut rejected = self.move_refs(changes)?;
        failpoints::step()?;
        self.outlive_gc(&objects, batch)?;
        self.look_again(changes, &mut rejected)?;
        // What was to be written is. That refs are in many files costs the next runs time, and no more.
        let _ = self.pack_refs();
        Ok(rejected)
    }

    /// Packs the refs of sessions when many are loose.
    fn pack_refs(&self) -> Result<(), GitError> {
        let git_dir = self.repo.common_dir();
        if ref_file::loose_names(&git_dir.join(super::SESSIONS))?.len() <= self.repo.limits.loose_refs {
            return Ok(());
        }
        let hash = self.repo.hash();
        packed_refs::pack_loose(git_dir, self.lock.tmp(), super::SESSIONS, usize::MAX, hash, self.fsync).map(drop)
    }

    /// Deletes refs, each if it points to what is expected. Returns those that point elsewhere; one that is
    /// gone already is as was wanted. What only they led to is garbage from then on: the caller has made sure
    /// that another ref leads to it.
    ///
    /// # Errors
    /// When the store cannot be written. A ref is there or gone then, nothing between.
    pub fn delete(&self, deletes: &[RefDelete]) -> Result<Vec<Rejected>, GitError> {
        let git_dir = self.repo.common_dir();
        let rejected = packed_refs::delete(git_dir, self.lock.tmp(), deletes, self.fsync)?;
        let mut directories = BTreeSet::from([git_dir.to_owned()]);
        directories.extend(deletes.iter().filter_map(|delete| git_dir.join(&delete.name).parent().map(Path::to_owned)));
        self.fsync.directories(&directories)?;
        Ok(rejected)
    }

    fn move_refs(&self, changes: &[RefChange]) -> Result<Vec<Rejected>, GitError> {
        let git_dir = self.repo.common_dir();
        let bulk = changes.iter().filter(|change| change.old.is_none()).count() > self.repo.limits.loose_refs;
        let is_session = |name: &str| name.starts_with(super::SESSIONS) || name.starts_with(super::RETIRED);
        let (created, moved): (Vec<&RefChange>, Vec<&RefChange>) =
            changes.iter().partition(|change| bulk && change.old.is_none() && is_session(&change.name));
        let mut rejected = packed_refs::create_packed(git_dir, self.lock.tmp(), &created, self.fsync)?;
        let mut directories: BTreeSet<PathBuf> = BTreeSet::new();
        if !created.is_empty() {
            directories.insert(git_dir.to_owned());
        }
        failpoints::step()?;
        let prepared: Vec<_> = moved
            .iter()
            .map(|change| ref_file::prepare(self.lock.tmp(), change, self.fsync))
            .collect::<Result<_, _>>()?;
        for (prepared, change) in prepared.iter().zip(&moved) {
            failpoints::step()?;
            rejected.extend(ref_file::apply(git_dir, prepared, self.identity)?);
            // The directories above as well: `git pack-refs` removes those that it empties, so that any of
            // them may be new.
            let above = Path::new(&change.name).ancestors().skip(1).filter(|path| !path.as_os_str().is_empty());
            directories.extend(above.map(|path| git_dir.join(path)));
        }
        self.fsync.directories(&directories)?;
        Ok(rejected)
    }

    /// Makes sure that a `git gc` beside us did not remove what was just written, and will not. Now that the
    /// refs have moved, only one that is running already can: it does not touch a pack that it has not seen,
    /// which is why this one gets a name that no pack had before.
    fn outlive_gc(&self, objects: &Path, batch: &Batch) -> Result<(), GitError> {
        let git_dir = self.repo.common_dir();
        if !batch.is_empty() && (gc::is_running(git_dir) || !gc::has_all(self.repo, batch)?) {
            pack::write(self.lock, objects, batch, Compression::DEFAULT, self.fsync)?;
        }
        Ok(())
    }

    /// Reads back what the refs are. In a store that only we write to, that is what was written. Where other
    /// programs write too, a ref may have moved on, or ours may have been undone: whoever asked has to look.
    fn look_again(&self, changes: &[RefChange], rejected: &mut Vec<Rejected>) -> Result<(), GitError> {
        let git_dir = self.repo.common_dir();
        let refused: BTreeSet<String> = rejected.iter().map(|rejected| rejected.name.clone()).collect();
        // One look at all of them costs more than one at each only while they are few.
        let many = changes.len() > self.repo.limits.loose_refs;
        let all = if many { ref_file::list(git_dir, super::SESSIONS, self.repo.hash())? } else { BTreeMap::new() };
        for change in changes.iter().filter(|change| !refused.contains(&change.name)) {
            let found = match all.get(&change.name) {
                Some(found) => Some(*found),
                None => ref_file::read(git_dir, &change.name, change.new.kind())?,
            };
            if found != Some(change.new) {
                rejected.push(Rejected { name: change.name.clone(), expected: Some(change.new), found });
            }
        }
        Ok(())
    }
}
