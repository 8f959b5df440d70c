//! An event of an agent that a hook is wanted for, as the settings of most agents have it: a group with one command.

use std::time::Duration;

use serde_json::{Value, json};

use super::shim::ANYWHERE;
use crate::git::answer;
use crate::source::agents;

/// A version of an agent.
pub type Version = (u32, u32, u32);

/// How long an agent's program may take to tell its version.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Returns the version of the agent whose program of this name is on the PATH, and what it says of it; nothing where there
/// is none, or it does not tell.
pub(super) fn version_of(program: &str) -> Option<(Version, String)> {
    let text = answer(program, &["--version"], TIMEOUT)?;
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let version = (numbers.next()?, numbers.next()?, numbers.next()?);
    Some((version, text))
}

/// Returns those of these events that a version knows; all of them when it is not known which one there is.
pub(super) fn of_version(events: &[HookEvent], version: Option<Version>) -> Vec<HookEvent> {
    events.iter().filter(|event| version.is_none_or(|version| event.since <= version)).copied().collect()
}

/// How every command of ours ends: an agent without our program is not to see an error at each event.
const ANYHOW: &str = " || true";

/// An event of an agent that a hook is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct HookEvent {
    /// The first version that knows it. An older one takes no settings that name it.
    pub since: Version,
    /// Its name.
    pub name: &'static str,
    /// What the command is given: the name of the agent; nothing for the one that is meant without, which is given that
    /// of the event.
    pub agent: Option<&'static str>,
    /// The tools it is wanted for, where it is about tools.
    pub matcher: Option<&'static str>,
    /// How long the agent waits at most, in its own unit; nothing to leave that to it.
    pub timeout: Option<u32>,
}

/// Returns the command for an event, or of an agent.
pub(super) fn command(program: &str, given: &str) -> String {
    format!("{program} hook {given}{ANYHOW}")
}

impl HookEvent {
    /// Returns the entry of the settings: a group with one command.
    pub fn group(&self, program: &str) -> Value {
        let mut handler = json!({ "type": "command", "command": command(program, self.agent.unwrap_or(self.name)) });
        if let Some(timeout) = self.timeout {
            handler["timeout"] = json!(timeout);
        }
        let mut group = json!({ "hooks": [handler] });
        if let Some(matcher) = self.matcher {
            group["matcher"] = json!(matcher);
        }
        group
    }

    /// Returns whether a command is one that some version of this program put there.
    pub fn is_ours(event: &str, command: &str) -> bool {
        let command = command.strip_suffix(ANYHOW).unwrap_or(command);
        let given = std::iter::once(event).chain(agents().map(|agent| agent.name()));
        let program = given.into_iter().find_map(|given| command.strip_suffix(given)?.strip_suffix(" hook "));
        program.is_some_and(is_our_program)
    }
}

/// Returns whether a command line begins with this program, as some version of it wrote that.
pub(super) fn is_our_program(program: &str) -> bool {
    program == "git-chittysync"
        || program == ANYWHERE
        || (program.starts_with('\'') && program.ends_with("git-chittysync'"))
}
