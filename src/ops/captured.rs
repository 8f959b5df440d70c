//! What a capture would write.

use std::collections::BTreeMap;

use super::named::Prompts;
use super::tips::Tips;
use crate::git::{Batch, ObjectId, RefChange};
use crate::source::Notice;
use crate::store::Store;
use crate::store::cache::Seen;
use crate::store::task_lists::TaskLists;
use crate::todo::Session;

/// What a capture would write.
#[derive(Debug)]
pub struct Captured {
    /// The new objects.
    pub batch: Batch,
    /// The moves of session refs.
    pub changes: Vec<RefChange>,
    /// The sessions that said something new.
    pub sessions: Vec<Session>,
    /// Every session of the store with its newest commit, the new ones included.
    pub tips: BTreeMap<Session, ObjectId>,
    /// What was not read, and why.
    pub notices: Vec<Notice>,
    /// Credentials that were taken out of what a session says: which session, which rule. Each is told once.
    pub redacted: Vec<(Session, &'static str)>,
    /// The units with calls about tasks that nothing tells of, each as often as it has some.
    pub(super) unplaced: Vec<usize>,
    /// Sessions to whose own history nothing can be added, and why: it cannot be read, or is full.
    pub left_out: Vec<(Session, String)>,
    /// What to remember for the next time, once everything is written; nothing when it is known already.
    pub seen: Option<Seen>,
    /// The same for whose lists are whose.
    pub lists: Option<TaskLists>,
    /// The same for the first prompts of sessions.
    pub(super) prompts: Option<Prompts>,
}

impl Captured {
    /// Nothing, in a store with these tips.
    pub(super) fn nothing(store: &Store, tips: &Tips) -> Self {
        Captured {
            batch: Batch::new(store.repo.hash()),
            changes: Vec::new(),
            sessions: Vec::new(),
            tips: tips.local.clone(),
            notices: Vec::new(),
            redacted: Vec::new(),
            unplaced: Vec::new(),
            left_out: Vec::new(),
            seen: None,
            lists: None,
            prompts: None,
        }
    }
}
