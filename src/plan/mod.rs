//! How sessions share work: what a todo is about, who is to do it, and what a session should do next. Pure: decisions
//! as values, from data and a time; whoever calls writes them down.
//!
//! Nothing decided here binds anybody. A todo can be taken, finished and dropped by every session, whatever was planned.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod assign;
mod builtin;
mod counts;
mod guidance;
mod holders;
mod present;
mod topic_rule;
mod topics;
mod words;

pub use assign::{Assignments, Entry, Handing, assign};
pub use counts::{PassedOver, TopicCount, topic_counts};
pub use guidance::{Guidance, Next, guidance, in_turn};
pub use holders::{ASSIGNED, ASSIGNEE, Holder, Holders};
pub use present::{Moment, Standing, is_anybody_there, standings};
pub use topic_rule::TopicRule;
pub use topics::{Topic, Topics};
