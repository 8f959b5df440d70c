//! Explicit acts on todos: decided, committed and consolidated under one lock.
//!
//! An act that cannot come true is not said. One that was said is looked for in the branch before anybody is told that
//! it came true.

use std::collections::{BTreeMap, BTreeSet};

use super::captured::Captured;
use super::consolidate::is_consolidated;
use super::demand::{Demand, NOTHING};
use super::drain::drain_if_any;
use super::near::{Near, at_work};
use super::previous::past;
use super::redo::to_decide_on;
use super::report::Report;
use super::resolved_line::reopened;
use super::run::conclude;
use super::tips::Tips;
use super::write::TRIES;
use super::{OpsError, Unmet, check_clock};
use crate::git::{Identity, Overlay, RefChange, StoreLock, session_ref};
use crate::merge::join_all;
use crate::redact::{Found, Redactor};
use crate::statement::{self, Act, Context, Knowledge};
use crate::store::trailers::Mark;
use crate::store::{Consolidated, MergedTips, Reach, Store};
use crate::todo::{Project, SPAWNED_BY, Session, SessionState, Time, Todo, TodoId, TodoList};
use crate::view::{Everything, OverProperty};

/// What an act is for.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'a> {
    /// What the reflog says.
    pub what: &'a str,
    /// What the act takes back, if it does.
    pub mark: Option<Mark>,
    /// What had the session started, if it is an agent that this program starts.
    pub spawned_by: Option<&'a str>,
    /// Which todos it is decided on, where these are not all.
    pub near: Option<Near<'a>>,
    /// What is asked besides.
    pub demand: &'a Demand,
    /// The conflicts over properties that it makes open again.
    pub reopens: &'a [OverProperty],
}

impl<'a> From<&'a str> for Reason<'a> {
    fn from(what: &'a str) -> Self {
        Reason { what, mark: None, reopens: &[], spawned_by: None, near: None, demand: &NOTHING }
    }
}

impl<'a> From<&'a String> for Reason<'a> {
    fn from(what: &'a String) -> Self {
        Reason::from(what.as_str())
    }
}

/// Why nothing is said.
pub trait Refuses: From<OpsError> {
    /// Returns whether that follows from what the project alone holds, so that nothing else has to be read.
    fn is_final(&self) -> bool {
        false
    }
}

impl Refuses for OpsError {}

/// What came of an act.
#[derive(Debug)]
pub struct Acted {
    /// What was done.
    pub report: Report,
    /// The rules by which credentials were taken out of what was to be said.
    pub redacted: Found,
    /// The todos that the act was about, as the branch has them now.
    pub after: BTreeMap<Project, TodoList>,
    /// The todos that it was decided on.
    pub before: Everything,
}

/// The newest consolidated state.
struct Known {
    /// What anybody is to see. Of sessions nothing is known: reading that would take longer than all the rest.
    everything: Everything,
    forgotten: BTreeMap<Project, TodoList>,
}

impl Known {
    fn of(mut projects: BTreeMap<Project, TodoList>) -> Self {
        let mut forgotten = BTreeMap::new();
        for (project, todos) in &mut projects {
            let ids: Vec<TodoId> = todos.iter().filter(|(_, todo)| todo.is_forgotten()).map(|(id, _)| *id).collect();
            let gone: TodoList = ids.into_iter().filter_map(|id| todos.remove_entry(&id)).collect();
            forgotten.insert(project.clone(), gone);
        }
        Known { everything: Everything::of(projects), forgotten }
    }
}

impl Knowledge for Known {
    fn todo(&self, project: &Project, id: TodoId) -> Option<&Todo> {
        self.everything.projects.todo(project, id).or_else(|| self.forgotten.todo(project, id))
    }

    fn is_alone(&self, project: &Project) -> bool {
        self.everything.projects.is_alone(project)
    }
}

