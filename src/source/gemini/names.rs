//! Words that are saved, or that the agent writes.

use crate::todo::{Channel, SourceKind};

/// What the tracker is called as a source.
pub(super) const TASKS: SourceKind = SourceKind::Agent(Channel::Tasks, "gemini-tasks");

/// What conversations are called as a source.
pub(super) const TRANSCRIPT: SourceKind = SourceKind::Agent(Channel::Transcript, "gemini-transcript");

/// What hooks are called as a source.
pub(super) const HOOK: SourceKind = SourceKind::Agent(Channel::Hook, "gemini-hook");

/// The tool that writes a list.
pub(super) const TOOL: &str = "write_todos";

/// How the names of the tracker's tools begin.
pub(super) const TRACKER: &str = "tracker_";

/// The keys of the words: of a task its title, which has a description as well.
pub(super) const WORDS: [&str; 2] = ["title", "description"];
