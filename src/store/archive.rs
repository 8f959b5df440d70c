//! Closed todos out of the working lists: `projects/<project>/archive/<yyyy-mm>.json`, laid out as `todos.json`
//! is. A todo stands in the file of the month in which it was last spoken of.
//!
//! Working with open todos never reads these files. Which of them holds a certain todo is answered by an index beside
//! the refs, ten bytes a todo, which is made anew when it is missing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::codec::{DecodeError, TodoFile, decode_todos};
use crate::git::{ObjectId, Overlay};
use crate::merge::{join, join_all};
use crate::todo::{Project, Time, Todo, TodoId, TodoList};

use super::paths::{archive_path, month};
use super::{StoreError, Unreadable, kept};

/// How many bytes of the index tell where one todo stands.
const PLACE: usize = 10;

/// The archive of one project in one tree.
#[derive(Debug)]
pub struct Archive<'a> {
    overlay: &'a Overlay<'a>,
    project: Project,
    tree: ObjectId,
    places: OnceLock<Places>,
}

/// Where todos stand: their ids, sorted, and beside each the number of the month's file, counted from the first one.
#[derive(Debug, Default)]
struct Places {
    ids: Vec<TodoId>,
    months: Vec<u16>,
}

impl<'a> Archive<'a> {
    /// Returns the archive that stands in a project's tree with this id.
    pub fn new(overlay: &'a Overlay<'a>, project: &Project, tree: ObjectId) -> Self {
        Archive { overlay, project: project.clone(), tree, places: OnceLock::new() }
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

    /// Returns one todo. Of the lists only those are read in which it stands, and of these only its line. What cannot be
    /// read is as good as not there.
    pub fn get(&self, id: TodoId) -> Option<Todo> {
        let Places { ids, months } = self.places();
        let start = ids.partition_point(|other| *other < id);
        let numbers: Vec<u16> =
            ids[start..].iter().take_while(|other| **other == id).zip(&months[start..]).map(|(_, at)| *at).collect();
        if numbers.is_empty() {
            return None;
        }
        let blobs: Vec<ObjectId> = self.months().ok()?.into_values().collect();
        let line = |number: u16| {
            let bytes = self.overlay.blob(*blobs.get(usize::from(number))?).ok()?;
            TodoFile::open(&bytes).ok()?.get(id).ok()?.cloned()
        };
        join_all(numbers.into_iter().filter_map(line).collect())
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
        &self.places().ids
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| {
            self.load().unwrap_or_else(|| {
                let (mut found, mut whole) = (Vec::new(), true);
                let months = self.months().inspect_err(|_| whole = false).unwrap_or_default();
                for (blob, number) in months.into_values().zip(0..=u16::MAX) {
                    match self.overlay.blob(blob).ok().as_deref().map(TodoFile::open) {
                        Some(Ok(file)) => found.extend(file.ids().map(|id| (id, number))),
                        _ => whole = false,
                    }
                }
                found.sort_unstable();
                let (ids, months) = found.into_iter().unzip();
                let places = Places { ids, months };
                // What cannot be read now can be later.
                if whole {
                    self.save(&places);
                }
                places
            })
        })
    }

    fn path(&self) -> PathBuf {
        kept::kept_path(self.overlay, "archived", &self.project)
    }

    fn load(&self) -> Option<Places> {
        let bytes = kept::load(self.overlay, &self.path(), self.tree)?;
        let (places, []) = bytes.as_chunks::<PLACE>() else { return None };
        let read = |[id @ .., high, low]: &[u8; PLACE]| (TodoId::from_bytes(*id), u16::from_be_bytes([*high, *low]));
        let (ids, months) = places.iter().map(read).unzip();
        Some(Places { ids, months })
    }

    fn save(&self, places: &Places) {
        let each = places.ids.iter().zip(&places.months);
        let bytes =
            each.flat_map(|(id, month)| id.to_bytes().into_iter().chain(month.to_be_bytes())).collect::<Vec<u8>>();
        kept::save(&self.path(), self.tree, &bytes);
    }
}

/// Returns the month to whose file a todo goes that was last spoken of at this time: `2026-11`.
pub fn month_of(time: Time) -> String {
    time.to_string().chars().take(7).collect()
}
