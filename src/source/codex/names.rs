//! Words that are saved, or that the agent writes.

use crate::todo::{Channel, SourceKind};

/// What conversations are called as a source.
pub(super) const TRANSCRIPT: SourceKind = SourceKind::Agent(Channel::Transcript, "codex-transcript");

/// What hooks are called as a source.
pub(super) const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "codex-hook");

/// The tool with which it plans.
pub(super) const TOOL: &str = "update_plan";

/// What that answers when it did what it was asked for.
pub(super) const DONE: &str = "Plan updated";

/// The key of the words.
pub(super) const WORDS: [&str; 1] = ["step"];
