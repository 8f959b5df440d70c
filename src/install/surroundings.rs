//! What a check of how an agent is set up depends on.

use std::path::Path;

use super::wanted::{AgentSettings, Generated};

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
