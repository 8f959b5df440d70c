//! What a session says, made of what its list shows. Pure.
//!
//! An agent's list is replaced as a whole. [`from_snapshot`] compares the new list with what the session said
//! before and turns the difference into statements: claims with a time and an epoch, dropped todos,
//! renamed ones. `docs/merge-rules.md`, "From a list to statements", has the rules with examples.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod act;
mod carry;
mod claim;
mod context;
mod draft;
mod forget;
mod links;
mod list;
mod match_items;
mod nth;
mod rename;
mod session;
mod unmet;

pub use act::{Act, Precedence, act};
pub use carry::session_project;
pub use claim::Reopen;
pub use context::{Context, Knowledge};
pub use forget::{forget, purge};
pub use list::from_snapshot;
pub use session::{ended, listed, titled};
pub use unmet::Against;
