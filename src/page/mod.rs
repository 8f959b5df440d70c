//! The pages that people see of a hub: HTML of what a commit of the branch holds. Pure: data in, text out.
//!
//! Every page works without JavaScript: what can be done is a button of a form, and everything else is a link. Todos are
//! data from elsewhere, so words go through [`plain`](crate::todo::plain) and are escaped, and none become a name, a
//! style or a script.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod agents;
mod board;
mod conflicts;
mod form;
mod frame;
mod help;
mod history;
mod keys;
mod mirrors;
mod need;
mod now;
mod projects;
mod query;
mod rollback;
mod row;
mod session;
mod sessions;
mod sight;
mod sign_in;
mod text;
mod then;
mod today;
mod todo;
mod todos;
mod topics;

pub use board::board;
pub use conflicts::conflicts;
pub use form::{AtMirror, Deed, Side, fields};
pub use frame::{CSP, nothing, script, style};
pub use help::help;
pub use history::{Happening, State, history};
pub use mirrors::{Mirror, mirrors};
pub use now::now;
pub use projects::projects;
pub use query::Wanted;
pub use rollback::{Change, Preview, preview};
pub use session::session;
pub use sessions::sessions;
pub use sight::{Agents, Message, Mirroring, Sight};
pub use sign_in::sign_in;
pub use then::Then;
pub use todo::todo;
pub use todos::todos;
pub use topics::topics;

#[cfg(test)]
mod tests;
