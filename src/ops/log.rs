//! What happened, the latest first: the changes that session commits made.

use std::collections::{BTreeMap, BTreeSet};

use crate::codec::decode_todos;
use crate::git::{CommitInfo, ObjectId, Overlay};
use crate::store::paths::{PROJECTS, SESSIONS, TODOS};
use crate::store::{Consolidated, Store};
use crate::todo::{Project, Session, State, Time, Todo, TodoId, TodoList};

use super::OpsError;

/// One change of one todo by one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was said.
    pub at: Time,
    /// Who said it.
    pub session: Session,
    /// Of which project.
    pub project: Project,
    /// Of which todo.
    pub id: TodoId,
    /// Its words.
    pub content: String,
    /// What the session said before; nothing when it had not spoken of it.
    pub before: Option<State>,
    /// What it says now.
    pub after: State,
}

/// Returns what happened to one todo, or to all, the latest first, at most so many events.
///
/// # Errors
/// When the store cannot be read. Commits that are not a session's, or cannot be read, are passed over.
pub fn log(store: &Store, id: Option<TodoId>, most: usize) -> Result<Vec<Event>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let tips = store.repo.sessions()?.into_iter().map(|(_, tip)| tip);
    let consolidated = Consolidated::find(store, &overlay)?;
    let forgotten = consolidated.forgotten(&overlay)?;
    let tips = tips.chain(consolidated.tip);
    let mut events = Vec::new();
    for commit in commits(&overlay, tips) {
        let Some((session, at)) = speaker(&overlay, &commit) else { continue };
        let before = commit.parents.first().and_then(|parent| overlay.commit_info(*parent).ok());
        let mut changes = changes(&overlay, commit.tree, before.map(|before| before.tree)).unwrap_or_default();
        changes.retain(|(_, todo, _)| !forgotten.contains(&todo.id) && !todo.is_forgotten());
        events.extend(changes.into_iter().filter(|(_, todo, ..)| id.is_none_or(|id| id == todo.id)).map(
            |(project, todo, before)| Event {
                at,
                session: session.clone(),
                project,
                id: todo.id,
                after: todo.state(),
                content: todo.content,
                before,
            },
        ));
        if events.len() >= most {
            break;
        }
    }
    events.truncate(most);
    Ok(events)
}

/// Returns all commits that are not merges, the latest first.
fn commits(overlay: &Overlay<'_>, tips: impl Iterator<Item = ObjectId>) -> Vec<CommitInfo> {
    let (mut seen, mut queue, mut found) = (BTreeSet::new(), tips.collect::<Vec<_>>(), Vec::new());
    while let Some(id) = queue.pop() {
        if seen.insert(id)
            && let Ok(commit) = overlay.commit_info(id)
        {
            queue.extend(&commit.parents);
            if commit.parents.len() < 2 {
                found.push(commit);
            }
        }
    }
    found.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.id.cmp(&b.id)));
    found
}

/// Returns whose commit this is, and when it was said: a session's tree has one session file.
fn speaker(overlay: &Overlay<'_>, commit: &CommitInfo) -> Option<(Session, Time)> {
    let shards = overlay.entries(overlay.find(commit.tree, SESSIONS).ok()?).ok()?;
    let [(_, true, shard)] = shards.as_slice() else { return None };
    let files = overlay.entries(Some(*shard)).ok()?;
    let [(_, false, file)] = files.as_slice() else { return None };
    let info = crate::codec::decode_session(&overlay.blob(*file).ok()?).ok()?;
    Some((info.session, info.updated))
}

type Change = (Project, Todo, Option<State>);

/// Returns the todos whose state differs between two trees.
fn changes(overlay: &Overlay<'_>, now: ObjectId, before: Option<ObjectId>) -> Result<Vec<Change>, OpsError> {
    let mut changes = Vec::new();
    let files_before = match before {
        Some(tree) => files(overlay, tree)?,
        None => BTreeMap::new(),
    };
    for (project, blob) in files(overlay, now)? {
        let old = files_before.get(&project).copied();
        if old == Some(blob) {
            continue;
        }
        let list = |blob: Option<ObjectId>| -> Result<TodoList, OpsError> {
            let bytes = blob.map(|blob| overlay.blob(blob)).transpose()?;
            Ok(bytes.and_then(|bytes| decode_todos(&bytes).ok()).unwrap_or_default())
        };
        let old = list(old)?;
        for todo in list(Some(blob))?.into_values() {
            let before = old.get(&todo.id).map(Todo::state);
            if before != Some(todo.state()) {
                changes.push((project.clone(), todo, before));
            }
        }
    }
    Ok(changes)
}

fn files(overlay: &Overlay<'_>, tree: ObjectId) -> Result<BTreeMap<Project, ObjectId>, OpsError> {
    let mut files = BTreeMap::new();
    for (name, is_tree, id) in overlay.entries(overlay.find(tree, PROJECTS)?)? {
        if let (Some(project), true) = (Project::from_component(&name), is_tree)
            && let Some(blob) = overlay.find(id, TODOS)?
        {
            files.insert(project, blob);
        }
    }
    Ok(files)
}
