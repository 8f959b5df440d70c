//! `rollback` and `undo`: an earlier state, said anew.

use clap::Args;
use serde_json::json;

use super::log::{deed, moment};
use super::named::find;
use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::{PROJECTS, World};
use crate::ops::{self, Reason, Undo};
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Scope, State, plain};
use crate::view::Style;

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// A commit (consolidated~3, @{1}) or a date (2026-11-20, "2026-11-20 14:00", "2 hours ago"): all that
    /// had been said until then
    #[arg(value_name = "REV|DATE")]
    pub revision: String,
    /// Only this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only this todo: the beginning of its id, or words of its text
    #[arg(long, value_name = "ID|WORDS")]
    pub todo: Option<String>,
    /// Say what would change, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

/// Arguments of `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Do again what was undone last
    #[arg(long)]
    pub redo: bool,
    /// Say what would change, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &RollbackArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let then = ops::find_state(&store, &args.revision, world.now)?;
    let then = ops::todos_at(&store, Some(&then))?;
    // What is seen now, not what is known once the branch has caught up: nobody asked to take that back.
    let now = ops::todos_at(&store, None)?;
    let only = world.scope(args.project.as_deref(), &store)?;
    let is_known =
        |scope: &Scope| scope.projects().any(|project| then.contains_key(project) || now.contains_key(project));
    if let Some(scope) = only.as_ref().filter(|scope| !is_known(scope)) {
        return Err(Failure::no(format!("there is no project '{}'", scope.project)).hint(PROJECTS));
    }
    let todo = args.todo.as_ref().map(|words| {
        let (words, about) = (std::slice::from_ref(words), only.as_ref().map(|scope| &scope.project).or(world.here()));
        find(&world.everything_with(&store, out, words)?, about, words).map(|(_, todo)| todo.id)
    });
    let todo = todo.transpose()?;
    let acts = ops::restore(&then, &now, |project, id| {
        only.as_ref().is_none_or(|only| only.takes(project)) && todo.is_none_or(|todo| todo == id)
    });
    let what = format!("rollback: {}", args.revision);
    carry_out(&store, world, out, &args.speaker, args.dry_run, Reason::from(&what), &acts)
}

pub(super) fn undo(args: &UndoArgs, world: &World, out: &mut Out) -> Result<String, Failure> {
    let store = world.store(out)?;
    if store.settings.aside {
        let branch = store.settings.branch_name();
        return Err(Failure::no(format!("undo does not know what was said on {branch}"))
            .hint(format!("`git chittysync --branch {branch} rollback '@{{1}}'` does it")));
    }
    let undo = ops::undo(&store, args.redo)?.ok_or_else(|| match args.redo {
        true => Failure::no("nothing was undone since the last command on this device"),
        false => Failure::no("nothing is left to undo that was done by a command on this device")
            .hint("see `git chittysync log`"),
    })?;
    let style = out.style(world.now);
    let done = done(&undo, style);
    if undo.acts.is_empty() {
        let verb = if args.redo { "redo" } else { "undo" };
        return Err(undo
            .left
            .iter()
            .fold(Failure::no(format!("cannot {verb}: {done}")), |failure, (todo, session)| {
                failure.hint(format!("{} spoke of '{}' since", session.short(), todo.content))
            }));
    }
    let doing = match (args.redo, args.dry_run) {
        (false, false) => "Undoing",
        (false, true) => "Would undo",
        (true, false) => "Redoing",
        (true, true) => "Would redo",
    };
    let when = undo.events.first().map(|event| moment(event.at, style.now)).unwrap_or_default();
    out.note(&format!("{doing}: {done} ({})", when.trim_start()));
    for (todo, session) in &undo.left {
        let message = format!("'{}' stays as it is: {} spoke of it since", todo.content, session.short());
        out.warn(&message, Some(&format!("`git chittysync log {}` tells more", todo.id.short())));
    }
    let what = format!("{}: {done}", if args.redo { "redo" } else { "undo" });
    let reason = Reason { what: &what, mark: Some(undo.mark) };
    carry_out(&store, world, out, &args.speaker, args.dry_run, reason, &undo.acts)?;
    Ok(done)
}

/// Returns what is taken back: `completed ‘Fix login’ and 2 more`.
fn done(undo: &Undo, style: Style) -> String {
    let Some(first) = undo.events.first() else { return "what was done".to_owned() };
    let first = deed(first, usize::MAX, style);
    match undo.events.len() - 1 {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Carries out acts, or says what they would be.
fn carry_out(
    store: &Store,
    world: &World,
    out: &mut Out,
    speaker: &SpeakerArgs,
    dry_run: bool,
    reason: Reason<'_>,
    acts: &[Act],
) -> Result<(), Failure> {
    if dry_run {
        print(acts, "would become", false, out);
        return Ok(());
    }
    let spoken = speaker.act(store, world, out, reason, |_| Ok(acts.to_vec()))?;
    print(acts, "is", spoken.changed(), out);
    spoken.end(out)
}

fn print(acts: &[Act], verb: &str, changed: bool, out: &mut Out) {
    let state = |act: &Act| act.wish.map(State::as_str);
    if out.json {
        let todos: Vec<_> = acts
            .iter()
            .map(|act| {
                json!({ "id": act.id.to_string(), "project": act.project.as_str(), "content": act.content, "status": state(act) })
            })
            .collect();
        out.print_json(&json!({ "changed": changed, "todos": todos }));
        return;
    }
    if acts.is_empty() {
        out.note("Nothing is different.");
    }
    for act in acts {
        let state = state(act).map_or_else(|| "with other properties".to_owned(), |state| format!("{verb} {state}"));
        out.print(&format!("{} {state}: {}\n", act.id.short(), plain(&act.content)));
    }
}
