//! Why a store could not be used.

use super::weight::Excess;
use crate::codec::DecodeError;
use crate::git::GitError;
use crate::settings::{Rule, SettingError};

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
    /// A rule has it that todos of the directory are kept nowhere.
    #[error("todos of this directory are kept nowhere: chittysync.route is '{}' (it is set {})", _0.text, _0.at)]
    Nowhere(Rule),
    /// It cannot be told where todos of the directory go.
    #[error("it cannot be told where todos of this directory go: {0}")]
    Unsure(String),
    /// A rule leads to a project's own store.
    #[error("chittysync.route leads to {}, which is a project's own store and takes only what is said in it", _0.display())]
    OfAProject(std::path::PathBuf),
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
