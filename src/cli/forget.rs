//! `forget`: a todo out for good.

use std::io::{BufRead, IsTerminal, Write};

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

/// Arguments of `forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The todo: the beginning of its id, or words of its text, in the project you are in
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

pub(super) fn run(args: &ForgetArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
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
        ask(&format!("Forget \"{}\" of {shown} on every device? This cannot be undone. [y/N] ", todo.content))?;
    }
    let forget = |project: &Project, id| {
        let selection = Selection { what: "forget".into(), ..Selection::default() };
        let plan = Plan { selection, forget: Some((project.clone(), id)), consolidate: true, ..Plan::default() };
        ops::run(&store, &plan, world.now)
    };
    let report = forget(project, todo.id)?;
    // What was carried over from one name of the project to another has the same words in both.
    let scope = names.scope(project);
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
    let twins: Vec<(&Project, TodoId)> = twins.map(|(of, other)| (of, other.id)).collect();
    for (of, id) in &twins {
        finish(&store, &forget(of, *id)?, out)?;
    }
    finish(&store, &report, out)?;
    if out.json {
        out.print_json(&json!({ "id": todo.id.to_string(), "project": project.as_str(), "forgotten": true }));
    } else {
        out.note(&format!("Forgot {} of {shown}. Whoever says it again will not be heard.", todo.id));
        out.note("hint: older commits still hold its words; docs/security.md says how to rewrite them");
    }
    for other in everything.with_words(project, &todo.content).into_iter().filter(|other| other.id != todo.id) {
        out.warn(&format!("{} has the same words, and is not forgotten", &other.id.to_string()[..8]), None);
    }
    for (name, word) in [("renamedFrom", "was"), ("renamedTo", "became")] {
        let other = todo.text(name).and_then(crate::todo::TodoId::parse).and_then(|id| everything.get(id));
        if let Some((_, other)) = other.filter(|(_, other)| twins.iter().all(|(_, id)| *id != other.id)) {
            out.warn(&format!("it {word} {}, which is not forgotten", other.id), None);
        }
    }
    Ok(())
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
fn ask(question: &str) -> Result<(), Failure> {
    let no = || Failure::no("nothing was forgotten");
    if !std::io::stdin().is_terminal() {
        return Err(no().hint("there is no terminal to ask on; with --yes, forget does not ask"));
    }
    let mut answer = String::new();
    let mut terminal = std::io::stderr();
    let asked = write!(terminal, "{}", plain(question)).and_then(|()| terminal.flush());
    asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer)).map_err(|_| no())?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") { Ok(()) } else { Err(no()) }
}
