//! Objects in the making: kept in memory until the whole batch is written with one barrier.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use gix::ObjectId;
use gix::hash::Kind as Hash;
use gix::objs::{Kind, WriteTo};
use gix::zlib::Compression;

use super::GitError;
use super::deflate::{pack_up, unpack};

/// New objects by id. Adding one twice keeps one.
#[derive(Debug)]
pub struct Batch {
    hash: Hash,
    objects: HashMap<ObjectId, (Kind, Content)>,
}

/// The content of an object. Boxed: most are small, and room to grow would take as much as they do.
#[derive(Debug)]
pub(super) enum Content {
    Plain(Box<[u8]>),
    /// As a pack holds it.
    Shrunk {
        stream: Box<[u8]>,
        length: usize,
    },
}

impl Content {
    pub(super) fn read(&self) -> Cow<'_, [u8]> {
        match self {
            Content::Plain(content) => Cow::Borrowed(content),
            Content::Shrunk { stream, length } => Cow::Owned(unpack(stream, *length)),
        }
    }

    /// Returns the length of the object, and its content as a pack holds it.
    pub(super) fn packed(&self, kind: Kind, compression: Compression) -> Result<(usize, Vec<u8>), GitError> {
        match self {
            Content::Shrunk { stream, length } if compression == SHRUNK => Ok((*length, stream.to_vec())),
            content => {
                let content = content.read();
                Ok((content.len(), pack_up(kind, &[], &content, compression)?))
            }
        }
    }
}

/// How much [`Batch::shrink`] compresses.
const SHRUNK: Compression = Compression::BEST_SPEED;

/// Smaller objects are not worth it.
const SMALL: usize = 4096;

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
            entry.insert((kind, Content::Plain(content.into_boxed_slice())));
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

    /// Compresses the large objects, for a batch that is kept for long and seldom read.
    ///
    /// # Errors
    /// When the compressor fails.
    pub fn shrink(&mut self) -> Result<(), GitError> {
        for (kind, content) in self.objects.values_mut() {
            if let Content::Plain(plain) = content
                && plain.len() > SMALL
            {
                let stream = pack_up(*kind, &[], plain, SHRUNK)?.into_boxed_slice();
                *content = Content::Shrunk { stream, length: plain.len() };
            }
        }
        Ok(())
    }

    /// Returns whether an object is in it.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.objects.contains_key(id)
    }

    pub(super) fn get(&self, id: &gix::oid) -> Option<(Kind, Cow<'_, [u8]>)> {
        self.objects.get(id).map(|(kind, content)| (*kind, content.read()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ObjectId, Kind, &Content)> {
        self.objects.iter().map(|(id, (kind, content))| (id, *kind, content))
    }
}
