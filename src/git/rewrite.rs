//! Commits and trees like others: what history is made of when something is taken out of it.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::{CommitRef, Kind};

use super::{GitError, Overlay};

/// Headers of a commit that say that it is as somebody saw it.
const SIGNED: [&str; 3] = ["gpgsig", "gpgsig-sha256", "mergetag"];

impl Overlay<'_> {
    /// Adds a commit like another one, by the same people at the same time, with these parents, this tree and this
    /// message. It is signed by nobody: a signature of the other one would be wrong.
    ///
    /// # Errors
    /// When the other one is missing or damaged.
    pub fn commit_like(
        &mut self,
        id: ObjectId,
        tree: ObjectId,
        parents: &[ObjectId],
        message: &[u8],
    ) -> Result<ObjectId, GitError> {
        let data = self.read(id, Kind::Commit)?;
        let failed = |err: &dyn std::fmt::Display| GitError::object(id, err);
        let commit = CommitRef::from_bytes(&data, id.kind()).map_err(|err| failed(&err))?;
        let mut commit = commit.into_owned().map_err(|err| failed(&err))?;
        commit.tree = tree;
        commit.parents = parents.iter().copied().collect();
        commit.message = message.into();
        commit.extra_headers.retain(|(name, _)| !SIGNED.iter().any(|signed| name.as_bytes() == signed.as_bytes()));
        self.batch.object(&commit)
    }

    /// Returns the message of a commit, byte for byte.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub fn message_of(&self, id: ObjectId) -> Result<Vec<u8>, GitError> {
        let data = self.read(id, Kind::Commit)?;
        let commit = CommitRef::from_bytes(&data, id.kind()).map_err(|err| GitError::object(id, err))?;
        Ok(commit.message.as_bytes().to_vec())
    }

    /// Adds a tree like another one, in which each entry that `change` returns something for, given its name, whether
    /// it is a directory, and its id, has that in its place: another id, or nothing for one that goes. Where nothing
    /// changes, that is the other one.
    ///
    /// # Errors
    /// When the other one is missing or damaged, and what `change` fails with.
    pub fn tree_like<E: From<GitError>>(
        &mut self,
        id: ObjectId,
        mut change: impl FnMut(&mut Self, &str, bool, ObjectId) -> Result<Option<Option<ObjectId>>, E>,
    ) -> Result<ObjectId, E> {
        let mut tree = self.tree(id)?;
        let (mut entries, mut changed) = (Vec::with_capacity(tree.entries.len()), false);
        for mut entry in std::mem::take(&mut tree.entries) {
            // What has another kind of name is none of ours.
            let name = entry.filename.to_str().unwrap_or_default().to_owned();
            match change(self, &name, entry.mode.is_tree(), entry.oid)? {
                Some(Some(other)) => {
                    changed |= other != entry.oid;
                    entry.oid = other;
                    entries.push(entry);
                }
                Some(None) => changed = true,
                None => entries.push(entry),
            }
        }
        tree.entries = entries;
        Ok(if changed { self.batch.object(&tree)? } else { id })
    }
}
