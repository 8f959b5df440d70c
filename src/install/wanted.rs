//! What is asked for.

use std::path::PathBuf;

use super::hook_event::Version;

/// What is made of the command line.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Manual pages by file name.
    pub pages: Vec<(String, String)>,
    /// The completion script for Bash.
    pub bash: String,
    /// The completion script for Z shell.
    pub zsh: String,
    /// The completion script for fish.
    pub fish: String,
}

/// Which settings of an agent get our hooks.
#[derive(Clone, Debug, Default)]
pub struct AgentSettings {
    /// The file; none when no agent is to get any.
    pub path: Option<PathBuf>,
    /// Other machines have it too: it names no path of this one.
    pub shared: bool,
    /// Which version of the agent there is, as far as it tells: it gets no event that it does not know.
    pub version: Option<Version>,
    /// Whether to turn the agent's todo tools on.
    pub todo_tools: bool,
}
