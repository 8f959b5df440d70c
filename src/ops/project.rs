//! Which project a session works on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::OpsError;
use super::origin::{is_whole, last_part, repository_name};
use crate::git::{Around, Overlay, Repo, setting_at};
use crate::settings::{Settings, table};
use crate::store::paths::PROJECTS;
use crate::store::{Consolidated, Store};
use crate::todo::{Names, Project};

/// Finds the project of a working directory, asking each directory once.
#[derive(Debug, Default)]
pub(super) struct Projects {
    /// Given on the command line: the project of everything.
    pub explicit: Option<Project>,
    pub known: RefCell<HashMap<String, Option<Project>>>,
}

impl Projects {
    /// Returns the project of a session that works in this directory: what was given, what the directory's
    /// git config says, the name of its repository with its owner by the URL of `origin`, or of the main working
    /// tree, or of the directory itself where no repository is around it on this device. Of a directory that is gone,
    /// the nearest one above it that is still there counts: worktrees are made below their repository, and removed.
    pub(super) fn of(&self, directory: Option<&str>) -> Option<Project> {
        if self.explicit.is_some() {
            return self.explicit.clone();
        }
        let directory = directory?;
        let mut known = self.known.borrow_mut();
        known.entry(directory.to_owned()).or_insert_with(|| find(directory)).clone()
    }
}

fn find(directory: &str) -> Option<Project> {
    let path = Path::new(directory);
    let name = |text: &str| Project::new(text).ok();
    let is_there = path.is_dir();
    let around = there(path).and_then(|there| setting_at(there, table::PROJECT.key));
    // Who keeps all of the home directory in a repository says nothing by it of what was somewhere in it.
    let Some(around) = around.filter(|around| is_there || !is_of_home(&around.main)) else {
        // It may be another device's, whose separators are another system's.
        return match is_there {
            true => name(&path.file_name()?.to_string_lossy()),
            false => name(directory.rsplit(['/', '\\']).find(|part| !part.is_empty())?),
        };
    };
    let Around { project, origin, rewritten, main } = around;
    let origin = match origin {
        Some(url) if !is_whole(&url) => rewritten.or(Some(url)),
        origin => origin,
    };
    project
        .as_deref()
        .and_then(name)
        .or_else(|| origin.as_deref().and_then(repository_name).and_then(|repository| name(&repository)))
        // A bare repository is called `api.git`.
        .or_else(|| name(&last_part(&main.file_name()?.to_string_lossy())?))
}

/// Returns the directory, or the nearest one above it that is there.
fn there(path: &Path) -> Option<&Path> {
    path.ancestors().find(|path| path.is_dir())
}

/// Returns whether a working tree is the user's home directory, or around it.
fn is_of_home(main: &Path) -> bool {
    let home = std::env::home_dir().and_then(|home| std::fs::canonicalize(home).ok());
    home.is_some_and(|home| home.starts_with(main))
}

/// Returns what the projects of the branch are called.
pub(super) fn names(consolidated: &Consolidated, overlay: &Overlay<'_>) -> Result<Names, OpsError> {
    let projects = overlay.find_dir(consolidated.tree, PROJECTS)?;
    let projects = overlay.entries(projects)?.into_iter().filter(|(_, is_tree, _)| *is_tree);
    Ok(Names::of(projects.filter_map(|(name, ..)| Project::from_component(&name))))
}

/// Returns what the projects of a store are called.
///
/// # Errors
/// When the store cannot be read.
pub fn project_names(store: &Store) -> Result<Names, OpsError> {
    let overlay = Overlay::new(&store.repo);
    names(&Consolidated::find(store, &overlay)?, &overlay)
}

/// Returns the project of a directory: what its git config says, else the name of its repository. Nothing
/// outside a repository.
pub fn directory_project(directory: &Path) -> Option<Project> {
    setting_at(directory, table::PROJECT.key)?;
    find(&directory.to_string_lossy())
}

/// Returns the project whose rule's word stands in these words; `general` when none does.
pub fn by_words(settings: &Settings, content: &str) -> Project {
    let content = content.to_lowercase();
    let rule = settings.rules.iter().find(|(_, word)| content.contains(word.as_str()));
    rule.map_or_else(Project::general, |(project, _)| project.clone())
}

/// Returns whether a directory belongs to a project's store: it lies in the store's working tree or in a
/// linked one.
pub(super) fn lies_in(store: &Repo, directory: &str) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = real(Path::new(directory));
    if store.work_dir().is_some_and(|work_dir| directory.starts_with(real(work_dir))) {
        return true;
    }
    let common: PathBuf = real(store.common_dir());
    matches!(there(&directory).and_then(Repo::discover_at), Some(found) if real(&found) == common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_another_device_names_its_project() {
        assert_eq!(find("/nowhere/at/all/Acme-API"), Project::new("acme-api").ok());
        assert_eq!(find(r"C:\work\shop"), Project::new("shop").ok());
    }
}
