//! In whose name a command speaks.

use clap::Args;

use super::out::{Failure, Out};
use super::world::World;
use crate::ops::{self, Acted, Reason, Report};
use crate::redact::Found;
use crate::source::session_variable;
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Project, Session, TodoId, plain};
use crate::view::{Everything, lost, show_json};

/// In whose name a command speaks.
#[derive(Clone, Debug, Default, Args)]
pub struct SpeakerArgs {
    /// Speak as this agent's session [default: that of the agent which runs the command, else your own on
    /// this device]
    #[arg(long, value_name = "SESSION", env = session_variable(), hide_env_values = true)]
    pub session: Option<String>,
}

impl SpeakerArgs {
    /// Returns who speaks where nobody can be named: the session of the agent that runs the command, if one does.
    pub fn of_environment() -> Self {
        SpeakerArgs { session: std::env::var(session_variable()).ok() }
    }

    /// Returns the session that speaks.
    pub fn session(&self, store: &Store) -> Result<Session, Failure> {
        match self.named() {
            Some(name) => {
                let mut session = Session::new(name)
                    .map_err(|err| Failure::usage(format!("'{name}' cannot name a session: {err}")))?;
                store.settings.redactor.session(&mut session, &mut Found::new());
                Ok(ops::agent_session(&session)?)
            }
            None => Ok(ops::own_session(store)?),
        }
    }

    /// Warns the session that would speak of what it lost to others. Nothing is written.
    pub fn warn_of_lost(&self, store: &Store, everything: &Everything, out: &Out) -> Result<(), Failure> {
        if let Some(session) = self.known_session(store)? {
            warn_of_lost(everything, &session, out);
        }
        Ok(())
    }

    /// Returns the session that would speak, if it has a name already: reading gives it none.
    pub fn known_session(&self, store: &Store) -> Result<Option<Session>, Failure> {
        (self.named().is_some() || ops::has_own_session(store)).then(|| self.session(store)).transpose()
    }

    /// Returns the name that was given, if one was.
    pub fn named(&self) -> Option<&str> {
        self.session.as_deref().filter(|name| !name.is_empty())
    }

    /// Lets the session act, warns of what went wrong beside it, and returns the state after it. `decide` is given
    /// the todos only.
    pub fn act<'a, 'r>(
        &self,
        store: &'a Store,
        world: &World,
        out: &Out,
        reason: impl Into<Reason<'r>>,
        decide: impl Fn(&Everything) -> Result<Vec<Act>, Failure>,
    ) -> Result<Spoken<'a>, Failure> {
        let session = self.session(store)?;
        let acted = ops::act(store, &session, reason.into(), world.now, decide)?;
        Spoken::of(acted, session, store, world, out)
    }
}

impl<'a> Spoken<'a> {
    /// Tells what went wrong beside an act.
    pub fn of(acted: Acted, session: Session, store: &'a Store, world: &World, out: &Out) -> Result<Self, Failure> {
        let Acted { report, redacted, after, before: mut everything } = acted;
        if report.held.is_some() {
            // It was said, and the branch does not show it.
            warn_of(&redacted, out);
            super::consolidate::finish(store, &report, out)?;
        }
        after.into_iter().for_each(|(project, todos)| everything.projects.entry(project).or_default().extend(todos));
        warn_of_lost(&everything, &session, out);
        let here = world.here().cloned().unwrap_or_else(Project::general);
        Ok(Spoken { store, report, redacted, here, session, everything, confirmed: None })
    }
}

/// What came of an act.
#[derive(Debug)]
pub struct Spoken<'a> {
    pub store: &'a Store,
    report: Report,
    redacted: Found,
    /// The project of the directory.
    here: Project,
    /// Who spoke.
    pub session: Session,
    /// The todos that it was about, after it; all others as they were before.
    pub everything: Everything,
    /// Whether the remote confirmed a claim; `None` where there is none to ask, and for what is no claim.
    pub confirmed: Option<bool>,
}

impl Spoken<'_> {
    /// Returns whether the act changed anything.
    pub fn changed(&self) -> bool {
        !self.report.captured.is_empty()
    }

    /// Prints what became of one todo, in one line or as JSON, and ends the command.
    pub fn finish(&self, id: TodoId, verb: &str, out: &mut Out) -> Result<(), Failure> {
        if let Some((project, todo)) = self.everything.get(id) {
            if out.json {
                let mut shown = show_json(project, todo);
                if let (Some(confirmed), Some(shown)) = (self.confirmed, shown.as_object_mut()) {
                    shown.insert("confirmed".into(), confirmed.into());
                }
                out.print_json(&shown);
            } else {
                let verb = if self.changed() { verb } else { "unchanged" };
                let names = self.everything.names();
                let is_here = names.scope(&self.here).takes(project);
                let elsewhere = if is_here { String::new() } else { format!(" ({})", names.shown(project)) };
                let words = plain(&format!("{}{elsewhere}", todo.content));
                out.print(&format!("{} {verb}: {words}\n", &todo.id.to_string()[..8]));
            }
        }
        self.end(out)
    }

    /// Warns of what the consolidation left out, and says so when the branch could not be moved.
    pub fn end(&self, out: &Out) -> Result<(), Failure> {
        warn_of(&self.redacted, out);
        super::consolidate::finish(self.store, &self.report, out)
    }
}

/// Warns of the todos that a session works on although another one has them.
fn warn_of_lost(everything: &Everything, session: &Session, out: &Out) {
    for (todo, winner) in lost(everything, session) {
        let id = &todo.id.to_string()[..8];
        let let_go = match todo.workers().any(|(worker, _)| worker.is_same(session)) {
            true => format!("`git chittysync release {id}` lets go of it"),
            // A list speaks for itself: what it shows is wanted.
            false => "take it off your own list to let go of it".to_owned(),
        };
        out.warn(
            &format!("{id} is also being worked on by {}: {}", winner.short(), todo.content),
            Some(&format!("{let_go}, `git chittysync show {id}` tells more")),
        );
    }
}

/// Warns of credentials in what was to be said.
pub(super) fn warn_of(redacted: &Found, out: &Out) {
    for rule in redacted {
        out.warn(
            &format!("a credential ({rule}) was redacted before it was saved"),
            Some("chittysync.redactExcept makes an exception of a rule"),
        );
    }
}
