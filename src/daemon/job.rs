//! What the daemon runs.

/// What the daemon runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Job {
    /// Capture and consolidate what changed on this machine.
    Local,
    /// Talk with the remote as well.
    Network,
    /// The user's own command.
    Mirror,
    /// Bring mirrors up to date that the branch has moved beyond.
    Mirrors,
    /// Start an agent if one is due, and look after it.
    Spawn,
}

impl Job {
    /// All jobs, in the order in which they start when several are due.
    pub const ALL: [Job; 5] = [Job::Local, Job::Network, Job::Mirror, Job::Mirrors, Job::Spawn];

    /// Returns the word for it in the log and in the status.
    pub fn as_str(self) -> &'static str {
        match self {
            Job::Local => "sync",
            Job::Network => "network",
            Job::Mirror => "mirror",
            Job::Mirrors => "mirrors",
            Job::Spawn => "spawn",
        }
    }
}
