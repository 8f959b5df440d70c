//! Words that are saved, or that the agents write.

use crate::todo::{Channel, SourceKind};

/// What the plugin is called as a source.
pub(super) const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "opencode-hook");
/// What Kilo's plugin is called as a source.
pub(super) const KILO_HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "kilo-hook");
/// What the database is called as a source.
pub(super) const TODOS: SourceKind = SourceKind::Agent(Channel::List, "opencode-todos");
/// What Kilo's database is called as a source.
pub(super) const KILO_TODOS: SourceKind = SourceKind::Agent(Channel::List, "kilo-todos");
/// The tool with which it plans.
pub(super) const TOOL: &str = "todowrite";
