//! What a session says of itself: that it is there, what it is called, what it works on, that it ended.

use super::act::catch_up;
use super::captured::Captured;
use super::drain::drain_if_any;
use super::previous::past;
use super::run::conclude;
use super::tips::Tips;
use super::write::TRIES;
use super::{Demand, OpsError, Report, check_clock, commit_of};
use crate::git::{ObjectId, Overlay, RefChange, StoreLock, session_ref};
use crate::redact::Found;
use crate::store::{Consolidated, MergedTips, Store};
use crate::todo::{Session, SessionInfo, SessionState, Time};

/// Where it was said, for a session that says nothing else.
const SOURCE: &str = "hub";

/// What came of it.
#[derive(Debug)]
pub struct About {
    /// What was done. It captured nothing when all of it was known.
    pub report: Report,
    /// The session's newest commit.
    pub commit: Option<ObjectId>,
}

/// Has a session say of itself what `change` makes of what is known of it. One that nobody knows begins with that.
///
/// # Errors
/// When the store cannot be read or written, and when `change` says no.
pub fn about<E: From<OpsError>>(
    store: &Store,
    session: &Session,
    what: &str,
    demand: &Demand,
    now: Time,
    change: impl Fn(&mut SessionInfo) -> Result<(), E>,
) -> Result<About, E> {
    check_clock(now)?;
    let lock = StoreLock::acquire(store.repo.common_dir()).map_err(OpsError::from)?;
    drain_if_any(store, &lock, now);
    let mut moved = Vec::new();
    for _ in 0..TRIES {
        let store = store.reopen().map_err(OpsError::from)?;
        catch_up(&store, &lock, session, now)?;
        demand.check(&store)?;
        let overlay = Overlay::new(&store.repo);
        let merged = MergedTips::load(&store.repo, store.merged_cache());
        let tips = Tips::news(&store, None, &merged, Some(session))?;
        let branch = Consolidated::find(&store, &overlay).map_err(OpsError::from)?;
        let mut past = past(&overlay, &store, session, &tips, &branch, &mut Default::default(), now)?;
        let mut state = past.state().cloned().unwrap_or_else(|| begins(&store, &past.name, now));
        let before = past.state().map(|state| state.info.clone());
        change(&mut state.info)?;
        if before.as_ref() != Some(&state.info) {
            redact(&store, &mut state.info);
        }
        let mut report = Report { tip: branch.tip, ..Report::default() };
        if before.as_ref() != Some(&state.info) {
            let said = Said { store: &store, tips, merged: &merged, lock: &lock, what, demand, now };
            match said.say(overlay, &mut past, state, before.as_ref())? {
                Ok(done) => report = done,
                Err(rejected) => {
                    moved = rejected;
                    continue;
                }
            }
        }
        let commit = commit_of(&store.reopen().map_err(OpsError::from)?, session, &report)?;
        return Ok(About { report, commit });
    }
    Err(OpsError::Moved(moved).into())
}

/// Takes credentials out of what a session says of itself.
fn redact(store: &Store, info: &mut SessionInfo) {
    let (redactor, mut found) = (&store.settings.redactor, Found::new());
    for (key, value) in &mut info.extra {
        redactor.value(key, value, &mut found);
    }
    info.title.iter_mut().for_each(|title| redactor.string(&mut title.text, &mut found));
    info.project.iter_mut().for_each(|project| redactor.project(project, &mut found));
}

/// Returns what is known of a session that begins.
fn begins(store: &Store, session: &Session, now: Time) -> SessionState {
    let info = SessionInfo {
        session: session.clone(),
        agent: None,
        source: SOURCE.into(),
        device: store.settings.device.clone(),
        person: store.settings.person().map(str::to_owned),
        project: None,
        branch: None,
        title: None,
        started: now,
        updated: now,
        ended: None,
        list: Vec::new(),
        extra: serde_json::Map::new(),
    };
    SessionState { info, projects: Default::default() }
}

struct Said<'a> {
    store: &'a Store,
    tips: Tips,
    merged: &'a MergedTips,
    lock: &'a StoreLock,
    what: &'a str,
    demand: &'a Demand,
    now: Time,
}

impl Said<'_> {
    /// Writes it. Returns the refs that moved meanwhile, if any did.
    fn say(
        self,
        mut overlay: Overlay<'_>,
        past: &mut super::previous::Past,
        mut state: SessionState,
        before: Option<&SessionInfo>,
    ) -> Result<Result<Report, Vec<String>>, OpsError> {
        let Said { store, tips, merged, lock, what, demand, now } = self;
        state.info.updated = before.map_or(now, |before| now.max(before.updated.next()));
        state.info.ended = state.info.ended.map(|ended| ended.max(state.info.updated).min(Time::LAST));
        let trailer = demand.request.as_ref().map(ToString::to_string);
        past.say(&mut overlay, state, &store.settings.identity(now), trailer.as_deref())?;
        let Some(new) = past.commit.as_ref().map(|commit| commit.id) else { return Ok(Ok(Report::default())) };
        let name = past.name.clone();
        let message = store.settings.redactor.text(what, &mut Found::new()).into_owned();
        let mut said = Captured { batch: overlay.batch, ..Captured::nothing(store, &tips) };
        let old = tips.local.get(&name).copied();
        said.changes.push(RefChange { name: session_ref(&name), old, new, message });
        said.sessions.push(name.clone());
        said.tips.insert(name, new);
        conclude(store, lock, said, tips, Some(merged), now)
    }
}
