//! What the branch is to cover, and what settling it changed.

use std::collections::{BTreeMap, BTreeSet};

use super::report::LeftOut;
use crate::git::ObjectId;
use crate::store::SessionTree;
use crate::todo::{Project, Session, TodoId};

/// A commit that the branch is to cover.
#[derive(Clone, Debug)]
pub(super) struct Behind {
    /// Its tree.
    pub tree: ObjectId,
    /// Trees whose lists are covered, as is known.
    pub known: Vec<ObjectId>,
    /// What it holds, if it is a session's: lines that speak for another one say nothing.
    pub of: Option<SessionTree>,
}

impl Behind {
    /// Returns a commit of a branch.
    pub(super) fn of_branch(tree: ObjectId, known: Vec<ObjectId>) -> Self {
        Behind { tree, known, of: None }
    }

    /// Returns the names of the directories of its projects, and their trees, if they are known by now.
    pub(super) fn projects(&self) -> Option<&[(String, ObjectId)]> {
        self.of.as_ref()?.projects.as_deref()
    }

    /// Returns the session whose commit it is, if it is one's.
    pub(super) fn speaker(&self) -> Option<&Session> {
        self.of.as_ref().map(|held| &held.session)
    }
}

/// What settling did.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The commit on top; nothing when all was in order.
    pub commit: Option<ObjectId>,
    /// The todos of which something was missing.
    pub put_back: BTreeMap<Project, BTreeSet<TodoId>>,
    /// What was taken out of the tree because it is none of ours, and why.
    pub removed: Vec<LeftOut>,
    /// The lists that cannot be read, and why: what is behind the branch was not compared with their projects.
    pub unread: Vec<LeftOut>,
    /// How many todos left the archive.
    pub taken_back: usize,
}

/// The files of a tree that are to change: new bytes, or nothing for one that goes.
pub(super) type Edits = BTreeMap<String, Option<Vec<u8>>>;

impl Settled {
    pub(super) fn message(&self) -> String {
        let count = |number: usize| format!("{number} todo{}", if number == 1 { "" } else { "s" });
        let put_back: usize = self.put_back.values().map(BTreeSet::len).sum();
        let mut parts = Vec::new();
        if put_back > 0 {
            parts.push(format!("Put back {}", count(put_back)));
        }
        if self.taken_back > 0 {
            parts.push(format!("Take {} back from the archive", count(self.taken_back)));
        }
        if !self.removed.is_empty() {
            parts.push("Leave out what is none of ours".to_owned());
        }
        let subject = if parts.is_empty() { "Put lists in order".to_owned() } else { parts.join("; ") };
        let lines: String =
            self.put_back.iter().map(|(project, ids)| format!("- {project}: {}\n", ids.len())).collect();
        if lines.is_empty() { format!("{subject}\n") } else { format!("{subject}\n\n{lines}") }
    }
}

/// Names the first few of some paths.
pub(super) fn several(paths: &[String]) -> String {
    let shown = paths.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
