//! What one session commit changed, todo by todo.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::OpsError;
use super::changes::{Change, changed_todos};
use super::log_filter::LogFilter;
use super::rollback::Lists;
use crate::codec::decode_session;
use crate::git::{CommitInfo, ObjectId, Overlay, TreeEntry};
use crate::merge::{join_all, join_todo};
use crate::store::paths::{PROJECTS, SESSIONS, project_dir};
use crate::store::trailers::DecidedOn;
use crate::store::{Consolidated, Reach, Rewritten, Store};
use crate::todo::{Project, Scope, Session, SessionInfo, Time, Todo, TodoId, TodoList};
use crate::view::Deed;

/// One change of one todo by one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was said.
    pub at: Time,
    /// The session that said it, as it was then.
    pub session: SessionInfo,
    /// The commit that says it.
    pub commit: ObjectId,
    /// Of which project.
    pub project: Project,
    /// The todo before: for an act, as it was; for what an agent's list says, what the session itself had said. Nothing
    /// when there was none.
    pub before: Option<Todo>,
    /// The todo, or what the session says of it, after.
    pub after: Todo,
    /// Whether nobody had spoken of it before.
    pub is_new: bool,
    /// Its new words, when it was renamed.
    pub renamed_to: Option<String>,
}

/// A property of a todo, or its status, that an event changed.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The property, or `status`.
    pub name: String,
    /// What it was. `None` if the todo or the property was not there.
    pub before: Option<Value>,
    /// What it is. `None` if the property is gone.
    pub after: Option<Value>,
}

impl Event {
    /// Returns what is different after it: the status first, then each property by name.
    pub fn changes(&self) -> Vec<FieldChange> {
        let before = self.before.as_ref();
        let status = |todo: &Todo| Value::from(todo.state().as_str());
        let (was, is) = (before.map(status), Some(status(&self.after)));
        let mut found = vec![FieldChange { name: "status".to_owned(), before: was, after: is }];
        let all = before.into_iter().chain([&self.after]).flat_map(|todo| todo.fields.keys());
        let names: BTreeSet<&str> = all.map(|name| name.as_ref()).collect();
        for name in names {
            let value = |todo: &Todo| todo.fields.get(name).map(|field| field.value.clone());
            let (before, after) = (before.and_then(value), value(&self.after));
            found.push(FieldChange { name: name.to_owned(), before, after });
        }
        found.retain(|change| change.before != change.after);
        found
    }

    /// Returns what was done, for people.
    pub fn deed(&self) -> Deed<'_> {
        Deed {
            before: self.before.as_ref(),
            after: &self.after,
            session: Some(&self.session.session),
            is_new: self.is_new,
            renamed_to: self.renamed_to.as_deref(),
        }
    }
}

/// The history of a store, with what is known of its todos today.
pub(super) struct History<'a> {
    overlay: &'a Overlay<'a>,
    consolidated: Consolidated,
    working: Lists,
    archive: OnceCell<Lists>,
    /// Only these todos count, in these projects; all, when there are none.
    only: BTreeMap<Project, BTreeSet<TodoId>>,
    project: Option<Scope>,
    /// Only what sessions said whose names begin so.
    session: Option<String>,
    rewritten: Rewritten,
}

impl<'a> History<'a> {
    /// Returns the history of everything.
    ///
    /// # Errors
    /// When the branch cannot be read.
    pub(super) fn of_all(store: &Store, overlay: &'a Overlay<'a>) -> Result<Self, OpsError> {
        let consolidated = Consolidated::find(store, overlay)?;
        let working = consolidated.with_forgotten(overlay, Reach::Working)?.0;
        let (archive, only) = (OnceCell::new(), BTreeMap::new());
        let rewritten = Rewritten::load(&store.repo);
        Ok(History { overlay, consolidated, working, archive, only, project: None, session: None, rewritten })
    }

