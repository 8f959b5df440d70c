//! What sessions are called, once that was found out for all of them.

use std::collections::BTreeMap;

use crate::todo::shortened;

/// How many characters of what a session is called stand beside a todo.
pub(super) const SHORT: usize = 24;
/// As much is left of a title, whatever else stands there.
const LEAST: usize = 7;

/// What a session is called.
#[derive(Clone, Debug)]
pub(super) struct Called {
    /// Its title, or the words that stand for one.
    pub name: String,
    /// These are words of its list.
    pub is_quoted: bool,
    /// Which list inside the session it is.
    pub part: Option<String>,
    /// What tells it from another one that is called the same.
    pub digits: Option<String>,
    /// Whose it is, by their number among all that is known.
    pub info: usize,
}

impl Called {
    /// Returns it with at most so many characters, if there is little room.
    pub(super) fn text(&self, longest: usize) -> String {
        let part = self.part.as_ref().map(|part| format!(" / {part}")).unwrap_or_default();
        let quotes = if self.is_quoted { 2 } else { 0 };
        let name = shortened(&self.name, longest.saturating_sub(quotes + part.chars().count()).max(LEAST));
        if self.is_quoted { format!("\u{2018}{name}\u{2019}{part}") } else { format!("{name}{part}") }
    }

    pub(super) fn short(&self) -> String {
        self.text(SHORT)
    }
}

/// What all sessions are called, by the names that they have in common with all that go on from them.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    /// By the names that they have in common with all that go on from them.
    pub called: BTreeMap<String, Called>,
    /// There are several devices.
    pub devices: bool,
    /// There are several people.
    pub people: bool,
    /// There are several kinds of agents.
    pub agents: bool,
}
