//! What is said of a todo with one word: start, done, release, drop, reopen.

use super::actor::Actor;
use super::find::{Which, alike, find};
use super::outcome::{Became, Obstacles, Outcome};
use super::read::{read_near, with_sessions};
use super::refusal::{Brief, Refusal};
use crate::ops::{Near, OpsError, Reason};
use crate::statement::Act;
use crate::todo::{TodoId, Verb};
use crate::view::{Everything, Links};

/// Says this of a todo.
///
/// # Errors
/// When it is not clear which todo is meant, when this cannot be said of it, and when the store says no.
pub fn say(actor: &Actor<'_>, verb: Verb, which: &Which) -> Result<Outcome, Refusal> {
    let session = actor.session()?;
    let (what, words) = (format!("{}: {}", verb.name(), which.text()), Near::lower(&which.text()));
    let reason = Reason { near: Near::words(actor.here, &words), ..Reason::from(&what) };
    let (said, id) = actor.act(reason, |everything| {
        let (project, todo) = find(everything, actor.here, which)?;
        let brief = || Brief::of(everything, project, todo);
        if !verb.fits(todo.state()) {
            return Err(Refusal::WrongState { verb, todo: brief() });
        }
        let act = match verb.target() {
            Some(target) => Some(Act::new(project, todo, target)),
            None => Act::release(project, todo, &session),
        };
        let act = act.ok_or_else(|| Refusal::NotTaken { todo: brief(), session: session.clone() })?;
        Ok((vec![act], todo.id))
    })?;
    let mut outcome = Outcome::new(said, id, Became::of(verb));
    if outcome.became == Became::Started {
        outcome.obstacles = obstacles(actor, &outcome)?;
    }
    outcome.alike = alike(&outcome.said.everything, id, which);
    Ok(outcome)
}

/// Returns who else is at a todo that was started, and what it waits for.
fn obstacles(actor: &Actor<'_>, outcome: &Outcome) -> Result<Obstacles, OpsError> {
    let Some((project, todo)) = outcome.todo() else { return Ok(Obstacles::default()) };
    let others = todo.workers().filter(|(other, _)| other.main() != outcome.said.session.main());
    let worker = others.max_by_key(|(_, claim)| claim.at).map(|(other, claim)| (other.clone(), claim.at));
    // Todos of other projects may say that they come before it.
    let store = actor.store.reopen()?;
    let blockers = match read_near(&store, project, None)? {
        Some(everything) => blockers(&everything, outcome.id),
        None => blockers(&with_sessions(&store)?, outcome.id),
    };
    Ok(Obstacles { worker, blockers })
}

fn blockers(everything: &Everything, id: TodoId) -> Vec<Brief> {
    let Some((_, todo)) = everything.get(id) else { return Vec::new() };
    let blockers = Links::new(everything).blockers(todo).into_iter();
    let blockers: Vec<_> = blockers.filter_map(|blocker| everything.get(blocker.id)).collect();
    Brief::all(everything, &blockers)
}