    /// Leaves only what a filter takes, but for times. A todo is followed back to what it was renamed from.
    pub(super) fn limit(&mut self, filter: &LogFilter) {
        self.project.clone_from(&filter.project);
        self.session.clone_from(&filter.session);
        let mut next = filter.todo;
        while let Some(id) = next {
            let known = self.known(id).map(|(project, todo)| (project.clone(), todo.text("renamedFrom")));
            let (project, from) = known.unwrap_or_else(|| (Project::general(), None));
            next = from.and_then(TodoId::parse).filter(|id| self.known(*id).is_some());
            if !self.only.entry(project).or_default().insert(id) {
                break;
            }
        }
    }

    /// Returns the newest commit of the branch.
    pub(super) fn tip(&self) -> Option<ObjectId> {
        self.consolidated.tip
    }

    /// Returns the time before which nothing happened that counts, as far as the branch knows.
    pub(super) fn beginning(&self) -> Option<Time> {
        if !self.only.is_empty() {
            let only = self.only.values().flatten();
            let times = only.map(|id| self.known(*id).map(|(_, todo)| todo.created));
            return times.collect::<Option<Vec<Time>>>()?.into_iter().min();
        }
        let scope = self.project.as_ref()?;
        let lists = [&self.working, self.archive()];
        lists
            .into_iter()
            .flat_map(|lists| scope.projects().filter_map(move |project| lists.get(project)))
            .flat_map(TodoList::values)
            .map(|todo| todo.created)
            .min()
    }

    /// Returns all who spoke of the todos that count, as far as the branch knows: nobody's word is lost. Nothing when
    /// all todos count, or one is not known.
    pub(super) fn speakers(&self) -> Option<BTreeSet<Session>> {
        let only = self.only.values().flatten();
        let todos: Option<Vec<&Todo>> = only.map(|id| self.known(*id).map(|(_, todo)| todo)).collect();
        let todos = todos.filter(|todos| !todos.is_empty())?;
        Some(todos.into_iter().flat_map(|todo| todo.claims.keys().cloned()).collect())
    }

    /// Returns what is known today of a todo.
    fn known(&self, id: TodoId) -> Option<(&Project, &Todo)> {
        find(&self.working, id).or_else(|| find(self.archive(), id))
    }

    /// Returns everything with the archived todos, read when it is first needed.
    fn archive(&self) -> &Lists {
        self.archive.get_or_init(|| {
            let is_there = self.consolidated.has_archive(self.overlay).unwrap_or(false);
            let all = is_there.then(|| self.consolidated.with_forgotten(self.overlay, Reach::Archive).ok());
            all.flatten().map(|(lists, _)| lists).unwrap_or_default()
        })
    }

    fn is_forgotten(&self, id: TodoId) -> bool {
        self.working.values().filter_map(|todos| todos.get(&id)).any(Todo::is_forgotten)
    }

    /// Returns what a commit changed; nothing for one that is no session's, or cannot be read.
    pub(super) fn said(&self, commit: &CommitInfo) -> Vec<Event> {
        let parent = commit.parents.first().and_then(|parent| self.overlay.commit_info(*parent).ok());
        let before = parent.as_ref().map(|parent| self.projects(parent.tree)).unwrap_or_default();
        let mut changed = Vec::new();
        for (project, tree) in self.projects(commit.tree) {
            let old = before.get(&project).copied();
            if old != Some(tree) {
                changed.extend(self.changed(&project, old, tree));
            }
        }
        // Most commits are passed over before it is asked whose they are.
        let Some(mut session) = (!changed.is_empty()).then(|| speaker(self.overlay, commit)).flatten() else {
            return Vec::new();
        };
        // Each event has it: a list of as many todos as there are events would make all of them a square.
        session.list = Vec::new();
        if self.session.as_ref().is_some_and(|name| !session.session.as_str().starts_with(name)) {
            return Vec::new();
        }
        // A history that begins anew after a retirement holds what the session said before, too.
        let is_old = |todo: &Todo| {
            parent.is_none() && todo.claims.get(&session.session).is_some_and(|claim| claim.at < session.updated)
        };
        changed.retain(|change| !is_old(&change.after));
        changed.into_iter().map(|change| self.event(commit, &session, change)).collect()
    }

