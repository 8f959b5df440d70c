//! `guidance`: what a session should do next. The JSON is what the original's orchestrator told a session.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::ui::{Failure, Ui};
use crate::ops::todo::{known_author, meant};
use crate::plan::{Entry, Guidance, Holders, Moment, Next, guidance};
use crate::source::session_variable;
use crate::todo::{Session, State, Status, plain};
use crate::view::{Everything, todo_json};

/// Arguments of `guidance`.
#[derive(Debug, Args)]
pub struct GuidanceArgs {
    /// What this session should do (the beginning of its name is enough) [default: CHITTYSYNC_SESSION, else that of the
    /// agent which runs the command, else you]
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

/// Says what can be done, in sentences, the first one first.
fn suggestions(told: &Guidance<'_>) -> Vec<String> {
    let mut found = Vec::new();
    match told.next {
        Next::Continue((_, todo)) => found.push(format!("Continue work on: \"{}\"", plain(&todo.content))),
        Next::Start((_, todo)) => found.push(format!("Start next task: \"{}\"", plain(&todo.content))),
        Next::Wait if told.assigned.is_empty() && !told.completed.is_empty() => {
            found.push("All assigned tasks complete! Check for new work.".to_owned());
        }
        Next::Wait => {}
    }
    if !matches!(told.next, Next::Continue(_)) && !told.free.is_empty() {
        let free = told.free.len();
        let is = if free == 1 { "todo is" } else { "todos are" };
        found.push(format!("{free} {is} free to begin: `git chittysync ready --claim` takes the first"));
    }
    found
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

/// What the original says when nothing is assigned.
const NOTHING: &str = "No todos assigned or all complete";

fn guidance_json(told: &Guidance<'_>, session: &Session, everything: &Everything) -> Value {
    let names = everything.names();
    let one = |(project, todo): &Entry<'_>| todo_json(&names, project, todo);
    let all = |entries: &[Entry<'_>]| entries.iter().map(one).collect::<Value>();
    let count = |status| told.assigned.iter().filter(|(_, todo)| todo.state() == State::Wanted(status)).count();
    let next = match &told.next {
        Next::Continue(entry) | Next::Start(entry) => json!({ "action": told.next.as_str(), "todo": one(entry) }),
        Next::Wait => json!({ "action": told.next.as_str(), "message": NOTHING }),
    };
    let infos = everything.sessions.iter().filter(|info| info.session.main() == session.main());
    let last = infos.max_by_key(|info| (info.updated, &info.session));
    json!({
        "session": session.main(),
        "machineId": last.map(|info| info.device.as_str()),
        "platform": last.map(|info| info.source.as_str()),
        "assigned": all(&told.assigned),
        "assignedCount": told.assigned.len(),
        "inProgress": count(Status::InProgress),
        "pending": count(Status::Pending),
        "completedVisible": all(&told.completed),
        "free": told.free.len(),
        "suggestions": suggestions(told),
        "nextAction": next,
    })
}
