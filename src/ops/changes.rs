//! What is different between two commits, todo by todo: between two of the branch for whoever follows it, between two of
//! a session for its history.

use std::collections::BTreeSet;

use super::OpsError;
use super::shown::was_at;
use crate::codec::TodoFile;
use crate::git::{ObjectId, Overlay, TreeEntry};
use crate::merge::{Disagreement, disagreements};
use crate::store::paths::{PROJECTS, project_dir};
use crate::store::{ProjectLists, Store, StoreError, list_paths};
use crate::todo::{Claim, Project, Session, Time, Todo, TodoId};
use crate::view::{Deed, Everything};

/// A todo that is not as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Of which project.
    pub project: Project,
    /// The todo before; `None` if there was none.
    pub before: Option<Todo>,
    /// The todo after. Nothing that was said is ever gone: one that was dropped or forgotten says so.
    pub after: Todo,
}

impl Change {
    /// Returns who made the change and what they say now: of the claims that are new, the latest. `None` when only
    /// properties changed, which do not tell who set them.
    pub fn speaker(&self) -> Option<(&Session, &Claim)> {
        let known = |session: &Session| self.before.as_ref().and_then(|before| before.claims.get(session));
        let new = self.after.claims.iter().filter(|(session, claim)| known(session) != Some(claim));
        new.max_by_key(|(session, claim)| (claim.at, *session))
    }

    /// Returns when the latest of what changed was said.
    pub fn at(&self) -> Time {
        let known = |name: &str| self.before.as_ref().and_then(|before| before.fields.get(name));
        let fields = self.after.fields.iter().filter(|(name, field)| known(name) != Some(field));
        let fields = fields.map(|(_, field)| field.at).max();
        self.speaker().map(|(_, claim)| claim.at).max(fields).unwrap_or_else(|| self.after.updated())
    }

    /// Returns what was done, for people. `everything` knows the new words of what was renamed.
    pub fn deed<'a>(&'a self, everything: &'a Everything) -> Deed<'a> {
        let renamed_to = self.after.text("renamedTo").and_then(TodoId::parse).and_then(|id| everything.get(id));
        Deed {
            before: self.before.as_ref(),
            after: &self.after,
            session: self.speaker().map(|(session, _)| session),
            is_new: self.before.is_none(),
            renamed_to: renamed_to.map(|(_, todo)| todo.content.as_str()),
        }
    }

    /// Returns why the todo has the state it has, where sessions do not agree and did not disagree like this before:
    /// whose word was kept, and whose was overruled.
    pub fn disagreements(&self) -> Vec<Disagreement<'_>> {
        let before = self.before.as_ref().map(disagreements).unwrap_or_default();
        let mut now = disagreements(&self.after);
        now.retain(|one| !before.contains(one));
        now
    }
}

/// As [`changes`], of what is on the disk.
///
/// # Errors
/// As [`changes`].
pub fn changes_of(store: &Store, from: Option<ObjectId>, to: ObjectId) -> Result<Vec<Change>, OpsError> {
    changes(&Overlay::new(&store.repo), from, to)
}

/// As [`changes_of`], if a branch that is at the second commit can have been at the first; otherwise nothing, and whoever
/// follows the branch has to look at everything again.
///
/// # Errors
/// As [`changes`].
pub fn changes_since(store: &Store, from: Option<ObjectId>, to: ObjectId) -> Result<Option<Vec<Change>>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let is_known = from.is_none_or(|from| was_at(&overlay, to, from));
    is_known.then(|| changes(&overlay, from, to)).transpose()
}

/// Returns the todos that the second of two commits has otherwise than the first, or has and the first has not; sorted by
/// project and id. Without a first commit, all. Costs what is different: lists and projects that are the same are not
/// read.
///
/// # Errors
/// When a commit, a tree or a list cannot be read.
pub fn changes(overlay: &Overlay<'_>, from: Option<ObjectId>, to: ObjectId) -> Result<Vec<Change>, OpsError> {
    let root = |commit: ObjectId| overlay.commit_info(commit).map(|info| info.tree);
    let (before, after) = (from.map(root).transpose()?, root(to)?);
    let mut found = Vec::new();
    for TreeEntry { name, is_tree, id: tree } in overlay.entries(overlay.find_dir(after, PROJECTS)?)? {
        let Some(project) = Project::from_component(&name).filter(|_| is_tree) else { continue };
        let old = overlay.find_dir(before, &project_dir(&project))?;
        if old != Some(tree) {
            found.extend(changed_todos(overlay, &project, old, tree, None)?);
        }
    }
    found.sort_by(|a, b| (&a.project, a.after.id).cmp(&(&b.project, b.after.id)));
    Ok(found)
}

/// Returns the todos of a project's tree that are not as they were, of all or only of some.
///
/// # Errors
/// When a list cannot be read.
pub(super) fn changed_todos(
    overlay: &Overlay<'_>,
    project: &Project,
    old: Option<ObjectId>,
    new: ObjectId,
    only: Option<&BTreeSet<TodoId>>,
) -> Result<Vec<Change>, StoreError> {
    let (before, after) = (list_paths(overlay, project, old)?, list_paths(overlay, project, Some(new))?);
    let mut ids = BTreeSet::new();
    for (path, blob) in after {
        let was = before.get(&path).copied();
        if was == Some(blob) {
            continue;
        }
        let (was, now) = (was.map(|blob| overlay.blob(blob)).transpose()?.unwrap_or_default(), overlay.blob(blob)?);
        // Lines that are the same need not be read.
        match only {
            Some(only) => ids.extend(only.iter().copied().filter(|id| line(&was, *id) != line(&now, *id))),
            None => {
                let was = TodoFile::open(&was).unwrap_or_default();
                ids.extend(TodoFile::open(&now).unwrap_or_default().differing(&was));
            }
        }
    }
    let open = |tree| ProjectLists::at(overlay, project, tree);
    let (mut before, mut after) = (open(old)?, open(Some(new))?);
    let mut found = Vec::new();
    for id in ids {
        let (was, Some(now)) = (before.get(id)?, after.get(id)?) else { continue };
        if was.as_ref() != Some(&now) {
            // A todo that was forgotten since has no words, then as now.
            let was = was.filter(|was| was.is_forgotten() || !now.is_forgotten());
            found.push(Change { project: project.clone(), before: was, after: now });
        }
    }
    Ok(found)
}

/// Returns the line of a todo; the whole of a file that is not laid out as we do it.
fn line(file: &[u8], id: TodoId) -> Option<&[u8]> {
    let Some(lines) = file.strip_prefix(b"[\n") else { return Some(file).filter(|file| !file.is_empty()) };
    let start = format!("{{\"id\":\"{id}\"");
    lines
        .split(|byte| *byte == b'\n')
        .find(|line| line.starts_with(start.as_bytes()))
        .map(|line| line.strip_suffix(b",").unwrap_or(line))
}
