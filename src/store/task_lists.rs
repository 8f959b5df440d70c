//! Which task list belongs to which session.
//!
//! A session's task files are in a directory named for the session, for a team, by a person, or with eight
//! digits that nothing else knows, other ones after each resume. Only while the session runs can be found out
//! whose they are, by a hook or by a capture. Losing this loses no todo, but lists of the last kind stand for sessions of their own then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::todo::{Session, Time};

/// How many sessions are remembered.
const MOST: usize = 5_000;

/// What is known of sessions and their lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLists {
    /// The sessions, by name.
    sessions: BTreeMap<String, Known>,
    /// The session of each list that is one session's own, by the list's name.
    owners: BTreeMap<String, String>,
}

/// What is known of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Where it works.
    pub directory: Option<String>,
    /// The list that it keeps, when that is not its own: other sessions may keep it too.
    pub shared: Option<String>,
    /// When it was last heard of, in milliseconds since 1970.
    at: i64,
}

impl TaskLists {
    /// The name under which this is kept between runs.
    pub const CACHE: &str = "lists";

    /// Notes where a session works and which list it keeps. `own` says that the list is the session's alone.
    pub fn note(&mut self, session: &Session, directory: Option<&str>, list: Option<(&str, bool)>, at: Time) {
        let known = self.sessions.entry(session.as_str().to_owned()).or_default();
        known.at = at.millis();
        if let Some(directory) = directory {
            known.directory = Some(directory.to_owned());
        }
        match list {
            Some((list, true)) => drop(self.owners.insert(list.to_owned(), session.as_str().to_owned())),
            Some((list, false)) if list != session.as_str() => known.shared = Some(list.to_owned()),
            _ => {}
        }
        if self.sessions.len() > MOST {
            let oldest = self.sessions.iter().min_by_key(|(_, known)| known.at).map(|(name, _)| name.clone());
            if let Some(oldest) = oldest {
                self.sessions.remove(&oldest);
                self.owners.retain(|_, owner| *owner != oldest);
            }
        }
    }

    /// Forgets that a session keeps a list that is not its own: it was started anew without it.
    pub fn leave(&mut self, session: &Session) {
        if let Some(known) = self.sessions.get_mut(session.as_str()) {
            known.shared = None;
        }
    }

    /// Returns the session whose own list this is, and whether it has others.
    pub fn owner(&self, list: &Session) -> Option<(Session, bool)> {
        let owner = self.owners.get(list.as_str())?;
        let lists = self.owners.values().filter(|other| *other == owner).count();
        Some((Session::new(owner).ok()?, lists > 1))
    }

    /// Returns the list that a session shares with others.
    pub fn shared(&self, session: &Session) -> Option<Session> {
        let shared = self.sessions.get(session.as_str())?.shared.as_deref()?;
        Session::new(shared).ok()
    }

    /// Returns where sessions work, and the lists that they share: name, directory.
    pub fn directories(&self) -> impl Iterator<Item = (&str, &str)> {
        let known = self.sessions.iter().filter_map(|(name, known)| Some((name, known, known.directory.as_deref()?)));
        known.flat_map(|(name, known, directory)| {
            std::iter::once(name.as_str()).chain(known.shared.as_deref()).map(move |name| (name, directory))
        })
    }
}
