//! The only code that knows gix or runs git: objects, refs, durable writes, and what git config says.
//!
//! gix reads. Writing is ours, because neither gix nor git by default makes a loose object or a ref
//! survive a power cut, and their compare-and-swap loses updates beside `git pack-refs`
//! (`docs/decisions/0004-own-writes.md`). Every write goes through [`StoreLock`] and [`Writer`]:
//!
//! ```text
//! lock ─▶ scrub ─▶ read ─▶ objects ─▶ barrier ─▶ compare-and-swap of each ref ─▶ verify ─▶ done
//! ```

mod around;
mod batch;
mod budget;
mod commit;
mod create;
#[cfg(feature = "postgres")]
mod credential;
mod deflate;
mod detached;
mod discover;
mod durable;
mod environment;
mod erase;
mod every_core;
mod failpoints;
mod fetch;
mod fetch_bisect;
mod fetch_call;
mod fetch_first;
mod gc;
mod given;
mod glob;
mod globals;
mod graph;
mod hardened;
mod history;
mod incoming;
mod inside;
mod lease;
mod limits;
mod lock;
mod loose;
mod maintain;
mod memory;
mod object;
mod origin;
mod pack;
mod packed_lines;
mod packed_refs;
mod permissions;
mod plain;
mod program;
mod push;
mod push_parts;
mod push_report;
mod reach;
mod reading;
mod real;
mod ref_change;
mod ref_file;
mod reflog;
mod refs;
mod remote;
mod remote_name;
mod repo;
mod rewrite;
mod said;
mod transfer;
mod values;
mod visibility;
mod worktree;
mod writer;

pub use around::{Around, setting_at};
pub use batch::Batch;
pub use budget::{Budget, Budgets};
pub use commit::{CommitInfo, Identity, NewCommit};
pub use create::create_bare;
#[cfg(feature = "postgres")]
pub use credential::password;
#[cfg(feature = "hub")]
pub use deflate::zlib;
pub use detached::{answer, be_nice, become_detached, start_detached};
pub use durable::{
    Fsync, create_file, has_left, refuse_link, replace_file, replace_linked_file, replace_private_file, take_left,
};
pub use environment::{restart_without_repository, with_whole_paths, without_repository};
pub use failpoints::{bug, crash_at, has_crashed};
pub use fetch::fetch;
pub use given::{At, Given};
pub use gix::ObjectId;
pub use gix::objs::Kind as ObjectKind;
pub use glob::{Star, matches};
pub use globals::{forget_global_value, global_names, global_setting, global_values, globals, keep_global_value};
pub use history::{Ancestors, Beyond, beyond, descends, frontier, parse_date};
pub use incoming::Incoming;
pub use lease::{LEASE, LeasePush, fetch_lease, lease_tracking, push_lease};
pub use limits::Limits;
pub use lock::{StoreLock, TransferLock};
pub use maintain::{Clutter, Maintained, is_maintained};
pub use object::{Overlay, TreeEntry};
pub use origin::{is_whole, last_part, repository_name};
pub use permissions::{private_directories, private_directory, private_file, state_dir};
pub use plain::read_file;
pub use program::{Git, GitOutput};
pub use push::push;
pub use push_report::{Answer, Kept, Send};
pub use reach::{Away, Cause, reach};
pub use reading::{Reading, count_values, most_values};
pub use real::real;
pub use ref_change::{RefChange, RefDelete, Rejected};
pub use refs::{
    Namespace, RETIRED, SESSIONS, branch_of_ref, branch_ref, default_branch, retired_ref, session_of_ref, session_ref,
    tracking_branch,
};
pub use remote::{UrlError, check_url, github_page};
pub use remote_name::RemoteName;
pub use repo::{RemoteSession, Repo};
pub use transfer::{Unreachable, Watch, descendants, signal_all};
pub use values::{Values, host_name};
pub use visibility::is_public;
pub use worktree::Held;
pub use writer::Writer;

use std::path::{Path, PathBuf};

/// Why a repository could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// A file operation failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// There is no repository, or git would not touch it.
    #[error("cannot open the repository {}: {reason}", path.display())]
    Open {
        /// Where.
        path: PathBuf,
        /// What gix says.
        reason: String,
    },
    /// A repository that we must not write to.
    #[error("{} cannot be a store: {reason}", path.display())]
    Unsupported {
        /// Where.
        path: PathBuf,
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// An object is missing or damaged.
    #[error("cannot read {what}: {reason}")]
    Object {
        /// Which object.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process holds the store.
    #[error("the store {} is busy: another process has held it for {seconds} seconds", path.display())]
    Busy {
        /// Which store.
        path: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// Another program holds a ref.
    #[error("cannot move a ref: another git has held {} for {seconds} seconds", path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// The git program is missing or failed.
    #[error("git {command} failed: {reason}")]
    Program {
        /// The subcommand.
        command: String,
        /// Its own words, or why it could not start.
        reason: String,
    },
}

impl GitError {
    /// Returns a function for `map_err` on file operations.
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> Self + 'a {
        move |source| GitError::Io { action, path: path.to_owned(), source }
    }

    pub(crate) fn object(what: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        GitError::Object { what: what.to_string(), reason: reason.to_string() }
    }
}

/// Returns an error with its causes: gix says what it did, and the system's reason is behind that.
fn with_causes(err: &dyn std::error::Error) -> String {
    std::iter::successors(Some(err), |err| err.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
