//! What this device knows of the todos that sessions speak of: of the consolidated lists, the lines that
//! somebody asks for.

use std::collections::BTreeMap;

use crate::codec::TodoFile;
use crate::git::Overlay;
use crate::statement::Knowledge;
use crate::store::Consolidated;
use crate::todo::{Project, Todo, TodoId};

/// The consolidated lists of some projects. What cannot be read is as good as unknown here; consolidation
/// reports it.
pub(super) struct KnownLists<'a>(BTreeMap<&'a Project, TodoFile<'a>>);

/// Returns the consolidated files of these projects, as far as there are any.
pub(super) fn read(
    consolidated: &Consolidated,
    overlay: &Overlay<'_>,
    projects: impl IntoIterator<Item = Project>,
) -> Vec<(Project, Vec<u8>)> {
    let file = |project: &Project| consolidated.file(overlay, project).ok().flatten();
    projects.into_iter().filter_map(|project| file(&project).map(|bytes| (project, bytes))).collect()
}

impl<'a> KnownLists<'a> {
    /// Returns what these files hold.
    pub(super) fn of(files: &'a [(Project, Vec<u8>)]) -> Self {
        KnownLists(files.iter().filter_map(|(project, bytes)| Some((project, TodoFile::open(bytes).ok()?))).collect())
    }
}

impl Knowledge for KnownLists<'_> {
    fn todo(&self, project: &Project, id: TodoId) -> Option<&Todo> {
        self.0.get(project)?.get(id).ok()?
    }
}
