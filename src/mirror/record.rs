//! What a mirror holds: a todo as it is, and what was said of it.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::ops::Event;
use crate::todo::{Project, SessionInfo, State, Status, Time, Todo, TodoId};

/// A todo as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: TodoId,
    /// Its project.
    pub project: Project,
    /// Its words; none when it was forgotten.
    pub content: String,
    /// How far it is.
    pub state: State,
    /// Whether it was forgotten: what a mirror has of its words is to go.
    pub forgotten: bool,
    /// The session that gives it its state, and that session's device, where it is known.
    pub session: String,
    /// The device of that session.
    pub device: Option<String>,
    /// When somebody first spoke of it.
    pub created: Time,
    /// When somebody last did.
    pub updated: Time,
    /// Its other properties.
    pub fields: Map<String, Value>,
    /// Its labels, which are among the properties in one way or another.
    pub labels: BTreeSet<String>,
}

impl Record {
    /// Returns the record of a todo. `device_of` knows the devices of sessions.
    pub fn of(project: &Project, todo: &Todo, device_of: impl Fn(&str) -> Option<String>) -> Self {
        let (session, _) = todo.winner();
        let forgotten = todo.is_forgotten();
        let fields = todo.fields.iter().filter(|_| !forgotten).map(|(name, field)| (name.clone(), field.value.clone()));
        Record {
            id: todo.id,
            project: project.clone(),
            content: todo.content.clone(),
            state: if forgotten { State::Dropped } else { todo.state() },
            forgotten,
            device: device_of(session.as_str()),
            session: session.root().into_owned(),
            created: todo.created,
            updated: todo.updated(),
            fields: fields.collect(),
            labels: if forgotten { BTreeSet::new() } else { todo.labels() },
        }
    }

    /// Returns the text of a property; nothing where it is empty, or no text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// Returns whether somebody wants it.
    pub fn is_wanted(&self) -> bool {
        self.state != State::Dropped
    }

    /// Returns whether it is done.
    pub fn is_completed(&self) -> bool {
        self.state == State::Wanted(Status::Completed)
    }

    /// Returns the record as JSON, with all that is known.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "project": self.project.as_str(),
            "content": self.content,
            "status": self.state.as_str(),
            "session": self.session,
            "device": self.device,
            "created": self.created.to_string(),
            "updated": self.updated.to_string(),
            "properties": self.fields,
        })
    }

    /// Returns a digest of all that a mirror holds of it, to find what differs.
    pub fn digest(&self) -> String {
        digest(self.json().to_string().as_bytes())
    }
}

/// Returns the first 16 hex digits of SHA-256.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a session said of a todo.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The todo.
    pub id: TodoId,
    /// Its project.
    pub project: Project,
    /// Its words then.
    pub content: String,
    /// The status that it had after it.
    pub status: String,
    /// The status that it had before, if it was there.
    pub previous: Option<String>,
    /// Who said it.
    pub session: String,
    /// On which device.
    pub device: String,
    /// Which person works there, where that is known.
    pub person: Option<String>,
    /// When.
    pub at: Time,
    /// The commit that says it. It says one thing of a todo.
    pub commit: String,
    /// What it did: `added`, `status`, `renamed` or `changed`.
    pub op: &'static str,
}

impl Entry {
    /// Returns the entry of an event.
    pub fn of(event: &Event) -> Self {
        let status = |todo: &Todo| todo.state().as_str().to_owned();
        let (after, before) = (status(&event.after), event.before.as_ref().map(status));
        let op = match &before {
            None => "added",
            Some(_) if event.renamed_to.is_some() => "renamed",
            Some(before) if *before != after => "status",
            Some(_) => "changed",
        };
        let SessionInfo { session, device, person, .. } = &*event.session;
        Entry {
            id: event.after.id,
            project: event.project.clone(),
            content: event.after.content.clone(),
            status: after,
            previous: before,
            session: session.root().into_owned(),
            device: device.clone(),
            person: person.clone(),
            at: event.at,
            commit: event.commit.to_string(),
            op,
        }
    }
}
