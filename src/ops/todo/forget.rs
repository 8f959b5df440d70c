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
    Todo(Forgettable<'a>),
    /// One that was forgotten before.
    Already(Project, TodoId),
}

/// A todo that can be forgotten, what goes with it, and what stays that is like it.
#[derive(Debug)]
pub struct Forgettable<'a> {
    /// Its project.
    pub project: &'a Project,
    /// The todo.
    pub todo: &'a Todo,
    /// Those that mean the same, and are forgotten with it.
    twins: Vec<(&'a Project, TodoId)>,
    /// Others of the project with the same words, which stay.
    pub same_words: Vec<TodoId>,
    /// What it was called before, and after, which stays.
    pub renamed: Vec<Renamed>,
}

/// A todo that became another one when its words changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// What it was before.
    From(TodoId),
    /// What it became.
    To(TodoId),
}

impl Renamed {
    /// Returns what a todo was before and what it became, of what is still known.
    pub(super) fn of(everything: &Everything, todo: &Todo) -> Vec<Self> {
        let known = |name| Some(everything.get(todo.text(name).and_then(TodoId::parse)?)?.1.id);
        let before = known("renamedFrom").map(Renamed::From);
        before.into_iter().chain(known("renamedTo").map(Renamed::To)).collect()
    }

    /// Returns the other todo.
    pub fn id(self) -> TodoId {
        match self {
            Renamed::From(id) | Renamed::To(id) => id,
        }
    }
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
        Ok((project, todo)) => Ok(ToForget::Todo(Forgettable::of(everything, project, todo))),
        Err(refusal) => forgotten(store, which, refusal).map(|(project, id)| ToForget::Already(project, id)),
    }
}

/// Returns the one todo that was forgotten before and whose id begins so, where no other is called so: of a forgotten
/// one nothing but the id is known. So many digits must be given as for any id.
///
/// # Errors
/// With this refusal where it says something else than that, or there is no such todo.
pub(super) fn forgotten(store: &Store, which: &Which, refusal: Refusal) -> Result<(Project, TodoId), Refusal> {
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

impl<'a> Forgettable<'a> {
    fn of(everything: &'a Everything, project: &'a Project, todo: &'a Todo) -> Self {
        let twins = twins(everything, project, todo);
        let same = everything.with_words(project, &todo.content).into_iter();
        let same_words = same.map(|other| other.id).filter(|id| *id != todo.id).collect();
        let mut renamed = Renamed::of(everything, todo);
        renamed.retain(|other| twins.iter().all(|(_, id)| *id != other.id()));
        Forgettable { project, todo, twins, same_words, renamed }
    }

    /// Forgets it on every device, and what means the same. Returns what was done, for each.
    ///
    /// # Errors
    /// When the branch still knows it afterwards, and when the store says no.
    pub fn forget(&self, store: &Store, now: Time) -> Result<Vec<Report>, Refusal> {
        let all = std::iter::once((self.project, self.todo.id)).chain(self.twins.iter().copied());
        all.map(|(project, id)| forget_all(store, now, vec![(project.clone(), id)])).collect()
    }
}

/// Forgets todos in one run.
pub(super) fn forget_all(store: &Store, now: Time, forget: Vec<(Project, TodoId)>) -> Result<Report, Refusal> {
    let selection = Selection { what: "forget".into(), ..Selection::default() };
    let plan = Plan { selection, forget, consolidate: true, ..Plan::default() };
    Ok(run(store, &plan, now)?)
}

/// Returns the todos with the same words that mean the same: what was carried over from one name of the project to
/// another has them in both.
pub(super) fn twins<'a>(everything: &'a Everything, project: &Project, todo: &Todo) -> Vec<(&'a Project, TodoId)> {
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
