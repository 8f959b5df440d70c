//! Closed todos out of the working lists: `projects/<project>/archive/<yyyy-mm>.json`, laid out as `todos.json`
//! is. A todo stands in the file of the month in which it was last spoken of.
//!
//! Working with open todos never reads these files. Whether one of them holds a certain todo is answered by an
//! index beside the refs, eight bytes a todo, which is made anew when it is missing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::codec::{DecodeError, TodoFile, decode_todos};
use crate::git::{Fsync, ObjectId, Overlay, private_directories, replace_private_file, state_dir};
use crate::merge::join;
use crate::todo::{Project, Time, Todo, TodoId, TodoList};

use super::paths::{archive_path, month};
use super::{StoreError, Unreadable};

/// The archive of one project in one tree.
#[derive(Debug)]
pub struct Archive<'a> {
    overlay: &'a Overlay<'a>,
    project: Project,
    tree: ObjectId,
    ids: OnceLock<Vec<TodoId>>,
    todos: OnceLock<TodoList>,
}

impl<'a> Archive<'a> {
    /// Returns the archive that stands in a project's tree with this id.
    pub fn new(overlay: &'a Overlay<'a>, project: &Project, tree: ObjectId) -> Self {
        Archive { overlay, project: project.clone(), tree, ids: OnceLock::new(), todos: OnceLock::new() }
    }

    /// Returns its tree.
    pub fn tree(&self) -> ObjectId {
        self.tree
    }

    /// Returns its months (`2026-11`) and their files.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn months(&self) -> Result<BTreeMap<String, ObjectId>, StoreError> {
        let entries = self.overlay.entries(Some(self.tree))?;
        let months = entries.into_iter().filter(|entry| !entry.is_tree);
        Ok(months.filter_map(|entry| Some((month(&entry.name)?.to_owned(), entry.id))).collect())
    }

    /// Returns the todos of one file.
    ///
    /// # Errors
    /// When it cannot be read or was written by a newer version.
    pub fn file(&self, month: &str, blob: ObjectId) -> Result<TodoList, StoreError> {
        decode_todos(&self.overlay.blob(blob)?).map_err(|source| self.damaged(month, blob, source))
    }

    fn damaged(&self, month: &str, blob: ObjectId, source: DecodeError) -> StoreError {
        StoreError::Decode { commit: blob.to_string(), path: archive_path(&self.project, month), source }
    }

    /// Returns all its todos, and what cannot be read.
    ///
    /// # Errors
    /// When an object is missing.
    pub fn read(&self) -> Result<(TodoList, Vec<Unreadable>), StoreError> {
        let (mut todos, mut unreadable) = (TodoList::new(), Vec::new());
        for (month, blob) in self.months()? {
            match self.file(&month, blob) {
                Ok(more) => join(&mut todos, &more),
                Err(StoreError::Decode { path, source, .. }) => {
                    unreadable.push(Unreadable { path, reason: source.to_string() });
                }
                Err(err) => return Err(err),
            }
        }
        Ok((todos, unreadable))
    }

    /// Returns one todo. What cannot be read is as good as not there.
    pub fn get(&self, id: TodoId) -> Option<&Todo> {
        if !self.contains(id) {
            return None;
        }
        self.todos.get_or_init(|| self.read().unwrap_or_default().0).get(&id)
    }

    /// Returns whether a todo stands in it.
    pub fn contains(&self, id: TodoId) -> bool {
        self.ids().binary_search(&id).is_ok()
    }

    /// Returns how many todos stand in it.
    pub fn len(&self) -> usize {
        self.ids().len()
    }

    /// Returns whether no todo stands in it.
    pub fn is_empty(&self) -> bool {
        self.ids().is_empty()
    }

    /// Returns the ids of its todos, sorted. One that stands in two months is there twice.
    pub fn ids(&self) -> &[TodoId] {
        self.ids.get_or_init(|| {
            self.load().unwrap_or_else(|| {
                let (mut ids, mut whole) = (Vec::new(), true);
                let months = self.months().inspect_err(|_| whole = false).unwrap_or_default();
                for blob in months.into_values() {
                    match self.overlay.blob(blob).ok().as_deref().map(TodoFile::open) {
                        Some(Ok(file)) => ids.extend(file.ids()),
                        _ => whole = false,
                    }
                }
                ids.sort_unstable();
                // What cannot be read now can be later.
                if whole {
                    self.save(&ids);
                }
                ids
            })
        })
    }

    fn path(&self) -> PathBuf {
        state_dir(self.overlay.common_dir()).join("archived").join(self.project.component())
    }

    /// Reads the index: the id of the tree that it is of, then those of the todos.
    fn load(&self) -> Option<Vec<TodoId>> {
        let path = self.path();
        if !self.overlay.allows(std::fs::metadata(&path).ok()?.len()) {
            return None;
        }
        let bytes = std::fs::read(path).ok()?;
        let ids = bytes.strip_prefix(self.tree.as_bytes())?;
        let (ids, []) = ids.as_chunks() else { return None };
        let ids: Vec<TodoId> = ids.iter().map(|id| TodoId::from_bytes(*id)).collect();
        ids.is_sorted().then_some(ids)
    }

    /// Writes the index. Losing it costs time, never data.
    fn save(&self, ids: &[TodoId]) {
        let path = self.path();
        let mut bytes = self.tree.as_bytes().to_vec();
        bytes.extend(ids.iter().flat_map(|id| id.to_bytes()));
        let made = path.parent().map(private_directories);
        if made.is_some_and(|made| made.is_ok()) {
            let _ = replace_private_file(&path, &bytes, Fsync::Off);
        }
    }
}

/// Returns the month to whose file a todo goes that was last spoken of at this time: `2026-11`.
pub fn month_of(time: Time) -> String {
    time.to_string().chars().take(7).collect()
}
