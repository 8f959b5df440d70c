//! What the branch owes to the files of sessions.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::OpsError;
use super::report::LeftOut;
use super::settled::{Behind, Edits, Settled};
use crate::codec::{decode_session, encode_session};
use crate::git::{ObjectId, Overlay};
use crate::merge::join_session;
use crate::store::paths::{PARTS, PROJECTS, SESSIONS, session_path};
use crate::todo::SessionInfo;

/// The files of sessions in a consolidated tree.
pub(super) struct Sessions<'a, 'o> {
    pub overlay: &'a Overlay<'o>,
    /// The tree that is to cover what is behind it.
    pub tip: ObjectId,
    /// A tree whose files were settled before.
    pub settled: Option<ObjectId>,
    /// Files of sessions that are known to be what a session can have written.
    pub sound: HashSet<ObjectId>,
}

impl Sessions<'_, '_> {
    /// Returns the files that a commit behind the tree has and the tree lacks, or knows less of; and, as gone, those that
    /// nobody can have written. These are named.
    pub(super) fn cover(&self, behind: &[Behind], found: &mut Settled) -> Result<Edits, OpsError> {
        let mut edits = Edits::new();
        for (path, blob) in self.files(self.tip, self.settled)? {
            if self.sound.contains(&blob) {
                continue;
            }
            if let Some(Some(flaw)) = self.read(blob)?.map(|info| info.flaw()) {
                found.removed.push(LeftOut::part(path.clone(), flaw.to_string()));
                edits.insert(path, None);
            }
        }
        let sessions = self.overlay.find_dir(self.tip, SESSIONS)?;
        let shards = self.overlay.entries(sessions)?.into_iter().filter(|entry| entry.is_tree);
        let shards: HashMap<String, ObjectId> = shards.map(|entry| (entry.name, entry.id)).collect();
        for commit in behind {
            let files = match &commit.of {
                // A session's commit has one file, and it is known where.
                Some(held) => BTreeMap::from([(session_path(&held.session), held.file)]),
                None => self.files(commit.tree, Some(self.tip))?,
            };
            for (path, blob) in files {
                let (shard, name) = path.rsplit_once('/').unwrap_or_default();
                let shard = shard.rsplit('/').next().and_then(|shard| shards.get(shard));
                let here = shard.map(|shard| self.overlay.find(*shard, name)).transpose()?.flatten();
                if here == Some(blob) && !edits.contains_key(&path) {
                    continue;
                }
                let Some(theirs) = self.read(blob)?.filter(|info| info.flaw().is_none()) else { continue };
                let ours = match edits.get(&path) {
                    Some(Some(bytes)) => decode_session(bytes).ok(),
                    Some(None) => None,
                    None => match here {
                        Some(blob) => self.read(blob)?,
                        None => None,
                    },
                };
                let mut joined = ours.clone().unwrap_or_else(|| theirs.clone());
                join_session(&mut joined, &theirs);
                if ours.as_ref() != Some(&joined) {
                    edits.insert(path, Some(encode_session(&joined)));
                }
            }
        }
        Ok(edits)
    }

    /// Returns what makes a program of version 1 refuse the tree, which knows nothing of the lists that todos move on to
    /// and would leave them out: one file of a session in the present version. Nothing where there is one.
    pub(super) fn of_this_version(&self, edits: &Edits) -> Result<Edits, OpsError> {
        let mut first = None;
        for (path, blob) in self.files(self.tip, None)? {
            if edits.contains_key(&path) {
                return Ok(Edits::new());
            }
            let bytes = self.overlay.blob(blob)?;
            let Ok(info) = decode_session(&bytes) else { continue };
            let now = encode_session(&info);
            if now == bytes {
                return Ok(Edits::new());
            }
            first.get_or_insert((path, Some(now)));
        }
        Ok(first.into_iter().collect())
    }

    fn read(&self, blob: ObjectId) -> Result<Option<SessionInfo>, OpsError> {
        Ok(decode_session(&self.overlay.blob(blob)?).ok())
    }

    /// Returns the files of sessions in a tree that are not the same in `known`.
    fn files(&self, tree: ObjectId, known: Option<ObjectId>) -> Result<BTreeMap<String, ObjectId>, OpsError> {
        let overlay = self.overlay;
        let entries = |tree: Option<ObjectId>, path: &str| -> Result<BTreeMap<String, (bool, ObjectId)>, OpsError> {
            let directory = overlay.find_dir(tree, path)?;
            Ok(overlay.entries(directory)?.into_iter().map(|entry| (entry.name, (entry.is_tree, entry.id))).collect())
        };
        let (shards, known_shards) = (entries(Some(tree), SESSIONS)?, entries(known, SESSIONS)?);
        let mut files = BTreeMap::new();
        for (shard, (is_tree, id)) in shards {
            if !is_tree || known_shards.get(&shard) == Some(&(true, id)) {
                continue;
            }
            let path = format!("{SESSIONS}/{shard}");
            let (all, known) = (entries(Some(tree), &path)?, entries(known, &path)?);
            let new = all.into_iter().filter(|(name, entry)| !entry.0 && known.get(name) != Some(entry));
            files.extend(new.map(|(name, (_, blob))| (format!("{path}/{name}"), blob)));
        }
        Ok(files)
    }
}

/// Returns whether this is the path of a list that todos move on to.
pub(super) fn is_part(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some(PROJECTS) && parts.nth(1) == Some(PARTS)
}
