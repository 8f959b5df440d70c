//! Who is to do what, decided and noted beside the todos.

use std::collections::BTreeMap;

use serde_json::json;

use super::actor::Actor;
use super::outcome::Said;
use super::read::{with_names, with_sessions};
use super::refusal::Refusal;
use crate::plan::{ASSIGNED, ASSIGNEE, Handing, Moment, Standing, Topics, assign as decide, standings};
use crate::statement::Act;
use crate::todo::{Names, Project, Session, Todo};
use crate::view::Everything;

/// What is to be handed out, and to whom.
#[derive(Clone, Debug, Default)]
pub struct Assign {
    /// Todos of this project; `None` for all.
    pub project: Option<Project>,
    /// To the session whose name begins so, whether it is there or not; `None` for all that are there.
    pub to: Option<String>,
    /// Whether it is only decided, and nothing is said.
    pub dry_run: bool,
}

/// A todo with its project.
pub type Owned = (Project, Todo);

/// What was decided.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The sessions that todos can be given to, each with what it has now.
    pub sessions: BTreeMap<Session, Vec<Owned>>,
    /// What is assigned anew, and to whom.
    pub given: Vec<(Owned, Session)>,
    /// What could be begun, and nobody has.
    pub unassigned: Vec<Owned>,
    /// What their projects are called.
    pub names: Names,
}

/// What came of handing out.
#[derive(Debug)]
pub struct Assigned {
    /// What was decided, with the todos as they were before it.
    pub decided: Decided,
    /// What was said; nothing when it was only decided, and when nothing is new.
    pub said: Option<Said>,
}

/// Hands todos out that can be begun and that nobody has.
///
/// # Errors
/// When no session, or several, can be meant by the name, when it has ended, and when the store says no.
pub fn assign(actor: &Actor<'_>, assign: &Assign) -> Result<Assigned, Refusal> {
    // A run that decides nothing leaves no trace: nobody gets a session by it.
    let decided = now(actor, assign)?;
    if assign.dry_run || decided.given.is_empty() {
        return Ok(Assigned { decided, said: None });
    }
    let (said, decided) = actor.act("assign", |_| {
        let decided = now(actor, assign)?;
        let since = json!(actor.now.to_string());
        let acts = decided.given.iter().map(|((project, todo), session)| {
            let fields = vec![(ASSIGNEE.to_owned(), json!(session.as_str())), (ASSIGNED.to_owned(), since.clone())];
            Act { target: None, fields, ..Act::new(project, todo, todo.state()) }
        });
        Ok((acts.collect(), decided))
    })?;
    Ok(Assigned { decided, said: Some(said) })
}

/// Decides on what is known at this moment.
fn now(actor: &Actor<'_>, assign: &Assign) -> Result<Decided, Refusal> {
    let mut everything = with_sessions(actor.store)?;
    let settings = &actor.store.settings;
    let asks = actor.agent.map(|_| actor.session()).transpose()?;
    let to = assign
        .to
        .as_deref()
        .map(|name| with_names(&mut everything, actor.store, actor.agent, |everything| meant(everything, name)));
    let to = to.transpose()?;
    if let Some(ended) = to.as_ref().filter(|to| standings(&everything).get(to.main()).is_some_and(|to| to.is_ended)) {
        return Err(Refusal::Ended(ended.clone()));
    }
    let handing = Handing {
        moment: Moment::at(actor.now),
        most: settings.assign_max,
        project: assign.project.as_ref(),
        to: to.as_ref(),
        asks: asks.as_ref().map(|session| (session, actor.here)),
    };
    let topics = Topics::new(&settings.topics);
    let found = decide(&everything, &topics, &handing);
    let owned = |(project, todo): (&Project, &Todo)| (project.clone(), todo.clone());
    let has = |entries: Vec<(&Project, &Todo)>| entries.into_iter().map(owned).collect();
    Ok(Decided {
        sessions: found.sessions.into_iter().map(|(session, entries)| (session, has(entries))).collect(),
        given: found.given.into_iter().map(|(entry, session)| (owned(entry), session)).collect(),
        unassigned: has(found.unassigned),
        names: everything.names(),
    })
}

/// Returns the session that is meant by its name, by the beginning of it, or by words of what it is called. The list of
/// its commands (shown as `f00dfeed+cli`) means the session itself.
///
/// # Errors
/// When that is none, or several.
pub fn meant(everything: &Everything, name: &str) -> Result<Session, Refusal> {
    let standings = standings(everything);
    let own = Session::new(name).map_or_else(|_| name.to_owned(), |session| session.main().to_owned());
    let beginning = own.rsplit_once('+').map_or(own.as_str(), |(own, _)| own);
    let begins = |with: &str| -> Vec<&Standing> {
        standings.values().filter(|standing| standing.session.as_str().starts_with(with)).collect()
    };
    let found: Vec<&Standing> = match standings.get(&own) {
        Some(exact) => vec![exact],
        None => Some(begins(&own)).filter(|found| !found.is_empty()).unwrap_or_else(|| begins(beginning)),
    };
    match found.as_slice() {
        [] => match everything.meant(name) {
            Ok(called) => {
                let called = called.and_then(|begins| Session::new(&begins).ok());
                let standing = called.and_then(|session| standings.get(session.main()));
                standing.map(|standing| standing.session.clone()).ok_or_else(|| Refusal::NoSession(name.to_owned()))
            }
            Err(sessions) => Err(Refusal::several(everything, name, sessions)),
        },
        [one] => Ok(one.session.clone()),
        several => {
            let sessions = several.iter().map(|standing| standing.session.clone()).collect();
            Err(Refusal::several(everything, name, sessions))
        }
    }
}
