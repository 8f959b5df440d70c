//! Earlier states, as new statements: so they hold on every machine and can be undone in turn.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::consolidator::consolidator;
use super::heads::side;
use super::merge_sides::Side;
use super::merge_trees::Merge;
use super::{OpsError, date};
use crate::git::{Ancestors, Batch, ObjectId, Overlay, frontier};
use crate::statement::Act;
use crate::store::paths::PROJECTS;
use crate::store::{Consolidated, Reach, Store, session_of};
use crate::todo::{Project, State, Time, Todo, TodoId, TodoList};

/// Todos by project.
pub type Lists = BTreeMap<Project, TodoList>;

/// A consolidated state of the past.
#[derive(Debug)]
pub struct EarlierState {
    /// Its commit.
    pub commit: ObjectId,
    /// What of it is in no repository: nobody consolidated at that moment.
    pub(super) made: Batch,
}

impl EarlierState {
    /// Returns the state of a commit.
    pub(super) fn at(store: &Store, commit: ObjectId) -> Self {
        EarlierState { commit, made: Batch::new(store.repo.hash()) }
    }
}

/// Returns the present state; nothing before the first consolidation.
///
/// # Errors
/// When the branch cannot be read.
pub fn present_state(store: &Store) -> Result<Option<EarlierState>, OpsError> {
    let tip = store.repo.find_ref(&store.settings.branch)?;
    Ok(tip.map(|tip| EarlierState::at(store, tip)))
}

/// Finds the state that a person means: a commit in any way git names one, `@{…}` of the consolidated branch, or
/// a date (`2026-11-20`, `2026-11-20 14:00`, RFC 3339, `2 hours ago`), for all that had been said until then.
///
/// # Errors
/// When it names none.
pub fn find_state(store: &Store, text: &str, now: Time) -> Result<EarlierState, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let branch = store.settings.branch_name();
    if let Some(until) = date::absolute(text, true) {
        return said_until(store, &overlay, text, until);
    }
    let revision = if text.starts_with("@{") { format!("{branch}{text}") } else { text.to_owned() };
    let commit = match (store.repo.resolve(&revision), date::since(text, now)) {
        (Ok(commit), _) => commit,
        (Err(_), Some(until)) => return said_until(store, &overlay, text, until),
        (Err(_), None) => {
            let examples = "consolidated~3, @{1}, 2026-11-20, \"2026-11-20 14:00\", \"2 hours ago\"";
            return Err(OpsError::Input(format!("'{text}' is neither a commit nor a date, such as {examples}")));
        }
    };
    let none = || OpsError::Input(format!("{text} is no commit of {branch}: it holds no todos"));
    let known = overlay.commit_info(commit).and_then(|info| overlay.find_dir(info.tree, PROJECTS));
    known.ok().flatten().ok_or_else(none)?;
    Ok(EarlierState::at(store, commit))
}

/// Returns the state that consolidating made, or would have made, of all that had been said until then. No commit
/// need have that state: what a first import says all at once was said over months.
fn said_until(store: &Store, overlay: &Overlay<'_>, text: &str, until: Time) -> Result<EarlierState, OpsError> {
    let (mut seen, mut found, mut first) = (BTreeSet::new(), Vec::new(), None);
    let mut queue: Vec<ObjectId> = Consolidated::find(store, overlay)?.tip.into_iter().collect();
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        // History that was cut off ends there.
        let Ok(commit) = overlay.commit_info(id) else { continue };
        if commit.time <= until {
            found.push(commit);
        } else {
            first = first.into_iter().chain([commit.time]).min();
            queue.extend(commit.parents);
        }
    }
    // The branch before sessions, and the newest before what they contain.
    found.sort_by_cached_key(|commit| {
        (session_of(overlay, commit.tree).is_some(), std::cmp::Reverse((commit.time, commit.id)))
    });
    let (mut contained, mut sides) = (Ancestors::default(), Vec::new());
    for commit in found {
        if !contained.contains(commit.id) {
            let sessions = usize::from(session_of(overlay, commit.tree).is_some());
            let bases = frontier(overlay, commit.id, |id| contained.contains(id));
            sides.push(side(overlay, commit.id, &bases, commit.id.to_string(), sessions)?);
            contained.add(overlay, commit.id);
        }
    }
    let mut made = Batch::new(store.repo.hash());
    let Some(commit) = merge(store, &mut made, &sides)? else {
        let first = first.map(|first| format!("; the first statement is of {first}")).unwrap_or_default();
        let branch = store.settings.branch_name();
        return Err(OpsError::Input(format!("nothing that is in {branch} had been said by '{text}'{first}")));
    };
    Ok(EarlierState { commit, made })
}

/// Merges sides into one commit, which is the only one of them when there is one only.
fn merge(store: &Store, made: &mut Batch, sides: &[Side]) -> Result<Option<ObjectId>, OpsError> {
    let Some((first, others)) = sides.split_first() else { return Ok(None) };
    let mut ours = first.clone();
    for chunk in others.chunks(store.repo.limits.parents.max(2) - 1) {
        let merge = Merge::new(&store.repo, [Some(made), None], Some(ours), chunk.to_vec())?;
        let (side, batch, _) = merge.commit(&consolidator())?;
        made.absorb(batch);
        ours = side;
    }
    Ok(Some(ours.commit))
}

/// Returns all todos, the archived ones included, but those that were forgotten: as they are now, or as they were.
///
/// # Errors
/// When they cannot be read.
pub fn todos_at(store: &Store, then: Option<&EarlierState>) -> Result<Lists, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let now = Consolidated::find(store, &overlay)?;
    let Some(then) = then else { return Ok(now.all(&overlay, Reach::Archive)?.0) };
    let forgotten = now.forgotten(&overlay)?;
    let overlay = Overlay::above(&store.repo, &then.made);
    let mut projects = Consolidated::at(&overlay, Some(then.commit))?.all(&overlay, Reach::Archive)?.0;
    projects.values_mut().for_each(|todos| todos.retain(|id, _| !forgotten.contains(id)));
    Ok(projects)
}

/// Returns the acts that bring todos from the state of `now` to that of `then`. A todo that was not there then is
/// dropped.
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

/// Returns the act that brings a todo back from the state of `now` to that of `then`.
pub(super) fn restore_todo(project: &Project, then: Option<&Todo>, now: Option<&Todo>) -> Option<Act> {
    let todo = then.or(now)?;
    let target = then.map_or(State::Dropped, Todo::state);
    // What somebody took out of the branch comes back as it was, one that was dropped too.
    let stays = match (then, now) {
        (Some(then), Some(now)) => then.state() == now.state(),
        (then, now) => then.is_none() && now.is_none_or(|now| now.state() == State::Dropped),
    };
    let mut fields = Vec::new();
    if let Some(then) = then {
        let names: BTreeSet<&String> = then.fields.keys().chain(now.iter().flat_map(|now| now.fields.keys())).collect();
        for name in names {
            let (then, now) = (value(then, name), now.map_or(Value::from(""), |now| value(now, name)));
            if then != now {
                fields.push((name.clone(), then));
            }
        }
    }
    let act = Act { target: (!stays).then_some(target), fields, ..Act::new(project, todo, target) };
    (!stays || !act.fields.is_empty()).then_some(act)
}

/// Returns a property; an empty one where there is none, which takes an earlier one back.
pub(super) fn value(todo: &Todo, name: &str) -> Value {
    todo.fields.get(name).map_or(Value::from(""), |field| field.value.clone())
}
