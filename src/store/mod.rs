//! Session histories and the consolidated branch, in one repository.
//!
//! A session's tree and the consolidated tree have the same shape ([`paths`]), which is why stock git can
//! merge them. What is kept beside the refs ([`cache`]) only saves work: it can be deleted at any time.

mod archive;
mod archived_lists;
pub mod cache;
mod consolidated;
mod foreign;
pub mod lists;
mod locate;
pub mod paths;
mod project_lists;
pub mod purge;
pub mod quotes;
mod rewritten;
mod session;
pub mod spool;
pub mod trailers;
mod unreadable;
mod weight;

pub use archive::{Archive, month_of};
pub use consolidated::{Consolidated, Reach};
pub use foreign::{Unfit, check_consolidated, check_session, session_of, strays};
pub use locate::{Location, Origin, data_home, locate};
pub use project_lists::{ProjectLists, list_paths, working_lists, working_todos};
pub use rewritten::Rewritten;
pub use session::{SessionCommit, commit_session, heard_events, read_session};
pub use unreadable::Unreadable;
pub use weight::{Excess, has_room, weigh_branch, weigh_session};

use crate::codec::DecodeError;
use crate::git::{GitError, Overlay, Repo, create_bare};
use crate::settings::{Background, SettingError, Settings, table};

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The repository failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A setting has a value that it cannot have.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// There is no store yet.
    #[error("there is no store at {} yet", _0.display())]
    Missing(std::path::PathBuf),
    /// The repository was named as the store but is none.
    #[error("{} is a git repository but not a store", _0.display())]
    NotAStore(std::path::PathBuf),
    /// The branch that was to be consolidated into is somebody else's.
    #[error("the branch '{branch}' holds {path}, and no session's todos: it is not moved")]
    NotOurs {
        /// Its name, without `refs/heads/`.
        branch: String,
        /// Something that it holds.
        path: String,
    },
    /// A session would say more than anybody takes of one.
    #[error("session {session} would have said too much: {excess}")]
    TooMuch {
        /// Which.
        session: crate::todo::Session,
        /// What there would be too much of.
        excess: Excess,
    },
    /// A file in a tree cannot be read.
    #[error("cannot read {path} in {commit}")]
    Decode {
        /// The commit.
        commit: String,
        /// The file in its tree.
        path: String,
        /// Why.
        #[source]
        source: DecodeError,
    },
}

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

    /// Returns the store as it is on the disk now, whatever was cached of it.
    ///
    /// # Errors
    /// When it is gone or broken.
    pub fn reopen(&self) -> Result<Self, StoreError> {
        let mut repo = Repo::open(self.repo.git_dir())?;
        repo.limits = self.repo.limits;
        Ok(Store { repo, settings: self.settings.clone(), origin: self.origin })
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
        Consolidated::at(&overlay, repo.find_ref(&settings.branch)?)?.check(&overlay, settings.branch_name())?;
        repo.write_value(table::ENABLED.key, "true")?;
        Ok(true)
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

    /// Returns whether the store takes only the sessions that work in its own directory.
    pub fn is_project(&self) -> bool {
        !self.repo.is_bare()
    }
}
