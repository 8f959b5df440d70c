//! How sessions share work: what a todo is about, who is to do it, and what a session should do next. Pure: decisions
//! as values, from data and a time; whoever calls writes them down.
//!
//! Nothing decided here binds anybody. A todo can be taken, finished and dropped by every session, whatever was planned.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod assign;
mod builtin;
mod counts;
mod due;
mod guidance;
mod holders;
mod json;
mod lease;
mod lease_text;
mod present;
mod spawn;
mod topic_rule;
mod topics;
mod usd;
mod watch;
mod words;

pub use assign::{Assignments, Entry, Handing, assign};
pub use counts::{PassedOver, TopicCount, topic_counts};
pub use due::{Considered, Ready, Rules, Verdict, consider, waiting};
pub use guidance::{Guidance, Next, guidance, in_turn};
pub use holders::{ASSIGNED, ASSIGNEE, Holder, Holders};
pub use json::{NOTHING, guidance_json, how_far, suggestions, topic_json};
pub use lease::{Day, Ended, Exit, Handled, Lease, Offer, Run, RunState, Who};
pub use lease_text::{FORMAT, LeaseError};
pub use present::{Moment, Standing, count_there, standings};
pub use spawn::{Answer, Back, Device, Looked, Outcome, Spawn, Want};
pub use topic_rule::TopicRule;
pub use topics::{Topic, Topics};
pub use usd::Usd;
pub use watch::Watched;
