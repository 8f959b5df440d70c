//! What a session said before, and under which name it goes on: in its own ref, elsewhere, or both.
//!
//! A ref is written by one device. What others say under a session's names is what the session said before, as far as
//! its next list is compared with it; it is never taken into the session's own history.

use std::collections::{BTreeMap, BTreeSet};

use super::OpsError;
use super::device::drawn;
use super::tips::{ForeignTip, Tips};
use crate::codec::decode_session;
use crate::git::{Identity, ObjectId, Overlay, descends, retired_ref};
use crate::merge::join;
use crate::store::paths::session_path;
use crate::store::{Consolidated, Reach, SessionCommit, Store, check_session, commit_session, has_room, read_session};
use crate::todo::{
    Claims, Fields, ListEntry, Project, Session, SessionInfo, SessionState, Time, Todo, TodoId, TodoList,
};

/// A stamp that is further ahead of this device's clock than this, in milliseconds, is a broken clock's or a forger's:
/// what followed it would stay there.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What a session's next statement is compared with.
#[derive(Debug)]
pub(super) struct Past {
    /// The name under which it speaks on this device.
    pub name: Session,
    /// The commit that the next one is put on; nothing for a new history.
    pub commit: Option<SessionCommit>,
    /// All that it said, under whatever name, as if under this one; nothing when that is what its own commit says.
    whole: Option<SessionState>,
}

impl Past {
    /// Returns what the session said.
    pub fn state(&self) -> Option<&SessionState> {
        self.whole.as_ref().or(self.commit.as_ref().map(|commit| &commit.state))
    }

    /// Puts what the session says now on what it said here before. What was said elsewhere stays there.
    ///
    /// # Errors
    /// As [`commit_session`]. Then nothing was said.
    pub fn say(
        &mut self,
        overlay: &mut Overlay<'_>,
        next: SessionState,
        identity: &Identity,
        trailer: Option<&str>,
    ) -> Result<(), OpsError> {
        let (said, whole) = match &self.whole {
            None => (next, None),
            Some(whole) => (own_part(self.commit.as_ref().map(|commit| &commit.state), whole, &next), Some(next)),
        };
        self.commit = Some(commit_session(overlay, self.commit.as_ref(), said, identity, trailer)?);
        self.whole = whole;
        Ok(())
    }
}

/// Returns what a session has said here after its next statement: what it had, and what this one changes.
fn own_part(own: Option<&SessionState>, whole: &SessionState, next: &SessionState) -> SessionState {
    let mut projects = own.map(|own| own.projects.clone()).unwrap_or_default();
    for (project, todos) in &next.projects {
        for (id, todo) in todos {
            let before = whole.projects.get(project).and_then(|todos| todos.get(id));
            if before == Some(todo) {
                continue;
            }
            let todos = projects.entry(project.clone()).or_default();
            let mut said = todo.clone();
            // A property that this statement leaves as it is was perhaps set elsewhere.
            said.fields = todos.get(id).map(|own| own.fields.clone()).unwrap_or_default();
            let fields = todo.fields.iter();
            let news = fields.filter(|(name, field)| before.and_then(|before| before.fields.get(*name)) != Some(field));
            said.fields.extend(news.map(|(name, field)| (name.clone(), field.clone())));
            if todo.is_forgotten() {
                said.fields = Fields::new();
            } else {
                let times = said.claims.values().map(|claim| claim.at);
                let first = times.chain(said.fields.values().map(|field| field.at)).min().unwrap_or(todo.created);
                said.created = todos.get(id).map_or(first, |own| own.created);
            }
            todos.insert(*id, said);
        }
    }
    let own = own.map(|own| &own.info);
    let mut extra = own.map(|own| own.extra.clone()).unwrap_or_default();
    let new = next.info.extra.iter().filter(|(key, value)| whole.info.extra.get(*key) != Some(value));
    extra.extend(new.map(|(key, value)| (key.clone(), value.clone())));
    let info = SessionInfo { started: own.map_or(next.info.updated, |own| own.started), extra, ..next.info.clone() };
    SessionState { info, projects }
}

