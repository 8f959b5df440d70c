//! A project from one store to another: first all of it is there, and only then it is taken out of the old one.
//!
//! What goes is what each session said of the project, state by state, and what all together come to: the histories are
//! made anew with nothing else in them, so that a session which speaks of several projects takes no word of the others
//! along. What stays in the old store is what `purge` leaves of a todo: a record that it went, by which every device takes
//! it out too, and which nobody's older history brings it back against.
//!
//! Whenever it is ended before its time, it can be begun again: what is made is a function of what was said.

use std::collections::{BTreeMap, BTreeSet};

use super::tips::Tips;
use super::write::write;
use super::{OpsError, Plan, Selection, run};
use crate::codec::encode_session;
use crate::git::{Identity, NewCommit, ObjectId, Overlay, RefChange, StoreLock, session_ref};
use crate::merge::join_todo;
use crate::store::paths::{ATTRIBUTES, ATTRIBUTES_PATH, session_path};
use crate::store::{Consolidated, ProjectLists, Reach, SessionCommit, Store, commit_session, read_session, session_of};
use crate::todo::{Project, Scope, Session, SessionInfo, SessionState, Time, Todo, TodoId, TodoList};

/// What is known of a project that is to go.
#[derive(Debug, Default)]
pub struct Moving {
    /// Its todos, those left out that were forgotten.
    pub todos: BTreeMap<Project, TodoList>,
    /// The sessions that speak of them.
    pub sessions: Vec<SessionInfo>,
    /// Those that speak of nothing else.
    pub whole: usize,
}

impl Moving {
    /// Finds out what is to go. Nothing is written.
    ///
    /// # Errors
    /// When the store cannot be read, or a list of the project cannot: it would not go along.
    pub fn find(store: &Store, scope: &Scope) -> Result<Self, OpsError> {
        let overlay = Overlay::new(&store.repo);
        let consolidated = Consolidated::find(store, &overlay)?;
        let (all, unreadable) = consolidated.all(&overlay, Reach::Archive)?;
        if let Some(file) = unreadable.first() {
            return Err(OpsError::Input(format!("{} cannot be read: {}", file.path, file.reason)));
        }
        let (todos, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(project, _)| scope.takes(project));
        let speakers = |all: &BTreeMap<Project, TodoList>| -> BTreeSet<Session> {
            let todos = all.values().flat_map(TodoList::values);
            todos.flat_map(|todo| todo.claims.keys().cloned()).collect()
        };
        let (own, others) = (speakers(&todos), speakers(&rest));
        let mut sessions = consolidated.sessions(&overlay)?.0;
        sessions.retain(|info| own.contains(&info.session));
        let whole = sessions.iter().filter(|info| !others.contains(&info.session)).count();
        Ok(Moving { todos, sessions, whole })
    }

    /// Returns the ids of the todos.
    pub fn ids(&self) -> BTreeMap<TodoId, Project> {
        let ids = |(project, todos): (&Project, &TodoList)| -> Vec<(TodoId, Project)> {
            todos.keys().map(|id| (*id, project.clone())).collect()
        };
        self.todos.iter().flat_map(ids).collect()
    }

    /// Has all of it in another store too, and makes sure that it is there.
    ///
    /// # Errors
    /// When either store cannot be read, when the other one cannot be written, and when something is not there then.
    /// Nothing of the old store has changed.
    pub fn copy(&self, from: &Store, to: &Store, now: Time) -> Result<(), OpsError> {
        if self.todos.values().all(TodoList::is_empty) {
            return Ok(());
        }
        let selection = Selection { what: "move".into(), ..Selection::default() };
        let commit = self.write(from, to, now)?;
        let also = vec![("what is moved here".to_owned(), commit)];
        run(&to.reopen()?, &Plan { consolidate: true, selection, also, ..Plan::default() }, now)?;
        self.check(&to.reopen()?)
    }

    /// Writes the histories, and a commit that holds what they come to. Returns that.
    fn write(&self, from: &Store, to: &Store, now: Time) -> Result<ObjectId, OpsError> {
        let lock = StoreLock::acquire(to.repo.common_dir())?;
        let to = to.reopen()?;
        let old = Overlay::new(&from.repo);
        let mut new = Overlay::new(&to.repo);
        let identity = to.settings.identity(now);
        let known: BTreeSet<Session> = to.repo.sessions()?.into_iter().map(|(session, _)| session).collect();
        let tips = Tips::find(from, None)?;
        let own = tips.local.iter().map(|(session, tip)| (session.clone(), *tip, true));
        let foreign = tips.foreign.iter().map(|tip| (tip.session.clone(), tip.commit, false));
        let retired = from.repo.retired_sessions()?.into_iter().map(|(session, tip)| (session, tip, false));
        let (mut changes, mut parents) = (Vec::new(), Vec::new());
        for (session, tip, is_own) in own.chain(foreign).chain(retired) {
            let Some(tip) = self.history(&old, &mut new, &session, tip, &identity)? else { continue };
            if is_own && !known.contains(&session) {
                let (name, message) = (session_ref(&session), "move".to_owned());
                changes.push(RefChange { name, old: None, new: tip, message });
            }
            if !parents.contains(&tip) {
                parents.push(tip);
            }
        }
        let commit = self.commit(&mut new, &parents, &identity)?;
        let moved = write(&to, &lock, &new.batch, &changes, now)?;
        if moved.is_empty() { Ok(commit) } else { Err(OpsError::Moved(moved)) }
    }

