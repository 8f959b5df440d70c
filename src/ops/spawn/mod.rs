//! Starting an agent for todos that wait: at most one device of all does, and everybody knows before it begins.
//!
//! What is decided is in [`crate::plan`]; here it is done: the lease is read and sent, todos are given, the process is
//! started and looked after.

mod agent;
mod arbiter;
mod drive;
mod edit;
mod facts;
mod process;
mod rules;
mod settled;
mod situation;
mod ticks;

pub use arbiter::{Arbiter, NoArbiter};
pub use drive::{Asked, Spawned, spawn};
pub use edit::{Edit, Edited, edit};
pub use rules::FAILURES;
pub use situation::{Checkout, Refused, Situation, checkouts, is_started, no_checkouts, situation};
