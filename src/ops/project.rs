//! Which project a session works on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::OpsError;
use crate::git::{Overlay, Repo, real};
use crate::settings::Settings;
use crate::store::paths::PROJECTS;
use crate::store::{Consolidated, Directory, Store, there};
use crate::todo::{Names, Project};

/// Finds the project of a working directory, and where its todos go, asking each directory once.
#[derive(Debug, Default)]
pub(super) struct Projects {
    /// Given on the command line: the project of everything.
    pub explicit: Option<Project>,
    pub known: RefCell<HashMap<String, Rc<Directory>>>,
}

impl Projects {
    /// Returns the project of a session that works in this directory: what was given, or what is known of the directory.
    pub(super) fn of(&self, directory: Option<&str>) -> Option<Project> {
        if self.explicit.is_some() {
            return self.explicit.clone();
        }
        self.look(directory?).project.clone()
    }

    /// Returns what is known of a directory.
    pub(super) fn look(&self, directory: &str) -> Rc<Directory> {
        let mut known = self.known.borrow_mut();
        Rc::clone(known.entry(directory.to_owned()).or_insert_with(|| Rc::new(Directory::look(directory))))
    }
}

/// Returns what the projects of the branch are called.
pub(super) fn names(consolidated: &Consolidated, overlay: &Overlay<'_>) -> Result<Names, OpsError> {
    let projects = overlay.find_dir(consolidated.tree, PROJECTS)?;
    let projects = overlay.entries(projects)?.into_iter().filter(|entry| entry.is_tree);
    Ok(Names::of(projects.filter_map(|entry| Project::from_component(&entry.name))))
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
    let found = Directory::look(&directory.to_string_lossy());
    found.project.filter(|_| found.is_in_repository)
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
    let directory = real(Path::new(directory));
    if store.work_dir().is_some_and(|work_dir| directory.starts_with(real(work_dir))) {
        return true;
    }
    let common: PathBuf = real(store.common_dir());
    matches!(there(&directory).and_then(Repo::discover_at), Some(found) if real(&found) == common)
}
