//! How agents are set up to call us, as `doctor` tells.

use std::path::Path;

use super::{AgentSettings, Check, Generated, claude};
use crate::source::Agent;

/// What a check depends on.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// What is made of the command line.
    pub generated: &'a Generated,
    /// The user's settings of the agent.
    pub user: &'a AgentSettings,
    /// The settings in the project.
    pub project: &'a AgentSettings,
    /// The agent's home.
    pub home: &'a Path,
    /// Where we stand.
    pub directory: &'a Path,
    /// How a path is written for people.
    pub display: fn(&Path) -> String,
    /// How an error is told.
    pub chain: fn(&dyn std::error::Error) -> String,
}

/// Returns what there is to say of how an agent is set up; nothing of one into whose settings we write nothing.
pub fn examine(agent: &dyn Agent, at: &Surroundings<'_>) -> Vec<Check> {
    match agent.name() {
        "claude" => claude::examine(at),
        _ => Vec::new(),
    }
}
