//! What had been saved under the last part of a repository's name, before projects had owners.
//!
//! A todo of `api` is found by a session of `acme/api`. What is done stays where it was done, and so does what another
//! session is at. What is open is carried over when a session says it: the old todo is dropped and says where it went.
//! While no other repository is called so, that counts for all sessions that wanted it: those that never speak again
//! would keep it open for ever.

use serde_json::Value;

use super::act::{Act, Precedence};
use super::draft::Draft;
use super::match_items::Matched;
use crate::merge::{join_claim, join_field};
use crate::todo::{Claim, Project, State, Status, Todo, TodoId};

const DONE: State = State::Wanted(Status::Completed);

/// Returns the project of a session: it stays where it began, unless only the owner was not known then.
pub fn session_project<'a>(before: Option<&'a Project>, here: Option<&'a Project>) -> Option<&'a Project> {
    match (before, here) {
        (Some(before), Some(here)) if here.plain().as_ref() == Some(before) => Some(here),
        (Some(before), _) => Some(before),
        (None, here) => here,
    }
}

impl Draft<'_> {
    /// Returns the project in which a session of `project` speaks of these words.
    pub(super) fn home(&self, project: &Project, words: &str) -> Project {
        let Some(plain) = project.plain() else { return project.clone() };
        let Some(old) = self.all_said(&plain, words, 1) else { return project.clone() };
        let is_own = old.claims.get(self.session).is_some_and(|claim| !claim.dropped);
        let new = self.all_said(project, words, 1).filter(|new| new.state() != State::Dropped);
        let stays = match (old.state(), self.context.known.is_alone(project)) {
            (DONE, true) => true,
            (DONE, false) => is_own && new.is_none(),
            // Whoever is at it is found by this todo.
            (State::Wanted(Status::InProgress), true) => {
                self.others_are_at(&old) && !new.is_some_and(|new| self.others_are_at(&new))
            }
            _ => false,
        };
        if stays { plain } else { project.clone() }
    }

    /// Lets go of an item's todo under the other name of the session's project, for all who wanted it: it is wanted
    /// here now. One that somebody else is at stays, unless it is done.
    pub(super) fn carry(&mut self, entry: &Matched<'_>, project: Option<&Project>) {
        let Some((project, plain)) = project.and_then(|project| Some((project, project.plain()?))) else { return };
        let is_forward = entry.project != plain;
        let other = if is_forward { plain } else { project.clone() };
        let words = &entry.item.content;
        let Some(old) = self.all_said(&other, words, entry.nth).filter(|old| old.state().is_open()) else { return };
        let is_done = || self.all_said(&entry.project, words, entry.nth).is_some_and(|new| new.state() == DONE);
        if !self.context.known.is_alone(project) || (self.others_are_at(&old) && !is_done()) {
            return;
        }
        if self.is_wanted_again(&old, entry.id) {
            return;
        }
        for (name, field) in old.fields.iter().filter(|(name, field)| goes_along(name, &field.value)) {
            let is_said = self.own(&entry.project, entry.id).is_some_and(|todo| todo.fields.contains_key(name));
            if !is_said {
                self.set_field(&entry.project, entry.id, name, &field.value);
            }
        }
        self.set_field(&entry.project, entry.id, "renamedFrom", &Value::from(old.id.to_string()));
        self.act(&Act {
            project: other,
            id: old.id,
            content: old.content,
            nth: old.nth,
            target: Some(State::Dropped),
            precedence: if is_forward { Precedence::ComesTrue } else { Precedence::Yields },
            again: None,
            fields: vec![("renamedTo".to_owned(), Value::from(entry.id.to_string()))],
        });
    }

    /// Returns the todo with these words in a project, with all that is known of it and what the session says here.
    fn all_said(&self, project: &Project, words: &str, nth: u32) -> Option<Todo> {
        let id = TodoId::of_nth(project, words, nth);
        let mut todo = self.context.known.todo(project, id).cloned();
        if let Some(own) = self.own(project, id) {
            let todo = todo.get_or_insert_with(|| own.clone());
            for (session, claim) in &own.claims {
                join_claim(todo.claims.entry(session.clone()).or_insert_with(|| claim.clone()), claim);
            }
            for (name, field) in &own.fields {
                join_field(todo.fields.entry(name.clone()).or_insert_with(|| field.clone()), field);
            }
        }
        todo.filter(|todo| !todo.is_forgotten())
    }

    /// Returns whether another session said a todo again after it was carried over: then its project is called so on
    /// purpose, and the two would take it from each other for ever.
    fn is_wanted_again(&self, old: &Todo, new: TodoId) -> bool {
        let Some(carried) = old.fields.get("renamedTo").filter(|field| field.value == new.to_string()) else {
            return false;
        };
        let wants = |claim: &Claim| claim.is_open() && claim.epoch == old.epoch() && claim.at > carried.at;
        old.claims.iter().any(|(session, claim)| session != self.session && wants(claim))
    }

    fn others_are_at(&self, todo: &Todo) -> bool {
        todo.workers().any(|(other, _)| other.main() != self.session.main())
    }
}

/// Returns whether a property goes along. By numbers of their own other sessions mean todos of theirs.
fn goes_along(name: &str, value: &Value) -> bool {
    let is_id = |value: &Value| value.as_str().is_some_and(|text| TodoId::parse(text).is_some());
    match name {
        "renamedFrom" | "renamedTo" => false,
        "blocks" | "blockedBy" => value.as_array().is_some_and(|ids| ids.iter().all(is_id)),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
