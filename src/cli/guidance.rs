//! `guidance`: what a session should do next. The JSON is what the original's orchestrator told a session.

use clap::Args;

use super::context::Context;
use super::ui::{Failure, Ui};
use crate::ops::todo::{known_author, meant};
use crate::plan::{Guidance, Holders, Moment, NOTHING, Next, guidance, guidance_json, suggestions};
use crate::source::session_variable;
use crate::todo::plain;

/// Arguments of `guidance`.
#[derive(Debug, Args)]
pub struct GuidanceArgs {
    /// What this session should do: the beginning of its name, or words of what it is called [default: CHITTYSYNC_SESSION,
    /// else that of the agent which runs the command, else you]
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
}

pub(super) fn run(args: &GuidanceArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.everything(&store, ui)?;
    let session = match &args.session {
        Some(name) => meant(&everything, name)?,
        None => {
            let agent = std::env::var(session_variable()).ok().filter(|name| !name.is_empty());
            known_author(&store, agent.as_deref())?.ok_or_else(|| {
                Failure::no("nobody knows who you are: you said nothing on this device yet")
                    .hint("--session names a session; `git chittysync sessions` lists them")
            })?
        }
    };
    let holders = Holders::of(&everything, Moment::at(context.now));
    let standing = holders.standings.get(session.main());
    let names = everything.names();
    let here = context.here().filter(|_| args.session.is_none()).map(|project| names.shown(project));
    let project = standing.and_then(|standing| standing.project.as_deref()).or(here);
    let told = guidance(&everything, &holders, &session, project);
    match ui.json {
        true => ui.print_json(&guidance_json(&told, &session, &everything)),
        false => ui.print_page(&text(&told)),
    }
    Ok(())
}

fn text(told: &Guidance<'_>) -> String {
    let next = match told.next {
        Next::Continue((_, todo)) | Next::Start((_, todo)) => {
            format!("{}: {} {}\n", told.next.as_str(), todo.id.short(), plain(&todo.content))
        }
        Next::Wait => format!("{}: {NOTHING}\n", told.next.as_str()),
    };
    let mut text = next;
    for (_, todo) in &told.assigned {
        text.push_str(&format!("  {} {}: {}\n", todo.id.short(), todo.state(), plain(&todo.content)));
    }
    for said in suggestions(told) {
        text.push_str(&format!("{said}\n"));
    }
    text
}
