//! Sessions whose todos are to be forgotten: which sessions are meant, and which todos they alone spoke of.

use std::collections::BTreeSet;
use std::path::Path;

use super::find::session_meant;
use super::forget::forget_all;
use super::refusal::Refusal;
use crate::ops::Report;
use crate::redact::Found;
use crate::source::{self, Home};
use crate::store::Store;
use crate::todo::{Project, Session, Time, Todo};
use crate::view::Everything;

/// Whose todos are meant.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Those of the session whose name begins so, or that is called so.
    Session(&'a str),
    /// Those of the sessions whose files are in this agent's home, by its real path. Where a session was read is not
    /// kept in a store, so the home has to be there.
    Home(&'a Path),
}

/// What some sessions said, as it can be forgotten.
#[derive(Debug)]
pub struct SessionsToForget<'a> {
    /// The names of the sessions, those of their sub-agents left out: a session is forgotten with them.
    pub sessions: BTreeSet<String>,
    /// What they alone spoke of.
    pub alone: Vec<(&'a Project, &'a Todo)>,
    /// How many todos others spoke of too: they stay.
    pub shared: usize,
}

impl<'a> SessionsToForget<'a> {
    /// Finds the sessions that are meant, and what they said. `everything` has the archived todos too.
    ///
    /// # Errors
    /// When no session is called so, and when several are.
    pub fn find(store: &Store, everything: &'a Everything, whose: Whose<'_>) -> Result<Self, Refusal> {
        let sessions = match whose {
            Whose::Session(typed) => BTreeSet::from([one(everything, typed)?]),
            Whose::Home(home) => of_home(home, store, everything),
        };
        let is_theirs = |session: &Session| sessions.contains(session.main());
        let spoken = everything.todos().filter(|(_, todo)| todo.claims.keys().any(is_theirs));
        let (alone, shared): (Vec<_>, Vec<_>) = spoken.partition(|(_, todo)| todo.claims.keys().all(is_theirs));
        Ok(SessionsToForget { sessions, alone, shared: shared.len() })
    }

    /// Forgets what they alone spoke of, on every device.
    ///
    /// # Errors
    /// When the branch still knows it afterwards, and when the store says no.
    pub fn forget(&self, store: &Store, now: Time) -> Result<Report, Refusal> {
        forget_all(store, now, self.alone.iter().map(|(project, todo)| ((*project).clone(), todo.id)).collect())
    }
}

/// Returns the one session that is called so.
fn one(everything: &Everything, typed: &str) -> Result<String, Refusal> {
    let begins = session_meant(everything, typed)?;
    let known = everything.sessions.iter().map(|info| &info.session);
    let found: BTreeSet<&str> =
        known.filter(|session| session.as_str().starts_with(&begins)).map(Session::main).collect();
    match found.iter().collect::<Vec<_>>().as_slice() {
        [one] => Ok((**one).to_owned()),
        [] => Err(Refusal::NoSession(begins)),
        _ => {
            let sessions = found.into_iter().map(str::to_owned).collect();
            Err(Refusal::SeveralSessions { begins, sessions })
        }
    }
}

/// Returns the sessions whose files are in an agent's home, of those that are known.
fn of_home(home: &Path, store: &Store, everything: &Everything) -> BTreeSet<String> {
    let units = source::scan(&Home::at(home.to_owned())).units;
    let sessions = units.into_iter().flat_map(|unit| match unit.session() {
        Some(session) => vec![session.clone()],
        // Only what is in it tells whose it is.
        None => source::read(&unit).states.into_iter().map(|state| state.snapshot.session).collect(),
    });
    let names = sessions.map(|mut session| {
        // It was saved without credentials in its name.
        store.settings.redactor.session(&mut session, &mut Found::new());
        session.main().to_owned()
    });
    let known: BTreeSet<&str> = everything.sessions.iter().map(|info| info.session.main()).collect();
    names.filter(|name| known.contains(name.as_str())).collect()
}
