//! Several todos in one act: all of it is said, or nothing. It is one commit, and one `undo` takes it back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::actor::Actor;
use super::find::{Which, find};
use super::outcome::{Became, Said};
use super::read::{read, with_names, with_sessions};
use super::refusal::{Brief, Refusal};
use crate::plan::{ASSIGNED, ASSIGNEE};
use crate::statement::Act;
use crate::store::Reach;
use crate::todo::{Project, Scope, Session, State, Status, Todo, TodoId, Verb};
use crate::view::{Everything, Quiet};

/// What came of an act on several todos.
#[derive(Debug)]
pub struct Outcomes {
    /// What was said.
    pub said: Said,
    /// What became of each, in the order in which they were named.
    pub todos: Vec<(TodoId, Became)>,
}

/// What somebody answered who was asked about a todo that was left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It stays open, and anybody can begin it.
    Keep,
    /// It is done.
    Done,
    /// Nobody has to do it.
    Drop,
    /// This session is to do it.
    Hand(Session),
}

/// Which todos are dropped together.
#[derive(Clone, Debug)]
pub enum Bulk {
    /// What only sessions want that have said nothing for so many milliseconds.
    QuietFor(i64),
    /// Everything of a project.
    OfProject(Scope),
    /// What the session that is called so wants, with its sub-agents, and nobody else.
    LeftBy(String),
}

