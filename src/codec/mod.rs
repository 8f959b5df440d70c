//! The canonical bytes of the files in a tree, and every past version of them.
//!
//! `todos.json` is a JSON array with one todo per line, sorted by id, keys in a fixed order: a diff is
//! one line per changed todo, `git blame` tells when each last changed. `docs/format.md` is the
//! specification; `fixtures/codec` holds files of every version, which decode for ever.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod file;
mod line;
mod session;
mod text;
mod todos;

pub use file::{Merged, Open, TodoFile, merge_todos};
pub use session::{decode_session, encode_session};
pub use todos::{decode_lines, decode_todos, encode_todos};

/// The newest version of the formats that this program reads and the only one that it writes.
pub const FORMAT: u64 = 2;

/// Why a file of a tree cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer version of this program.
    #[error("the file has format {0}, this program reads up to {FORMAT}; install a newer git-chittysync")]
    Newer(u64),
    /// Not a file of ours, or damaged.
    #[error("not a file of this format: {0}")]
    Foreign(#[from] serde_json::Error),
}
