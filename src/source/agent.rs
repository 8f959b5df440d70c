//! What an agent is to us. Everything that is particular to one stands in its folder; the rest of the program asks
//! [`agents`], a list with one line for each.

use std::fmt::Debug;
use std::panic::RefUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::claude::Claude;
use super::hook::Heard;
use super::{Notice, Reading, Scan, Unit};
use crate::todo::{Session, SourceKind, Time};

/// All agents that are read.
static AGENTS: [&dyn Agent; 1] = [&Claude];

/// Agents that a program which is made of this library knows besides.
static MORE: OnceLock<&'static [&'static dyn Agent]> = OnceLock::new();

/// Returns all agents, the one first that is meant where none is named.
pub fn agents() -> impl Iterator<Item = &'static dyn Agent> {
    AGENTS.into_iter().chain(MORE.get().copied().unwrap_or_default().iter().copied())
}

/// Makes more agents known to this process, once and before anything else: a program made of this library may read an
/// agent of its own.
pub fn also(more: &'static [&'static dyn Agent]) {
    // Whoever was first stays: what was read by a list of agents must not change under it.
    let _ = MORE.set(more);
}

/// A program that keeps todo lists while it works.
pub trait Agent: Debug + Sync + RefUnwindSafe {
    /// Its name in options, and how the words of its sources begin. It is saved, so it never changes.
    fn name(&self) -> &'static str;

    /// What people call it.
    fn title(&self) -> &'static str;

    /// The kinds of its sources. Their words are saved: `<name>-<channel>`.
    fn sources(&self) -> &'static [SourceKind];

    /// The variables that say where its files are. What starts without the user's environment is given them.
    fn home_variables(&self) -> &'static [&'static str];

    /// The variables by which it tells the programs it starts in which session they run, the best one first.
    fn session_variables(&self) -> &'static [&'static str];

    /// Where it keeps its files, or would; nothing when the user has no home.
    fn home(&self) -> Option<PathBuf>;

    /// Whether a directory looks like a home of this agent.
    fn recognises(&self, directory: &Path) -> bool;

    /// The parts of its home in which lists change.
    fn watched(&self) -> &'static [Watched];

    /// Finds the units below a home, without opening them.
    fn scan(&self, home: &Path, scan: &mut Scan);

    /// Reads one of the units that [`Agent::scan`] found.
    ///
    /// # Errors
    /// Why nothing of it can be read.
    fn read(&self, unit: &Unit) -> Result<Reading, Notice>;

    /// Returns whose a list is that is not named for its session, while the agent tells.
    fn keeper(&self, unit: &Unit) -> Option<Keeper>;

    /// Returns the little of a hook's event that [`Agent::hear`] needs; nothing when it says nothing of todos or
    /// sessions. `name` is the event's name where the event does not say it.
    ///
    /// # Errors
    /// Why what it says of them cannot be read.
    fn reduce(&self, event: &Value, name: &str, now: Time) -> Result<Option<Value>, String>;

    /// Reads what [`Agent::reduce`] kept of an event.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn hear(&self, event: &Value) -> Result<Heard, String>;
}

impl PartialEq for dyn Agent {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for dyn Agent {}

/// A part of an agent's home in which lists change.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    /// Its name in the home.
    pub directory: &'static str,
    /// Whether lists change in the directory with this path below it, too.
    pub below: fn(&Path) -> bool,
    /// How the names of files end in which lists change.
    pub files: &'static [&'static str],
}

/// The session that keeps a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// The session.
    pub session: Session,
    /// Where it works.
    pub directory: Option<String>,
    /// Since when it keeps the list.
    pub since: Time,
}

/// A directory in which an agent keeps its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Whose it is.
    pub agent: &'static dyn Agent,
    /// The directory.
    pub path: PathBuf,
}

impl Home {
    /// Returns where all agents keep their files, or would.
    pub fn possible() -> Vec<Home> {
        let home = |agent: &'static dyn Agent| Some(Home { agent, path: std::path::absolute(agent.home()?).ok()? });
        agents().filter_map(home).collect()
    }

    /// Returns the home that a directory is: of the agent that knows it for one of its own, else of the first one,
    /// whose files may stand in a plain directory.
    pub fn at(path: PathBuf) -> Self {
        let known = agents().find(|agent| agent.recognises(&path)).or_else(|| agents().next());
        Home { agent: known.expect("there are agents"), path }
    }

    /// Returns the directories that are watched with what is in them, whether they are there or not.
    pub fn watched(&self) -> impl Iterator<Item = (PathBuf, Watched)> {
        self.agent.watched().iter().map(|part| (self.path.join(part.directory), *part))
    }
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
