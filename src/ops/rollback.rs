//! Earlier states, as new statements: so they hold on every machine and can be undone in turn.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::act::DECIDED_ON;
use super::{OpsError, date};
use crate::git::{CommitInfo, ObjectId, Overlay};
use crate::statement::Act;
use crate::store::{Consolidated, Reach, Store, read_session};
use crate::todo::{Project, Session, State, Time, Todo, TodoId, TodoList};

/// Todos by project.
type Lists = BTreeMap<Project, TodoList>;

/// Finds the consolidated commit that a person means: a commit in any way git names one, `@{…}` of the
/// consolidated branch, or a date (`2026-11-20`, `2026-11-20 14:00`, RFC 3339, `2 hours ago`), for the last
/// commit until then.
///
/// # Errors
/// When it names no consolidated commit.
pub fn find_state(store: &Store, text: &str, now: Time) -> Result<ObjectId, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let branch = store.settings.branch_name();
    if let Some(until) = date::absolute(text, true) {
        return last_until(store, &overlay, text, until);
    }
    let revision = if text.starts_with("@{") { format!("{branch}{text}") } else { text.to_owned() };
    let commit = match (store.repo.resolve(&revision), date::since(text, now)) {
        (Ok(commit), _) => commit,
        (Err(_), Some(until)) => return last_until(store, &overlay, text, until),
        (Err(err), None) => return Err(err.into()),
    };
    let info = overlay.commit_info(commit)?;
    let known = overlay.find(info.tree, crate::store::paths::PROJECTS)?;
    known.map(|_| commit).ok_or_else(|| OpsError::Input(format!("{text} is no commit of {branch}: it holds no todos")))
}

fn last_until(store: &Store, overlay: &Overlay<'_>, text: &str, until: Time) -> Result<ObjectId, OpsError> {
    let tip = Consolidated::find(store, overlay)?.tip;
    let mut at = tip.map(|tip| overlay.commit_info(tip)).transpose()?;
    while let Some(commit) = at.take_if(|commit| commit.time > until) {
        at = commit.parents.first().map(|parent| overlay.commit_info(*parent)).transpose()?;
    }
    let branch = store.settings.branch_name();
    let none = || OpsError::Input(format!("nothing had been consolidated into {branch} by '{text}'"));
    at.map(|commit| commit.id).ok_or_else(none)
}

/// Reads all todos as of a consolidated commit, but those that were forgotten since.
///
/// # Errors
/// When it cannot be read.
pub fn todos_at(store: &Store, commit: ObjectId) -> Result<Lists, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let forgotten = Consolidated::find(store, &overlay)?.forgotten(&overlay)?;
    let mut projects = Consolidated::at(&overlay, Some(commit))?.all(&overlay, Reach::Archive)?.0;
    projects.values_mut().for_each(|todos| todos.retain(|id, _| !forgotten.contains(id)));
    Ok(projects)
}

/// Returns the acts that bring todos from their present state to that of `then`. A todo that was not there
/// then is dropped.
pub fn restore(then: &Lists, now: &Lists, takes: impl Fn(&Project, TodoId) -> bool) -> Vec<Act> {
    let nothing = TodoList::new();
    let projects: BTreeSet<&Project> = then.keys().chain(now.keys()).collect();
    let mut acts = Vec::new();
    for project in projects {
        let then = then.get(project).unwrap_or(&nothing);
        let now = now.get(project).unwrap_or(&nothing);
        let ids: BTreeSet<TodoId> = then.keys().chain(now.keys()).copied().collect();
        let taken = ids.into_iter().filter(|id| takes(project, *id));
        acts.extend(taken.filter_map(|id| restore_todo(project, then.get(&id), now.get(&id))));
    }
    acts
}

fn restore_todo(project: &Project, then: Option<&Todo>, now: Option<&Todo>) -> Option<Act> {
    let todo = then.or(now)?;
    let wish = then.map_or(State::Dropped, Todo::state);
    let stays = now.map_or(State::Dropped, Todo::state) == wish;
    let mut fields = Vec::new();
    if let (Some(then), Some(now)) = (then, now) {
        let names: BTreeSet<&String> = then.fields.keys().chain(now.fields.keys()).collect();
        for name in names {
            let value = |todo: &Todo| todo.fields.get(name).map_or(Value::from(""), |field| field.value.clone());
            if value(then) != value(now) {
                fields.push((name.clone(), value(then)));
            }
        }
    }
    let act = Act { wish: (!stays).then_some(wish), fields, ..Act::new(project, todo, wish) };
    (!stays || !act.fields.is_empty()).then_some(act)
}

/// What was last done through a command on this device.
#[derive(Clone, Debug)]
pub struct LastAct {
    /// In whose name.
    pub session: Session,
    /// When.
    pub at: Time,
    /// What the commit says of it: the first line of its message.
    pub summary: String,
    /// The consolidated commit before it; nothing when it was the first act of the store.
    pub decided_on: Option<ObjectId>,
    /// The todos that it changed.
    pub todos: BTreeSet<(Project, TodoId)>,
}

/// Finds the last act made through a command on this device.
///
/// # Errors
/// When the store cannot be read.
pub fn last_act(store: &Store) -> Result<Option<LastAct>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let mut last: Option<(Time, Session, CommitInfo)> = None;
    for (session, tip) in store.repo.sessions()? {
        let commit = overlay.commit_info(tip)?;
        if decided_on(&commit).is_some()
            && let Ok(said) = read_session(&overlay, &session, tip)
            && last.as_ref().is_none_or(|(at, ..)| said.state.info.updated > *at)
        {
            last = Some((said.state.info.updated, session, commit));
        }
    }
    let Some((at, session, commit)) = last else { return Ok(None) };
    let after = read_session(&overlay, &session, commit.id)?.state.projects;
    let before = match commit.parents.first() {
        Some(parent) => read_session(&overlay, &session, *parent)?.state.projects,
        None => Lists::new(),
    };
    let mut todos = BTreeSet::new();
    for (project, list) in &after {
        let before = before.get(project);
        let changed = list.iter().filter(|(id, todo)| before.and_then(|list| list.get(id)) != Some(todo));
        todos.extend(changed.map(|(id, _)| (project.clone(), *id)));
    }
    let summary = commit.message.lines().next().unwrap_or_default().to_owned();
    let decided_on = decided_on(&commit).and_then(|id| ObjectId::from_hex(id.as_bytes()).ok());
    Ok(Some(LastAct { session, at, summary, decided_on, todos }))
}

/// Returns what the last line of an act's commit message names; nothing when the commit is no act.
fn decided_on(commit: &CommitInfo) -> Option<&str> {
    commit.message.trim_end().lines().last()?.strip_prefix(DECIDED_ON)
}
