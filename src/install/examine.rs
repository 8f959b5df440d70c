//! How agents are set up to call us, as `doctor` tells.

use super::{Check, Surroundings, claude, others};
use crate::source::Agent;

/// Returns what there is to say of how an agent is set up; nothing of one into whose settings we write nothing.
pub fn examine(agent: &dyn Agent, at: &Surroundings<'_>) -> Vec<Check> {
    match agent.name() {
        "claude" => claude::examine(at),
        _ => others::examine(agent, at),
    }
}
