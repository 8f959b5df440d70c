//! `forget`: a todo out for good.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::consolidate::finish;
use super::named::find_one;
use super::out::{Failure, Out};
use super::world::World;
use crate::git::Overlay;
use crate::ops::{self, Plan, Selection};
use crate::store::{Consolidated, Store};
use crate::todo::{Project, Todo, TodoId, plain};
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
    if args.session.is_some() || args.home.is_some() {
        return super::forget_sessions::run(args, world, out);
    }
    let store = world.store(out)?;
    // Whatever stands beside it in the archive is meant as well.
    let everything = world.with_archive(&store, out)?;
    let (project, todo) = match find_one(&everything, world.here(), &args.todo) {
        Ok(found) => found,
        Err(failure) => return is_forgotten(&store, &args.todo.join(" "), out)?.ok_or(failure),
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

/// Asks on the terminal. Where there is none, the answer is no.
pub(super) fn ask(question: &str, unless: &str) -> Result<(), Failure> {
    let no = || Failure::no(unless);
    if !std::io::stdin().is_terminal() {
        return Err(no().hint("there is no terminal to ask on; with --yes, nobody is asked"));
    }
    let mut answer = String::new();
    let mut terminal = std::io::stderr();
    let asked = write!(terminal, "{}", plain(question)).and_then(|()| terminal.flush());
    asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer)).map_err(|_| no())?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") { Ok(()) } else { Err(no()) }
}
