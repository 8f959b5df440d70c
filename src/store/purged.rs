//! Which todos in a tree are to lose their words in all history.

use std::collections::BTreeSet;

use memchr::memmem;

use super::StoreError;
use super::paths::{PROJECTS, project_dir};
use super::project_lists::working_lists;
use crate::codec::decode_todos;
use crate::git::{ObjectId, Overlay};
use crate::todo::{Project, Todo, TodoId};

/// Returns the todos in a tree whose words are to go from all history. Lists that `known` has as well are not looked at.
///
/// # Errors
/// When a tree or a list is missing. One that cannot be read tells of none.
pub fn purged(overlay: &Overlay<'_>, tree: ObjectId, known: Option<ObjectId>) -> Result<BTreeSet<TodoId>, StoreError> {
    let entries = overlay.entries(overlay.find(tree, PROJECTS)?)?.into_iter().filter(|entry| entry.is_tree);
    purged_in(overlay, &entries.map(|entry| (entry.name, entry.id)).collect::<Vec<_>>(), known)
}

/// As [`purged`], given the names of the directories of a tree's projects, and their trees.
///
/// # Errors
/// As [`purged`].
pub fn purged_in(
    overlay: &Overlay<'_>,
    projects: &[(String, ObjectId)],
    known: Option<ObjectId>,
) -> Result<BTreeSet<TodoId>, StoreError> {
    let mut found = BTreeSet::new();
    for (name, id) in projects {
        let Some(project) = Project::from_component(name) else { continue };
        let known = known.map(|known| overlay.find(known, &project_dir(&project))).transpose()?.flatten();
        if known == Some(*id) {
            continue;
        }
        let known = working_lists(overlay, known)?;
        for list in working_lists(overlay, Some(*id))?.into_iter().filter(|list| !known.contains(list)) {
            let bytes = overlay.blob(list.1)?;
            if memmem::find(&bytes, b"\"purged\"").is_some() {
                let todos = decode_todos(&bytes).unwrap_or_default().into_values().filter(Todo::is_purged);
                found.extend(todos.map(|todo| todo.id));
            }
        }
    }
    Ok(found)
}
