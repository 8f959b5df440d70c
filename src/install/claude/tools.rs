//! Whether the newest models of Claude Code have todo tools.

use std::path::Path;

use serde_json::Value;

use super::TODO_TOOLS;
use crate::git::read_file;

/// Whether the newest models have todo tools, as far as settings and the environment tell.
pub enum TodoTools {
    /// They have them.
    On,
    /// Turned off, by this value.
    Off(String),
    /// Nothing says so.
    Unset,
}

impl TodoTools {
    /// Reads these settings, of which the first that says something counts, and then the environment.
    pub fn of<'a>(settings: impl IntoIterator<Item = &'a Path>) -> Self {
        let said = |path: &Path| {
            let value: Value = serde_json::from_slice(&read_file(path).ok()?).ok()?;
            let value = value["env"].get(TODO_TOOLS)?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        match settings.into_iter().find_map(said).or_else(|| std::env::var(TODO_TOOLS).ok()) {
            None => TodoTools::Unset,
            // What the agent takes for yes.
            Some(value) if ["1", "true", "yes", "on"].contains(&value.to_ascii_lowercase().as_str()) => TodoTools::On,
            Some(value) => TodoTools::Off(value),
        }
    }
}
