//! Words that are saved, or that the agent writes.

use crate::todo::{Channel, SourceKind};

/// What transcripts are called as a source.
pub(super) const TRANSCRIPT: SourceKind = SourceKind::Agent(Channel::Transcript, "claude-transcript");

/// What list files are called as a source.
pub(super) const TODOS: SourceKind = SourceKind::Agent(Channel::List, "claude-todos");

/// What task lists are called as a source.
pub(super) const TASKS: SourceKind = SourceKind::Agent(Channel::Tasks, "claude-tasks");

/// What hooks are called as a source.
pub(super) const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "claude-hook");

/// What a session's own list is called where it has no other name: this and eight hex digits.
pub(super) const SESSION_LIST: &str = "session-";
