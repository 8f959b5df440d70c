//! A todo that is to be forgotten: which one is meant, and what is meant with it.

use super::find::{Which, find_one};
use super::refusal::Refusal;
use crate::git::Overlay;
use crate::ops::{OpsError, Plan, Report, Selection, run};
use crate::store::{Consolidated, Reach, Store};
use crate::todo::{Project, Time, Todo, TodoId};
use crate::view::Everything;

/// What somebody means who wants a todo forgotten.
#[derive(Debug)]
pub enum ToForget<'a> {
    /// This one. What cannot be undone is not done to the first of several with the same words.
    Todo(&'a Project, &'a Todo),
    /// One that was forgotten before.
    Already(Project, TodoId),
}

/// Finds the todo that is to be forgotten among all, the archived ones included.
///
/// # Errors
/// When none is meant, when several can be, and when the branch cannot be read.
pub fn find_to_forget<'a>(
    store: &Store,
    everything: &'a Everything,
    project: Option<&Project>,
    which: &Which,
) -> Result<ToForget<'a>, Refusal> {
    match find_one(everything, project, which) {
        Ok((project, todo)) => Ok(ToForget::Todo(project, todo)),
        Err(refusal) => forgotten(store, which, refusal).map(|(project, id)| ToForget::Already(project, id)),
    }
}

/// Returns the one todo that was forgotten before and whose id begins so, where no other is called so: of a forgotten
/// one nothing but the id is known. So many digits must be given as for any id.
///
/// # Errors
/// With this refusal where it says something else than that, or there is no such todo.
pub fn forgotten(store: &Store, which: &Which, refusal: Refusal) -> Result<(Project, TodoId), Refusal> {
    let begins = which.text().to_ascii_lowercase();
    if !matches!(refusal, Refusal::Unknown { .. }) || begins.len() < 4 {
        return Err(refusal);
    }
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay).map_err(OpsError::from)?;
    let all = consolidated.with_forgotten(&overlay, Reach::Archive).map_err(OpsError::from)?.0;
    let todos = all.iter().flat_map(|(project, todos)| todos.values().map(move |todo| (project, todo)));
    let found = todos.filter(|(_, todo)| todo.is_forgotten() && todo.id.to_string().starts_with(&begins));
    match found.collect::<Vec<_>>().as_slice() {
        [(project, todo)] => Ok(((*project).clone(), todo.id)),
        _ => Err(refusal),
    }
}

/// Forgets a todo, and its [`twins`]. Returns what was done, for each.
///
/// # Errors
/// When the branch still knows it afterwards, and when the store says no.
pub fn forget(
    store: &Store,
    now: Time,
    (project, id): (&Project, TodoId),
    twins: &[(&Project, TodoId)],
) -> Result<Vec<Report>, Refusal> {
    let forget = |(project, id): (&Project, TodoId)| {
        let selection = Selection { what: "forget".into(), ..Selection::default() };
        let plan = Plan { selection, forget: vec![(project.clone(), id)], consolidate: true, ..Plan::default() };
        Ok(run(store, &plan, now)?)
    };
    std::iter::once((project, id)).chain(twins.iter().copied()).map(forget).collect()
}

/// Returns the todos with the same words that mean the same: what was carried over from one name of the project to
/// another has them in both.
pub fn twins<'a>(everything: &'a Everything, project: &Project, todo: &Todo) -> Vec<(&'a Project, TodoId)> {
    let scope = everything.names().scope(project);
    let is_linked = |other: &Todo| {
        let links = |one: &Todo, other: &Todo| {
            let id = other.id.to_string();
            ["renamedFrom", "renamedTo"].iter().any(|name| one.text(name) == Some(id.as_str()))
        };
        links(todo, other) || links(other, todo)
    };
    let twins = everything.todos().filter(|(of, other)| {
        let is_same = other.content == todo.content && other.nth == todo.nth;
        *of != project && is_same && (scope.takes(of) || is_linked(other))
    });
    twins.map(|(of, other)| (of, other.id)).collect()
}
