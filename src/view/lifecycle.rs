//! The original's `claude_sync_status.json`: whether somebody is at work, and since when what is known.

use serde_json::{Map, Value, json};

use crate::todo::Time;

/// What the original's scripts and its status line read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// How many sessions of agents are there.
    pub active: usize,
    /// When something was last said; nothing when nothing was.
    pub last: Option<Time>,
    /// How many todos there are, dropped ones left out.
    pub todos: usize,
    /// How many sessions spoke of them.
    pub sessions: usize,
}

impl Lifecycle {
    /// Returns it with the original's keys.
    pub fn json(self) -> Map<String, Value> {
        let last = self.last.map(|time| time.to_string());
        let status = if self.active > 0 { "active_session" } else { "idle" };
        let metrics = json!({
            "consolidated_todos": self.todos,
            "session_files": self.sessions,
            "active_sessions": self.active,
            "last_consolidation": last,
        });
        let keys = [("status", json!(status)), ("last_updated", json!(last)), ("metrics", metrics)];
        keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}
