//! `rollback` and `undo`: an earlier state, said anew.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;

use super::named::find;
use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::{PROJECTS, World, project};
use crate::ops;
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Project, State, TodoId, TodoList, plain};
use crate::view::Everything;

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// A commit (consolidated~3, @{1}) or a date (2026-11-20, "2026-11-20 14:00", "2 hours ago"): the last
    /// state until then
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
    /// Say what would change, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &RollbackArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let then = ops::todos_at(&store, ops::find_state(&store, &args.revision, world.now)?)?;
    let only = args.project.as_deref().map(project).transpose()?;
    let what = format!("rollback: {}", args.revision);
    carry_out(&store, world, out, &args.speaker, args.dry_run, &what, |now| {
        let is_known = |project: &Project| then.contains_key(project) || now.projects.contains_key(project);
        if let Some(project) = only.as_ref().filter(|project| !is_known(project)) {
            return Err(Failure::no(format!("there is no project '{project}'")).hint(PROJECTS));
        }
        let about = only.as_ref().or(world.here());
        let todo = args.todo.as_ref().map(|todo| find(now, about, std::slice::from_ref(todo))).transpose()?;
        let todo = todo.map(|(_, todo)| todo.id);
        Ok(restore(&then, now, |project, id| {
            only.as_ref().is_none_or(|only| only == project) && todo.is_none_or(|todo| todo == id)
        }))
    })
}

pub(super) fn undo(args: &UndoArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    if store.settings.aside {
        let branch = store.settings.branch_name();
        return Err(Failure::no(format!("undo does not know what was said on {branch}"))
            .hint(format!("`git chittysync --branch {branch} rollback '@{{1}}'` does it")));
    }
    let last = ops::last_act(&store)?
        .ok_or_else(|| Failure::no("nothing was done by a command on this device").hint("see `git chittysync log`"))?;
    let then = match last.decided_on {
        Some(commit) => ops::todos_at(&store, commit)?,
        None => BTreeMap::new(),
    };
    out.note(&format!("Undoing what {}", last.summary));
    let what = format!("undo: {}", last.summary);
    carry_out(&store, world, out, &args.speaker, args.dry_run, &what, |now| {
        Ok(restore(&then, now, |project, id| last.todos.contains(&(project.clone(), id))))
    })
}

fn restore(then: &BTreeMap<Project, TodoList>, now: &Everything, takes: impl Fn(&Project, TodoId) -> bool) -> Vec<Act> {
    ops::restore(then, &now.projects, takes)
}

/// Carries out acts, or says what they would be.
fn carry_out(
    store: &Store,
    world: &World,
    out: &mut Out,
    speaker: &SpeakerArgs,
    dry_run: bool,
    what: &str,
    decide: impl Fn(&Everything) -> Result<Vec<Act>, Failure>,
) -> Result<(), Failure> {
    if dry_run {
        let acts = decide(&world.todos(store, out)?)?;
        print(&acts, "would become", false, out);
        return Ok(());
    }
    let decided = std::cell::RefCell::new(Vec::new());
    let spoken = speaker.act(store, world, out, what, |now| {
        let acts = decide(now)?;
        decided.borrow_mut().clone_from(&acts);
        Ok(acts)
    })?;
    print(&decided.borrow(), "is", spoken.changed(), out);
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
        out.print(&format!("{} {state}: {}\n", &act.id.to_string()[..8], plain(&act.content)));
    }
}