    /// Returns the todos of a project's tree that are not as they were; none when they cannot be read. What is forgotten
    /// is told by nobody.
    fn changed(&self, project: &Project, old: Option<ObjectId>, new: ObjectId) -> Vec<Change> {
        let mut changed = changed_todos(self.overlay, project, old, new, self.only.get(project)).unwrap_or_default();
        changed.retain(|change| !self.is_forgotten(change.after.id));
        changed
    }

    fn event(&self, commit: &CommitInfo, session: &SessionInfo, change: Change) -> Event {
        let Change { project, mut before, mut after } = change;
        let known = self.known(after.id).map(|(_, todo)| todo);
        let mut is_new = before.is_none() && known.is_none_or(|known| known.created >= after.created);
        if let Some(decided_on) = DecidedOn::of(&commit.message)
            && let Some(todo) = self.as_of(decided_on.commit().map(|id| self.rewritten.now(id)), &project, after.id)
        {
            // Whoever decides knows what it said itself.
            before = join_all(todo.into_iter().chain(before).collect());
            is_new = before.is_none();
            if let Some(before) = &before {
                let said = std::mem::replace(&mut after, before.clone());
                join_todo(&mut after, &said);
            }
        }
        let renamed = after.text("renamedTo").and_then(TodoId::parse).and_then(|id| self.known(id));
        let renamed_to = renamed.map(|(_, todo)| todo.content.clone()).filter(|words| !words.is_empty());
        let (at, session, commit) = (session.updated, session.clone(), commit.id);
        Event { at, session, commit, project, before, after, is_new, renamed_to }
    }

    /// Returns a todo as it was in a consolidated commit; nothing when that is not at hand.
    fn as_of(&self, commit: Option<ObjectId>, project: &Project, id: TodoId) -> Option<Option<Todo>> {
        let Some(commit) = commit else { return Some(None) };
        let then = Consolidated::at(self.overlay, Some(commit)).ok()?;
        Some(then.some_todos(self.overlay, project, &BTreeSet::from([id])).ok()?.remove(&id))
    }

    /// Returns the trees of the projects that count.
    fn projects(&self, tree: ObjectId) -> BTreeMap<Project, ObjectId> {
        let overlay = self.overlay;
        let one = |project: &Project| Some((project.clone(), overlay.find_dir(tree, &project_dir(project)).ok()??));
        if !self.only.is_empty() {
            return self.only.keys().filter_map(one).collect();
        }
        if let Some(scope) = &self.project {
            return scope.projects().filter_map(one).collect();
        }
        let projects =
            overlay.find_dir(tree, PROJECTS).and_then(|projects| overlay.entries(projects)).unwrap_or_default();
        let trees = projects.into_iter().filter(|entry| entry.is_tree);
        trees.filter_map(|entry| Some((Project::from_component(&entry.name)?, entry.id))).collect()
    }
}

fn find(lists: &Lists, id: TodoId) -> Option<(&Project, &Todo)> {
    lists.iter().find_map(|(project, todos)| Some((project, todos.get(&id)?)))
}

/// Returns whose commit this is: a session's tree has one session file.
pub(super) fn speaker(overlay: &Overlay<'_>, commit: &CommitInfo) -> Option<SessionInfo> {
    let shards = overlay.entries(overlay.find_dir(commit.tree, SESSIONS).ok()?).ok()?;
    let [TreeEntry { is_tree: true, id: shard, .. }] = shards.as_slice() else { return None };
    let files = overlay.entries(Some(*shard)).ok()?;
    let [TreeEntry { is_tree: false, id: file, .. }] = files.as_slice() else { return None };
    decode_session(&overlay.blob(*file).ok()?).ok()
}
