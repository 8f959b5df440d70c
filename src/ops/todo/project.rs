//! Which project is meant.

use super::read::read;
use super::refusal::Refusal;
use crate::ops::project_names;
use crate::store::{Reach, Store};
use crate::todo::{Names, Project, Scope};

/// Checks the name of a project.
///
/// # Errors
/// When it cannot be one.
pub fn project(name: &str) -> Result<Project, Refusal> {
    Project::new(name).map_err(|why| Refusal::ProjectName { name: name.to_owned(), why: why.to_string() })
}

/// Returns the project that is named to read of it, with what is shown as one with it. What the directory says is
/// meant as it stands.
///
/// # Errors
/// When it cannot be a name, when it can mean several projects, and when the store cannot be read.
pub fn scope(store: &Store, here: Option<&Project>, name: Option<&str>) -> Result<Option<Scope>, Refusal> {
    name.map(|name| scope_among(&names(store)?, here, name)).transpose()
}

/// As [`scope`], of projects that are called so.
///
/// # Errors
/// When it cannot be a name, and when it can mean several projects.
pub fn scope_among(names: &Names, here: Option<&Project>, name: &str) -> Result<Scope, Refusal> {
    let typed = project(name)?;
    let meant = if here == Some(&typed) { Ok(typed.clone()) } else { names.meant(&typed) };
    Ok(names.scope(&meant.map_err(|several| Refusal::SeveralProjects { typed, several })?))
}

/// Returns the project that is named to save something of it.
///
/// # Errors
/// As [`scope`].
pub fn meant_anew(store: &Store, here: Option<&Project>, typed: Project) -> Result<Project, Refusal> {
    if here == Some(&typed) {
        return Ok(typed);
    }
    names(store)?.meant_anew(&typed).map_err(|several| Refusal::SeveralProjects { typed, several })
}

/// Returns the project that something is about: the one named, else that of the directory.
///
/// # Errors
/// As [`scope`].
pub fn chosen(store: &Store, here: Option<&Project>, name: Option<&str>) -> Result<Option<Project>, Refusal> {
    let scope = scope(store, here, name)?;
    Ok(scope.map_or_else(|| here.cloned(), |scope| Some(scope.project)))
}

/// Returns what the projects are called. Those of which nothing is wanted any more are left out, where another is
/// called alike.
fn names(store: &Store) -> Result<Names, Refusal> {
    let names = project_names(store)?;
    Ok(if names.has_shared() { read(store, Reach::Archive)?.0.names() } else { names })
}
