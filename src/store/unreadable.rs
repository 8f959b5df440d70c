//! A file of the branch that cannot be read.

/// A file in the consolidated tree that cannot be read, and is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file in the tree.
    pub path: String,
    /// Why it cannot be read.
    pub reason: String,
}