/// Finds what a session said before, and the name under which it goes on here:
///
/// - the one whose ref this device has, or had until it was retired;
/// - the session's own, when nobody else has it;
/// - else a new one, that of its continuation on this device.
///
/// A name that a remote has with commits that this device did not make is not this device's any more. Nor does it go on
/// under one with so much history that others would soon leave it out.
///
/// # Errors
/// When its own ref cannot be read.
pub(super) fn past(
    overlay: &Overlay<'_>,
    store: &Store,
    session: &Session,
    tips: &Tips,
    consolidated: &Consolidated,
    lists: &mut Lists,
    now: Time,
) -> Result<Past, OpsError> {
    let look = LookUp { overlay, store, tips, consolidated };
    let (name, tip) = look.name_of(session)?;
    let commit = tip.map(|tip| read_session(overlay, &name, tip)).transpose()?;
    let elsewhere = look.elsewhere(session, &name, tip, lists, now)?;
    let whole = match (&commit, elsewhere) {
        (_, None) => None,
        (None, elsewhere) => elsewhere,
        (Some(commit), Some(elsewhere)) => Some(own_first(&commit.state, elsewhere)),
    };
    Ok(Past { name, commit, whole })
}

/// Returns whether a session has a ref on this device, under whatever name.
pub(super) fn speaks(tips: &Tips, session: &Session) -> bool {
    !local(tips, &session.origin()).is_empty()
}

/// Returns the refs of this device that speak for a session, its own first.
fn local(tips: &Tips, origin: &Session) -> Vec<(Session, ObjectId)> {
    let prefix = origin.continued_prefix();
    let first = Session::new(&prefix).unwrap_or_else(|_| origin.clone());
    let more = tips.local.range(first..).take_while(|(name, _)| name.as_str().starts_with(&prefix));
    let more = more.filter(|(name, _)| name.is_same(origin) && *name != origin);
    let own = tips.local.get_key_value(origin);
    own.into_iter().chain(more).map(|(name, tip)| (name.clone(), *tip)).collect()
}

/// The todos of the branch by project, each read once.
pub(super) type Lists = BTreeMap<Project, TodoList>;

/// Where to look for a session.
pub(super) struct LookUp<'a> {
    pub overlay: &'a Overlay<'a>,
    pub store: &'a Store,
    pub tips: &'a Tips,
    pub consolidated: &'a Consolidated,
}

