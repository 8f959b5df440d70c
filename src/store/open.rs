//! Opening a store, and making one.

use super::error::StoreError;
use super::locate::{Location, Origin};
use super::paths;
use crate::git::{ObjectId, Repo, create_bare};
use crate::settings::{Background, Issuers, Mirror, Settings, Spawning};

/// The configuration of a store that we create: no surprise gc, a reflog for every ref, and git flushes what
/// it writes there as we do (a `git pack-refs` rewrites every ref).
const CONFIG: &str = "\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = always
[gc]
\tauto = 0
[maintenance]
\tauto = false
[chittysync]
\tenabled = true
";

/// An open store.
#[derive(Clone, Debug)]
pub struct Store {
    /// The repository.
    pub repo: Repo,
    /// What git config says of it.
    pub settings: Settings,
    /// How it was found.
    pub origin: Origin,
}

impl Store {
    /// Opens the store at this place.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when nothing is there yet, [`StoreError::NotAStore`] when it is a repository
    /// that nobody made a store.
    pub fn open(location: &Location) -> Result<Self, StoreError> {
        if !location.path.exists() {
            return Err(StoreError::Missing(location.path.clone()));
        }
        let repo = Repo::open(&location.path)?;
        let settings = Settings::read(&repo.values()?)?;
        if !settings.enabled {
            return Err(StoreError::NotAStore(location.path.clone()));
        }
        if location.origin == Origin::Route && !repo.is_bare() {
            return Err(StoreError::OfAProject(location.path.clone()));
        }
        Ok(Store { repo, settings, origin: location.origin })
    }

    /// Opens the store at this place, and creates it when nothing is there.
    ///
    /// # Errors
    /// As [`Store::open`], and when it cannot be created.
    pub fn open_or_create(location: &Location) -> Result<Self, StoreError> {
        if !location.path.exists() {
            create_bare(&location.path, CONFIG, paths::ATTRIBUTES)?;
        }
        Store::open(location)
    }

    /// Returns the newest commit of the branch. `None` if nothing was consolidated yet.
    ///
    /// # Errors
    /// When the ref cannot be read.
    pub fn tip(&self) -> Result<Option<ObjectId>, StoreError> {
        Ok(self.repo.find_ref(&self.settings.branch)?)
    }

    /// Returns the store as it is on the disk now, whatever was cached of it.
    ///
    /// # Errors
    /// When it is gone or broken.
    pub fn reopen(&self) -> Result<Self, StoreError> {
        let mut repo = Repo::open(self.repo.git_dir())?;
        repo.limits = self.repo.limits;
        Ok(Store { repo, settings: self.settings.clone(), origin: self.origin })
    }

    /// As [`Store::reopen`], with what was read of its objects before: for who goes on from there. Not for who asks
    /// whether an object is still there.
    ///
    /// # Errors
    /// As [`Store::reopen`].
    pub fn look_again(&self) -> Result<Self, StoreError> {
        Ok(Store { repo: self.repo.reopen()?, settings: self.settings.clone(), origin: self.origin })
    }

    /// Returns the store with another branch (its full name) in place of that of `chittysync.branch`. What is said
    /// on it stays there, and it is no reason for a session to give up its ref.
    #[must_use]
    pub fn aside(mut self, branch: String) -> Self {
        self.settings.aside = branch != self.settings.main_branch;
        if self.settings.aside {
            self.settings.branch = branch;
            self.settings.retire_after = None;
        }
        self
    }

    /// Returns the store for somebody who speaks from another device.
    #[must_use]
    pub fn on_device(mut self, device: String) -> Self {
        self.settings.device = device;
        self
    }

    /// Returns the name of the cache that says what the branch in use contains. Beside the main branch there is one for
    /// whichever other one was used last.
    pub fn merged_cache(&self) -> &'static str {
        if self.settings.aside { "merged-aside" } else { "merged" }
    }

    /// Returns what git config says of what runs in the background.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn background(&self) -> Result<Background, StoreError> {
        Ok(Background::read(&self.repo.values()?, self.is_project())?)
    }

    /// Returns what git config says of mirrors.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn mirrors(&self) -> Result<Vec<Mirror>, StoreError> {
        Ok(Mirror::all(&self.repo.values()?, self.is_project())?)
    }

    /// Returns what git config says of issuers whose tokens the hub takes.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn issuers(&self) -> Result<Issuers, StoreError> {
        Ok(Issuers::read(&self.repo.values()?, self.is_project())?)
    }

    /// Returns what git config says of agents that are started.
    ///
    /// # Errors
    /// For a value that a setting cannot have.
    pub fn spawning(&self) -> Result<Spawning, StoreError> {
        Ok(Spawning::read(&self.repo.values()?, self.is_project())?)
    }

    /// Returns whether the store takes only the sessions that work in its own directory.
    pub fn is_project(&self) -> bool {
        !self.repo.is_bare()
    }
}
