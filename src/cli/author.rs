//! In whose name a command speaks.

use clap::Args;

use super::context::{Context, named};
use super::ui::{Failure, Ui};
use crate::ops::todo::{Actor, known_author};
use crate::ops::{self, overtaken_since};
use crate::source::session_variable;
use crate::store::Store;
use crate::todo::{Session, Time, Todo};
use crate::view::{Everything, lost};

/// In whose name a command speaks.
#[derive(Clone, Debug, Default, Args)]
pub struct SpeakerArgs {
    /// Speak as this agent's session [default: CHITTYSYNC_SESSION, else that of the agent which runs the
    /// command, else your own on this device]
    #[arg(long, value_name = "SESSION", env = session_variable(), hide_env_values = true)]
    pub session: Option<String>,
}

impl SpeakerArgs {
    /// Returns who speaks where nobody can be named: the session of the agent that runs the command, if one does.
    pub fn of_environment() -> Self {
        SpeakerArgs { session: std::env::var(session_variable()).ok() }
    }

    /// Returns who acts.
    pub fn actor<'a>(&'a self, store: &'a Store, context: &'a Context) -> Actor<'a> {
        Actor { store, agent: self.named(), here: context.here(), now: context.now, demand: &ops::NOTHING }
    }

    /// Warns the session that would speak of what it lost to others, and of what others did to what it had started.
    /// Nothing is said in its name.
    pub fn warn_of_others(&self, store: &Store, everything: &Everything, now: Time, ui: &Ui) -> Result<(), Failure> {
        if let Some(session) = self.known_session(store)? {
            warn_of_others(store, everything, &session, now, ui);
        }
        Ok(())
    }

    /// Returns the session that would speak, if it has a name already: reading gives it none.
    pub fn known_session(&self, store: &Store) -> Result<Option<Session>, Failure> {
        Ok(known_author(store, self.named())?)
    }

    /// Returns the name that was given, if one was.
    pub(super) fn named(&self) -> Option<&str> {
        self.session.as_deref().filter(|name| !name.is_empty())
    }
}

/// Warns of the todos that a session works on although another one has them; and, once, of those that it had started
/// and that others finished, gave up, took or put back.
pub(super) fn warn_of_others(store: &Store, everything: &Everything, session: &Session, now: Time, ui: &Ui) {
    let (lost, overtaken) = (lost(everything, session), overtaken_since(store, everything, session, now));
    if lost.is_empty() && overtaken.is_empty() {
        return;
    }
    let called = with_names(store, everything);
    let called = called.as_ref().unwrap_or(everything);
    warn_of_lost(lost, session, called, ui);
    for (todo, by) in overtaken {
        let (id, who, became) = (todo.id.short(), called.who(by), todo.became());
        ui.warn(
            &format!("{id}, which you had started, was {became} by {who}: {}", todo.content),
            Some(&format!("`git chittysync show {id}` tells more")),
        );
    }
}

/// Returns the same todos with what is known of their sessions, where that was not read yet: there is somebody to name.
pub(super) fn with_names(store: &Store, everything: &Everything) -> Option<Everything> {
    let is_known = !everything.sessions.is_empty();
    (!is_known).then(|| named(store, Everything::of(everything.projects.clone())).ok()).flatten()
}

/// Warns of the todos that a session works on although another one has them.
fn warn_of_lost(lost: Vec<(&Todo, &Session)>, session: &Session, called: &Everything, ui: &Ui) {
    for (todo, winner) in lost {
        let id = todo.id.short();
        let let_go = match todo.workers().any(|(worker, _)| worker.is_same(session)) {
            true => format!("`git chittysync release {id}` lets go of it"),
            // A list speaks for itself: what it shows is wanted.
            false => "take it off your own list to let go of it".to_owned(),
        };
        ui.warn(
            &format!("{id} is also being worked on by {}: {}", called.who(winner), todo.content),
            Some(&format!("{let_go}, `git chittysync show {id}` tells more")),
        );
    }
}
