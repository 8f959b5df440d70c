//! Who may do what at a hub: tokens, what they allow, and which refs a push may move. Pure: keys, time and what is known
//! of refs come in.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod header;
mod issued;
mod outside;
mod principal;
mod push;
mod token;

pub use header::presented;
pub use issued::{Issued, permissions};
pub use outside::outsider;
pub use principal::{Principal, Scope};
pub use push::{Change, Refused, Target, Update, may_move, may_say};
pub use token::{Record, Secret, SignedFor, TokenError, find};
