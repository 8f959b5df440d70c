//! The lines at the end of commit messages that programs read, each `Key: value`.

use std::fmt;

use crate::git::ObjectId;

/// A commit of a session comes from this event of a hook; several may be named.
const HOOK: &str = "Hook: ";
/// An act was decided on this consolidated commit, besides what its session had said before: the last line.
const DECIDED_ON: &str = "Decided-On: ";
/// What an act was decided on in an empty store.
const NOTHING: &str = "nothing";
/// An act takes back this one: the line before the last.
const UNDOES: &str = "Undoes: ";
/// An act takes back this one, which took back another: the line before the last.
const REDOES: &str = "Redoes: ";
/// A session goes on under this name from that commit, under another name: the last line.
const CONTINUES: &str = "Continues: ";
/// A commit does what a request asked for: what tells the request from others, and what it asked, as hashes.
const REQUEST: &str = "Request: ";
/// A merge had to choose for this todo; several may be named. What follows is in words.
pub const RESOLVED: &str = "Resolved: ";

/// What an act was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedOn {
    /// An empty store.
    Nothing,
    /// A consolidated commit.
    Commit(ObjectId),
}

impl DecidedOn {
    /// Reads what a message says; `None` when the commit is no act.
    pub fn of(message: &str) -> Option<Self> {
        let named = last_line(message)?.strip_prefix(DECIDED_ON)?;
        Some(ObjectId::from_hex(named.as_bytes()).map_or(DecidedOn::Nothing, DecidedOn::Commit))
    }

    /// Returns the commit; `None` for an empty store.
    pub fn commit(self) -> Option<ObjectId> {
        match self {
            DecidedOn::Nothing => None,
            DecidedOn::Commit(id) => Some(id),
        }
    }
}

impl fmt::Display for DecidedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecidedOn::Nothing => write!(f, "{DECIDED_ON}{NOTHING}"),
            DecidedOn::Commit(id) => write!(f, "{DECIDED_ON}{id}"),
        }
    }
}

/// What an act takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Another act.
    Undoes(ObjectId),
    /// What took another act back.
    Redoes(ObjectId),
}

impl Mark {
    /// Reads what the message of an act says.
    pub fn of(message: &str) -> Option<Self> {
        DecidedOn::of(message)?;
        let line = message.trim_end().lines().rev().nth(1)?;
        let id = |key| ObjectId::from_hex(line.strip_prefix(key)?.as_bytes()).ok();
        id(UNDOES).map(Mark::Undoes).or_else(|| id(REDOES).map(Mark::Redoes))
    }

    /// Returns the same of a commit that has another name now.
    #[must_use]
    pub fn map(self, now: impl Fn(ObjectId) -> ObjectId) -> Self {
        match self {
            Mark::Undoes(id) => Mark::Undoes(now(id)),
            Mark::Redoes(id) => Mark::Redoes(now(id)),
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mark::Undoes(id) => write!(f, "{UNDOES}{id}"),
            Mark::Redoes(id) => write!(f, "{REDOES}{id}"),
        }
    }
}

/// Returns the line by which a session goes on from a commit under another name.
pub fn continues_line(from: ObjectId) -> String {
    format!("{CONTINUES}{from}")
}

/// Reads the commit that a session goes on from, if it does.
pub fn continues(message: &str) -> Option<ObjectId> {
    ObjectId::from_hex(last_line(message)?.strip_prefix(CONTINUES)?.as_bytes()).ok()
}

/// A request of somebody who may send it again without knowing whether it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What tells it from others: hex digits.
    pub key: String,
    /// What it asked: hex digits.
    pub asked: String,
}

impl Request {
    /// Reads the requests that a message names.
    pub fn all(message: &str) -> impl Iterator<Item = Request> + '_ {
        let named = message.lines().filter_map(|line| line.strip_prefix(REQUEST)?.split_once(' '));
        named.map(|(key, asked)| Request { key: key.into(), asked: asked.into() })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{REQUEST}{} {}", self.key, self.asked)
    }
}

/// Returns the lines that name the events which a commit comes from, so that none is taken twice.
pub fn events_lines(events: &[String]) -> String {
    let lines: Vec<String> = events.iter().map(|event| format!("{HOOK}{event}")).collect();
    lines.join("\n")
}

/// Reads the events that a message names.
pub fn events(message: &str) -> impl Iterator<Item = &str> {
    message.lines().filter_map(|line| line.strip_prefix(HOOK))
}

/// Returns whether a line holds nothing but names of commits and events: no words of a todo.
pub(super) fn is_of_ids(line: &str) -> bool {
    [HOOK, REQUEST, DECIDED_ON, UNDOES, REDOES, CONTINUES].iter().any(|key| line.starts_with(key))
}

fn last_line(message: &str) -> Option<&str> {
    message.trim_end().lines().last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> ObjectId {
        ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).expect("an id")
    }

    #[test]
    fn what_is_written_is_read() {
        for decided in [DecidedOn::Nothing, DecidedOn::Commit(id('a'))] {
            let alone = format!("s1: 1 new\n\nnew: Fix it\n\n{decided}\n");
            assert_eq!((DecidedOn::of(&alone), Mark::of(&alone)), (Some(decided), None));
            for mark in [Mark::Undoes(id('b')), Mark::Redoes(id('c'))] {
                let both = format!("s1: 1 new\n\nnew: Fix it\n\n{mark}\n{decided}\n");
                assert_eq!((DecidedOn::of(&both), Mark::of(&both)), (Some(decided), Some(mark)));
                // Only the end of a message is ours; what stands before it are words of todos.
                let quoted = format!("s1: 1 new\n\nnew: x\n{mark}\n{decided}\nmore\n");
                assert_eq!((DecidedOn::of(&quoted), Mark::of(&quoted)), (None, None));
            }
        }
        assert_eq!(continues(&format!("s1: 2 new\n\n{}\n", continues_line(id('d')))), Some(id('d')));
        let heard = ["e1".to_owned(), "e2".to_owned()];
        let message = format!("s1: 2 new\n\n{}\n", events_lines(&heard));
        assert_eq!(events(&message).collect::<Vec<_>>(), heard);
        let request = Request { key: "0a".into(), asked: "1b".into() };
        let asked =
            format!("s1: 1 new\n\nnew: Fix it\n\n{request}\n{}\n{}\n", Mark::Undoes(id('b')), DecidedOn::Nothing);
        assert_eq!(Request::all(&asked).collect::<Vec<_>>(), [request]);
        assert_eq!(Mark::of(&asked), Some(Mark::Undoes(id('b'))));
        assert!(message.lines().skip(2).all(is_of_ids) && !is_of_ids("new: Hook: x"));
    }
}
