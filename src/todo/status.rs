//! How far along a todo is.

use std::fmt;

/// What a session says of a todo, in rank order: `completed > in_progress > pending`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Not begun.
    #[default]
    Pending,
    /// Being worked on.
    InProgress,
    /// Done.
    Completed,
}

impl Status {
    /// Every status, in rank order.
    pub const ALL: [Status; 3] = [Status::Pending, Status::InProgress, Status::Completed];

    /// Returns the word that files hold.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::InProgress => "in_progress",
            Status::Completed => "completed",
        }
    }

    /// Reads the word that files hold; nothing else.
    pub fn parse(word: &str) -> Option<Self> {
        Status::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Returns whether an agent's own word for a status says that something is in the way.
    pub fn is_blocked(word: &str) -> bool {
        let word = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        matches!(word.as_str(), "blocked" | "on_hold" | "waiting" | "paused" | "deferred" | "postponed")
    }

    /// Returns the status nearest to an agent's own word for it, and whether that word gives the todo up.
    ///
    /// Agents other than Claude Code, and builds derived from it, use words of their own (`done`,
    /// `blocked`, `cancelled`). A word nobody knows means that the work is still to be done.
    pub fn nearest(word: &str) -> (Self, bool) {
        let word = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        match word.as_str() {
            "completed" | "complete" | "done" | "closed" | "finished" | "resolved" => (Status::Completed, false),
            "in_progress" | "inprogress" | "active" | "doing" | "started" | "running" => (Status::InProgress, false),
            "cancelled" | "canceled" | "dismissed" | "deleted" | "dropped" | "wontfix" => (Status::Pending, true),
            _ => (Status::Pending, false),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The status of a todo once all claims are weighed: that of the winning claim, or dropped when no
/// session wants the todo any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Every session that spoke of it gave it up.
    Dropped,
    /// At least one session wants it, and the winning one says this.
    Wanted(Status),
}

impl State {
    /// Returns the word that files and reports hold.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Dropped => "dropped",
            State::Wanted(status) => status.as_str(),
        }
    }

    /// Returns whether there is still something to do.
    pub fn is_open(self) -> bool {
        matches!(self, State::Wanted(Status::Pending | Status::InProgress))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_is_the_order() {
        assert!(Status::Completed > Status::InProgress && Status::InProgress > Status::Pending);
    }

    #[test]
    fn words_and_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
            assert_eq!(Status::nearest(status.as_str()), (status, false));
        }
        assert_eq!(Status::parse("done"), None);
        assert_eq!(Status::nearest("Done"), (Status::Completed, false));
        assert_eq!(Status::nearest("in-progress"), (Status::InProgress, false));
        assert_eq!(Status::nearest("cancelled"), (Status::Pending, true));
        assert_eq!(Status::nearest("?"), (Status::Pending, false));
        for word in ["blocked", "Blocked", "on hold", "on-hold", "waiting"] {
            assert!(Status::is_blocked(word) && Status::nearest(word) == (Status::Pending, false), "{word}");
        }
        assert!(!["pending", "todo", "unblocked", "open"].into_iter().any(Status::is_blocked));
    }
}
