//! After how long somebody is told of a session's silence.

/// After how long somebody is told of a silence, in milliseconds; nothing for never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silences {
    /// `chittysync.staleAfter`.
    pub stale: Option<i64>,
    /// `chittysync.stuckAfter`.
    pub stuck: Option<i64>,
}
