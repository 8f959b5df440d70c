//! What happened, the latest first: the changes that session commits made.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::codec::decode_todos;
use crate::git::{CommitInfo, ObjectId, Overlay, session_ref};
use crate::store::paths::{PROJECTS, SESSIONS, TODOS};
use crate::store::{Consolidated, Store, read_session};
use crate::todo::{Project, Session, SessionInfo, Time, Todo, TodoId, TodoList};

use super::OpsError;

/// One change of one todo by one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was said.
    pub at: Time,
    /// Who said it.
    pub session: SessionInfo,
    /// The commit that says it.
    pub commit: ObjectId,
    /// Of which project.
    pub project: Project,
    /// What the session said before; nothing when it had not spoken of the todo.
    pub before: Option<Todo>,
    /// What it says now.
    pub after: Todo,
}

/// What part of history to tell.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Only of this todo.
    pub todo: Option<TodoId>,
    /// Only of this project.
    pub project: Option<Project>,
    /// Only what was said at this time or later.
    pub since: Option<Time>,
    /// At most so many events.
    pub most: usize,
}

impl LogFilter {
    fn takes(&self, event: &Event) -> bool {
        self.todo.is_none_or(|id| id == event.after.id)
            && self.project.as_ref().is_none_or(|project| *project == event.project)
            && self.since.is_none_or(|since| event.at >= since)
    }
}

/// Returns what happened, the latest first. Commits are read as they are needed: the first events of a long
/// history cost what those of a short one do.
///
/// # Errors
/// When the store cannot be read. Commits that are not a session's, or cannot be read, are passed over.
pub fn log(store: &Store, filter: &LogFilter) -> Result<Vec<Event>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let tips = store.repo.sessions()?.into_iter().map(|(_, tip)| tip);
    let consolidated = Consolidated::find(store, &overlay)?;
    let forgotten = consolidated.forgotten(&overlay)?;
    let is_told = |event: &Event| filter.takes(event) && !forgotten.contains(&event.after.id);
    let walk = Walk::new(&overlay, tips.chain(consolidated.tip));
    let mut events: Vec<Event> = Vec::new();
    // Commits tell seconds, events milliseconds: what was said in the same second is sorted before the end.
    let mut enough: Option<Time> = None;
    for commit in walk {
        if enough.is_some_and(|second| commit.time < second)
            || filter.since.is_some_and(|since| is_before(&commit, since))
        {
            break;
        }
        if commit.parents.len() < 2
            && let Some(session) = speaker(&overlay, &commit)
        {
            events.extend(said(&overlay, &commit, &session).into_iter().filter(is_told));
        }
        if enough.is_none() && events.len() >= filter.most {
            enough = Some(commit.time);
        }
    }
    events.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.after.id.cmp(&b.after.id)));
    events.truncate(filter.most);
    Ok(events)
}

fn is_before(commit: &CommitInfo, since: Time) -> bool {
    commit.time.seconds() < since.seconds()
}

/// Returns all commits that a commit descends from, and itself, the latest first.
pub(super) fn walk<'a>(overlay: &'a Overlay<'a>, tip: ObjectId) -> impl Iterator<Item = CommitInfo> + 'a {
    Walk::new(overlay, std::iter::once(tip))
}

/// All commits, the latest first.
struct Walk<'a> {
    overlay: &'a Overlay<'a>,
    seen: BTreeSet<ObjectId>,
    queue: BinaryHeap<(Time, ObjectId)>,
    read: BTreeMap<ObjectId, CommitInfo>,
}

impl<'a> Walk<'a> {
    fn new(overlay: &'a Overlay<'a>, tips: impl Iterator<Item = ObjectId>) -> Self {
        let (seen, queue, read) = (BTreeSet::new(), BinaryHeap::new(), BTreeMap::new());
        let mut walk = Walk { overlay, seen, queue, read };
        tips.for_each(|tip| walk.push(tip));
        walk
    }

    fn push(&mut self, id: ObjectId) {
        if self.seen.insert(id)
            && let Ok(commit) = self.overlay.commit_info(id)
        {
            self.queue.push((commit.time, id));
            self.read.insert(id, commit);
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = CommitInfo;

    fn next(&mut self) -> Option<CommitInfo> {
        let (_, id) = self.queue.pop()?;
        let commit = self.read.remove(&id)?;
        commit.parents.iter().for_each(|parent| self.push(*parent));
        Some(commit)
    }
}

/// Returns whose commit this is: a session's tree has one session file.
fn speaker(overlay: &Overlay<'_>, commit: &CommitInfo) -> Option<SessionInfo> {
    let shards = overlay.entries(overlay.find(commit.tree, SESSIONS).ok()?).ok()?;
    let [(_, true, shard)] = shards.as_slice() else { return None };
    let files = overlay.entries(Some(*shard)).ok()?;
    let [(_, false, file)] = files.as_slice() else { return None };
    crate::codec::decode_session(&overlay.blob(*file).ok()?).ok()
}

/// Returns the todos that a session's commit says something else of than the one before it.
fn said(overlay: &Overlay<'_>, commit: &CommitInfo, session: &SessionInfo) -> Vec<Event> {
    let before = commit.parents.first().and_then(|parent| overlay.commit_info(*parent).ok());
    // A history that begins anew after a retirement holds what the session said before, too.
    let is_root = before.is_none();
    let is_old =
        |todo: &Todo| is_root && todo.claims.get(&session.session).is_some_and(|claim| claim.at < session.updated);
    let files_before = before.map(|before| files(overlay, before.tree)).unwrap_or_default();
    let list = |blob: Option<&ObjectId>| -> TodoList {
        let bytes = blob.and_then(|blob| overlay.blob(*blob).ok());
        bytes.and_then(|bytes| decode_todos(&bytes).ok()).unwrap_or_default()
    };
    let mut events = Vec::new();
    for (project, blob) in files(overlay, commit.tree) {
        let old = files_before.get(&project);
        if old == Some(&blob) {
            continue;
        }
        let mut old = list(old);
        for after in list(Some(&blob)).into_values() {
            let before = old.remove(&after.id);
            if before.as_ref() != Some(&after) && !is_old(&after) {
                let (session, project) = (session.clone(), project.clone());
                events.push(Event { at: session.updated, session, commit: commit.id, project, before, after });
            }
        }
    }
    events
}

fn files(overlay: &Overlay<'_>, tree: ObjectId) -> BTreeMap<Project, ObjectId> {
    let projects = overlay.find(tree, PROJECTS).and_then(|projects| overlay.entries(projects)).unwrap_or_default();
    let files = projects.into_iter().filter_map(|(name, is_tree, id)| {
        let project = Project::from_component(&name).filter(|_| is_tree)?;
        Some((project, overlay.find(id, TODOS).ok()??))
    });
    files.collect()
}

/// Returns what a session of this device itself says of a todo; nothing when its history is not at hand.
pub fn own_version(store: &Store, session: &Session, project: &Project, id: TodoId) -> Option<Todo> {
    let tip = store.repo.find_ref(&session_ref(session)).ok()??;
    let mut state = read_session(&Overlay::new(&store.repo), session, tip).ok()?.state;
    state.projects.get_mut(project)?.remove(&id)
}
