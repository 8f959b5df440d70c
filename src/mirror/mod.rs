//! What a store holds, elsewhere: in files, in a database, as bundles on somebody's drive.
//!
//! One driver does everything that is hard; an adapter knows one kind of place and is thin:
//!
//! ```text
//! turn ─▶ what does the place hold? ─▶ pull ─▶ statements of `mirror-<name>` ─▶ changes since then ─▶ push, in batches
//! ```
//!
//! What is to be sent is what the branch has beyond the commit that the place holds. There is no queue: a place that was
//! away, or put back to yesterday, gets what it lacks (`docs/decisions/0039-a-mirror-has-no-queue.md`).

mod adapter;
mod base;
pub mod bundles;
#[cfg(feature = "web")]
pub mod cloudflare;
pub mod command;
#[cfg(any(feature = "postgres", feature = "web"))]
mod document;
mod driver;
mod failure;
pub mod files;
#[cfg(feature = "web")]
pub mod github;
mod incoming;
mod items;
mod links;
mod manage;
#[cfg(feature = "web")]
pub mod notion;
mod open;
mod outgoing;
mod part;
mod patience;
#[cfg(feature = "postgres")]
pub mod postgres;
mod pulled;
mod record;
mod renames;
mod run;
#[cfg(any(feature = "postgres", feature = "web"))]
mod session_rows;
#[cfg(any(feature = "postgres", feature = "web"))]
mod verify;
#[cfg(feature = "web")]
mod web;

pub use adapter::{Adapter, Batch, Capabilities, Stored};
pub use base::{Base, Facet};
pub use driver::{Driver, Options, Report};
pub use failure::Failure;
pub use incoming::Drops;
pub use items::{Held, Item};
pub use links::{Link, Links};
pub use manage::{Wanted, add, pause, remove, verify};
pub use open::open;
pub use part::Part;
pub use patience::Patience;
pub use pulled::{Presence, Pulled, PulledRecord};
pub use record::{Entry, Record};
pub use run::{Ended, run};
#[cfg(feature = "web")]
pub(crate) use web::agent;

use crate::git::GitError;
use crate::ops::OpsError;
use crate::store::StoreError;

impl From<StoreError> for Failure {
    fn from(err: StoreError) -> Self {
        Failure::store(&err)
    }
}

impl From<GitError> for Failure {
    fn from(err: GitError) -> Self {
        Failure::store(&err)
    }
}

impl From<OpsError> for Failure {
    fn from(err: OpsError) -> Self {
        Failure::store(&err)
    }
}
