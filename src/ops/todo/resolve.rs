//! A disagreement that somebody settles.

use serde_json::Value;

use super::actor::Actor;
use super::add::words;
use super::edit::renaming;
use super::find::{Which, find};
use super::outcome::{Became, Outcome, Said};
use super::read::{with_names, with_sessions};
use super::refusal::{Brief, Refusal};
use crate::merge::{Subject, disagreements};
use crate::ops::open_properties;
use crate::redact::Found;
use crate::statement::{Act, Precedence};
use crate::todo::{Claim, Project, Session, State, Todo, TodoId};
use crate::view::{Everything, OverProperty};

/// What shall hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// This state, whatever was said.
    State(State),
    /// What one session says: the state it wants, and its values of the properties that are disputed.
    Take {
        /// Its name, or the beginning of it where only one begins so.
        session: String,
        /// The state that it was seen to want; where it wants another one by now, nothing is settled.
        seen: Option<State>,
    },
    /// This state and these properties; what is not there is as it was said.
    Answer {
        /// The state.
        target: Option<State>,
        /// The properties.
        fields: Vec<(String, Value)>,
    },
}

/// Settles what sessions say of a todo.
///
/// # Errors
/// When it is not clear which todo or session is meant, when the session says something else by now, and when the
/// store says no.
pub fn resolve(actor: &Actor<'_>, which: &Which, settlement: &Settlement) -> Result<Outcome, Refusal> {
    let (properties, taken_from) = match settlement {
        Settlement::Take { session, .. } => {
            let mut everything = with_sessions(actor.store)?;
            let find = |everything: &Everything| meant(everything, actor, which, session);
            let taken_from = with_names(&mut everything, actor.store, actor.agent, find)?;
            (open_properties(actor.store, &everything)?, taken_from)
        }
        Settlement::State(_) | Settlement::Answer { .. } => (Vec::new(), String::new()),
    };
    let (said, id) = actor.act(&format!("resolve: {}", which.text()), |everything| {
        let (project, todo) = find(everything, actor.here, which)?;
        let (target, fields) = match settlement {
            Settlement::State(state) => (Some(*state), Vec::new()),
            Settlement::Answer { target, fields } => (*target, fields.clone()),
            Settlement::Take { seen, .. } => {
                let brief = || Brief::of(everything, project, todo);
                let (session, claim) = said_by(todo, &taken_from, brief)?;
                if seen.is_some_and(|seen| seen != claim.state()) {
                    return Err(Refusal::Changed { content: todo.content.clone(), edited: false });
                }
                taken(todo, session, claim, &properties)
            }
        };
        let act = Act { precedence: Precedence::Settles, target, fields, ..Act::new(project, todo, todo.state()) };
        Ok((vec![act], todo.id))
    })?;
    Ok(settled(said, id))
}

/// A todo as somebody wants it who had it open in an editor.
#[derive(Debug)]
pub struct Edited<'a> {
    /// Its project.
    pub project: &'a Project,
    /// The todo as it was shown.
    pub shown: &'a Todo,
    /// Its words, if they are others than were shown.
    pub words: Option<String>,
    /// Its state.
    pub state: State,
    /// The properties to say.
    pub fields: Vec<(String, Value)>,
}

/// Settles what sessions say of a todo as somebody made it in an editor.
///
/// # Errors
/// When the todo is no longer as it was shown, when another one has the new words, and when the store says no.
pub fn resolve_edited(actor: &Actor<'_>, edited: &Edited<'_>) -> Result<Outcome, Refusal> {
    let Edited { project, shown, words: new, state, fields } = edited;
    let mut redacted = Found::new();
    let content = new.as_deref().map(|text| words(actor.store, text, &mut redacted)).transpose()?;
    let (mut said, id) = actor.act(&format!("resolve: {}", shown.id), |everything: &Everything| {
        if everything.get(shown.id).map(|(_, todo)| todo) != Some(*shown) {
            return Err(Refusal::Changed { content: shown.content.clone(), edited: true });
        }
        let Some(content) = content.as_ref().filter(|content| **content != shown.content) else {
            let act =
                Act { precedence: Precedence::Settles, fields: fields.clone(), ..Act::new(project, shown, *state) };
            return Ok((vec![act], shown.id));
        };
        let mut acts = renaming(everything, project, shown, content.clone(), fields.clone())?;
        (acts[0].target, acts[0].precedence) = (Some(*state), Precedence::Settles);
        let id = acts[0].id;
        Ok((acts, id))
    })?;
    said.redacted.extend(redacted);
    Ok(settled(said, id))
}

fn settled(said: Said, id: TodoId) -> Outcome {
    let state = said.everything.get(id).map(|(_, todo)| todo.state());
    Outcome::new(said, id, state.map_or(Became::Changed, Became::Settled))
}

/// Returns how the names begin of the session that is meant, of those that speak of the todo.
fn meant(everything: &Everything, actor: &Actor<'_>, which: &Which, typed: &str) -> Result<String, Refusal> {
    let Ok((_, todo)) = find(everything, actor.here, which) else { return Ok(typed.to_owned()) };
    let speaks =
        |session: &Session| todo.voices().any(|(other, _)| other.without_commands() == session.without_commands());
    match everything.meant(typed) {
        Ok(found) => Ok(found.unwrap_or_else(|| typed.to_owned())),
        Err(several) => {
            let speaking: Vec<Session> = several.into_iter().filter(speaks).collect();
            match speaking.as_slice() {
                [] => Ok(typed.to_owned()),
                [one] => Ok(one.to_string()),
                _ => Err(Refusal::several(everything, typed, speaking)),
            }
        }
    }
}

/// Finds the one session whose name is this, or begins so, and what it says of a todo.
fn said_by<'a>(todo: &'a Todo, name: &str, brief: impl Fn() -> Brief) -> Result<(&'a Session, &'a Claim), Refusal> {
    let found: Vec<_> = todo.voices().filter(|(session, _)| session.as_str().starts_with(name)).collect();
    if let Some(one) = found.iter().find(|(session, _)| session.as_str() == name) {
        return Ok(*one);
    }
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Refusal::NobodySaid { name: name.to_owned(), todo: brief() }),
        several => Err(Refusal::SeveralSaid {
            name: name.to_owned(),
            sessions: several.iter().map(|(session, _)| (*session).clone()).collect(),
            called: Vec::new(),
        }),
    }
}

/// Returns what one session says: the state it wants, and its values of the properties that are disputed. Who only
/// set a property wants no state.
pub fn taken(
    todo: &Todo,
    session: &Session,
    claim: &Claim,
    properties: &[OverProperty],
) -> (Option<State>, Vec<(String, Value)>) {
    let of_todo = properties.iter().map(|one| &one.conflict).filter(|one| one.id == todo.id);
    let mut fields = Vec::new();
    for conflict in of_todo {
        let side = [&conflict.ours, &conflict.theirs].into_iter().find(|side| side.session.as_ref() == Some(session));
        if let (Subject::Field(name), Some(side)) = (&conflict.subject, side) {
            fields.push((name.clone(), side.value.clone()));
        }
    }
    let only_fields = claim.dropped && !fields.is_empty() && disagreements(todo).is_empty();
    ((!only_fields).then(|| claim.state()), fields)
}
