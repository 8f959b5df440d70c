//! What stands where a part goes.

/// What is in a part's place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// Exactly what this version puts there.
    Ours,
    /// What another version put there.
    Past,
    Foreign,
}
