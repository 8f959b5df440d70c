//! What somebody said elsewhere, in a mirror: it becomes statements of the mirror's own session.

use std::collections::BTreeSet;

use serde_json::Value;

use super::actor::said;
use super::add::words;
use super::edit::renaming;
use super::outcome::Said;
use super::refusal::Refusal;
use crate::ops::act;
use crate::redact::Found;
use crate::statement::{Act, Precedence};
use crate::store::Store;
use crate::todo::{Project, Session, State, Status, Time, TodoId};

/// What was said of one todo.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// Which; nothing for one that is new.
    pub id: Option<TodoId>,
    /// The project of one that is new.
    pub project: Project,
    /// Its new words.
    pub content: Option<String>,
    /// Its new state.
    pub state: Option<State>,
    /// Its other properties. An empty value takes one back.
    pub fields: Vec<(String, Value)>,
}

/// Says all of it, in one commit. Returns what became of each: the todo that it is now, or why it was not said.
///
/// # Errors
/// When the store says no.
pub fn take(
    store: &Store,
    session: &Session,
    what: &str,
    taken: &[Taken],
    now: Time,
) -> Result<(Said, Vec<Result<TodoId, String>>), Refusal> {
    let became = std::cell::RefCell::new(Vec::new());
    let acted = act(store, session, what.into(), now, |everything| -> Result<Vec<Act>, Refusal> {
        let (mut acts, mut new, mut results) = (Vec::new(), BTreeSet::new(), Vec::new());
        for one in taken {
            let content = one.content.as_deref().map(|text| words(store, text, &mut Found::new())).transpose();
            let result = content.and_then(|content| {
                let Some(id) = one.id else {
                    let content = content.ok_or(Refusal::NoWords)?;
                    let id = TodoId::of(&one.project, &content);
                    let target = Some(one.state.unwrap_or(State::Wanted(Status::Pending)));
                    // Somebody may have said it here, too.
                    if everything.get(id).is_none_or(|(_, known)| Some(known.state()) != target) && new.insert(id) {
                        let (project, fields) = (one.project.clone(), one.fields.clone());
                        let precedence = Precedence::ComesTrue;
                        acts.push(Act { project, id, content, nth: 1, target, precedence, again: None, fields });
                    }
                    return Ok(id);
                };
                // What was forgotten meanwhile is not said again.
                let Some((project, todo)) = everything.get(id) else { return Ok(id) };
                match content.filter(|content| *content != todo.content) {
                    Some(content) => {
                        let mut said = renaming(everything, project, todo, content, one.fields.clone())?;
                        let first = said.first_mut().expect("the new words come first");
                        first.target = one.state.or(first.target);
                        let id = first.id;
                        acts.extend(said);
                        Ok(id)
                    }
                    None => {
                        let changes = one.state.filter(|state| *state != todo.state());
                        if changes.is_some() || !one.fields.is_empty() {
                            let fields = one.fields.clone();
                            acts.push(Act { target: changes, fields, ..Act::new(project, todo, todo.state()) });
                        }
                        Ok(id)
                    }
                }
            });
            results.push(result.map_err(|refusal| refusal.to_string()));
        }
        became.replace(results);
        Ok(acts)
    })?;
    Ok((said(session.clone(), acted), became.into_inner()))
}
