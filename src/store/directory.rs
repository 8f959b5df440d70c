//! What is known of a working directory: which project it is of, and where the user has its todos go.

use std::path::{Path, PathBuf};

use crate::git::{Around, global_values, is_whole, last_part, repository_name, setting_at};
use crate::settings::{Asked, Routes, Ruling, table};
use crate::todo::Project;

/// What is known of a working directory.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Its project: what its git config says, else the name of its repository with its owner by the URL of `origin`,
    /// or of the main working tree, or of the directory itself where no repository is around it on this device. Of a
    /// directory that is gone, the nearest one above it that is still there counts: worktrees are made below their
    /// repository, and removed.
    pub project: Option<Project>,
    /// Whether a repository is around it, or what is still there of it.
    pub is_in_repository: bool,
    /// Where the user has its todos go.
    pub ruling: Ruling,
    /// The rules that said so.
    pub routes: Routes,
}

impl Directory {
    /// Looks at a directory.
    pub fn look(directory: &str) -> Self {
        let path = Path::new(directory);
        let is_there = path.is_dir();
        let found = there(path).and_then(|there| setting_at(there, table::PROJECT.key, table::ROUTE.key));
        let is_in_repository = found.is_some();
        let routes = match &found {
            Some(Around { is_read: true, users, .. }) => Ok(Routes::read(users.clone(), home().as_deref())),
            _ => general_routes(),
        };
        // Who keeps all of the home directory in a repository says nothing by it of what was somewhere in it.
        let around = found.filter(|around| is_there || !is_of_home(&around.main));
        let project = project(directory, around.as_ref());
        let (ruling, routes) = match routes {
            Ok(routes) if routes.is_empty() => (Ruling::Free, routes),
            Ok(routes) => (routes.ruling(&asked(path, around.as_ref(), project.as_ref())), routes),
            Err(reason) => (Ruling::Unsure(reason), Routes::default()),
        };
        Directory { project, is_in_repository, ruling, routes }
    }
}

/// Returns the rules that hold outside any repository, and in those for which the user's settings say nothing else.
///
/// # Errors
/// Why they cannot be read.
pub fn general_routes() -> Result<Routes, String> {
    let given = global_values(table::ROUTE.key).map_err(|err| err.to_string())?;
    Ok(Routes::read(given, home().as_deref()))
}

/// Returns what rules are asked of a directory. Whatever it may be called is a name of it: a rule that somebody made for
/// one of them is not to be missed.
fn asked(path: &Path, around: Option<&Around>, project: Option<&Project>) -> Asked {
    let real = |path: &Path| {
        let there = path.ancestors().find_map(|above| Some((above, std::fs::canonicalize(above).ok()?)));
        there.and_then(|(above, real)| Some(real.join(path.strip_prefix(above).ok()?)))
    };
    let directories = [Some(path.to_owned()), real(path), around.map(|around| around.main.clone())];
    let origins = around.into_iter().flat_map(|around| [&around.origin, &around.rewritten]).flatten();
    let mut names: Vec<String> = origins.filter_map(|url| repository_name(url)).collect();
    names.extend(project.map(|project| project.as_str().to_owned()));
    let doubt = match around {
        Some(around) if !around.is_read => Some(format!("the git config of {} cannot be read", around.main.display())),
        None if !path.is_dir() => Some(format!("{} is gone, and whose it was is not known", path.display())),
        _ => None,
    };
    Asked { directories: directories.into_iter().flatten().collect(), names, doubt }
}

fn project(directory: &str, around: Option<&Around>) -> Option<Project> {
    let path = Path::new(directory);
    let name = |text: &str| Project::new(text).ok();
    let Some(Around { project, origin, rewritten, main, .. }) = around else {
        // It may be another device's, whose separators are another system's.
        return match path.is_dir() {
            true => name(&path.file_name()?.to_string_lossy()),
            false => name(directory.rsplit(['/', '\\']).find(|part| !part.is_empty())?),
        };
    };
    let origin = match origin.as_deref() {
        Some(url) if !is_whole(url) => rewritten.as_deref().or(Some(url)),
        origin => origin,
    };
    project
        .as_deref()
        .and_then(name)
        .or_else(|| origin.and_then(repository_name).and_then(|repository| name(&repository)))
        // A bare repository is called `api.git`.
        .or_else(|| name(&last_part(&main.file_name()?.to_string_lossy())?))
}

/// Returns the directory, or the nearest one above it that is there.
pub fn there(path: &Path) -> Option<&Path> {
    path.ancestors().find(|path| path.is_dir())
}

/// Returns whether a working tree is the user's home directory, or around it.
fn is_of_home(main: &Path) -> bool {
    let home = home().and_then(|home| std::fs::canonicalize(home).ok());
    home.is_some_and(|home| home.starts_with(main))
}

/// Returns the user's home directory.
pub(super) fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_another_device_names_its_project() {
        let project = |directory: &str| Directory::look(directory).project;
        assert_eq!(project("/nowhere/at/all/Acme-API"), Project::new("acme-api").ok());
        assert_eq!(project(r"C:\work\shop"), Project::new("shop").ok());
    }
}
