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
mod driver;
mod failure;
pub mod files;
mod incoming;
mod items;
mod links;
mod manage;
mod open;
mod outgoing;
mod part;
#[cfg(feature = "postgres")]
pub mod postgres;
mod record;
mod run;

pub use adapter::{Adapter, Batch, Capabilities, Pulled, PulledRecord, Stored};
pub use base::Base;
pub use driver::{Driver, Options, Report};
pub use failure::Failure;
pub use incoming::Drops;
pub use items::{Held, Item};
pub use links::{Link, Links};
pub use manage::{Wanted, add, pause, remove, verify};
pub use open::open;
pub use outgoing::Patience;
pub use part::Part;
pub use record::{Entry, Record};
pub use run::{Ended, run};

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
