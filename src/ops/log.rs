//! What happened, the latest first: the changes that session commits made.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::ControlFlow;

use super::OpsError;
use super::consolidate::is_consolidated;
use super::event::{Event, History};
use super::log_filter::LogFilter;
use super::tips::Tips;
use crate::git::{CommitInfo, ObjectId, Overlay, session_ref};
use crate::store::paths::project_dir;
use crate::store::{MergedTips, Store, read_session, session_of};
use crate::todo::{Project, Scope, Session, Time, Todo, TodoId};

/// Returns what happened, the latest first.
///
/// # Errors
/// As [`tell`].
pub fn log(store: &Store, filter: &LogFilter) -> Result<Vec<Event>, OpsError> {
    let mut events = Vec::new();
    tell(store, filter, |event| {
        events.push(event);
        ControlFlow::Continue(())
    })?;
    Ok(events)
}

/// Tells what happened, the latest first, as it is found, until `take` has had enough. Commits are read as they are
/// needed: the first events of a long history cost what those of a short one do.
///
/// # Errors
/// When the store cannot be read. Commits that are not a session's, or cannot be read, are passed over.
pub fn tell(store: &Store, filter: &LogFilter, mut take: impl FnMut(Event) -> ControlFlow<()>) -> Result<(), OpsError> {
    let overlay = Overlay::new(&store.repo);
    let mut history = History::of_all(store, &overlay)?;
    history.limit(filter);
    let tips = Tips::find(store, None)?;
    // What the branch does not know yet may have begun earlier.
    let whole = is_consolidated(history.tip(), &tips, &MergedTips::load(&store.repo, store.merged_cache()));
    let since = filter.since.max(history.beginning().filter(|_| whole));
    let speakers = history.speakers().filter(|_| whole);
    let mut walk = Walk::new(&overlay, tips.local.into_values().chain(history.tip()));
    if speakers.is_some() || filter.session.is_some() {
        walk = walk.only(move |session| {
            filter.session.as_ref().is_none_or(|name| session.as_str().starts_with(name))
                && speakers.as_ref().is_none_or(|speakers| speakers.contains(session))
        });
    }
    let mut left = filter.most;
    let mut waiting: Vec<Event> = Vec::new();
    for commit in walk {
        // Commits tell seconds, events milliseconds: those of one second are told once all of them are found.
        let is_told = |event: &mut Event| event.at.seconds() > commit.time.seconds();
        let mut told: Vec<Event> = waiting.extract_if(.., is_told).collect();
        if release(&mut told, &mut left, &mut take).is_break() {
            return Ok(());
        }
        if since.is_some_and(|since| commit.time.seconds() < since.seconds()) {
            break;
        }
        let is_late = filter.until.is_some_and(|until| commit.time.seconds() > until.seconds());
        if commit.parents.len() < 2 && !is_late {
            let is_wanted = |event: &Event| {
                filter.by.as_ref().is_none_or(|by| by.takes(&event.session))
                    && filter.since.is_none_or(|since| event.at >= since)
                    && filter.until.is_none_or(|until| event.at <= until)
            };
            waiting.extend(history.said(&commit).into_iter().filter(is_wanted));
        }
    }
    let _ = release(&mut waiting, &mut left, &mut take);
    Ok(())
}

/// Returns all commits that a commit descends from, and itself, the latest first.
pub(super) fn walk<'a>(overlay: &'a Overlay<'a>, tip: ObjectId) -> impl Iterator<Item = CommitInfo> + 'a {
    Walk::new(overlay, std::iter::once(tip))
}

fn release(
    events: &mut Vec<Event>,
    left: &mut usize,
    take: &mut impl FnMut(Event) -> ControlFlow<()>,
) -> ControlFlow<()> {
    events.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.after.id.cmp(&b.after.id)));
    for event in events.drain(..) {
        if *left == 0 {
            return ControlFlow::Break(());
        }
        *left -= 1;
        take(event)?;
    }
    if *left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Returns whether anybody ever spoke of a todo of this project.
///
/// # Errors
/// When the refs cannot be read.
pub fn has_project(store: &Store, scope: &Scope) -> Result<bool, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let tips = store.repo.find_ref(&store.settings.branch)?.into_iter();
    let mut tips = tips.chain(store.repo.sessions()?.into_iter().map(|(_, tip)| tip));
    let holds = |tip, path: &str| overlay.commit_info(tip).and_then(|info| overlay.find(info.tree, path));
    let paths: Vec<String> = scope.projects().map(project_dir).collect();
    Ok(tips.any(|tip| paths.iter().any(|path| matches!(holds(tip, path), Ok(Some(_))))))
}

/// Says whether a session's history is wanted.
type Wanted<'a> = Box<dyn Fn(&Session) -> bool + 'a>;

/// Commits, the latest first.
pub(super) struct Walk<'a> {
    overlay: &'a Overlay<'a>,
    seen: BTreeSet<ObjectId>,
    queue: BinaryHeap<(Time, ObjectId)>,
    read: BTreeMap<ObjectId, CommitInfo>,
    only: Option<Wanted<'a>>,
    /// Commits of sessions that are wanted, as their children tell.
    wanted: BTreeSet<ObjectId>,
}

impl<'a> Walk<'a> {
    /// Begins a walk to all that these commits descend from.
    pub(super) fn new(overlay: &'a Overlay<'a>, tips: impl Iterator<Item = ObjectId>) -> Self {
        let (seen, queue, read) = (BTreeSet::new(), BinaryHeap::new(), BTreeMap::new());
        let mut walk = Walk { overlay, seen, queue, read, only: None, wanted: BTreeSet::new() };
        tips.for_each(|tip| walk.push(tip));
        walk
    }

    /// Passes over the other sessions' histories: below a session's commit there are only its own.
    fn only(self, wanted: impl Fn(&Session) -> bool + 'a) -> Self {
        Walk { only: Some(Box::new(wanted)), ..self }
    }

    fn push(&mut self, id: ObjectId) {
        if self.seen.insert(id)
            && let Ok(commit) = self.overlay.commit_info(id)
        {
            self.queue.push((commit.time, id));
            self.read.insert(id, commit);
        }
    }

    fn is_wanted(&mut self, commit: &CommitInfo) -> bool {
        let Some(only) = &self.only else { return true };
        let is_known = self.wanted.remove(&commit.id);
        let session = (!is_known).then(|| session_of(self.overlay, commit.tree)).flatten();
        if session.as_ref().is_some_and(|session| !only(session)) {
            return false;
        }
        if is_known || session.is_some() {
            self.wanted.extend(&commit.parents);
        }
        true
    }
}

impl Iterator for Walk<'_> {
    type Item = CommitInfo;

    fn next(&mut self) -> Option<CommitInfo> {
        loop {
            let (_, id) = self.queue.pop()?;
            let commit = self.read.remove(&id)?;
            if self.is_wanted(&commit) {
                commit.parents.iter().for_each(|parent| self.push(*parent));
                return Some(commit);
            }
        }
    }
}

/// Returns what a session of this device itself says of a todo; nothing when its history is not at hand.
pub fn own_version(store: &Store, session: &Session, project: &Project, id: TodoId) -> Option<Todo> {
    let tip = store.repo.find_ref(&session_ref(session)).ok()??;
    let mut state = read_session(&Overlay::new(&store.repo), session, tip).ok()?.state;
    state.projects.get_mut(project)?.remove(&id)
}
