//! What a merge changed, and where a rule had to choose: seen from the todos, wherever their lines stand.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::merge_sides::{Outcome, Side};
use crate::codec::TodoFile;
use crate::git::{ObjectId, Overlay};
use crate::merge::{conflicts, join_todo};
use crate::store::paths::project_dir;
use crate::store::{ProjectLists, list_paths};
use crate::todo::{Project, Todo, TodoId};

/// Adds what merging these sides into `start` does to the todos of a project.
pub(super) fn judge(
    overlay: &Overlay<'_>,
    project: &Project,
    start: &Side,
    sides: &[Side],
    outcome: &mut Outcome,
) -> Result<(), OpsError> {
    let tree = |root: ObjectId| overlay.find_dir(root, &project_dir(project));
    let mut ours = ProjectLists::at(overlay, project, tree(start.tree)?)?;
    // As far as the sides before left them.
    let mut now: BTreeMap<TodoId, Todo> = BTreeMap::new();
    let mut changed = BTreeSet::new();
    for side in sides {
        let theirs_tree = tree(side.tree)?;
        let bases = side.bases.iter().map(|base| tree(*base)).collect::<Result<Vec<_>, _>>()?;
        let spoken = spoken_of(overlay, project, theirs_tree, &bases)?;
        let mut theirs = ProjectLists::at(overlay, project, theirs_tree)?;
        let seen = side.seen.iter().map(|seen| tree(*seen)).collect::<Result<Vec<_>, _>>()?;
        let known = bases.into_iter().chain(seen);
        let mut base = known.map(|tree| ProjectLists::at(overlay, project, tree)).collect::<Result<Vec<_>, _>>()?;
        for (id, line) in spoken {
            // What stands in one list only is all that is said of it.
            let Some(said) = (if theirs.is_one_list() { Some(line) } else { theirs.get(id)? }) else { continue };
            let before = match now.get(&id) {
                Some(before) => Some(before.clone()),
                None => ours.get(id)?,
            };
            let Some(before) = before else {
                changed.insert(id);
                now.insert(id, said);
                continue;
            };
            let mut joined = before.clone();
            join_todo(&mut joined, &said);
            if before != joined {
                changed.insert(id);
            }
            // What ours overrules changes nothing, and is told as well.
            let mut common: Option<Todo> = None;
            for base in &mut base {
                match (&mut common, base.get(id)?) {
                    (Some(common), Some(more)) => join_todo(common, &more),
                    (None, found) => common = found,
                    (Some(_), None) => {}
                }
            }
            let found = conflicts(common.as_ref(), &before, &said, &joined);
            outcome.conflicts.extend(found.into_iter().map(|conflict| (project.clone(), conflict)));
            now.insert(id, joined);
        }
    }
    outcome.changed += changed.len();
    Ok(())
}

/// Returns the lines of a tree, one for each todo, that none of its bases has in the same list.
fn spoken_of(
    overlay: &Overlay<'_>,
    project: &Project,
    tree: Option<ObjectId>,
    bases: &[Option<ObjectId>],
) -> Result<BTreeMap<TodoId, Todo>, OpsError> {
    let known = bases.iter().map(|base| list_paths(overlay, project, *base)).collect::<Result<Vec<_>, _>>()?;
    let mut spoken = BTreeMap::new();
    for (path, blob) in list_paths(overlay, project, tree)? {
        let before: BTreeSet<ObjectId> = known.iter().filter_map(|lists| lists.get(&path)).copied().collect();
        if before.contains(&blob) {
            continue;
        }
        let bytes = overlay.blob(blob)?;
        // What cannot be read says nothing here: merging it failed before.
        let Ok(list) = TodoFile::open(&bytes) else { continue };
        let mut new: BTreeSet<TodoId> = list.ids().collect();
        for blob in before {
            let bytes = overlay.blob(blob)?;
            let Ok(before) = TodoFile::open(&bytes) else { continue };
            let differing: BTreeSet<TodoId> = list.differing(&before).collect();
            new.retain(|id| differing.contains(id));
        }
        spoken.extend(new.into_iter().filter_map(|id| Some((id, list.get(id).ok()??.clone()))));
    }
    Ok(spoken)
}
