//! Titles of sessions that quote purged todos: a session is often called by what it was first asked for.

use std::collections::{BTreeMap, HashMap};

use memchr::memmem;

use super::StoreError;
use super::quotes::{names_any, quotes};
use crate::codec::{decode_session, encode_session};
use crate::git::{ObjectId, Overlay};
use crate::todo::{Project, SessionInfo, TodoId};

/// What became of the directories and files of sessions, by the todos whose words were known there.
#[derive(Debug, Default)]
pub(super) struct Titles(HashMap<(ObjectId, Vec<TodoId>), ObjectId>);

impl Titles {
    /// Returns what the directory of sessions becomes so that none is called by one of these todos, whose words are known
    /// as far as they stand in the commit or behind it.
    pub(super) fn take_out(
        &mut self,
        overlay: &mut Overlay<'_>,
        sessions: ObjectId,
        words: &BTreeMap<TodoId, String>,
        ids: &BTreeMap<TodoId, String>,
    ) -> Result<ObjectId, StoreError> {
        let known: Vec<TodoId> = words.keys().copied().collect();
        overlay.tree_like(sessions, |overlay, _, is_tree, shard| {
            if !is_tree {
                return Ok(None);
            }
            let key = (shard, known.clone());
            if let Some(new) = self.0.get(&key) {
                return Ok(Some(Some(*new)));
            }
            let new = overlay.tree_like(shard, |overlay, _, is_tree, file| match is_tree {
                true => Ok(None),
                false => self.file(overlay, file, &known, words, ids).map(|new| Some(Some(new))),
            })?;
            self.0.insert(key, new);
            Ok::<_, StoreError>(Some(Some(new)))
        })
    }

    fn file(
        &mut self,
        overlay: &mut Overlay<'_>,
        file: ObjectId,
        known: &[TodoId],
        words: &BTreeMap<TodoId, String>,
        ids: &BTreeMap<TodoId, String>,
    ) -> Result<ObjectId, StoreError> {
        let key = (file, known.to_owned());
        if let Some(new) = self.0.get(&key) {
            return Ok(*new);
        }
        let new = match without_title(&overlay.blob(file)?, words, ids) {
            Some(bytes) => overlay.batch.blob(bytes)?,
            None => file,
        };
        self.0.insert(key, new);
        Ok(new)
    }
}

/// Returns a session's file without its title, if that quotes one of these todos. Nothing else changes.
pub(super) fn without_title(
    bytes: &[u8],
    words: &BTreeMap<TodoId, String>,
    ids: &BTreeMap<TodoId, String>,
) -> Option<Vec<u8>> {
    memmem::find(bytes, b"\"title\"")?;
    let mut info = decode_session(bytes).ok()?;
    let title = info.title.as_mut()?;
    let general = Project::general();
    let project = info.project.as_ref().unwrap_or(&general);
    if !words.values().any(|words| quotes(&title.text, words))
        && !names_any(&title.text, project, |id| ids.contains_key(&id))
    {
        return None;
    }
    title.text.clear();
    Some(encode_session(&info))
}

/// Returns whether a session's file says what another one said, but for its title, which was taken out.
pub(super) fn differs_by_title(old: &[u8], new: &[u8]) -> bool {
    let untitled = |bytes| decode_session(bytes).map(|info| SessionInfo { title: None, ..info });
    let is_taken_out = decode_session(new).is_ok_and(|info| info.title.is_some_and(|title| title.text.is_empty()));
    is_taken_out && matches!((untitled(old), untitled(new)), (Ok(old), Ok(new)) if old == new)
}
