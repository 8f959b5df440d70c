//! One state of an agent's list, as a source read it.

use litemap::LiteMap;
use serde_json::Value;

use super::{Session, Status, Time};

/// How an agent tells of its lists. Where two tell of the same moment, the later channel in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// What it writes of a conversation.
    Transcript,
    /// A file with a whole list.
    List,
    /// A file for each task.
    Tasks,
    /// What it gives to a hook.
    Hook,
}

impl Channel {
    /// Returns how the words of its sources end.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Transcript => "transcript",
            Channel::List => "todos",
            Channel::Tasks => "tasks",
            Channel::Hook => "hook",
        }
    }
}

/// How the name of a session begins that states what stands in a file which `import` was given by its path.
pub const IMPORTED: &str = "import-";

/// The word for plans in Markdown as a source: a file says what is in them, and nobody works in it.
pub const PLANS: &str = "plan-todos";

/// Where a snapshot was read. Where two tell of the same moment, the later kind in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// A channel of an agent, and the word for it: the agent's name, a hyphen, and the channel's.
    Agent(Channel, &'static str),
    /// A list on standard input.
    Import,
    /// A command: `add`, `done`, …
    Command,
}

impl SourceKind {
    /// Returns the name by which commands and session files call the source.
    pub fn as_str(self) -> &'static str {
        match self {
            SourceKind::Agent(_, word) => word,
            SourceKind::Import => "import",
            SourceKind::Command => "command",
        }
    }

    /// Returns whether it is this channel of some agent.
    pub fn is(self, channel: Channel) -> bool {
        matches!(self, SourceKind::Agent(own, _) if own == channel)
    }

    /// Returns whether this name means the source: its own, or that of its agent.
    pub fn is_called(self, name: &str) -> bool {
        let rest = self.as_str().strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || (matches!(self, SourceKind::Agent(..)) && rest.starts_with('-')))
    }
}

/// One statement of a whole list by one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Whose list.
    pub session: Session,
    /// The sub-agent that keeps it, when it is not the session's own.
    pub agent: Option<String>,
    /// Where it was read.
    pub source: SourceKind,
    /// When it was stated: file time, or the transcript's own.
    pub at: Time,
    /// The git branch, when the source tells.
    pub branch: Option<String>,
    /// The list in the agent's order. Items not in it are no longer on the list.
    pub items: Vec<Item>,
    /// Part of the list could not be read: what is missing from it is not gone.
    pub partial: bool,
    /// It is known to be newer than what was captured before, whatever the clocks say.
    pub forced: bool,
}

impl Snapshot {
    /// Returns the statement of a session's own list, all of which could be read.
    pub fn new(session: Session, source: SourceKind, at: Time, items: Vec<Item>) -> Self {
        Snapshot { session, agent: None, source, at, branch: None, items, partial: false, forced: false }
    }
}

/// What an agent wrote of an item besides words and status, by its own keys.
pub type Properties = LiteMap<String, Value>;

/// One item of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Its words.
    pub content: String,
    /// How far along.
    pub status: Status,
    /// The agent's own word, where it is not one of ours.
    pub raw: Option<String>,
    /// The agent gave it up by name (a deleted task, a cancelled item).
    pub dropped: bool,
    /// The number by which the agent knows it, where that stays with the item when its words change.
    pub native: Option<String>,
    /// Everything else the agent wrote, by its own keys.
    pub fields: Properties,
}
