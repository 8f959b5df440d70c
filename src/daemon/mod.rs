//! The daemon: watches agents' homes, and runs `sync` when something changed or time has come.
//!
//! It reads no list and writes no ref. Each run is a child process of this same program, so that there is
//! one way in which things are done, a remote that hangs or a store that is broken takes nobody along, and
//! the daemon stays small.
//!
//! Without the feature `daemon` nothing watches: what is left is the one sync that a hook starts, and what is told of a
//! daemon that another build started.
//!
//! ```text
//! watch ─ something changed ─▶ schedule ─ a run is due ─▶ jobs ─ it ended ─▶ schedule, state, log
//! ```

#![cfg_attr(not(feature = "daemon"), allow(dead_code, unused_imports, reason = "who watches is left out"))]

mod backoff;
#[cfg(feature = "daemon")]
mod detach;
mod instance;
mod job;
mod job_command;
mod jobs;
mod maintenance;
mod once;
mod record;
#[cfg(feature = "daemon")]
mod run;
mod schedule;
#[cfg(feature = "daemon")]
mod setup;
#[cfg(all(unix, feature = "daemon"))]
mod signals;
mod state;
#[cfg(feature = "daemon")]
mod suspend;
#[cfg(feature = "daemon")]
mod timing;
#[cfg(feature = "daemon")]
mod watch;
#[cfg(feature = "daemon")]
mod watch_roots;

#[cfg(feature = "daemon")]
pub use detach::{leave_terminal, say_up, start};
pub use instance::{Stopped, running_pid, stop};
pub use job::Job;
pub use maintenance::{is_wanted, maintain, maintenance, start_maintenance};
pub use once::{hook_sync, hook_sync_is_due, hook_sync_may_go_on, sync_once};
#[cfg(feature = "daemon")]
pub use run::run;
#[cfg(feature = "daemon")]
pub use setup::Setup;
#[cfg(all(unix, feature = "daemon"))]
pub use signals::listen as when_told_to_end;
pub use state::{JobState, State, Trouble};

use crate::git::GitError;
use crate::store::StoreError;

/// Why the daemon ended otherwise than it was told to.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Another one looks after this store.
    #[error("a daemon is running for this store already{}", .0.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    Running(Option<u32>),
    /// It ended before it was up.
    #[error("the daemon did not start: {0}")]
    Start(String),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The machine does not give what is needed.
    #[error("cannot {what}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
}

impl From<GitError> for DaemonError {
    fn from(err: GitError) -> Self {
        DaemonError::Store(err.into())
    }
}
