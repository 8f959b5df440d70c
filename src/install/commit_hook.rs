//! The hook of a project's repository that has commits complete todos, put in place only on request.

use super::git_hooks::{Hook, directory};
use super::{InstallError, Part};
use crate::git::Repo;

/// The hook.
const SCRIPT: &str = include_str!("../../git-hooks/post-commit");

/// Returns the hook of the repository that somebody stands in.
///
/// # Errors
/// When git does not say where it goes, or where it goes is among the files of the project: others would get it with
/// them.
pub fn commit_hook_of(repo: &Repo) -> Result<Part, InstallError> {
    let hooks = directory(repo)?;
    let is_shared = repo.work_dir().is_some_and(|work| {
        let own = [repo.common_dir(), repo.git_dir()];
        hooks.starts_with(work) && !own.iter().any(|own| hooks.starts_with(own))
    });
    if is_shared {
        let reason = "it is among the project's files (core.hooksPath), and others would get the hook with them";
        return Err(InstallError::Settings { path: hooks, reason: reason.to_owned() });
    }
    Ok(Part::commit_hook(Hook { path: hooks.join("post-commit"), script: SCRIPT }))
}
