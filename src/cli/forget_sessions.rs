//! `forget --session` and `forget --home`: all that sessions alone said, out for good.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::by::session_meant;
use super::confirm::ask;
use super::consolidate::finish;
use super::context::Context;
use super::ui::{Failure, Ui, plural};
use crate::ops::{self, Plan, Selection};
use crate::redact::Found;
use crate::source::{self, Home};
use crate::store::Store;
use crate::todo::{Project, Session, Todo, TodoId};
use crate::view::Everything;

/// The names of sessions, those of their sub-agents left out: a session is forgotten with them.
type Mains = BTreeSet<String>;

/// What is to be forgotten, and what others speak of too.
struct Meant<'a> {
    alone: Vec<(&'a Project, &'a Todo)>,
    shared: usize,
}

/// Whose todos are meant.
pub(super) enum Whose<'a> {
    /// Those of the session whose name begins so.
    Session(&'a str),
    /// Those of the sessions whose files are in this home.
    Home(&'a Path),
}

pub(super) fn run(whose: &Whose<'_>, yes: bool, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.with_archive(&store, ui)?;
    let sessions = match whose {
        Whose::Session(name) => named(&session_meant(&everything, name)?, &everything)?,
        Whose::Home(home) => of_home(&context.directory.join(home), &store, &everything)?,
    };
    let Meant { alone, shared } = meant(&everything, &sessions);
    let (todos, of) = (plural(alone.len(), "todo"), plural(sessions.len(), "session"));
    if alone.is_empty() {
        ui.note(&format!("Nothing is known that {of} alone said."));
    } else {
        if !yes {
            let question = format!("Forget {todos} of {of} on every device? This cannot be undone. [y/N] ");
            ask(&question, "nothing was forgotten")?;
        }
        let forget: Vec<(Project, TodoId)> =
            alone.iter().map(|(project, todo)| ((*project).clone(), todo.id)).collect();
        let selection = Selection { what: "forget".into(), ..Selection::default() };
        let plan = Plan { selection, forget, consolidate: true, ..Plan::default() };
        finish(&store, &ops::run(&store, &plan, context.now)?, ui)?;
        ui.note(&format!("Forgot {todos} of {of}. Whoever says one of them again will not be heard."));
        ui.note("hint: older commits still hold their words; `git chittysync purge` takes them out of history (docs/security.md)");
    }
    if ui.json {
        let forgotten: Vec<String> = alone.iter().map(|(_, todo)| todo.id.to_string()).collect();
        ui.print_json(&json!({ "sessions": sessions, "forgotten": forgotten, "kept": shared }));
    }
    if shared > 0 {
        ui.note(&format!("{} that others speak of too: kept, with what these sessions said.", plural(shared, "todo")));
    }
    Ok(())
}

/// Returns the session whose name begins so.
fn named(name: &str, everything: &Everything) -> Result<Mains, Failure> {
    let known = everything.sessions.iter().map(|info| &info.session);
    let found: Mains =
        known.filter(|session| session.as_str().starts_with(name)).map(|session| session.main().to_owned()).collect();
    match found.len() {
        1 => Ok(found),
        0 => Err(Failure::no(format!("there is no session whose name begins with '{name}'"))
            .hint("`git chittysync sessions` lists them")),
        several => {
            let failure = Failure::usage(format!("the names of {several} sessions begin with '{name}'; name one"));
            Err(found.iter().take(10).fold(failure, |failure, name| failure.hint(name)))
        }
    }
}

/// Returns the sessions whose files are in an agent's home, of those that are known. Where a session was read is not
/// kept in a store, so the home has to be there.
fn of_home(home: &Path, store: &Store, everything: &Everything) -> Result<Mains, Failure> {
    let home: PathBuf = std::fs::canonicalize(home).map_err(|err| {
        Failure::fatal(format!("cannot read '{}': {err}", home.display()))
            .hint("a store does not keep where a session was read; name each one with --session")
    })?;
    let units = source::scan(&Home::at(home)).units;
    let names = units.into_iter().map(|unit| {
        let mut session = unit.session().clone();
        store.settings.redactor.session(&mut session, &mut Found::new());
        session.main().to_owned()
    });
    let known: BTreeSet<&str> = everything.sessions.iter().map(|info| info.session.main()).collect();
    Ok(names.filter(|name| known.contains(name.as_str())).collect())
}

/// Returns the todos that these sessions speak of.
fn meant<'a>(everything: &'a Everything, sessions: &Mains) -> Meant<'a> {
    let is_theirs = |session: &Session| sessions.contains(session.main());
    let spoken = everything.todos().filter(|(_, todo)| todo.claims.keys().any(is_theirs));
    let (alone, shared): (Vec<_>, Vec<_>) = spoken.partition(|(_, todo)| todo.claims.keys().all(is_theirs));
    Meant { alone, shared: shared.len() }
}
