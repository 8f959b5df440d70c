//! Settings: one table says all that is known of each, and what git config says becomes what the rest of the program
//! goes by.
//!
//! ```text
//! git::Values (as it is written) ──▶ Reader, by the table ──▶ Settings, Background, what holds for one remote
//! ```
//!
//! The manual page, `docs/reference.md` and `doctor` are made of the same [`table`]. A new setting is a row there, and
//! a line where it is read.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod age_rows;
mod background;
mod general;
mod issuer_rows;
mod issuers;
mod kind;
mod mirror_rows;
mod mirrors;
mod reader;
mod remote;
mod route;
mod row;
mod setting;
mod source_rows;
mod spawn_rows;
mod spawning;
mod store_rows;
pub mod table;

pub use background::Background;
pub use general::{ContextReach, SessionNames, Settings, default_log_lines, is_store};
pub use issuers::{Issuers, Keys};
pub use kind::{Bare, Kind, Span};
pub use mirrors::{Mirror, MirrorKind};
pub use reader::SettingError;
pub use remote::{Merger, merger_on, namespace_on, pushes_per_minute, remembered_namespace};
pub use route::{Asked, Routes, Rule, Ruling, Target};
pub use setting::{Default, Setting};
pub use spawning::Spawning;

/// Returns whether a key, as git writes it, is one that is read.
pub fn is_known(key: &str) -> bool {
    find(key).is_some()
}

/// Returns the setting of a key, as git writes it, and the form of the key in the table, with `<name>` for a name.
pub fn find(key: &str) -> Option<(&'static Setting, &'static str)> {
    let keys = table::ALL.iter().flat_map(|setting| setting.keys().map(move |known| (setting, known)));
    keys.into_iter().find(|(_, known)| setting::is_key(known, key))
}

#[cfg(test)]
mod tests;
