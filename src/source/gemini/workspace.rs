//! Where the sessions of a project work.

use std::path::Path;

use crate::source::{Reading, Workspace};
use crate::todo::Session;

/// Returns the directory of the project whose files stand here.
pub(super) fn root_of(project: &Path) -> Option<String> {
    let root = std::fs::read_to_string(project.join(".project_root")).ok()?;
    Some(root.trim().to_owned()).filter(|root| Path::new(root).is_absolute())
}

/// Says where a session works.
pub(super) fn workspace(reading: &mut Reading, session: &Session, directory: Option<String>) {
    let workspace = directory.map(|directory| Workspace { directory, branch: None });
    reading.workspaces.extend(workspace.map(|workspace| (session.clone(), workspace)));
}
