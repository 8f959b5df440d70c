//! How agents are set up to call us, as `doctor` tells.

use std::path::Path;

use super::{AgentSettings, Generated, claude};
use crate::source::Agent;

/// What was found: what it is about, whether it is well, and what is so or what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub name: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// What is so, or what to do.
    pub text: String,
}

/// What a finding depends on.
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
pub fn examine(agent: &dyn Agent, at: &Surroundings<'_>) -> Vec<Finding> {
    match agent.name() {
        "claude" => claude::examine(at),
        _ => Vec::new(),
    }
}
