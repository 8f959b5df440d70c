//! Join and three-way merge of what sessions said. Pure: plain data in, plain data out.
//!
//! The outcome of a merge depends only on the *set* of statements merged, never on their order, their
//! grouping or the merge base: [`join()`] is commutative, associative and idempotent. The base is needed
//! for two things only: to know which lines a side moved to another file, and to report honest conflicts.
//! An absence is never a statement. `docs/merge-rules.md` has the table.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod conflict;
mod forget;
mod join;
mod session;
mod three_way;

pub use conflict::{Conflict, Disagreement, Side, Subject, choices, disagreements};
pub use forget::settle;
pub use join::{covers, join, join_all, join_claim, join_field, join_lines, join_todo};
pub use session::join_session;
pub use three_way::{Decides, Outcome, conflicts, three_way, who_decides};
