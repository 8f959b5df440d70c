//! How sessions share work: what a todo is about, who is to do it, and what a session should do next. Pure: decisions
//! as values, from data and a time; whoever calls writes them down.
//!
//! Nothing decided here binds anybody. A todo can be taken, finished and dropped by every session, whatever was planned.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod builtin;
mod topic_rule;
mod topics;
mod words;

pub use topic_rule::TopicRule;
pub use topics::{Topic, Topics};
