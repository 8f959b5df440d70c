//! Why something could not be put in place or taken away.

use std::path::PathBuf;

use crate::git::GitError;

/// Why something could not be put in place or taken away.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// git config or a file could not be written.
    #[error(transparent)]
    Git(#[from] GitError),
    /// There is no place for it.
    #[error("cannot find {0}")]
    NoPlace(&'static str),
    /// An agent's settings cannot be read, so that they are left as they are.
    #[error("cannot change {}, which is left as it is: {reason}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another program holds git's lock on the user's git config, or left it behind.
    #[error("{} is being changed by another program; if none is running, remove {}", path.display(), lock.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// The lock.
        lock: PathBuf,
    },
}
