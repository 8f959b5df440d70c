//! Which record at a place is which todo, and what was last agreed on of it: the state of a mirror, in one ref.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::failure::Failure;
use super::record::digest;
use crate::git::{NewCommit, ObjectId, Overlay, RefChange, RefDelete, StoreLock, Writer};
use crate::settings::Mirror;
use crate::store::{MirrorHead, STATE, Store, mirror_ref};
use crate::todo::{Time, TodoId};

/// A record at a place, and the todo that it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What the place calls it.
    pub remote: String,
    /// What was agreed on.
    pub base: Base,
    /// The place's revision then.
    pub revision: i64,
}

/// The state of a mirror.
#[derive(Debug)]
pub struct Links {
    /// What everybody reads of it.
    pub head: MirrorHead,
    /// All links, by todo.
    pub links: BTreeMap<TodoId, Link>,
    /// What the ref held when it was read.
    old: Option<ObjectId>,
    saved: (MirrorHead, BTreeMap<TodoId, Link>),
}

impl Links {
    /// Reads the state. What is known of another place, or cannot be read, is as good as nothing: it is found out again.
    ///
    /// # Errors
    /// When the ref or what it leads to cannot be read.
    pub fn load(store: &Store, mirror: &Mirror) -> Result<Self, Failure> {
        let old = store.repo.find_ref(&mirror_ref(&mirror.name))?;
        let head = MirrorHead::load(&store.repo, &mirror.name)?.filter(|head| head.url == mirror.url);
        let mut links = BTreeMap::new();
        if let (Some(commit), Some(_)) = (old, &head) {
            let overlay = Overlay::new(&store.repo);
            let tree = overlay.commit_info(commit)?.tree;
            for entry in overlay.entries(overlay.find_dir(tree, "links")?)? {
                let bytes = overlay.blob(entry.id)?;
                let shard: BTreeMap<String, Link> = serde_json::from_slice(&bytes).unwrap_or_default();
                links.extend(shard.into_iter().filter_map(|(id, link)| Some((TodoId::parse(&id)?, link))));
            }
        }
        let is_known = head.is_some();
        let head = head.unwrap_or_else(|| MirrorHead { url: mirror.url.clone(), ..MirrorHead::default() });
        let saved = if is_known { (head.clone(), links.clone()) } else { Default::default() };
        Ok(Links { head, links, old, saved })
    }

    /// Returns the todo that a record is.
    pub fn todo_of(&self, remote: &str) -> Option<TodoId> {
        self.links.iter().find(|(_, link)| link.remote == remote).map(|(id, _)| *id)
    }

    /// Writes the state, if it is not what the ref holds.
    ///
    /// # Errors
    /// When the ref moved meanwhile, or cannot be written.
    pub fn save(&mut self, store: &Store, mirror: &Mirror, now: Time) -> Result<(), Failure> {
        if (&self.head, &self.links) == (&self.saved.0, &self.saved.1) {
            return Ok(());
        }
        let mut overlay = Overlay::new(&store.repo);
        let mut files = vec![(STATE.to_owned(), json(&self.head))];
        let mut shards: BTreeMap<String, BTreeMap<String, &Link>> = BTreeMap::new();
        for (id, link) in &self.links {
            let id = id.to_string();
            shards.entry(id[..2].to_owned()).or_default().insert(id, link);
        }
        files.extend(shards.iter().map(|(shard, links)| (format!("links/{shard}.json"), json(links))));
        let mut blobs = Vec::new();
        for (path, bytes) in files {
            blobs.push((path, Some(overlay.batch.blob(bytes)?)));
        }
        let tree = overlay.edit_tree(None, blobs.iter().map(|(path, blob)| (path.as_str(), *blob)))?;
        let identity = store.settings.identity(now);
        let message =
            format!("Mirror {}: holds {}\n", mirror.name, self.head.checkpoint.as_deref().unwrap_or("nothing"));
        let commit = overlay.commit(NewCommit { tree, parents: Vec::new(), identity: &identity, message })?;
        let lock = StoreLock::acquire(store.repo.common_dir())?;
        let change = RefChange {
            name: mirror_ref(&mirror.name),
            old: self.old,
            new: commit,
            message: format!("mirror: {}", mirror.name),
        };
        let writer = Writer { repo: &store.repo, lock: &lock, fsync: store.settings.fsync, identity: &identity };
        if self.old != Some(commit) && !writer.write(&overlay.batch, &[change])?.is_empty() {
            return Err(Failure::Overtaken);
        }
        self.old = Some(commit);
        self.saved = (self.head.clone(), self.links.clone());
        Ok(())
    }

    /// Removes the state of a mirror.
    ///
    /// # Errors
    /// When the ref cannot be deleted.
    pub fn remove(store: &Store, name: &str, now: Time) -> Result<(), Failure> {
        let lock = StoreLock::acquire(store.repo.common_dir())?;
        let Some(old) = store.repo.find_ref(&mirror_ref(name))? else { return Ok(()) };
        let identity = store.settings.identity(now);
        let writer = Writer { repo: &store.repo, lock: &lock, fsync: store.settings.fsync, identity: &identity };
        writer.delete(&[RefDelete { name: mirror_ref(name), old }])?;
        Ok(())
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data is always written")
}

/// Returns a name for a run that no other one has.
pub(super) fn run_name(now: Time) -> String {
    digest(format!("{} {} {}", std::process::id(), now.millis(), fastrand::u64(..)).as_bytes())
}