impl LookUp<'_> {
    /// Returns the name under which a session goes on here, and the commit that its next one is put on.
    pub(super) fn name_of(&self, session: &Session) -> Result<(Session, Option<ObjectId>), OpsError> {
        let origin = session.origin();
        let is_ours = |name: &Session, tip: ObjectId| !self.is_contested(name, tip) && self.has_room(tip);
        let own = local(self.tips, &origin);
        // Where it went on under another name, that is the one.
        if let Some((name, tip)) = own.iter().rev().find(|(name, tip)| is_ours(name, *tip)) {
            return Ok((name.clone(), Some(*tip)));
        }
        if let Some(tip) = self.given_up(&origin)? {
            return Ok((origin, Some(tip)));
        }
        if own.is_empty() && self.is_unknown(&origin)? {
            return Ok((origin, None));
        }
        let salt = drawn(self.store)?;
        for number in 0.. {
            let name = origin.continued(&self.store.settings.device, &salt, number);
            if let Some(tip) = self.given_up(&name)? {
                return Ok((name, Some(tip)));
            }
            if !self.is_taken(&name)? {
                return Ok((name, None));
            }
        }
        unreachable!("there are finitely many refs")
    }

    /// Returns what remotes have of a session, under whatever name.
    fn foreign(&self, origin: &Session) -> impl Iterator<Item = &ForeignTip> {
        let (all, prefix) = (&self.tips.foreign, origin.continued_prefix());
        let from = |name: &str| all.partition_point(|tip| tip.session.as_str() < name);
        let own = all[from(origin.as_str())..].iter().take_while(|tip| tip.session == *origin);
        let more = all[from(&prefix)..].iter().take_while(move |tip| tip.session.as_str().starts_with(&prefix));
        own.chain(more.filter(|tip| tip.session.is_same(origin) && tip.session != *origin))
    }

    /// Returns whether a remote has commits under this name that do not lead to this one: somebody else wrote them.
    pub(super) fn is_contested(&self, name: &Session, tip: ObjectId) -> bool {
        let all = &self.tips.foreign;
        let from = all.partition_point(|other| other.session < *name);
        let mut there = all[from..].iter().take_while(|other| other.session == *name);
        there.any(|other| !descends(self.overlay, tip, other.commit))
    }

    /// Returns whether a session can go on from a commit. One that cannot be read is not left for another one.
    fn has_room(&self, tip: ObjectId) -> bool {
        self.overlay.commit_info(tip).map_or(true, |info| has_room(self.overlay, info.tree))
    }

    /// Returns what this device had said under a name when it gave the ref up, unless somebody else spoke under it
    /// since.
    fn given_up(&self, name: &Session) -> Result<Option<ObjectId>, OpsError> {
        let Some(tip) = self.store.repo.find_ref(&retired_ref(name))? else { return Ok(None) };
        if self.tips.local.contains_key(name) || self.is_contested(name, tip) || !self.has_room(tip) {
            return Ok(None);
        }
        let own = read_session(self.overlay, name, tip)?.state.info.updated;
        let is_later = self.in_branch(name)?.is_some_and(|info| info.updated > own);
        Ok((!is_later).then_some(tip))
    }

    /// Returns what the branch knows of a session of this name.
    fn in_branch(&self, name: &Session) -> Result<Option<SessionInfo>, OpsError> {
        let Some(tree) = self.consolidated.tree else { return Ok(None) };
        let Some(file) = self.overlay.find(tree, &session_path(name))? else { return Ok(None) };
        Ok(decode_session(&self.overlay.blob(file)?).ok())
    }

    /// Returns whether anybody else has a name. What is said aside stays there: it has no ref that could be anybody's.
    fn is_taken(&self, name: &Session) -> Result<bool, OpsError> {
        let there = self.foreign(&name.origin()).any(|tip| tip.session == *name);
        let known = || -> Result<bool, OpsError> {
            let Some(tree) = self.consolidated.tree.filter(|_| !self.store.settings.aside) else { return Ok(false) };
            Ok(self.overlay.find(tree, &session_path(name))?.is_some())
        };
        Ok(there || self.tips.local.contains_key(name) || known()?)
    }

    /// Returns whether nobody ever spoke for a session.
    fn is_unknown(&self, origin: &Session) -> Result<bool, OpsError> {
        let in_branch = || -> Result<bool, OpsError> {
            Ok(!self.store.settings.aside && !self.consolidated.names_of(self.overlay, origin)?.is_empty())
        };
        Ok(self.foreign(origin).next().is_none() && !in_branch()?)
    }

    /// Returns what a session said under other names, and others under its name, as if under `name`, whose newest
    /// commit is `own`.
    fn elsewhere(
        &self,
        session: &Session,
        name: &Session,
        own: Option<ObjectId>,
        lists: &mut Lists,
        now: Time,
    ) -> Result<Option<SessionState>, OpsError> {
        let origin = session.origin();
        let mut found: Vec<(Session, SessionState)> = Vec::new();
        for (other, tip) in local(self.tips, &origin).into_iter().filter(|(other, _)| other != name) {
            found.extend(read_session(self.overlay, &other, tip).ok().map(|commit| (other, commit.state)));
        }
        for tip in self.foreign(&origin) {
            let is_own = tip.session == *name && own.is_some_and(|own| descends(self.overlay, own, tip.commit));
            if !is_own && let Ok(commit) = check_session(self.overlay, &tip.session, tip.commit) {
                found.push((tip.session.clone(), commit.state));
            }
        }
        for other in self.consolidated.names_of(self.overlay, &origin)? {
            let is_own = other == *name && own.is_some();
            if !is_own && found.iter().all(|(known, _)| *known != other) {
                let state = self.as_branch_knows(&other, lists)?;
                found.extend(state.map(|state| (other, state)));
            }
        }
        let latest = Time::from_millis(now.millis().saturating_add(DAY));
        Ok(found
            .into_iter()
            .map(|(other, state)| renamed(&other, state, name, latest))
            .reduce(|ours, theirs| both(&ours, theirs)))
    }

    /// Returns what the branch holds of what a session said.
    fn as_branch_knows(&self, name: &Session, lists: &mut Lists) -> Result<Option<SessionState>, OpsError> {
        let Some(info) = self.in_branch(name)? else { return Ok(None) };
        if lists.is_empty() {
            *lists = self.consolidated.with_forgotten(self.overlay, Reach::Archive)?.0;
        }
        let mut projects: Lists = BTreeMap::new();
        for (project, todos) in lists.iter() {
            let own: TodoList = todos
                .iter()
                .filter(|(_, todo)| todo.claims.contains_key(name))
                .map(|(id, todo)| (*id, todo.clone()))
                .collect();
            if !own.is_empty() {
                projects.insert(project.clone(), own);
            }
        }
        Ok((!projects.is_empty()).then_some(SessionState { info, projects }))
    }
}

