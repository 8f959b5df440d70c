//! `forget`: a todo out for good.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::confirm::ask;
use super::consolidate::finish;
use super::forget_sessions;
use super::forget_sessions::Whose;
use super::out::{Failure, Out};
use super::world::World;
use crate::git::Overlay;
use crate::ops::todo::{Which, find_one};
use crate::ops::{self, Plan, Selection};
use crate::store::{Consolidated, Store};
use crate::todo::{Project, Todo, TodoId};
use crate::view::Everything;

/// Arguments of `forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The todo: the beginning of its id, or words of its text, in the project you are in
    #[arg(required_unless_present_any = ["session", "home"], value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// All that this session alone spoke of, its sub-agents included (the beginning of its name is enough)
    #[arg(long, value_name = "SESSION", conflicts_with_all = ["todo", "home"])]
    pub session: Option<String>,
    /// All that the sessions alone spoke of whose files are in this agent's home, such as one that was read by mistake
    #[arg(long, value_name = "DIR", conflicts_with = "todo")]
    pub home: Option<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

pub(super) fn run(args: &ForgetArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    match (&args.session, &args.home) {
        (Some(name), _) => return forget_sessions::run(&Whose::Session(name), args.yes, world, out),
        (None, Some(home)) => return forget_sessions::run(&Whose::Home(home), args.yes, world, out),
        (None, None) => {}
    }
    let store = world.store(out)?;
    // Whatever stands beside it in the archive is meant as well.
    let everything = world.with_archive(&store, out)?;
    let (project, todo) = match find_one(&everything, world.here(), &Which::words(&args.todo)) {
        Ok(found) => found,
        Err(refusal) => return is_forgotten(&store, &args.todo.join(" "), out)?.ok_or_else(|| refusal.into()),
    };
    let names = everything.names();
    let shown = names.shown(project);
    if !args.yes {
        ask(
            &format!("Forget \"{}\" of {shown} on every device? This cannot be undone. [y/N] ", todo.content),
            "nothing was forgotten",
        )?;
    }
    let forget = |project: &Project, id| {
        let selection = Selection { what: "forget".into(), ..Selection::default() };
        let plan = Plan { selection, forget: vec![(project.clone(), id)], consolidate: true, ..Plan::default() };
        ops::run(&store, &plan, world.now)
    };
    let report = forget(project, todo.id)?;
    let twins = twins(&everything, project, todo);
    for (of, id) in &twins {
        finish(&store, &forget(of, *id)?, out)?;
    }
    finish(&store, &report, out)?;
    if out.json {
        out.print_json(&json!({ "id": todo.id.to_string(), "project": project.as_str(), "forgotten": true }));
    } else {
        out.note(&format!("Forgot {} of {shown}. Whoever says it again will not be heard.", todo.id));
        out.note("hint: older commits still hold its words; `git chittysync purge` takes them out of history (docs/security.md)");
    }
    for other in everything.with_words(project, &todo.content).into_iter().filter(|other| other.id != todo.id) {
        out.warn(&format!("{} has the same words, and is not forgotten", &other.id.to_string()[..8]), None);
    }
    for (word, other) in relatives(&everything, todo) {
        if twins.iter().all(|(_, id)| *id != other) {
            out.warn(&format!("it {word} {other}, which is not forgotten"), None);
        }
    }
    Ok(())
}

/// Returns the todos with the same words that mean the same: what was carried over from one name of the project to
/// another has them in both.
pub(super) fn twins<'a>(everything: &'a Everything, project: &Project, todo: &Todo) -> Vec<(&'a Project, TodoId)> {
    let scope = everything.names().scope(project);
    let is_linked = |other: &Todo| {
        let links = |one: &Todo, other: &Todo| {
            let id = other.id.to_string();
            ["renamedFrom", "renamedTo"].iter().any(|name| one.text(name) == Some(id.as_str()))
        };
        links(todo, other) || links(other, todo)
    };
    let twins = everything.todos().filter(|(of, other)| {
        let is_same = other.content == todo.content && other.nth == todo.nth;
        *of != project && is_same && (scope.takes(of) || is_linked(other))
    });
    twins.map(|(of, other)| (of, other.id)).collect()
}

/// Returns what a todo was called before, and after, and in what words to say so.
pub(super) fn relatives(everything: &Everything, todo: &Todo) -> Vec<(&'static str, TodoId)> {
    let named = |(name, word)| Some((word, everything.get(todo.text(name).and_then(TodoId::parse)?)?.1.id));
    [("renamedFrom", "was"), ("renamedTo", "became")].into_iter().filter_map(named).collect()
}

/// Says that a todo was forgotten before, if one was whose id begins so.
fn is_forgotten(store: &Store, id: &str, out: &mut Out) -> Result<Option<()>, Failure> {
    let overlay = Overlay::new(&store.repo);
    let forgotten = Consolidated::find(store, &overlay)?.forgotten(&overlay)?;
    let id = id.to_ascii_lowercase();
    let found = forgotten.iter().map(ToString::to_string).find(|known| !id.is_empty() && known.starts_with(&id));
    let Some(found) = found else { return Ok(None) };
    if out.json {
        out.print_json(&json!({ "id": found, "forgotten": true }));
    } else {
        out.note(&format!("{found} is forgotten already."));
    }
    Ok(Some(()))
}
