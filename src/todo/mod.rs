//! What a todo, a status, a claim, a session and a project are. Plain data, no I/O.
//!
//! A [`Todo`] is one line of a `todos.json`. Its truth is its *claims*: for each session, what that
//! session last said of it. Everything else a reader sees (status, last update) follows from them.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod by;
mod claim;
mod continued;
mod dates;
mod flaw;
mod id;
mod label;
mod link;
mod name;
mod names;
mod overtaken;
mod session;
mod snapshot;
mod status;
mod text;
mod time;
mod title;
#[expect(clippy::module_inception, reason = "the type gives the module its name")]
mod todo;
mod verb;
mod voice;

pub use by::By;
pub use claim::{Claim, Claims, Field, Fields, is_empty};
pub use dates::{DEFER, DUE, short_date};
pub use flaw::{Flaw, LAST_EPOCH};
pub use id::{TodoId, normalise};
pub use label::{LABEL, LABEL_LISTS, label};
pub use link::{LINKS, link_ids, link_name, link_names};
pub use name::{NameError, Project, Session};
pub use names::{Names, Scope};
pub use session::{ListEntry, SPAWNED_BY, SessionInfo, SessionState};
pub use snapshot::{Channel, IMPORTED, Item, PLANS, Properties, Snapshot, SourceKind};
pub use status::{State, Status};
pub use text::plain;
pub use time::Time;
pub use title::{Title, one_line, shortened};
pub use todo::{RESERVED, Todo, TodoList};
pub use verb::Verb;
pub use voice::Voices;
