//! Explicit acts on todos: decided, committed and consolidated under one lock.

use std::collections::BTreeMap;

use super::OpsError;
use super::consolidate::consolidate;
use super::run::{TRIES, write};
use crate::git::{Batch, Identity, ObjectId, Overlay, RefChange, StoreLock, session_ref};
use crate::redact::{Found, Redactor};
use crate::statement::{self, Act, Context};
use crate::store::cache::{self, Cached, Merged};
use crate::store::{Consolidated, Store, commit_session, read_session};
use crate::todo::{Project, Session, SessionInfo, Time, Todo, TodoId, TodoList};

/// Begins the last line of an act's commit message: the consolidated commit that the act was decided on, or
/// `nothing` in an empty store.
pub(super) const DECIDED_ON: &str = "Decided-On: ";

/// What an act is decided on: the newest consolidated state.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// All todos, by project, the forgotten ones included.
    pub projects: BTreeMap<Project, TodoList>,
    /// All sessions, by name.
    pub sessions: Vec<SessionInfo>,
}

/// What an act did.
#[derive(Debug, Default)]
pub struct Acted {
    /// Whether it changed anything.
    pub changed: bool,
    /// The rules by which credentials were taken out of what was to be said.
    pub redacted: Found,
    /// Sessions of the store that cannot be read, and why.
    pub left_out: Vec<(Session, String)>,
    /// The consolidated commit.
    pub tip: Option<ObjectId>,
    /// Where the branch is checked out, which is why it was not moved to `tip`.
    pub checked_out: Option<std::path::PathBuf>,
}

/// Lets a session act. `decide` is asked with the lock held, so that no other process can act between its
/// decision and the act. It may be asked again when refs moved meanwhile.
///
/// # Errors
/// When the store cannot be read or written, and when `decide` says no; then nothing is written.
pub fn act<E: From<OpsError>>(
    store: &Store,
    session: &Session,
    what: &str,
    now: Time,
    decide: impl Fn(&Known) -> Result<Vec<Act>, E>,
) -> Result<Acted, E> {
    let lock = StoreLock::acquire(store.repo.common_dir()).map_err(OpsError::from)?;
    let mut moved = Vec::new();
    for _ in 0..TRIES {
        let store = store.reopen().map_err(OpsError::from)?;
        catch_up(&store, &lock, now)?;
        let known = known(&store)?;
        let mut acts = decide(&known)?;
        let redacted = redact(&mut acts, &known, &store.settings.redactor);
        let is_forgotten = |act: &&Act| find(&known, act).is_some_and(Todo::is_forgotten);
        if let Some(act) = acts.iter().find(is_forgotten) {
            return Err(OpsError::Forgotten(act.id).into());
        }
        match attempt(&store, session, what, now, &lock, &known.projects, &acts)? {
            Ok(acted) => return Ok(Acted { redacted, ..acted }),
            Err(rejected) => moved = rejected,
        }
    }
    Err(OpsError::Moved(moved).into())
}

fn find<'a>(known: &'a Known, act: &Act) -> Option<&'a Todo> {
    known.projects.get(&act.project).and_then(|todos| todos.get(&act.id))
}

/// Takes credentials out of what is said anew. The words of a known todo stay: they tell which one is meant.
fn redact(acts: &mut [Act], known: &Known, redactor: &Redactor) -> Found {
    let mut found = Found::new();
    for act in acts {
        for (name, value) in &mut act.fields {
            redactor.value(name, value, &mut found);
        }
        if find(known, act).is_none() {
            redactor.string(&mut act.content, &mut found);
            redactor.project(&mut act.project, &mut found);
            act.id = TodoId::of(&act.project, &act.content);
        }
    }
    found
}

/// Consolidates what is not yet: an act is decided on everything that this device knows.
fn catch_up(store: &Store, lock: &StoreLock, now: Time) -> Result<(), OpsError> {
    let tips: BTreeMap<Session, ObjectId> = store.repo.sessions()?.into_iter().collect();
    let merged: Cached<Merged> = cache::load(&store.repo, "merged");
    let found = consolidate(store, &Batch::new(store.repo.hash()), &tips, &merged.content)?;
    let changes: Vec<RefChange> = found.change.into_iter().collect();
    if write(store, lock, &found.batch, &changes, now)?.is_empty()
        && let Some(merged) = found.merged
    {
        cache::save(&store.repo, "merged", &merged);
    }
    Ok(())
}

fn known(store: &Store) -> Result<Known, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    Ok(Known { projects: consolidated.with_forgotten(&overlay)?.0, sessions: consolidated.sessions(&overlay)?.0 })
}

fn attempt(
    store: &Store,
    session: &Session,
    what: &str,
    now: Time,
    lock: &StoreLock,
    known: &BTreeMap<Project, TodoList>,
    acts: &[Act],
) -> Result<Result<Acted, Vec<String>>, OpsError> {
    let mut overlay = Overlay::new(&store.repo);
    let decided_on = Consolidated::find(store, &overlay)?.tip;
    let mut tips: BTreeMap<Session, ObjectId> = store.repo.sessions()?.into_iter().collect();
    let before = tips.get(session).map(|tip| read_session(&overlay, session, *tip)).transpose()?;
    let context = Context {
        known,
        now,
        reopen: store.settings.reopen,
        device: &store.settings.device,
        project: None,
        project_of: &|_| Project::general(),
    };
    let Some(state) = statement::act(before.as_ref().map(|before| &before.state), session, acts, &context) else {
        return Ok(Ok(Acted { tip: decided_on, ..Acted::default() }));
    };
    let identity: Identity = store.settings.identity(now);
    let trailer = decided_on.map_or_else(|| format!("{DECIDED_ON}nothing"), |tip| format!("{DECIDED_ON}{tip}"));
    let after = commit_session(&mut overlay, before.as_ref(), state, &identity, Some(&trailer))?;
    tips.insert(session.clone(), after.id);
    let old = before.map(|before| before.id);
    let redacted = |text: &str| store.settings.redactor.text(text, &mut Found::new()).into_owned();
    let said = RefChange { name: session_ref(session), old, new: after.id, message: redacted(what) };

    let mut batch = overlay.batch;
    let merged: Cached<Merged> = cache::load(&store.repo, "merged");
    let found = consolidate(store, &batch, &tips, &merged.content)?;
    batch.absorb(found.batch);
    let changes: Vec<RefChange> = std::iter::once(said).chain(found.change).collect();
    let rejected = write(store, lock, &batch, &changes, now)?;
    if !rejected.is_empty() {
        return Ok(Err(rejected));
    }
    if let Some(merged) = found.merged {
        cache::save(&store.repo, "merged", &merged);
    }
    Ok(Ok(Acted {
        changed: true,
        left_out: found.left_out,
        redacted: Found::new(),
        tip: found.tip,
        checked_out: found.checked_out,
    }))
}