/// Says this of each todo that is named.
///
/// # Errors
/// When any of them is not clear, or this cannot be said of it: then nothing is said, and each of those is named.
pub fn say_each(actor: &Actor<'_>, verb: Verb, named: &[Which]) -> Result<Outcomes, Refusal> {
    let session = actor.session()?;
    several(actor, &format!("{}: {} todos", verb.name(), named.len()), Became::of(verb), |everything| {
        let (mut acts, mut refused, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for which in named {
            let act = find(everything, actor.here, which).and_then(|(project, todo)| {
                let brief = || Brief::of(everything, project, todo);
                if !verb.fits(todo.state()) {
                    return Err(Refusal::WrongState { verb, todo: brief() });
                }
                let act = match verb.target() {
                    Some(target) => Some(Act::new(project, todo, target)),
                    None => Act::release(project, todo, &session),
                };
                act.ok_or_else(|| Refusal::NotTaken { todo: brief(), session: session.clone() })
            });
            match act {
                Ok(act) => acts.extend(seen.insert(act.id).then_some(act)),
                Err(refusal) => refused.push((which.text(), refusal.to_string())),
            }
        }
        if refused.is_empty() { Ok(acts) } else { Err(Refusal::Several { of: named.len(), refused }) }
    })
}

/// Returns the todos that would be dropped of those that are named, as they are at this moment. What is dropped already is
/// left out.
///
/// # Errors
/// When any of them is not clear: then each of those is named. When the branch cannot be read.
pub fn foresee_drop(actor: &Actor<'_>, named: &[Which]) -> Result<Vec<(Project, Todo)>, Refusal> {
    let look = |reach| {
        let everything = read(actor.store, reach)?.0;
        let (mut found, mut refused) = (Vec::<(Project, Todo)>::new(), Vec::new());
        for which in named {
            match find(&everything, actor.here, which) {
                Ok((_, todo)) if found.iter().any(|(_, other)| other.id == todo.id) => {}
                Ok((project, todo)) => found.push((project.clone(), todo.clone())),
                Err(refusal) => refused.push((which.text(), refusal)),
            }
        }
        Ok::<_, Refusal>((found, refused))
    };
    let mut looked = look(Reach::Working)?;
    if !looked.1.is_empty() {
        looked = look(Reach::Archive)?;
    }
    let (found, mut refused) = looked;
    match (refused.pop(), named.len()) {
        (None, _) => Ok(found.into_iter().filter(|(_, todo)| todo.state() != State::Dropped).collect()),
        (Some((_, refusal)), 1) => Err(refusal),
        (Some(last), of) => {
            refused.push(last);
            let refused = refused.into_iter().map(|(text, refusal)| (text, refusal.to_string())).collect();
            Err(Refusal::Several { of, refused })
        }
    }
}

/// Returns the open todos that would be dropped together, as they are at this moment, and how many others stay because
/// somebody else wants them, too.
///
/// # Errors
/// When no session, or several, can be meant, and when the branch cannot be read.
pub fn foresee_bulk(actor: &Actor<'_>, bulk: &Bulk) -> Result<(Vec<(Project, Todo)>, usize), Refusal> {
    let mut everything = with_sessions(actor.store)?;
    let meant = match bulk {
        Bulk::LeftBy(name) => Some(left_by(actor, &mut everything, name)?),
        Bulk::QuietFor(_) | Bulk::OfProject(_) => None,
    };
    let open = everything.todos().filter(|(_, todo)| todo.state().is_open());
    let owned = |(project, todo): (&Project, &Todo)| (project.clone(), todo.clone());
    match bulk {
        Bulk::QuietFor(millis) => {
            let quiet = Quiet::of(&everything, actor.now, Some(*millis));
            Ok((open.filter(|(_, todo)| quiet.has(todo)).map(owned).collect(), 0))
        }
        Bulk::OfProject(scope) => Ok((open.filter(|(project, _)| scope.takes(project)).map(owned).collect(), 0)),
        Bulk::LeftBy(_) => {
            let meant = meant.unwrap_or_default();
            let is_theirs = |session: &Session| session.as_str().starts_with(&meant);
            let wants = |todo: &Todo, is: &dyn Fn(&Session) -> bool| {
                todo.voices().any(|(session, claim)| !claim.dropped && is(session))
            };
            let theirs = open.filter(|(_, todo)| wants(todo, &is_theirs));
            let (shared, alone): (Vec<_>, Vec<_>) =
                theirs.partition(|(_, todo)| wants(todo, &|session| !is_theirs(session)));
            Ok((alone.into_iter().map(owned).collect(), shared.len()))
        }
    }
}

/// Returns how the names begin of the session that is called so.
fn left_by(actor: &Actor<'_>, everything: &mut Everything, name: &str) -> Result<String, Refusal> {
    let meant = with_names(everything, actor.store, actor.agent, |everything| {
        everything.meant(name).map_err(|sessions| Refusal::several(everything, name, sessions))
    });
    meant?.ok_or_else(|| Refusal::NoSession(name.to_owned()))
}

/// Drops todos together.
///
/// # Errors
/// As [`foresee_bulk`], and when the store says no.
pub fn drop_bulk(actor: &Actor<'_>, bulk: &Bulk) -> Result<Outcomes, Refusal> {
    let what = match bulk {
        Bulk::QuietFor(_) => "drop: what is quiet".to_owned(),
        Bulk::OfProject(scope) => format!("drop: all of {}", scope.project),
        // What was typed may be words of a prompt, which is not to be saved.
        Bulk::LeftBy(name) => {
            let meant = left_by(actor, &mut with_sessions(actor.store)?, name)?;
            let short = Session::new(&meant).map_or(meant, |session| session.short());
            format!("drop: what {short} left open")
        }
    };
    several(actor, &what, Became::Dropped, |_| {
        let (found, _) = foresee_bulk(actor, bulk)?;
        Ok(found.iter().map(|(project, todo)| Act::new(project, todo, State::Dropped)).collect())
    })
}

/// Says what was answered. What was closed meanwhile is left as it is.
///
/// # Errors
/// When the store says no.
pub fn triage(actor: &Actor<'_>, answers: &[(TodoId, Answer)]) -> Result<Outcomes, Refusal> {
    let mut outcomes = several(actor, &format!("triage: {} todos", answers.len()), Became::Changed, |everything| {
        let act = |(id, answer): &(TodoId, Answer)| {
            let (project, todo) = everything.get(*id).filter(|(_, todo)| todo.state().is_open())?;
            Some(match answer {
                Answer::Keep => Act::new(project, todo, State::Wanted(Status::Pending)),
                Answer::Done => Act::new(project, todo, State::Wanted(Status::Completed)),
                Answer::Drop => Act::new(project, todo, State::Dropped),
                Answer::Hand(session) => {
                    let since = json!(actor.now.to_string());
                    let fields = vec![(ASSIGNEE.to_owned(), json!(session.as_str())), (ASSIGNED.to_owned(), since)];
                    Act { fields, ..Act::new(project, todo, State::Wanted(Status::Pending)) }
                }
            })
        };
        Ok(answers.iter().filter_map(act).collect())
    })?;
    for (id, became) in outcomes.todos.iter_mut().filter(|(_, became)| *became == Became::Changed) {
        let state = outcomes.said.everything.get(*id).map(|(_, todo)| todo.state());
        *became = state.map_or(Became::Changed, Became::Settled);
    }
    Ok(outcomes)
}

fn several(
    actor: &Actor<'_>,
    what: &str,
    became: Became,
    decide: impl Fn(&Everything) -> Result<Vec<Act>, Refusal>,
) -> Result<Outcomes, Refusal> {
    let (said, before) = actor.act(what, |everything| {
        let acts = decide(everything)?;
        let before: Vec<(TodoId, Option<Todo>)> =
            acts.iter().map(|act| (act.id, everything.get(act.id).map(|(_, todo)| todo.clone()))).collect();
        Ok((acts, before))
    })?;
    let after: BTreeMap<TodoId, &Todo> = said.everything.todos().map(|(_, todo)| (todo.id, todo)).collect();
    let todos = before.iter().map(|(id, before)| {
        let is_same = after.get(id).copied() == before.as_ref();
        (*id, if is_same { Became::Unchanged } else { became })
    });
    let todos = todos.collect();
    Ok(Outcomes { said, todos })
}
