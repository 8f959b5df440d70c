//! Which todos a project's working lists hold, and whether what they say of others stays inside the project.
//!
//! It answers who asks about one todo, or one project, what else would take all lists of all projects: which todo an id
//! begins to name, and who says from elsewhere that he waits.

use std::collections::BTreeSet;

use memchr::memmem::find;

use crate::codec::TodoFile;
use crate::git::{ObjectId, Overlay};
use crate::todo::{LINKS, Project, Todo, TodoId, link_names};

use super::project_lists::{damaged, working_lists};
use super::{StoreError, kept};

/// The directory of these files.
const KIND: &str = "listed";

/// What a project's tree tells of its working todos.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectIndex {
    /// Their ids, sorted.
    ids: Vec<TodoId>,
    /// Whether an open one is linked with a todo that stands elsewhere, or is not known.
    pub leads_out: bool,
}

impl ProjectIndex {
    /// Returns what this tree of a project tells. `is_archived` knows the todos of its archive.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn of(
        overlay: &Overlay<'_>,
        project: &Project,
        tree: ObjectId,
        is_archived: impl Fn(TodoId) -> bool,
    ) -> Result<Self, StoreError> {
        let path = kept::kept_path(overlay, KIND, project);
        if let Some(index) = kept::load(overlay, &path, tree).as_deref().and_then(ProjectIndex::decode) {
            return Ok(index);
        }
        let index = ProjectIndex::read(overlay, project, tree, is_archived)?;
        kept::save(&path, tree, &index.encode());
        Ok(index)
    }

    /// Returns the ids that begin with these digits.
    pub fn beginning(&self, digits: &str) -> &[TodoId] {
        let bound = |fill: char| {
            let digits: String = digits.chars().chain(std::iter::repeat(fill)).take(16).collect();
            TodoId::parse(&digits)
        };
        let Some((first, last)) = bound('0').zip(bound('f')).filter(|_| digits.len() <= 16) else { return &[] };
        let start = self.ids.partition_point(|id| *id < first);
        &self.ids[start..start + self.ids[start..].partition_point(|id| *id <= last)]
    }

    fn read(
        overlay: &Overlay<'_>,
        project: &Project,
        tree: ObjectId,
        is_archived: impl Fn(TodoId) -> bool,
    ) -> Result<Self, StoreError> {
        let (mut ids, mut named) = (BTreeSet::new(), BTreeSet::new());
        let mut leads_out = false;
        for (digits, blob) in working_lists(overlay, Some(tree))? {
            let bytes = overlay.blob(blob)?;
            let decode = |source| damaged(super::paths::working_path(project, digits), source);
            let file = TodoFile::open(&bytes).map_err(decode)?;
            ids.extend(file.ids());
            if LINKS.iter().all(|name| find(&bytes, name.as_bytes()).is_none()) {
                continue;
            }
            for id in file.ids().collect::<Vec<_>>() {
                let Some(todo) = file.get(id).map_err(decode)?.filter(|todo| todo.state().is_open()) else { continue };
                match links(todo) {
                    Some(more) => named.extend(more),
                    None => leads_out = true,
                }
            }
        }
        leads_out |= !named.iter().all(|id| ids.contains(id) || is_archived(*id));
        Ok(ProjectIndex { ids: ids.into_iter().collect(), leads_out })
    }

    fn encode(&self) -> Vec<u8> {
        std::iter::once(u8::from(self.leads_out)).chain(self.ids.iter().flat_map(|id| id.to_bytes())).collect()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (flag, ids) = bytes.split_first()?;
        let (ids, []) = ids.as_chunks() else { return None };
        Some(ProjectIndex { ids: ids.iter().map(|id| TodoId::from_bytes(*id)).collect(), leads_out: *flag != 0 })
    }
}

/// Returns the todos that one names in its links; nothing when it names one by a number, which only its sessions know.
fn links(todo: &Todo) -> Option<Vec<TodoId>> {
    let fields = LINKS.iter().filter_map(|name| todo.fields.get(*name));
    fields.flat_map(|field| link_names(&field.value)).map(|name| TodoId::parse(&name)).collect()
}