/// Lets a session act. `decide` is asked with the lock held, so that no other process can act between its
/// decision and the act. It may be asked again when refs moved meanwhile. It is given the todos only.
///
/// # Errors
/// When the store cannot be read or written, when `decide` says no, and when the act cannot come true; then nothing is
/// written. When the branch does not show afterwards what was asked for; then the session's history has it. Where the
/// branch is checked out, and so was not moved, the report says so.
pub fn act<E: Refuses>(
    store: &Store,
    session: &Session,
    reason: Reason<'_>,
    now: Time,
    decide: impl Fn(&Everything) -> Result<Vec<Act>, E>,
) -> Result<Acted, E> {
    check_clock(now)?;
    let lock = StoreLock::acquire(store.repo.common_dir()).map_err(OpsError::from)?;
    drain_if_any(store, &lock, now);
    let (mut moved, mut caught) = (Vec::new(), Report::default());
    for _ in 0..TRIES {
        let store = store.reopen().map_err(OpsError::from)?;
        let (more, tips) = catch_up(&store, &lock, session, now)?;
        caught.add(more);
        reason.demand.check(&store)?;
        let near = reason.near.and_then(|near| known_near(&store, near, &tips, session).ok().flatten());
        let near = match near.map(|known| (decide(&known.everything), known)) {
            Some((Err(refused), _)) if refused.is_final() => return Err(refused),
            // What is not found there may be anywhere.
            decided => decided.and_then(|(acts, known)| Some((known, acts.ok()?))),
        };
        let near = near.filter(|(_, acts)| needs_archive(&store, Some(acts)).is_ok_and(|needs| !needs));
        let (known, mut acts) = match near {
            Some(found) => found,
            None => known_all(&store, &decide)?,
        };
        let redacted = redact(&mut acts, &known, &store.settings.redactor);
        if let Some(act) = acts.iter().find(|act| known.forgotten.todo(&act.project, act.id).is_some()) {
            return Err(OpsError::Forgotten(act.id).into());
        }
        match attempt(&store, session, reason, now, &lock, &known, &acts)? {
            Ok(mut report) => {
                report.add(std::mem::take(&mut caught));
                let after = after(&store, &report, &acts)?;
                if report.held.is_none() {
                    check(session, &acts, &after, Some(&report))?;
                }
                return Ok(Acted { report, redacted, after, before: known.everything });
            }
            Err(rejected) => moved = rejected,
        }
    }
    Err(OpsError::Moved(moved).into())
}

/// Decides on all todos, on archived ones too where those have a say.
fn known_all<E: From<OpsError>>(
    store: &Store,
    decide: impl Fn(&Everything) -> Result<Vec<Act>, E>,
) -> Result<(Known, Vec<Act>), E> {
    let mut known = known(store, Reach::Working)?;
    let mut acts = decide(&known.everything);
    if needs_archive(store, acts.as_deref().ok())? {
        known = self::known(store, Reach::Archive)?;
        acts = decide(&known.everything);
    }
    Ok((known, acts?))
}

/// Reads what acts were about again, as the branch has it now.
fn after(store: &Store, report: &Report, acts: &[Act]) -> Result<BTreeMap<Project, TodoList>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let tip = match report.held {
        Some(_) => store.repo.find_ref(&store.settings.branch)?,
        None => report.tip,
    };
    let consolidated = Consolidated::at(&overlay, tip)?;
    let mut about: BTreeMap<&Project, BTreeSet<TodoId>> = BTreeMap::new();
    for act in acts {
        about.entry(&act.project).or_default().insert(act.id);
    }
    let todos =
        |(project, ids): (&Project, _)| Ok((project.clone(), consolidated.some_todos(&overlay, project, &ids)?));
    about.into_iter().map(todos).collect()
}

/// Says no when these todos are not what the acts want of them. `said` tells how they were said, if they were.
fn check(session: &Session, acts: &[Act], todos: &impl Knowledge, said: Option<&Report>) -> Result<(), OpsError> {
    let against = |act: &Act| Some((act.clone(), act.against(session, todos.todo(&act.project, act.id))?));
    let Some((act, against)) = acts.iter().find_map(against) else { return Ok(()) };
    let left_out = said.map(|report| report.left_out.clone()).unwrap_or_default();
    let unmet = Unmet { id: act.id, content: act.content, against, said: said.is_some(), left_out };
    Err(Box::new(unmet).into())
}

/// Says no when nothing that this session says makes these acts come true.
fn check_before(session: &Session, acts: &[Act], known: &Known, state: Option<&SessionState>) -> Result<(), OpsError> {
    let mut then: BTreeMap<Project, TodoList> = BTreeMap::new();
    for act in acts {
        let own = state.and_then(|state| state.projects.todo(&act.project, act.id)).cloned();
        let known = known.todo(&act.project, act.id).cloned();
        let joined = join_all(known.into_iter().chain(own).collect());
        then.entry(act.project.clone()).or_default().extend(joined.map(|todo| (act.id, todo)));
    }
    check(session, acts, &then, None)
}

/// Takes credentials out of what is said anew. The words of a known todo stay: they tell which one is meant.
fn redact(acts: &mut [Act], known: &Known, redactor: &Redactor) -> Found {
    let mut found = Found::new();
    for act in acts {
        for (name, value) in &mut act.fields {
            redactor.string(name, &mut found);
            redactor.value(name, value, &mut found);
        }
        if known.todo(&act.project, act.id).is_none() {
            redactor.string(&mut act.content, &mut found);
            redactor.project(&mut act.project, &mut found);
            act.id = TodoId::of_nth(&act.project, &act.content, act.nth);
        }
    }
    found
}

