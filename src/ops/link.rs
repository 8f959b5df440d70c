//! How to talk to a remote, and what came of it.

use crate::git::{Kept, RemoteName, Watch};
use crate::todo::Session;

/// How to talk to which remote.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    /// The remote.
    pub remote: RemoteName,
    /// Whether to take what it has. Without it, what was fetched last counts.
    pub fetch: bool,
    /// Whether to push, and to retire.
    pub push: bool,
    /// How long a transfer may stand still, and how much it may bring.
    pub watch: Watch<'a>,
}

/// What came of talking to a remote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// How many refs were new or different there.
    pub fetched: usize,
    /// The sessions that the remote took.
    pub pushed: Vec<Session>,
    /// Whether the remote took the consolidated branch.
    pub pushed_branch: bool,
    /// How often was pushed: more than once where others were faster.
    pub tries: u32,
    /// Sessions whose refs were given up, here or there.
    pub retired: Vec<Session>,
    /// What the remote had, lost, and got again.
    pub restored: Vec<String>,
    /// Sessions whose refs another device, or somebody, had deleted there, and that got them again although the
    /// remote's branch has all that they said.
    pub given_up: Vec<Session>,
    /// Sessions are kept as branches there, from this exchange on: it refuses other refs.
    pub falls_back: bool,
    /// Why the remote could not be used now.
    pub unreachable: Option<String>,
    /// Why the remote could not be used now although it can be reached: others were always faster, or it was pushed to
    /// too often.
    pub busy: Option<String>,
    /// What the remote does not have although it should, and why.
    pub problems: Vec<(String, String)>,
    /// Why the remote has old history still, whose words were purged: it lets none take its place.
    pub kept: Option<Kept>,
    /// A ref there that holds something else than ours, which can be neither merged nor replaced.
    pub in_the_way: Option<String>,
}

impl Exchange {
    /// Returns whether the remote has everything that was to be there.
    pub fn is_complete(&self) -> bool {
        self.lacks().is_some_and(|what| what.is_empty())
    }

    /// Returns what the remote lacks; nothing when it could not be used.
    pub fn lacks(&self) -> Option<Vec<&str>> {
        let was_used = self.unreachable.is_none() && self.busy.is_none();
        was_used.then(|| self.problems.iter().map(|(what, _)| what.as_str()).collect())
    }
}
