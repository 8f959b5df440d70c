//! The agents that are read: a list with one line for each.

use std::path::PathBuf;
use std::sync::{OnceLock, PoisonError, RwLock};

use super::agent::{Agent, Home};
use super::claude::Claude;
use super::codex::Codex;
use super::configured::{self, Described};
use super::copilot::Copilot;
use super::crush::Crush;
use super::gemini::Gemini;
use super::goose::Goose;
use super::opencode::{KILO, OPENCODE};
use super::plans::Plans;
use super::qwen::Qwen;

/// All agents that are read.
static AGENTS: [&dyn Agent; 10] = [&Claude, &Codex, &Qwen, &Gemini, &OPENCODE, &KILO, &Copilot, &Crush, &Goose, &Plans];

/// Agents that a program which is made of this library knows besides.
static MORE: OnceLock<&'static [&'static dyn Agent]> = OnceLock::new();

/// Returns all agents, the one first that is meant where none is named.
pub fn agents() -> impl Iterator<Item = &'static dyn Agent> {
    let more = MORE.get().copied().unwrap_or_default().iter().copied();
    AGENTS.into_iter().chain(more).chain(configured())
}

/// Makes more agents known to this process, once and before anything else: a program made of this library may read an
/// agent of its own.
pub fn also(more: &'static [&'static dyn Agent]) {
    // Whoever was first stays: what was read by a list of agents must not change under it.
    let _ = MORE.set(more);
}

impl Home {
    /// Returns where all agents keep their files, or would.
    pub fn possible() -> Vec<Home> {
        let home = |agent: &'static dyn Agent| Some(Home { agent, path: std::path::absolute(agent.home()?).ok()? });
        agents().filter_map(home).collect()
    }

    /// Returns the home that a directory is: of the agent that knows it for one of its own, else of the first one,
    /// whose files may stand in a plain directory. That one is asked last: others have directories of the same names,
    /// and more by which they are known.
    pub fn at(path: PathBuf) -> Self {
        let known = agents().skip(1).find(|agent| agent.recognises(&path)).or_else(|| agents().next());
        Home { agent: known.expect("there are agents"), path }
    }
}

/// Sources that the user's settings describe, with what they say of each.
static CONFIGURED: RwLock<Vec<(Described, &'static dyn Agent)>> = RwLock::new(Vec::new());

/// Makes these sources known to this process, in the place of those that were before, and returns whether they are
/// other ones. What is read by a list of agents reads on by the one it has.
pub fn configure(described: Vec<Described>) -> bool {
    let mut known = CONFIGURED.write().unwrap_or_else(PoisonError::into_inner);
    if known.iter().map(|(one, _)| one).eq(&described) {
        return false;
    }
    let before = std::mem::take(&mut *known);
    let is_taken = |name: &str| AGENTS.iter().any(|agent| agent.name() == name);
    known.extend(described.into_iter().map(|one| {
        // One that is as it was stays, because each is kept for ever.
        let same = before.iter().find(|(known, _)| *known == one).map(|(_, agent)| *agent);
        let agent = same.unwrap_or_else(|| configured::known(one.clone(), is_taken(&one.name)));
        (one, agent)
    }));
    true
}

fn configured() -> Vec<&'static dyn Agent> {
    let known = CONFIGURED.read().unwrap_or_else(PoisonError::into_inner);
    known.iter().map(|(_, agent)| *agent).collect()
}

/// Returns the agent with this name.
pub fn named(name: &str) -> Option<&'static dyn Agent> {
    agents().find(|agent| agent.name() == name)
}

/// Returns the variables that say where agents' homes are.
pub fn home_variables() -> impl Iterator<Item = &'static str> {
    agents().flat_map(|agent| agent.home_variables().iter().copied())
}

/// The variable that names the session of whatever runs this program, before those that agents set.
const SESSION: &str = "CHITTYSYNC_SESSION";

/// Returns the variable that names the session of the agent which runs this program: ours, else that of an agent. Where
/// none is set it is ours.
pub fn session_variable() -> &'static str {
    let all = agents().flat_map(|agent| agent.session_variables().iter().copied());
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::iter::once(SESSION).chain(all).find(is_set).unwrap_or(SESSION)
}
