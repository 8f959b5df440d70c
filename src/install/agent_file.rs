//! A file of an agent's settings, which belongs to somebody else: read as text, and written as text.

use std::fs;
use std::path::Path;

use super::{InstallError, directories};
use crate::git::{Fsync, GitError, read_file, replace_linked_file};

/// Returns what is in it; nothing where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, InstallError> {
    match read_file(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| broken(path, "it is no UTF-8")),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(err) => Err(GitError::io("read", path)(err).into()),
    }
}

/// Writes it, with the directories above it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), InstallError> {
    path.parent().map_or(Ok(()), directories::make)?;
    Ok(replace_linked_file(path, text.as_bytes(), Fsync::On)?)
}

/// Leaves this in it; nothing where only ours was in it. A link is somebody's own, whatever it leads to: what it leads to
/// gets `empty` then.
pub(super) fn leave(path: &Path, rest: Option<&str>, empty: &str) -> Result<(), InstallError> {
    match rest {
        Some(rest) => replace_linked_file(path, rest.as_bytes(), Fsync::On)?,
        None if path.is_symlink() => replace_linked_file(path, empty.as_bytes(), Fsync::On)?,
        None => fs::remove_file(path).map_err(GitError::io("remove", path))?,
    }
    Ok(())
}

/// Says why it is left as it is.
pub(super) fn broken(path: &Path, reason: impl Into<String>) -> InstallError {
    InstallError::Settings { path: path.to_owned(), reason: reason.into() }
}