/// Returns what was said under one name as if it had been said under another one. Of times from the far future
/// nothing is taken over.
pub(super) fn renamed(from: &Session, state: SessionState, to: &Session, latest: Time) -> SessionState {
    let SessionState { info, projects } = state;
    let todo = |mut todo: Todo| {
        let claim = todo.claims.remove(from).filter(|claim| claim.at <= latest)?;
        todo.claims = Claims::from_iter([(to.clone(), claim)]);
        todo.fields.retain(|_, field| field.at <= latest);
        Some((todo.id, todo))
    };
    let projects = projects
        .into_iter()
        .map(|(project, todos)| (project, todos.into_values().filter_map(todo).collect::<TodoList>()))
        .filter(|(_, todos)| !todos.is_empty())
        .collect();
    let (started, updated) = (info.started.min(latest), info.updated.min(latest));
    SessionState { info: SessionInfo { session: to.clone(), started, updated, ..info }, projects }
}

/// Joins what a session said here with what it said elsewhere. Which todo a number of the agent means, and to which
/// project its words belong, is what was said here: else a list from elsewhere could put its words into the mouth of
/// the agent that works here.
fn own_first(own: &SessionState, elsewhere: SessionState) -> SessionState {
    let mut list = own.info.list.clone();
    let mut ids: BTreeSet<TodoId> = list.iter().map(|own| own.id).collect();
    let mut numbers: BTreeSet<String> = list.iter().filter_map(|own| own.native.clone()).collect();
    for entry in &elsewhere.info.list {
        if ids.insert(entry.id) {
            let native = entry.native.clone().filter(|native| numbers.insert(native.clone()));
            list.push(ListEntry { native, ..entry.clone() });
        }
    }
    let mut all = both(own, elsewhere);
    all.info.list = list;
    all.info.project = own.info.project.clone().or(all.info.project);
    all
}

/// Joins what one session said in two places. Its list is the later one.
pub(super) fn both(ours: &SessionState, theirs: SessionState) -> SessionState {
    let mut all = ours.clone();
    for (project, todos) in &theirs.projects {
        join(all.projects.entry(project.clone()).or_default(), todos);
    }
    let started = all.info.started.min(theirs.info.started);
    if theirs.info.updated > all.info.updated {
        all.info = theirs.info;
    }
    all.info.started = started;
    all
}
