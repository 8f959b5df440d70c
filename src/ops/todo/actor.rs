//! In whose name somebody acts, where and when.

use std::cell::RefCell;

use super::outcome::Said;
use super::refusal::Refusal;
use crate::ops::device::{agent_session, has_own_session, own_session};
use crate::ops::{Acted, Demand, Reason, act};
use crate::redact::Found;
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Project, Session, Time};
use crate::view::Everything;

/// Who acts on which store, from where and when.
#[derive(Debug)]
pub struct Actor<'a> {
    /// The store.
    pub store: &'a Store,
    /// The session of the agent in whose name; `None` for the person at this device.
    pub agent: Option<&'a str>,
    /// The project of the directory; `None` outside a repository.
    pub here: Option<&'a Project>,
    /// The time.
    pub now: Time,
    /// What is asked besides.
    pub demand: &'a Demand,
}

impl<'a> Actor<'a> {
    /// Has the session say what `decide` makes of the todos as they are under the lock. What `decide` returns beside
    /// the acts is what it decided last, on which they were said.
    pub(super) fn act<'r, T>(
        &self,
        reason: impl Into<Reason<'r>>,
        decide: impl Fn(&Everything) -> Result<(Vec<Act>, T), Refusal>,
    ) -> Result<(Said, T), Refusal>
    where
        'a: 'r,
    {
        let session = self.session()?;
        let reason = Reason { demand: self.demand, ..reason.into() };
        let (acted, decided) = Self::acted(decide, |decide| act(self.store, &session, reason, self.now, decide))?;
        Ok((said(session, acted), decided))
    }

    /// Calls `say` with what decides, and returns what it decided last as well.
    pub(super) fn acted<T, S>(
        decide: impl Fn(&Everything) -> Result<(Vec<Act>, T), Refusal>,
        say: impl FnOnce(&dyn Fn(&Everything) -> Result<Vec<Act>, Refusal>) -> Result<S, Refusal>,
    ) -> Result<(S, T), Refusal> {
        let last = RefCell::new(None);
        let said = say(&|everything| {
            let (acts, decided) = decide(everything)?;
            last.replace(Some(decided));
            Ok(acts)
        })?;
        Ok((said, last.into_inner().expect("nothing is said before it is decided")))
    }

    /// Returns what tells the sessions in whose names this actor speaks, or spoke when the device was called otherwise.
    /// Nobody gets a session by it.
    ///
    /// # Errors
    /// When the agent's name cannot be one.
    pub(super) fn own(&self) -> Result<impl Fn(&Session) -> bool + use<>, Refusal> {
        let session = known_author(self.store, self.agent)?;
        let digits = session.as_ref().filter(|_| self.agent.is_none()).and_then(|own| own.as_str().rsplit_once('-'));
        let digits = digits.map(|(_, digits)| format!("-{digits}"));
        Ok(move |other: &Session| {
            session.as_ref().is_some_and(|session| session.is_same(other))
                || digits.as_ref().is_some_and(|digits| other.root().ends_with(digits.as_str()))
        })
    }

    /// Returns the session in whose name is spoken.
    ///
    /// # Errors
    /// As [`author`].
    pub(super) fn session(&self) -> Result<Session, Refusal> {
        author(self.store, self.agent)
    }
}

/// Returns the session in whose name an agent speaks, a list of its own beside the agent's; without one, that of the
/// person at this device, who gets one when there is none.
///
/// # Errors
/// When the agent's name cannot be one, or the store's directory cannot be written.
fn author(store: &Store, agent: Option<&str>) -> Result<Session, Refusal> {
    let Some(name) = agent else { return Ok(own_session(store)?) };
    let session = Session::new(name);
    let mut session = session.map_err(|why| Refusal::SessionName { name: name.to_owned(), why: why.to_string() })?;
    store.settings.redactor.session(&mut session, &mut Found::new());
    Ok(agent_session(&session)?)
}

/// Returns the session in whose name an agent, or the person at this device, would speak, for who only reads: nobody
/// gets a session by it.
///
/// # Errors
/// When the agent's name cannot be one.
pub fn known_author(store: &Store, agent: Option<&str>) -> Result<Option<Session>, Refusal> {
    (agent.is_some() || has_own_session(store)).then(|| author(store, agent)).transpose()
}

/// Returns what came of an act of this session.
pub(super) fn said(session: Session, acted: Acted) -> Said {
    let Acted { report, redacted, after, before: mut everything } = acted;
    for (project, todos) in after {
        everything.projects.entry(project).or_default().extend(todos);
    }
    Said { session, report, redacted, everything }
}
