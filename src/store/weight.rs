//! What a commit weighs: found out from the sizes of its objects, before any of them is unpacked.
//!
//! A small push can lead to a great deal: a hundred paths to one file, directories in directories, one byte a million
//! times. So a tree is walked only as far as its budget goes, along the directories that are ours, and what exceeds it
//! is left out as a whole.

use super::paths::{PROJECTS, SESSIONS};
use crate::git::{Budget, ObjectId, Overlay, TreeEntry, count_values, most_values};

/// A directory of more than 300,000 entries.
pub(super) const LARGEST_TREE: u64 = 16 * 1024 * 1024;
/// How many directories there are above a list: the root, `projects`, the project, `todos`.
const DEEPEST: usize = 4;

/// What a commit has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Files and directories.
    #[error("it has more than {0} files and directories")]
    Entries(usize),
    /// Bytes, of all of them.
    #[error("its files have more than {0} bytes")]
    Bytes(u64),
    /// Values in its files: texts, numbers, lists, properties.
    #[error("its files have more than {0} values")]
    Values(u64),
    /// Bytes in one directory.
    #[error("a directory in it has more than {LARGEST_TREE} bytes")]
    Directory,
}

/// What was met on a walk.
pub(super) struct Walk<'a, 'o> {
    overlay: &'a Overlay<'o>,
    budget: Budget,
    entries: usize,
    bytes: u64,
    files: Vec<ObjectId>,
    /// What is in the directories that were read.
    directories: Vec<(ObjectId, Vec<TreeEntry>)>,
}

/// Weighs the tree of a session's commit.
///
/// # Errors
/// With what it has too much of.
pub fn weigh_session(overlay: &Overlay<'_>, tree: ObjectId) -> Result<(), Excess> {
    Walk::of_session(overlay, tree).map(drop)
}

/// Returns whether a session can say more on top of a commit with this tree: it has half of what one may hold at most.
pub fn has_room(overlay: &Overlay<'_>, tree: ObjectId) -> bool {
    let Budget { entries, bytes } = overlay.limits().budgets.session;
    let budget = Budget { entries: entries / 2, bytes: bytes / 2 };
    Walk::within(overlay, tree, budget).is_ok()
}

/// Weighs the tree of a commit of the branch. The values in its files are counted file by file, where they are read.
///
/// # Errors
/// With what it has too much of.
pub fn weigh_branch(overlay: &Overlay<'_>, tree: ObjectId) -> Result<(), Excess> {
    Walk::new(overlay, overlay.limits().budgets.branch).directory(tree, 0)
}

/// Weighs the bytes of one file that may have so many.
///
/// # Errors
/// When there are too many values in it.
pub(super) fn weigh_file(bytes: &[u8], largest: u64) -> Result<(), Excess> {
    let most = most_values(largest);
    if bytes.len() as u64 > most && count_values(bytes) > most { Err(Excess::Values(most)) } else { Ok(()) }
}

/// Returns whether a directory is not too large to be read.
pub(super) fn is_readable(overlay: &Overlay<'_>, tree: ObjectId) -> bool {
    overlay.size_of(tree).is_some_and(|size| size <= LARGEST_TREE)
}

impl<'a, 'o> Walk<'a, 'o> {
    fn new(overlay: &'a Overlay<'o>, budget: Budget) -> Self {
        Walk { overlay, budget, entries: 0, bytes: 0, files: Vec::new(), directories: Vec::new() }
    }

    /// Walks the tree of a session's commit, and weighs it.
    pub(super) fn of_session(overlay: &'a Overlay<'o>, tree: ObjectId) -> Result<Self, Excess> {
        Walk::within(overlay, tree, overlay.limits().budgets.session)
    }

    fn within(overlay: &'a Overlay<'o>, tree: ObjectId, budget: Budget) -> Result<Self, Excess> {
        let mut walk = Walk::new(overlay, budget);
        walk.directory(tree, 0)?;
        let most = most_values(budget.bytes);
        // Each value has a byte of its own at least.
        if walk.bytes <= most {
            return Ok(walk);
        }
        let mut values = 0;
        for file in &walk.files {
            // What cannot be read is found out where it is needed.
            values += overlay.blob(*file).map_or(0, |bytes| count_values(&bytes));
            if values > most {
                return Err(Excess::Values(most));
            }
        }
        Ok(walk)
    }

    /// Returns what is in a directory; nothing of one that was not met, or cannot be read.
    pub(super) fn entries_of(&self, tree: ObjectId) -> Option<&[TreeEntry]> {
        let found = self.directories.iter().find(|(id, _)| *id == tree);
        found.map(|(_, entries)| entries.as_slice())
    }

    fn directory(&mut self, tree: ObjectId, depth: usize) -> Result<(), Excess> {
        let size = self.overlay.size_of(tree).unwrap_or_default();
        if size > LARGEST_TREE {
            return Err(Excess::Directory);
        }
        self.add(size)?;
        // A tree that is missing or damaged is found out where it is read.
        let Ok(entries) = self.overlay.entries(Some(tree)) else { return Ok(()) };
        for TreeEntry { name, is_tree, id } in &entries {
            self.entries += 1;
            if self.entries > self.budget.entries {
                return Err(Excess::Entries(self.budget.entries));
            }
            let is_ours = depth > 0 || [PROJECTS, SESSIONS].contains(&name.as_str());
            match is_tree {
                true if is_ours && depth + 1 < DEEPEST => self.directory(*id, depth + 1)?,
                // Nothing of ours is below it, so nothing of it is read.
                true => {}
                false => {
                    self.add(self.overlay.size_of(*id).unwrap_or_default())?;
                    self.files.push(*id);
                }
            }
        }
        self.directories.push((tree, entries));
        Ok(())
    }

    fn add(&mut self, size: u64) -> Result<(), Excess> {
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > self.budget.bytes { Err(Excess::Bytes(self.budget.bytes)) } else { Ok(()) }
    }
}
