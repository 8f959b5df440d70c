//! Paths without links in them.

use std::path::{Path, PathBuf};

/// Returns what a path leads to; the path itself where nothing is there, or it cannot be looked at. Two paths are of one
/// place when this is the same for both.
pub fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
