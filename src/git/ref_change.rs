//! What a ref is to become, and what became of it.

use gix::ObjectId;

/// The move of one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefChange {
    /// The full name, as `refs/heads/consolidated`.
    pub name: String,
    /// What the ref must point to now; nothing when it must not exist.
    pub old: Option<ObjectId>,
    /// What it shall point to.
    pub new: ObjectId,
    /// What the reflog says. Credentials are to be taken out before.
    pub message: String,
}

/// The end of one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefDelete {
    /// The full name, as `refs/heads/consolidated`.
    pub name: String,
    /// What the ref must point to now.
    pub old: ObjectId,
}

/// A ref that pointed to something else than expected and was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The full name, as `refs/heads/consolidated`.
    pub name: String,
    /// What it was expected to point to.
    pub expected: Option<ObjectId>,
    /// What it points to. `None` if it is gone.
    pub found: Option<ObjectId>,
}
