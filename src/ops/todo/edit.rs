//! Other words or properties for a todo.

use serde_json::{Value, json};

use super::actor::Actor;
use super::add::words;
use super::find::{Which, find};
use super::outcome::{Became, Outcome};
use super::properties::Properties;
use super::refusal::{Brief, Refusal};
use crate::ops::{Near, Reason};
use crate::redact::Found;
use crate::statement::{Act, Precedence};
use crate::todo::{Project, State, Todo, TodoId, link_ids};
use crate::view::{Everything, Links};

/// What is to be changed of a todo.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Its new words; the todo is renamed.
    pub text: Option<String>,
    /// Its properties.
    pub properties: Properties,
}

/// Gives a todo other words or properties.
///
/// # Errors
/// When it is not clear which todo is meant, when there is nothing to change, when another todo has the new words, and
/// when the store says no.
pub fn edit(actor: &Actor<'_>, which: &Which, edit: &Edit) -> Result<Outcome, Refusal> {
    let mut redacted = Found::new();
    let content = edit.text.as_deref().map(|text| words(actor.store, text, &mut redacted)).transpose()?;
    let (what, typed) = (format!("edit: {}", which.text()), Near::lower(&which.text()));
    // Other words may be those of any todo of its project, and what it waits for may be anywhere.
    let is_near = content.is_none() && edit.properties.blocked_by.is_none();
    let near = if is_near { Near::words(actor.here, &typed) } else { None };
    let (mut said, id) = actor.act(Reason { near, ..Reason::from(&what) }, |everything| {
        let (project, todo) = find(everything, actor.here, which)?;
        let fields = edit.properties.fields(everything, project, todo.id)?;
        let mut acts = unblocking(everything, todo, &fields);
        match content.as_ref().filter(|content| **content != todo.content) {
            Some(content) => {
                acts.extend(renaming(everything, project, todo, content.clone(), fields)?);
                Ok((acts, TodoId::of(project, content)))
            }
            None if fields.is_empty() => Err(Refusal::NothingToChange),
            None => {
                acts.push(Act { target: None, fields, ..Act::new(project, todo, todo.state()) });
                Ok((acts, todo.id))
            }
        }
    })?;
    said.redacted.extend(redacted);
    Ok(Outcome::new(said, id, Became::Changed))
}

/// Returns the acts that take back what others say of blocking a todo which is said to wait for other ones: a link is
/// one of both.
fn unblocking(everything: &Everything, todo: &Todo, fields: &[(String, Value)]) -> Vec<Act> {
    let Some((_, waits_for)) = fields.iter().find(|(name, _)| name == "blockedBy") else { return Vec::new() };
    let waits_for = link_ids(waits_for);
    let links = Links::new(everything);
    let others = links.blockers(todo).into_iter().filter(|other| !waits_for.contains(&other.id));
    let acts = others.filter_map(|other| {
        let (project, _) = everything.get(other.id)?;
        let blocks = links.without(other, todo)?;
        let fields = vec![("blocks".to_owned(), blocks)];
        Some(Act { target: None, fields, ..Act::new(project, other, other.state()) })
    });
    acts.collect()
}

/// Returns the acts that give a todo other words: first the new one. Everything that was known of it goes along,
/// unless it is said anew. Words that nobody wants any more are free; they may be those it had before.
pub(super) fn renaming(
    everything: &Everything,
    project: &Project,
    todo: &Todo,
    content: String,
    mut fields: Vec<(String, Value)>,
) -> Result<Vec<Act>, Refusal> {
    let id = TodoId::of(project, &content);
    let is_wanted = |taken: &&Todo| taken.state() != State::Dropped;
    if let Some(taken) = everything.with_words(project, &content).into_iter().find(is_wanted) {
        return Err(Refusal::Exists { todo: Brief::of(everything, project, taken), by_renaming: true });
    }
    let taken = everything.get(id).map(|(_, taken)| taken);
    if taken.is_some_and(|taken| taken.text("renamedTo").is_some()) {
        fields.push(("renamedTo".to_owned(), json!("")));
    }
    for (name, field) in todo.fields.iter().filter(|(name, _)| !name.starts_with("renamed")) {
        if fields.iter().all(|(given, _)| given != name) {
            fields.push((name.clone(), field.value.clone()));
        }
    }
    fields.push(("renamedFrom".to_owned(), json!(todo.id.to_string())));
    let old = Act {
        fields: vec![("renamedTo".to_owned(), json!(id.to_string()))],
        ..Act::new(project, todo, State::Dropped)
    };
    let target = Some(todo.state());
    Ok(vec![
        Act {
            project: project.clone(),
            id,
            content,
            nth: 1,
            target,
            precedence: Precedence::ComesTrue,
            again: None,
            fields,
        },
        old,
    ])
}
