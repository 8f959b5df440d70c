//! What is sent to a mirror, and what it then holds.

use super::links::Link;
use super::record::{Entry, Record};
use crate::todo::TodoId;

/// What a place holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The commit of the branch.
    pub commit: String,
    /// The projects; all, when there are none.
    pub projects: Vec<String>,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A todo as it is, and as what the place knows it, where that is known.
    Record(Box<Record>, Option<Box<Link>>),
    /// What was said of one.
    Entry(Box<Entry>),
}

impl Item {
    /// Returns the record, if it is one.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Item::Record(record, _) => Some(record),
            Item::Entry(_) => None,
        }
    }

    /// Returns the todo that it is about.
    pub fn id(&self) -> TodoId {
        match self {
            Item::Record(record, _) => record.id,
            Item::Entry(entry) => entry.id,
        }
    }
}
