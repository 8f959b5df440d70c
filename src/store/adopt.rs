//! Making a repository a store.

use super::{Consolidated, Store, StoreError};
use crate::git::{Overlay, Repo};
use crate::settings::{Settings, table};

impl Store {
    /// Makes an existing repository a store for the sessions of its own project. Says whether it was none
    /// before.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] when it has a branch of that name, and when its configuration cannot be written.
    pub fn adopt(repo: &Repo) -> Result<bool, StoreError> {
        let settings = Settings::read(&repo.values()?)?;
        if settings.enabled {
            return Ok(false);
        }
        let overlay = Overlay::new(repo);
        let branch = Consolidated::at(&overlay, repo.find_ref(&settings.branch)?)?;
        branch.check(&overlay, settings.branch_name())?;
        // One of ours that somebody emptied was ours before.
        if branch.tree.is_some_and(|tree| overlay.entries(Some(tree)).is_ok_and(|entries| entries.is_empty())) {
            return Err(StoreError::NotOurs { branch: settings.branch_name().to_owned(), path: "nothing".to_owned() });
        }
        repo.write_value(table::ENABLED.key, "true")?;
        Ok(true)
    }
}
