//! A todo that is added.

use super::actor::Actor;
use super::outcome::{Became, Outcome};
use super::project::{meant_anew, project};
use super::properties::Properties;
use super::refusal::{Brief, Refusal};
use crate::ops::project::by_words;
use crate::ops::{Near, Reason};
use crate::redact::Found;
use crate::statement::{Act, Precedence};
use crate::store::Store;
use crate::todo::{Project, State, Status, Todo, TodoId, normalise};

/// What is to be added.
#[derive(Clone, Debug, Default)]
pub struct Add {
    /// Its words.
    pub text: String,
    /// The name of its project; without one it is that of the directory, else the one whose rule's word stands in the
    /// text.
    pub project: Option<String>,
    /// What else there is to say of it.
    pub properties: Properties,
}

/// Adds a todo. One that was closed, or saved before its project's owner was known, is opened again.
///
/// # Errors
/// When it has no words, when it is open already, when its project or what it waits for is not clear, and when the
/// store says no.
pub fn add(actor: &Actor<'_>, add: &Add) -> Result<Outcome, Refusal> {
    let mut redacted = Found::new();
    let content = words(actor.store, &add.text, &mut redacted)?;
    let project = match add.project.as_deref() {
        Some(name) => meant_anew(actor.store, actor.here, project(name)?)?,
        None => actor.here.cloned().unwrap_or_else(|| by_words(&actor.store.settings, &content)),
    };
    let what = format!("add: {content}");
    // What it waits for may be anywhere.
    let near = add.properties.blocked_by.is_none().then_some(Near { project: Some(&project), id: None, links: false });
    let (mut said, (id, became)) = actor.act(Reason { near, ..Reason::from(&what) }, |everything| {
        let exists = |todo: &Todo| {
            let todo = Brief::of(everything, &project, todo);
            Refusal::Exists { todo, by_renaming: false }
        };
        if let Some(todo) = everything.with_words(&project, &content).into_iter().find(|todo| todo.state().is_open()) {
            return Err(exists(todo));
        }
        // It may have been saved before the project's owner was known.
        let scope = everything.names().scope(&project);
        let is_wanted = |of: &&Project| {
            let todo = everything.get(TodoId::of(of, &content)).filter(|(at, _)| at == of);
            todo.is_some_and(|(_, todo)| todo.state() != State::Dropped)
        };
        let project = scope.projects().find(is_wanted).unwrap_or(&project);
        let id = TodoId::of(project, &content);
        let became = match everything.get(id) {
            Some((_, todo)) if todo.state().is_open() => return Err(exists(todo)),
            Some(_) => Became::Reopened,
            None => Became::Added,
        };
        let fields = add.properties.fields(everything, project, id)?;
        let (content, target) = (content.clone(), Some(State::Wanted(Status::Pending)));
        let act = Act {
            project: project.clone(),
            id,
            content,
            nth: 1,
            target,
            precedence: Precedence::ComesTrue,
            again: None,
            fields,
        };
        Ok((vec![act], (id, became)))
    })?;
    said.redacted.extend(redacted);
    Ok(Outcome::new(said, id, became))
}

/// Returns the words of a todo as they are stored, without credentials.
pub(super) fn words(store: &Store, text: &str, redacted: &mut Found) -> Result<String, Refusal> {
    let content = normalise(&store.settings.redactor.text(text, redacted)).into_owned();
    if content.is_empty() { Err(Refusal::NoWords) } else { Ok(content) }
}
