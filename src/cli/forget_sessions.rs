//! `forget --session` and `forget --home`: all that sessions alone said, out for good.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::confirm::ask;
use super::consolidate::finish;
use super::context::Context;
use super::ui::{Failure, Ui, plural};
use crate::ops::todo::{SessionsToForget, Whose};

/// Returns the real path of an agent's home.
pub(super) fn real_home(home: &Path) -> Result<PathBuf, Failure> {
    std::fs::canonicalize(home).map_err(|err| {
        Failure::fatal(format!("cannot read '{}': {err}", home.display()))
            .hint("a store does not keep where a session was read; name each one with --session")
    })
}

pub(super) fn run(whose: Whose<'_>, yes: bool, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.with_archive(&store, ui)?;
    let found = SessionsToForget::find(&store, &everything, whose)?;
    let SessionsToForget { sessions, alone, shared } = &found;
    let (todos, of) = (plural(alone.len(), "todo"), plural(sessions.len(), "session"));
    if sessions.is_empty() {
        ui.note("No session is known that was read there: nothing was forgotten.");
    } else if alone.is_empty() {
        ui.note(&format!("Nothing is known that {of} alone said."));
    } else {
        if !yes {
            let question = format!("Forget {todos} of {of} on every device? This cannot be undone. [y/N] ");
            ask(&question, "nothing was forgotten")?;
        }
        finish(&store, &found.forget(&store, context.now)?, ui)?;
        ui.note(&format!("Forgot {todos} of {of}. Whoever says one of them again will not be heard."));
        ui.note("hint: older commits still hold their words; `git chittysync purge` takes them out of history (docs/security.md)");
    }
    if ui.json {
        let forgotten: Vec<String> = alone.iter().map(|(_, todo)| todo.id.to_string()).collect();
        ui.print_json(&json!({ "sessions": sessions, "forgotten": forgotten, "kept": shared }));
    }
    if *shared > 0 {
        ui.note(&format!("{} that others speak of too: kept, with what these sessions said.", plural(*shared, "todo")));
    }
    Ok(())
}
