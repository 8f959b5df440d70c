//! What was read of the homes, sorted by session: the lists that each stated, without copies, what is known already, and
//! what other stores take.

use std::collections::{BTreeMap, BTreeSet};

use super::attribute::workspaces;
use super::plan::Selection;
use super::project::Projects;
use super::routed::{Belongs, Routed};
use super::scan::Look;
use super::stated::{Lines, Stated, digest};
use super::tips::Tips;
use crate::redact::Found;
use crate::source::{Reading, Workspace};
use crate::store::cache::Seen;
use crate::store::task_lists::TaskLists;
use crate::todo::{Channel, Project, Session};

/// The lists that one session stated since it was last captured.
#[derive(Default)]
pub(super) struct News {
    pub states: Vec<Stated>,
    pub project: Option<Project>,
    /// What it is called, where that was read.
    pub title: Option<String>,
    /// The rules by which something was taken out of them.
    pub redacted: Found,
}

/// What it takes to sort.
pub(super) struct Sorting<'a> {
    pub look: &'a Look,
    pub seen: &'a Seen,
    pub lists: &'a TaskLists,
    pub projects: &'a Projects,
    pub routed: &'a Routed<'a>,
    pub selection: &'a Selection,
    pub tips: &'a Tips,
}

impl Sorting<'_> {
    /// Sorts what was read, in the order of time. What other stores take is taken out of `next`, which is what is to be
    /// remembered. Also returns the units that were not heard out: of another source, or of a session whose workspace is not
    /// known.
    pub(super) fn sort(
        &self,
        fresh: BTreeMap<usize, Reading>,
        next: &mut Seen,
        is_copy: impl Fn(usize, Option<u64>) -> bool,
    ) -> (BTreeMap<Session, News>, BTreeSet<usize>) {
        let workspaces: BTreeMap<String, Workspace> =
            workspaces(next, self.lists).into_iter().map(|(name, workspace)| (name.to_owned(), workspace)).collect();
        let workspace_of =
            |session: &Session| workspaces.get(session.as_str()).or_else(|| workspaces.get(session.main()));
        let belongs = |session: &Session| self.routed.takes_session(session, workspace_of(session));
        let mut unheard = BTreeSet::new();
        let mut news: BTreeMap<Session, News> = BTreeMap::new();
        for (at, reading) in fresh {
            let (unit, path) = (&self.look.units[at], self.look.paths[at].as_str());
            let before = self.seen.get(path);
            let is_shared = unit.session().is_none();
            let count = reading.states.len();
            let mut lines = Lines::of(before);
            let mut sessions: BTreeSet<Session> = reading.workspaces.keys().cloned().collect();
            sessions.extend(unit.session().cloned());
            // Lists whose words lead here, wherever their sessions work.
            let mut split: BTreeSet<Session> = BTreeSet::new();
            for (index, mut state) in reading.states.into_iter().enumerate() {
                // Of a unit of many sessions, each has one list in it.
                let is_last = is_shared || index + 1 == count;
                let is_whole = state.change.is_none();
                let (line, snapshot) = (state.line, &mut state.snapshot);
                sessions.insert(snapshot.session.clone());
                if is_copy(at, line) {
                    continue;
                }
                if !self.selection.takes(snapshot.source) {
                    unheard.insert(at);
                    continue;
                }
                let workspace = workspace_of(&snapshot.session);
                let said = digest(snapshot);
                let known = before.and_then(|before| before.last.get(snapshot.session.as_str()));
                if is_shared && known == Some(&said) {
                    // Another session of it has news.
                    continue;
                }
                match belongs(&snapshot.session) {
                    Belongs::Here => {}
                    Belongs::Elsewhere => continue,
                    Belongs::Unknown if workspace.is_none() && is_whole && self.routed.splits() => {
                        let is_known = self.tips.local.contains_key(&snapshot.session);
                        // Where it works may become known later.
                        if self.routed.keep(snapshot, is_known) {
                            unheard.insert(at);
                        }
                        if snapshot.items.is_empty() && !is_known {
                            continue;
                        }
                        split.insert(snapshot.session.clone());
                    }
                    Belongs::Unknown => {
                        unheard.insert(at);
                        continue;
                    }
                }
                // A file that says something else than when it was last read is news whatever its clock says.
                // A transcript's lines have times of their own, and its last one may be behind what a hook told.
                let is_file = !snapshot.source.is(Channel::Transcript);
                let changed = is_file && known.is_some_and(|known| *known != said);
                snapshot.forced |= changed && is_last;
                snapshot.branch =
                    snapshot.branch.take().or_else(|| workspace.and_then(|workspace| workspace.branch.clone()));
                let project = || self.projects.of(workspace.map(|workspace| workspace.directory.as_str()));
                let entry = news
                    .entry(snapshot.session.clone())
                    .or_insert_with(|| News { project: project(), ..News::default() });
                let mut stated = lines.stated(state, is_last);
                stated.unit = Some(at);
                entry.states.push(stated);
            }
            let belongs = |session: &Session| if split.contains(session) { Belongs::Here } else { belongs(session) };
            self.routed.forget_others(next, (unit, path, &sessions), belongs);
        }
        for session in news.values_mut() {
            session.states.sort_by_key(|stated| (stated.order, stated.state.snapshot.source));
        }
        (news, unheard)
    }
}
