//! What a run did.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::git::{Held, ObjectId, RemoteName};
use crate::source::Notice;
use crate::todo::{Project, Session, TodoId};

/// What a run did.
#[derive(Debug, Default)]
pub struct Report {
    /// How many files and directories of agents were looked at.
    pub units: usize,
    /// Sessions that said something new.
    pub captured: Vec<Session>,
    /// How many sessions were merged into the branch.
    pub merged: usize,
    /// How many todos came out different.
    pub changed: usize,
    /// Where a rule had to choose.
    pub conflicts: Vec<(Project, crate::merge::Conflict)>,
    /// What was not read, and why.
    pub notices: Vec<Notice>,
    /// Credentials that were taken out of what a session says: which session, by which rule.
    pub redacted: Vec<(Session, &'static str)>,
    /// What somebody had taken out of the branch by other means than a statement, and was put back.
    pub put_back: BTreeMap<Project, BTreeSet<TodoId>>,
    /// Whether somebody had taken the branch back to an earlier commit, or to another one.
    pub was_taken_back: bool,
    /// What could not be merged.
    pub left_out: Vec<LeftOut>,
    /// Sessions whose names somebody else wrote too, and the names under which they go on on this device.
    pub renamed: Vec<(Session, Session)>,
    /// Refs of remotes that are no session's.
    pub strange: Vec<(RemoteName, String)>,
    /// The consolidated commit. `None` if nothing was consolidated yet.
    pub tip: Option<ObjectId>,
    /// Why the branch was not moved to `tip`, if it was not.
    pub held: Option<Held>,
    /// What became of history, because todos are purged.
    pub purge: Obeyed,
}

impl Report {
    /// Adds what an earlier part of the same command found in the branch.
    pub(super) fn add(&mut self, earlier: Report) {
        for (project, ids) in earlier.put_back {
            self.put_back.entry(project).or_default().extend(ids);
        }
        self.was_taken_back |= earlier.was_taken_back;
        let known = std::mem::take(&mut self.left_out);
        self.left_out = earlier.left_out.into_iter().filter(|one| !known.contains(one)).collect();
        self.left_out.extend(known);
    }
}

/// What could not be merged, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name, for people. It may come from a remote.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Whether it is a session, or the branch of a remote, which stays as it is; or else something in our own branch.
    pub is_ref: bool,
}

impl LeftOut {
    pub(super) fn tip(what: String, reason: String) -> Self {
        LeftOut { what, reason, is_ref: true }
    }

    pub(super) fn part(what: String, reason: String) -> Self {
        LeftOut { what, reason, is_ref: false }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was left out: {}", self.what, self.reason)
    }
}

/// What is told of anew is not kept twice.
pub(super) fn tell_anew(all: &mut Vec<LeftOut>, anew: Vec<LeftOut>) {
    all.retain(|one| anew.iter().all(|other| other.what != one.what));
    all.extend(anew);
}

/// What became of history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obeyed {
    /// How many commits are others now.
    pub commits: usize,
    /// The full names of the refs that moved.
    pub refs: Vec<String>,
    /// Commits that were rewritten, and what each became.
    pub moved: HashMap<ObjectId, ObjectId>,
    /// How many objects were deleted.
    pub erased: usize,
    /// What still holds the words, and why.
    pub left: Vec<(String, String)>,
    /// Why nothing was done now.
    pub waits: Option<String>,
}

impl Obeyed {
    /// Returns what a commit is called now.
    pub fn now(&self, id: ObjectId) -> ObjectId {
        let steps = std::iter::successors(Some(id), |id| self.moved.get(id).copied());
        steps.take(self.moved.len() + 1).last().unwrap_or(id)
    }

    /// Adds what a later run did.
    pub fn absorb(&mut self, later: Obeyed) {
        self.commits += later.commits;
        self.refs.extend(later.refs);
        self.refs.sort();
        self.refs.dedup();
        self.moved.extend(later.moved);
        self.erased += later.erased;
        self.left.extend(later.left);
        self.left.sort();
        self.left.dedup();
        self.waits = later.waits;
    }
}