/// Consolidates what is not yet: an act is decided on everything that this device knows. Returns what that did, and the
/// tips as they were before it: what was news, and those of a session.
pub(super) fn catch_up(
    store: &Store,
    lock: &StoreLock,
    session: &Session,
    now: Time,
) -> Result<(Report, Tips), OpsError> {
    let merged = MergedTips::load(&store.repo, store.merged_cache());
    let tips = Tips::news(store, None, &merged, Some(session))?;
    let tip = store.repo.find_ref(&store.settings.branch)?;
    if !is_consolidated(tip, &tips, &merged) {
        let nothing = Captured::nothing(store, &tips);
        // When refs move meanwhile, the act itself finds out.
        let report = conclude(store, lock, nothing, tips.clone(), Some(&merged), now)?.unwrap_or_default();
        return Ok((report, tips));
    }
    Ok((Report::default(), tips))
}

/// Reads what is asked about, and what the session is at: who acts is told when others took or finished that. Nothing
/// when that takes all todos.
fn known_near(store: &Store, near: Near<'_>, tips: &Tips, session: &Session) -> Result<Option<Known>, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    let Some(own) = at_work(&overlay, &consolidated, &tips.local, session)? else { return Ok(None) };
    Ok(near.read(&overlay, &consolidated, &own)?.map(Known::of))
}

fn known(store: &Store, reach: Reach) -> Result<Known, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    Ok(Known::of(consolidated.with_forgotten(&overlay, reach)?.0))
}

/// Returns whether the archive has a say: nothing was found without it, or what is to be said is about a todo in
/// it.
fn needs_archive(store: &Store, acts: Option<&[Act]>) -> Result<bool, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    let Some(acts) = acts else { return Ok(consolidated.has_archive(&overlay)?) };
    for act in acts {
        if consolidated.archive(&overlay, &act.project)?.is_some_and(|archive| archive.contains(act.id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn attempt(
    store: &Store,
    session: &Session,
    reason: Reason<'_>,
    now: Time,
    lock: &StoreLock,
    known: &Known,
    acts: &[Act],
) -> Result<Result<Report, Vec<String>>, OpsError> {
    let mut overlay = Overlay::new(&store.repo);
    let consolidated = Consolidated::find(store, &overlay)?;
    let merged = MergedTips::load(&store.repo, store.merged_cache());
    let tips = Tips::news(store, None, &merged, Some(session))?;
    let mut past = past(&overlay, store, session, &tips, &consolidated, &mut BTreeMap::new(), now)?;
    let session = past.name.clone();
    let context = Context {
        known,
        now,
        reopen: store.settings.reopen,
        device: &store.settings.device,
        person: store.settings.person(),
        project: None,
        project_of: &|_| Project::general(),
    };
    let state = statement::act(past.state(), &session, acts, &context);
    check_before(&session, acts, known, state.as_ref().or(past.state()))?;
    let Some(mut state) = state else {
        return Ok(Ok(Report { tip: consolidated.tip, ..Report::default() }));
    };
    if let Some(by) = reason.spawned_by {
        state.info.extra.insert(SPAWNED_BY.to_owned(), by.into());
    }
    let own = past.commit.as_ref().map(|commit| &commit.state);
    let decided_on = to_decide_on(store, &overlay, &consolidated, &tips, acts, own)?;
    let mark = reason.mark.map(|mark| format!("{mark}\n")).unwrap_or_default();
    let open_again: String = reason.reopens.iter().filter_map(|one| reopened(&state, one)).collect();
    let request = reason.demand.request.as_ref().map(|request| format!("{request}\n")).unwrap_or_default();
    let trailer = format!("{open_again}{request}{mark}{decided_on}");
    let identity: Identity = store.settings.identity(now);
    past.say(&mut overlay, state, &identity, Some(&trailer))?;
    let Some(new) = past.commit.map(|commit| commit.id) else { return Ok(Ok(Report::default())) };
    let message = store.settings.redactor.text(reason.what, &mut Found::new()).into_owned();
    let old = tips.local.get(&session).copied();
    let mut said = Captured { batch: overlay.batch, ..Captured::nothing(store, &tips) };
    if !store.settings.aside {
        said.changes.push(RefChange { name: session_ref(&session), old, new, message });
    }
    said.sessions.push(session.clone());
    said.tips.insert(session, new);
    conclude(store, lock, said, tips, Some(&merged), now)
}
