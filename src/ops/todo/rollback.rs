//! An earlier state, said anew.

use super::actor::Actor;
use super::find::{Which, find};
use super::outcome::Said;
use super::project::scope;
use super::read::read_named;
use super::refusal::Refusal;
use crate::ops::{find_state, restore, todos_at};
use crate::statement::Act;
use crate::todo::Scope;

/// What is to be brought back.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// A commit or a date: all that had been said until then.
    pub revision: String,
    /// The name of a project, for only its todos.
    pub project: Option<String>,
    /// Only this todo.
    pub todo: Option<Which>,
    /// Whether only what would change is asked for.
    pub dry_run: bool,
}

/// What was brought back, or would be.
#[derive(Debug)]
pub struct RolledBack {
    /// The acts that bring it back.
    pub acts: Vec<Act>,
    /// What was said; `None` where it was only asked for.
    pub said: Option<Said>,
}

/// Brings back an earlier state of all todos, of a project or of one todo.
///
/// # Errors
/// When it is not clear which state, project or todo is meant, and when the store says no.
pub fn rollback(actor: &Actor<'_>, rollback: &Rollback) -> Result<RolledBack, Refusal> {
    let store = actor.store;
    let then = find_state(store, &rollback.revision, actor.now)?;
    let then = todos_at(store, Some(&then))?;
    // What is seen now, not what is known once the branch has caught up: nobody asked to take that back.
    let now = todos_at(store, None)?;
    let only = scope(store, actor.here, rollback.project.as_deref())?;
    let is_known =
        |scope: &Scope| scope.projects().any(|project| then.contains_key(project) || now.contains_key(project));
    if let Some(scope) = only.as_ref().filter(|scope| !is_known(scope)) {
        return Err(Refusal::NoProject(scope.project.clone()));
    }
    let todo = match &rollback.todo {
        None => None,
        Some(which) => {
            let about = only.as_ref().map(|scope| &scope.project).or(actor.here);
            Some(find(&read_named(store, actor.here, which)?.0, about, which)?.1.id)
        }
    };
    let acts = restore(&then, &now, |project, id| {
        only.as_ref().is_none_or(|only| only.takes(project)) && todo.is_none_or(|todo| todo == id)
    });
    let said = match rollback.dry_run {
        true => None,
        false => Some(actor.act(&format!("rollback: {}", rollback.revision), |_| Ok((acts.clone(), ())))?.0),
    };
    Ok(RolledBack { acts, said })
}
