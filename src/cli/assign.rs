//! `assign`: todos over the sessions that are there.

use clap::Args;
use serde_json::{Map, Value, json};

use super::author::SpeakerArgs;
use super::context::Context;
use super::said::{begin, end};
use super::ui::{Failure, Ui, plural};
use crate::ops::todo::{self, Assign, Assigned, Owned, chosen};
use crate::todo::{Session, plain};
use crate::view::{name_project, todo_json};

/// Arguments of `assign`.
#[derive(Debug, Args)]
pub struct AssignArgs {
    /// The project [default: that of the directory you are in]
    #[arg(long, value_name = "PROJECT", conflicts_with = "all")]
    pub project: Option<String>,
    /// Of all projects
    #[arg(short, long)]
    pub all: bool,
    /// Only to this session, whether it spoke in the last half hour or not: the beginning of its name, or words of what it is
    /// called
    #[arg(long, value_name = "SESSION")]
    pub to: Option<String>,
    /// Print what would be assigned, and say nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &AssignArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let actor = args.speaker.actor(&store, context);
    let project = if args.all { None } else { chosen(&store, context.here(), args.project.as_deref())? };
    let found = todo::assign(&actor, &Assign { project, to: args.to.clone(), dry_run: args.dry_run })?;
    if let Some(said) = &found.said {
        begin(said, &actor, ui)?;
    }
    if ui.json {
        ui.print_json(&assigned_json(&found, args.dry_run));
    } else {
        ui.print_page(&text(&found));
        explain(&found, args, ui);
    }
    found.said.as_ref().map_or(Ok(()), |said| end(said, &actor, ui))
}

/// Returns what is assigned anew for people: a line for each, by session.
fn text(found: &Assigned) -> String {
    let line = |((_, todo), session): &(Owned, Session)| {
        format!("{}  {}  {}\n", plain(&session.short()), todo.id.short(), plain(&todo.content))
    };
    let mut given: Vec<_> = found.decided.given.iter().collect();
    given.sort_by_key(|(_, session)| session);
    given.into_iter().map(line).collect()
}

/// Says what was done, or why nothing was.
fn explain(found: &Assigned, args: &AssignArgs, ui: &Ui) {
    let (given, left) = (found.decided.given.len(), found.decided.unassigned.len());
    match (given, left) {
        (0, 0) => ui.note("Nothing is to be assigned: what can be begun is with somebody already."),
        (0, _) if found.decided.sessions.is_empty() => {
            let why = "no session of its project spoke in the last half hour";
            ui.note(&format!("{} could be begun and stay unassigned: {why}.", plural(left, "todo")));
        }
        (0, _) => ui.note(&format!(
            "{} could be begun and stay unassigned: the sessions that are there work on other projects, or have as many as chittysync.assignMax says.",
            plural(left, "todo")
        )),
        _ => {
            let did = if args.dry_run { "would be assigned" } else { "assigned" };
            let rest = if left > 0 { format!(", {left} left unassigned") } else { String::new() };
            ui.note(&format!("{} {did}{rest}.", plural(given, "todo")));
        }
    }
}

fn assigned_json(found: &Assigned, dry_run: bool) -> Value {
    let decided = &found.decided;
    let one = |(project, todo): &Owned| todo_json(&decided.names, project, todo);
    let sessions = decided.sessions.iter().map(|(session, has)| (session.to_string(), has.iter().map(one).collect()));
    let given = decided.given.iter().map(|((project, todo), session)| {
        let mut one = json!({ "session": session.as_str(), "todo": todo.id.to_string(), "content": todo.content });
        name_project(&mut one, &decided.names, project);
        one
    });
    json!({
        "dryRun": dry_run,
        "assigned": given.collect::<Value>(),
        "assignments": sessions.collect::<Map<String, Value>>(),
        "unassigned": decided.unassigned.iter().map(one).collect::<Value>(),
    })
}
