//! Objects that were read, for whoever reads them next.
//!
//! A run reads the same trees and lists several times, from several threads, and looks at a store with fresh eyes in
//! between. To unpack an object costs a hundred times as much as to find it here. Which bytes an id stands for never
//! changes; whether the store still has them does, and that is not asked here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gix::ObjectId;
use gix::objs::Kind;

/// How many bytes of objects one generation holds. There are two.
const GENERATION: usize = 16 << 20;
/// The same, of [`Bases`].
const BASES: usize = 4 << 20;
/// What an object takes beside its bytes.
const OBJECT: usize = 96;
/// A larger object would drive out too many others.
const LARGEST: usize = 1 << 20;

/// How many parts it has: threads that ask for different objects seldom wait for each other.
const PARTS: usize = 16;

/// What was read. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<[Mutex<Kept>; PARTS]>);

#[derive(Debug, Default)]
struct Kept {
    young: Objects,
    bytes: usize,
    /// What was young until that was enough: forgotten when it is enough again.
    old: Objects,
}

impl Kept {
    fn get(&self, id: &gix::oid) -> Option<&(Kind, Arc<[u8]>)> {
        self.young.get(id).or_else(|| self.old.get(id))
    }
}

type Objects = HashMap<ObjectId, (Kind, Arc<[u8]>)>;

impl Memory {
    /// Returns an object, if it was read lately.
    pub(super) fn get(&self, id: &gix::oid) -> Option<(Kind, Arc<[u8]>)> {
        self.part(id).get(id).cloned()
    }

    /// Returns how many bytes an object has, if it was read lately.
    pub(super) fn size_of(&self, id: &gix::oid) -> Option<u64> {
        self.part(id).get(id).map(|(_, bytes)| bytes.len() as u64)
    }

    fn part(&self, id: &gix::oid) -> MutexGuard<'_, Kept> {
        // All bits of an id are alike.
        let part = id.as_bytes().last().map_or(0, |byte| usize::from(*byte) % PARTS);
        self.0[part].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an object, and returns what is kept of it; nothing of one that is too large.
    pub(super) fn keep(&self, id: &gix::oid, kind: Kind, bytes: &[u8]) -> Option<Arc<[u8]>> {
        if bytes.len() > LARGEST {
            return None;
        }
        let bytes: Arc<[u8]> = bytes.into();
        let mut kept = self.part(id);
        if kept.bytes > GENERATION / PARTS {
            kept.old = std::mem::take(&mut kept.young);
            kept.bytes = 0;
        }
        kept.bytes += bytes.len() + OBJECT;
        kept.young.insert(id.to_owned(), (kind, bytes.clone()));
        Some(bytes)
    }
}

/// The content of an object.
pub(super) enum Bytes<'a> {
    /// Read for this once, or made and not written yet.
    Made(Cow<'a, [u8]>),
    /// As it is remembered.
    Kept(Arc<[u8]>),
}

impl Bytes<'_> {
    /// Returns it, for one who keeps it.
    pub(super) fn into_vec(self) -> Vec<u8> {
        match self {
            Bytes::Made(bytes) => bytes.into_owned(),
            Bytes::Kept(bytes) => bytes.to_vec(),
        }
    }
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Made(bytes) => bytes,
            Bytes::Kept(bytes) => bytes,
        }
    }
}

/// Objects that others in the same pack are kept as differences to, for one thread. Without it, each of a chain of
/// differences is worked out from the beginning of the chain.
#[derive(Default)]
pub(super) struct Bases {
    young: HashMap<(u32, u64), Base>,
    bytes: usize,
    old: HashMap<(u32, u64), Base>,
}

struct Base {
    kind: Kind,
    packed_size: usize,
    bytes: Vec<u8>,
}

impl gix_pack::cache::DecodeEntry for Bases {
    fn put(&mut self, pack: u32, offset: u64, bytes: &[u8], kind: Kind, packed_size: usize) {
        if bytes.len() > LARGEST {
            return;
        }
        if self.bytes > BASES {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes.len() + OBJECT;
        self.young.insert((pack, offset), Base { kind, packed_size, bytes: bytes.to_vec() });
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let key = (pack, offset);
        let base = self.young.get(&key).or_else(|| self.old.get(&key))?;
        out.clear();
        out.extend_from_slice(&base.bytes);
        Some((base.kind, base.packed_size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> ObjectId {
        ObjectId::from_hex(format!("{number:040x}").as_bytes()).expect("an id")
    }

    #[test]
    fn what_was_read_last_stays_and_the_rest_is_bounded() {
        let (memory, bytes) = (Memory::default(), vec![7; LARGEST]);
        for number in 0..100 {
            memory.keep(&id(number), Kind::Blob, &bytes);
            assert_eq!(memory.get(&id(number)).map(|(kind, bytes)| (kind, bytes.len())), Some((Kind::Blob, LARGEST)));
        }
        let held = (0..100).filter(|number| memory.get(&id(*number)).is_some()).count();
        assert!((16..=36).contains(&held), "{held}");
        memory.keep(&id(200), Kind::Blob, &vec![7; LARGEST + 1]);
        assert!(memory.get(&id(200)).is_none());
    }

    #[test]
    fn clones_share_it() {
        let memory = Memory::default();
        memory.clone().keep(&id(1), Kind::Tree, b"x");
        assert_eq!(memory.get(&id(1)).map(|(kind, bytes)| (kind, bytes.to_vec())), Some((Kind::Tree, b"x".to_vec())));
        assert_eq!((memory.size_of(&id(1)), memory.size_of(&id(2))), (Some(1), None));
    }
}
