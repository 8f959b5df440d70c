//! In whose name a command speaks, and which todo it speaks of.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use super::out::{Failure, Out};
use super::world::World;
use crate::ops::{self, Known, Reason, Report};
use crate::redact::Found;
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Project, Session, Todo, TodoId, plain};
use crate::view::{Everything, lost, search, show_json};

/// In whose name a command speaks.
#[derive(Clone, Debug, Default, Args)]
pub struct SpeakerArgs {
    /// Speak as this agent's session [default: that of the agent which runs the command, else your own on
    /// this device]
    #[arg(long, value_name = "SESSION", env = "CLAUDE_CODE_SESSION_ID", hide_env_values = true)]
    pub session: Option<String>,
}

impl SpeakerArgs {
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
    /// the todos only: reading what is known of sessions would take longer than all the rest.
    pub fn act<'a>(
        &self,
        world: &World,
        out: &mut Out,
        reason: impl Into<Reason<'a>>,
        decide: impl Fn(&Everything) -> Result<Vec<Act>, Failure>,
    ) -> Result<Spoken, Failure> {
        let store = world.store_or_create(out)?;
        let session = self.session(&store)?;
        let (subjects, before) = (RefCell::new(BTreeMap::new()), RefCell::new(Everything::default()));
        let (report, redacted) = ops::act(&store, &session, reason.into(), world.now, |known: &Known| {
            let mut projects = known.projects.clone();
            projects.values_mut().for_each(|todos| todos.retain(|_, todo| !todo.is_forgotten()));
            let everything = Everything { projects, sessions: Vec::new() };
            let acts = decide(&everything)?;
            let mut ids: BTreeMap<Project, BTreeSet<TodoId>> = BTreeMap::new();
            for act in &acts {
                ids.entry(act.project.clone()).or_default().insert(act.id);
            }
            subjects.replace(ids);
            before.replace(everything);
            Ok::<_, Failure>(acts)
        })?;
        // What the act was about is read again; nothing else can have changed that it would be told of.
        let mut everything = before.into_inner();
        let after = world.some_todos(&store, &subjects.into_inner())?;
        after.into_iter().for_each(|(project, todos)| everything.projects.entry(project).or_default().extend(todos));
        warn_of_lost(&everything, &session, out);
        Ok(Spoken { store, report, redacted, everything })
    }
}

/// What came of an act.
#[derive(Debug)]
pub struct Spoken {
    store: Store,
    report: Report,
    redacted: Found,
    /// The todos that it was about, after it; all others as they were before.
    pub everything: Everything,
}

impl Spoken {
    /// Returns whether the act changed anything.
    pub fn changed(&self) -> bool {
        !self.report.captured.is_empty()
    }

    /// Prints what became of one todo, in one line or as JSON, and ends the command.
    pub fn finish(&self, id: crate::todo::TodoId, verb: &str, out: &mut Out) -> Result<(), Failure> {
        if let Some((project, todo)) = self.everything.get(id) {
            if out.json {
                out.print_json(&show_json(project, todo));
            } else {
                let verb = if self.changed() { verb } else { "unchanged" };
                out.print(&format!("{} {verb}: {}\n", &todo.id.to_string()[..8], plain(&todo.content)));
            }
        }
        self.end(out)
    }

    /// Warns of what the consolidation left out, and says so when the branch could not be moved.
    pub fn end(&self, out: &Out) -> Result<(), Failure> {
        warn_of(&self.redacted, out);
        super::consolidate::finish(&self.store, &self.report, out)
    }
}

/// Warns of the todos that a session works on although another one has them.
fn warn_of_lost(everything: &Everything, session: &Session, out: &Out) {
    for (todo, winner) in lost(everything, session) {
        out.warn(
            &format!("{} is also being worked on by {}: {}", todo.id, winner.short(), todo.content),
            Some("`git chittysync drop` gives it up, `git chittysync show` tells more"),
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

/// Finds the one todo that these words mean. When there are several, shows them.
pub fn find<'a>(everything: &'a Everything, words: &[String]) -> Result<(&'a Project, &'a Todo), Failure> {
    let text = words.join(" ");
    match search(everything, &text).as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::no(format!("no todo has an id that begins with '{text}', or these words"))
            .hint("`git chittysync list --all` shows what there is")),
        several => {
            let mut failure = Failure::no(format!("{} todos can be meant by '{text}'", several.len()));
            for (project, todo) in several.iter().take(10) {
                failure = failure.hint(format!(
                    "{} {} ({project}: {})",
                    &todo.id.to_string()[..8],
                    todo.state(),
                    todo.content
                ));
            }
            Err(failure)
        }
    }
}
