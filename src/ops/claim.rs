//! Claims that nobody else has: what a session takes, the remote confirms.
//!
//! Every device merges what it knows, so two that take the same todo at the same moment would both have it until they
//! sync. The remote's branch moves for one of them at a time: whose push moves it first has the todo. The other one finds
//! that out when its push is rejected, lets go of the todo and takes the next.

use std::collections::BTreeSet;

use super::OpsError;
use super::act::{Acted, Refuses, act};
use super::link::Link;
use super::outgoing::Remembered;
use super::plan::{Plan, Turn};
use super::report::Report;
use super::talk::{Pushed, Talk, pause};
use super::unless_gone::unless_gone;
use crate::git::{GitError, Overlay, TransferLock};
use crate::statement::{Act, Knowledge};
use crate::store::{Consolidated, Store};
use crate::todo::{Project, Session, State, Status, Time, Todo};
use crate::view::Everything;

/// What the remote said to a claim.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// That nobody else has it.
    Confirmed,
    /// Nothing, and why: another device may take the same todo.
    Unanswered(String),
}

/// What came of a claim.
#[derive(Debug)]
pub struct Claimed {
    /// The act by which the todo was taken.
    pub acted: Acted,
    /// Whether anybody else can have it.
    pub asked: Asked,
}

/// Takes a todo in the name of a session, and asks the remote whether nobody else has it. `decide` chooses one among
/// those that this device knows of; it is asked again when somebody else was faster, and `lost` is told which todo that
/// was.
///
/// # Errors
/// As [`act`]. When others are always faster: then the todo was let go again. A remote that cannot be asked is a value.
pub fn claim<E: Refuses>(
    store: &Store,
    session: &Session,
    link: &Link<'_>,
    now: Time,
    decide: impl Fn(&Everything) -> Result<Vec<Act>, E>,
    lost: impl Fn(&Todo),
) -> Result<Claimed, E> {
    let what = "ready: claim";
    let unanswered = |acted, why| Claimed { acted, asked: Asked::Unanswered(why) };
    // Until it is settled who has the todo, nothing of this device is sent.
    let _turn = match TransferLock::acquire(store.repo.common_dir()) {
        Ok(turn) => turn,
        Err(GitError::Busy { seconds, .. }) => {
            let why = format!("another process has been talking with it for {seconds} seconds");
            return Ok(unanswered(act(store, session, what.into(), now, decide)?, why));
        }
        Err(err) => return Err(OpsError::from(err).into()),
    };
    let mut talk =
        Talk::new(store, &Plan::default(), link, Report::default(), Turn::Held, now).map_err(OpsError::from)?;
    let mut taken: Option<Acted> = None;
    let tries = u32::try_from(store.repo.limits.claim_tries).unwrap_or(u32::MAX);
    for attempt in 1..=tries {
        let mut before = Remembered::of(store, &link.remote).map_err(E::from)?;
        unless_gone(store.repo.limits.fetches, || {
            if talk.fetch(&mut before)? {
                talk.join()?;
            }
            Ok(())
        })?;
        let acted = match taken.take() {
            Some(acted) if is_ours(store, session, &acted)? => acted,
            other => {
                if let Some(acted) = other
                    && let Some(todo) = let_go(store, session, now, &acted)?
                {
                    lost(&todo);
                }
                act(store, session, what.into(), now, &decide)?
            }
        };
        let why = match talk.exchange.unreachable.take() {
            Some(why) => Some(why),
            None if acted.report.held.is_some() => Some("the branch could not be moved here".to_owned()),
            None => match talk.push_branch(&before, attempt)? {
                Pushed::All => return Ok(Claimed { acted, asked: Asked::Confirmed }),
                Pushed::Again => None,
                Pushed::Elsewhere | Pushed::Failed => {
                    let problem = talk.exchange.problems.first().map(|(what, why)| format!("{what}: {why}"));
                    let busy = talk.exchange.busy.take();
                    Some(talk.exchange.unreachable.take().or(busy).or(problem).unwrap_or_default())
                }
            },
        };
        if let Some(why) = why {
            return Ok(unanswered(acted, why));
        }
        talk.exchange.problems.clear();
        taken = Some(acted);
        std::thread::sleep(pause(attempt));
    }
    if let Some(acted) = taken {
        let_go(store, session, now, &acted)?;
    }
    Err(OpsError::Slower(tries).into())
}

/// Returns the todo that was claimed, as the branch has it now.
fn claimed(store: &Store, acted: &Acted) -> Result<Option<(Project, Todo)>, OpsError> {
    let ids = acted.after.iter().flat_map(|(project, todos)| todos.keys().map(move |id| (project, *id)));
    let Some((project, id)) = ids.into_iter().next() else { return Ok(None) };
    let overlay = Overlay::new(&store.repo);
    let todo = Consolidated::find(store, &overlay)?.some_todos(&overlay, project, &BTreeSet::from([id]))?.remove(&id);
    Ok(todo.map(|todo| (project.clone(), todo)))
}

/// Returns whether a session still has the todo that it claimed, now that more is known of it.
fn is_ours(store: &Store, session: &Session, acted: &Acted) -> Result<bool, OpsError> {
    let Some((_, todo)) = claimed(&store.reopen()?, acted)? else { return Ok(true) };
    let others = todo.workers().filter(|(worker, _)| !worker.is_same(session)).count();
    Ok(todo.state() == State::Wanted(Status::InProgress) && others == 0)
}

/// Lets go of a todo that was claimed. Returns it.
fn let_go(store: &Store, session: &Session, now: Time, acted: &Acted) -> Result<Option<Todo>, OpsError> {
    let Some((project, todo)) = claimed(&store.reopen()?, acted)? else { return Ok(None) };
    act(store, session, "ready: others were faster".into(), now, |everything| {
        let known = everything.projects.todo(&project, todo.id);
        Ok::<_, OpsError>(known.and_then(|todo| Act::release(&project, todo, session)).into_iter().collect())
    })?;
    Ok(Some(todo))
}
