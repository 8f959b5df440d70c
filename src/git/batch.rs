//! Objects in the making: kept in memory until the whole batch is written with one barrier.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use gix::ObjectId;
use gix::hash::Kind as Hash;
use gix::objs::{Kind, WriteTo};

use super::GitError;

/// New objects by id. Adding one twice keeps one.
#[derive(Debug)]
pub struct Batch {
    hash: Hash,
    objects: HashMap<ObjectId, (Kind, Vec<u8>)>,
}

impl Batch {
    /// Returns an empty batch for a repository with this hash.
    pub fn new(hash: Hash) -> Self {
        Batch { hash, objects: HashMap::new() }
    }

    /// Adds a blob with this content.
    ///
    /// # Errors
    /// When the content collides with a known attack on SHA-1.
    pub fn blob(&mut self, content: Vec<u8>) -> Result<ObjectId, GitError> {
        self.add(Kind::Blob, content)
    }

    /// Adds a tree or a commit.
    pub(super) fn object(&mut self, object: &dyn WriteTo) -> Result<ObjectId, GitError> {
        let mut content = Vec::with_capacity(usize::try_from(object.size()).unwrap_or(0));
        object.write_to(&mut content).map_err(|err| GitError::object("a new object", err))?;
        self.add(object.kind(), content)
    }

    fn add(&mut self, kind: Kind, content: Vec<u8>) -> Result<ObjectId, GitError> {
        let id =
            gix::objs::compute_hash(self.hash, kind, &content).map_err(|err| GitError::object("a new object", err))?;
        if let Entry::Vacant(entry) = self.objects.entry(id) {
            entry.insert((kind, content));
        }
        Ok(id)
    }

    /// Moves all objects of another batch into this one.
    pub fn absorb(&mut self, other: Batch) {
        self.objects.extend(other.objects);
    }

    /// Returns whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Returns how many objects there are to write.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn hash(&self) -> Hash {
        self.hash
    }

    pub(super) fn get(&self, id: &gix::oid) -> Option<(Kind, &[u8])> {
        self.objects.get(id).map(|(kind, content)| (*kind, content.as_slice()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ObjectId, Kind, &[u8])> {
        self.objects.iter().map(|(id, (kind, content))| (id, *kind, content.as_slice()))
    }
}