    /// Makes the history of a session anew, with nothing in it but what it says of the project. Returns its newest
    /// commit; nothing when it says nothing of it.
    fn history(
        &self,
        old: &Overlay<'_>,
        new: &mut Overlay<'_>,
        session: &Session,
        tip: ObjectId,
        identity: &Identity,
    ) -> Result<Option<ObjectId>, OpsError> {
        let mut commits = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next {
            let Ok(info) = old.commit_info(id) else { break };
            // A session that goes on from another one's history says so; that one has its own.
            if session_of(old, info.tree).as_ref() != Some(session) {
                break;
            }
            next = info.parents.first().copied();
            commits.push(info);
        }
        let mut last: Option<SessionCommit> = None;
        for info in commits.into_iter().rev() {
            // One that cannot be read tells nothing that the branch does not.
            let Ok(commit) = read_session(old, session, info.id) else { continue };
            let Some(state) = self.part(commit.state) else { continue };
            if last.as_ref().is_some_and(|last| last.state == state) {
                continue;
            }
            let by = Identity { name: info.committer.0, email: info.committer.1, time: identity.time };
            last = Some(commit_session(new, last.as_ref(), state, &by, None)?);
        }
        Ok(last.map(|commit| commit.id))
    }

    /// Returns what a session says of the project; nothing when it says nothing of it.
    fn part(&self, state: SessionState) -> Option<SessionState> {
        let SessionState { info, mut projects } = state;
        projects.retain(|project, todos| {
            let known = self.todos.get(project);
            todos.retain(|id, todo| !todo.is_forgotten() && known.is_some_and(|known| known.contains_key(id)));
            !todos.is_empty()
        });
        (!projects.is_empty()).then(|| SessionState { info: self.info(info), projects })
    }

    /// Returns what is known of a session, without what may be of another project of it.
    fn info(&self, mut info: SessionInfo) -> SessionInfo {
        let has = |id: &TodoId| self.todos.values().any(|todos| todos.contains_key(id));
        info.list.retain(|entry| has(&entry.id));
        info.list.iter_mut().for_each(|entry| entry.meant.retain(|_, id| has(id)));
        if !info.project.as_ref().is_some_and(|project| self.todos.contains_key(project)) {
            (info.project, info.branch) = (None, None);
            info.extra.clear();
        }
        info
    }

    /// Makes a commit that holds all that is to go, on top of the histories.
    fn commit(&self, new: &mut Overlay<'_>, histories: &[ObjectId], identity: &Identity) -> Result<ObjectId, OpsError> {
        let mut files = vec![(ATTRIBUTES_PATH.to_owned(), ATTRIBUTES.as_bytes().to_vec())];
        for (project, todos) in &self.todos {
            let mut lists = ProjectLists::at(new, project, None)?;
            todos.values().try_for_each(|todo| lists.say(todo))?;
            lists.spread(Vec::new(), new.limits().list_lines)?;
            files.extend(lists.edits());
        }
        for info in &self.sessions {
            files.push((session_path(&info.session), encode_session(&self.info(info.clone()))));
        }
        let mut blobs = Vec::with_capacity(files.len());
        for (path, content) in files {
            blobs.push((path, new.batch.blob(content)?));
        }
        let tree = new.edit_tree(None, blobs.iter().map(|(path, blob)| (path.as_str(), Some(*blob))))?;
        let todos = || self.todos.values().flat_map(TodoList::values);
        let time = todos().flat_map(|todo| todo.claims.values()).map(|claim| claim.at).max().unwrap_or_default();
        let identity = Identity { time, ..identity.clone() };
        let message = format!("Move {} todos here\n", todos().count());
        let most = new.limits().parents.max(1);
        let mut tip = None;
        // So many parents a commit, as many commits as it takes.
        for some in histories.chunks(most).chain(histories.is_empty().then_some(&[][..])) {
            let parents = tip.into_iter().chain(some.iter().copied()).collect();
            tip = Some(new.commit(NewCommit { tree, parents, identity: &identity, message: message.clone() })?);
        }
        tip.ok_or_else(|| OpsError::Input("there is nothing to move".to_owned()))
    }

    /// Makes sure that a store says all that is to go.
    fn check(&self, to: &Store) -> Result<(), OpsError> {
        let path = to.repo.common_dir().display();
        match self.lacks(to)? {
            Some(id) => Err(OpsError::Input(format!("{id} did not come to {path}: nothing was taken out here"))),
            None => Ok(()),
        }
    }

    /// Returns a todo of which a store does not say all that is to go.
    ///
    /// # Errors
    /// When that store cannot be read.
    pub fn lacks(&self, to: &Store) -> Result<Option<TodoId>, OpsError> {
        let overlay = Overlay::new(&to.repo);
        let consolidated = Consolidated::find(to, &overlay)?;
        for (project, todos) in &self.todos {
            let there = consolidated.some_todos(&overlay, project, &todos.keys().copied().collect())?;
            let is_there = |id: &TodoId, todo: &Todo| {
                there.get(id).is_some_and(|found| {
                    let mut joined = found.clone();
                    join_todo(&mut joined, todo);
                    !found.is_forgotten() && joined == *found
                })
            };
            if let Some((id, _)) = todos.iter().find(|(id, todo)| !is_there(id, todo)) {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }
}
