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
use super::{Archive, StoreError, kept};

/// The directory of these files.
const KIND: &str = "listed";
/// That of those that hold nothing but whether links lead out, for who asks this of all projects.
const LEADS: &str = "leads";

/// What a project's tree tells of its working todos.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectIndex {
    /// Their ids, sorted.
    ids: Vec<TodoId>,
    /// Whether an open one is linked with a todo that stands elsewhere, or is not known.
    pub leads_out: bool,
}

impl ProjectIndex {
    /// Returns what this tree of a project tells. `archive` is the project's.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn of<'a>(
        overlay: &Overlay<'_>,
        project: &Project,
        tree: ObjectId,
        archive: impl FnOnce() -> Result<Option<Archive<'a>>, StoreError>,
    ) -> Result<Self, StoreError> {
        let path = kept::kept_path(overlay, KIND, project);
        if let Some(index) = kept::load(overlay, &path, tree).as_deref().and_then(ProjectIndex::decode) {
            return Ok(index);
        }
        let index = ProjectIndex::read(overlay, project, tree, archive)?;
        kept::save(&path, tree, &index.encode());
        Ok(index)
    }

    /// Returns [`ProjectIndex::leads_out`] alone. The ids are read only where that is not known.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn leads_out<'a>(
        overlay: &Overlay<'_>,
        project: &Project,
        tree: ObjectId,
        archive: impl FnOnce() -> Result<Option<Archive<'a>>, StoreError>,
    ) -> Result<bool, StoreError> {
        let path = kept::kept_path(overlay, LEADS, project);
        if let Some([flag]) = kept::load(overlay, &path, tree).as_deref() {
            return Ok(*flag != 0);
        }
        let leads_out = ProjectIndex::of(overlay, project, tree, archive)?.leads_out;
        kept::save(&path, tree, &[u8::from(leads_out)]);
        Ok(leads_out)
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

    fn read<'a>(
        overlay: &Overlay<'_>,
        project: &Project,
        tree: ObjectId,
        archive: impl FnOnce() -> Result<Option<Archive<'a>>, StoreError>,
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
        named.retain(|id| !ids.contains(id));
        if !leads_out && !named.is_empty() {
            let archive = archive()?;
            leads_out = !named.iter().all(|id| archive.as_ref().is_some_and(|archive| archive.contains(*id)));
        }
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
