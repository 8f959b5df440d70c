//! A statement in the making, whatever it is made of.

use std::collections::BTreeMap;

use serde_json::Value;

use super::claim;
use super::context::Context;
use crate::merge::join_field;
use crate::todo::{Claims, Field, Fields, Project, Session, Time, Todo, TodoId, TodoList, is_empty, normalise};

/// A statement in the making.
pub(super) struct Draft<'a> {
    pub session: &'a Session,
    /// When it is made: later than everything the session said before.
    pub at: Time,
    /// For a list that is history, the time until which others' statements could be known.
    pub knows_until: Option<Time>,
    pub projects: BTreeMap<Project, TodoList>,
    pub context: &'a Context<'a>,
}

impl Draft<'_> {
    pub(super) fn own(&self, project: &Project, id: TodoId) -> Option<&Todo> {
        self.projects.get(project)?.get(&id).filter(|todo| todo.claims.contains_key(self.session))
    }

    /// Changes the session's claim on a todo; a claim that comes out as it was keeps its time. `words`, with which of
    /// those that have them it is, are needed for a todo that the session never spoke of.
    pub(super) fn claim(
        &mut self,
        project: &Project,
        id: TodoId,
        words: (&str, u32),
        change: impl FnOnce(&mut crate::todo::Claim),
    ) {
        let known = self.known(project, id);
        let own = self.own(project, id);
        let before = own.map(|todo| &todo.claims[self.session]);
        let Some(claim) = claim::next(before, &known, self.at, self.context.reopen, change) else { return };
        let at = claim.at;
        let todo = self.projects.entry(project.clone()).or_default().entry(id).or_insert_with(|| Todo {
            id,
            content: normalise(words.0).into_owned(),
            nth: words.1,
            created: at,
            claims: Claims::new(),
            fields: Fields::new(),
        });
        todo.claims.insert(self.session.clone(), claim);
    }

    /// Sets a property. Nothing (`null`) says nothing; an empty value takes an earlier one back.
    pub(super) fn set_field(&mut self, project: &Project, id: TodoId, name: &str, value: &Value) {
        let known = self.context.known.todo(project, id).and_then(|todo| todo.fields.get(name));
        let known = known.map(|field| field.at).filter(|at| self.knows(*at));
        let at = known.map_or(self.at, |known| self.at.max(known.next()));
        let Some(todo) = self.projects.get_mut(project).and_then(|todos| todos.get_mut(&id)) else { return };
        match todo.fields.get_mut(name) {
            _ if value.is_null() => {}
            None if is_empty(value) => {}
            Some(field) if field.value == *value => {}
            Some(field) => join_field(field, &Field { value: value.clone(), at: at.max(field.at.next()) }),
            None => drop(todo.fields.insert(name.to_owned(), Field { value: value.clone(), at: at.max(todo.created) })),
        }
    }

    /// Returns the claims of other sessions on a todo that this statement is made knowing of.
    pub(super) fn known(&self, project: &Project, id: TodoId) -> Vec<&crate::todo::Claim> {
        let todo = self.context.known.todo(project, id);
        let claims = todo.into_iter().flat_map(|todo| &todo.claims).filter(|(session, _)| *session != self.session);
        claims.map(|(_, claim)| claim).filter(|claim| claim.is_in_bounds() && self.knows(claim.at)).collect()
    }

    /// Returns whether something of this time can be known. However far ahead another clock is, what is said after
    /// its words comes after them; only what is out of bounds has nothing after it.
    pub(super) fn knows(&self, at: Time) -> bool {
        at <= Time::LAST && self.knows_until.is_none_or(|until| at <= until)
    }
}
