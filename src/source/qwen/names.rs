//! Words that are saved, or that the agent writes.

use crate::todo::{Channel, SourceKind};

/// What list files are called as a source.
pub(super) const TODOS: SourceKind = SourceKind::Agent(Channel::List, "qwen-todos");

/// What conversations are called as a source.
pub(super) const TRANSCRIPT: SourceKind = SourceKind::Agent(Channel::Transcript, "qwen-transcript");

/// What hooks are called as a source.
pub(super) const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "qwen-hook");

/// The tool with which it plans.
pub(super) const TOOL: &str = "todo_write";
