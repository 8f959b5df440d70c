//! What was found in a tree, kept beside the refs so that the tree need not be read again.
//!
//! A file begins with the id of the tree that it was made of, so it is never out of date, only of another tree, and that
//! counts as absent. So does one whose checksum is wrong: whatever happens to these files costs time and nothing else.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::git::{Fsync, ObjectId, Overlay, private_directories, replace_private_file, state_dir};
use crate::todo::Project;

/// How many bytes of the checksum stand at the end of a file.
const CHECKSUM: usize = 8;

/// Returns where something of a project is kept.
pub(super) fn kept_path(overlay: &Overlay<'_>, kind: &str, project: &Project) -> PathBuf {
    state_dir(overlay.common_dir()).join(kind).join(project.component())
}

/// Reads what was kept of this tree.
pub(super) fn load(overlay: &Overlay<'_>, path: &Path, tree: ObjectId) -> Option<Vec<u8>> {
    if overlay.is_limited() && !overlay.allows(std::fs::metadata(path).ok()?.len()) {
        return None;
    }
    let mut bytes = std::fs::read(path).ok()?;
    let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    if content.strip_prefix(tree.as_bytes()).is_none() || checksum != sum(content) {
        return None;
    }
    bytes.truncate(bytes.len() - CHECKSUM);
    bytes.drain(..tree.as_bytes().len());
    Some(bytes)
}

/// Keeps something of this tree. Losing it costs time, never data.
pub(super) fn save(path: &Path, tree: ObjectId, content: &[u8]) {
    let mut bytes = [tree.as_bytes(), content].concat();
    bytes.extend(sum(&bytes));
    if path.parent().map(private_directories).is_some_and(|made| made.is_ok()) {
        let _ = replace_private_file(path, &bytes, Fsync::Off);
    }
}

fn sum(content: &[u8]) -> [u8; CHECKSUM] {
    Sha256::digest(content)[..CHECKSUM].try_into().expect("SHA-256 has 32 bytes")
}

/// Returns the checksum of these bytes as a number.
pub(super) fn number(content: &[u8]) -> u64 {
    u64::from_be_bytes(sum(content))
}
