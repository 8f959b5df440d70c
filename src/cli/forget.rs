//! `forget`: a todo out for good.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::beside;
use super::confirm::ask;
use super::consolidate::finish;
use super::context::Context;
use super::forget_sessions;
use super::ui::{Failure, Ui};
use crate::ops::todo::{Renamed, ToForget, Which, Whose, find_to_forget};
use crate::view::name_project;

/// Arguments of `forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The todo: the beginning of its id, or words of its text, in the project you are in
    #[arg(required_unless_present_any = ["session", "home"], value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// All that this session alone spoke of, its sub-agents included: the beginning of its name, or words of what it is called
    #[arg(long, value_name = "SESSION", conflicts_with_all = ["todo", "home"])]
    pub session: Option<String>,
    /// All that the sessions alone spoke of whose files are in this agent's home, such as one that was read by mistake
    #[arg(long, value_name = "DIR", conflicts_with = "todo")]
    pub home: Option<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

pub(super) fn run(args: &ForgetArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    match (&args.session, &args.home) {
        (Some(name), _) => return forget_sessions::run(Whose::Session(name), args.yes, context, ui),
        (None, Some(home)) => {
            let home = forget_sessions::real_home(&context.directory.join(home))?;
            return forget_sessions::run(Whose::Home(&home), args.yes, context, ui);
        }
        (None, None) => {}
    }
    let store = context.store(ui)?;
    // Whatever stands beside it in the archive is meant as well.
    let everything = context.with_archive(&store, ui)?;
    let which = Which::words(&args.todo);
    let found = find_to_forget(&store, &everything, context.here(), &which).map_err(|refusal| {
        beside::or_elsewhere(refusal, std::slice::from_ref(&which), ("forget", &store), context, ui)
    })?;
    let found = match found {
        ToForget::Todo(found) => found,
        ToForget::Already(_, id) => {
            match ui.json {
                true => ui.print_json(&json!({ "id": id.to_string(), "forgotten": true })),
                false => ui.note(&format!("{id} is forgotten already.")),
            }
            return Ok(());
        }
    };
    let (project, todo) = (found.project, found.todo);
    let names = everything.names();
    let shown = names.shown(project);
    if !args.yes {
        ask(
            &format!("Forget \"{}\" of {shown} on every device? This cannot be undone. [y/N] ", todo.content),
            "nothing was forgotten",
        )?;
    }
    for report in found.forget(&store, context.now)? {
        finish(&store, &report, ui)?;
    }
    if ui.json {
        let mut said = json!({ "id": todo.id.to_string(), "forgotten": true });
        name_project(&mut said, &names, project);
        ui.print_json(&said);
    } else {
        ui.note(&format!("Forgot {} of {shown}. Whoever says it again will not be heard.", todo.id));
        ui.note("hint: older commits still hold its words; `git chittysync purge` takes them out of history (docs/security.md)");
    }
    for other in &found.same_words {
        ui.warn(&format!("{} has the same words, and is not forgotten", other.short()), None);
    }
    for other in &found.renamed {
        ui.warn(&format!("it {} {}, which is not forgotten", was_or_became(*other), other.id()), None);
    }
    Ok(())
}

/// Says how another todo stands to one that was renamed.
pub(super) fn was_or_became(other: Renamed) -> &'static str {
    match other {
        Renamed::From(_) => "was",
        Renamed::To(_) => "became",
    }
}
