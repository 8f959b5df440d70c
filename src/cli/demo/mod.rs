//! `demo`: a small example in a store of its own, which is removed again.

mod example;

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use super::conflicts::ConflictsArgs;
use super::context::{Context, project};
use super::sessions::{SessionsArgs, silences};
use super::ui::{Failure, Ui};
use crate::ops::{self, Plan, Selection};
use crate::source;
use crate::store::{Location, Origin, Store};
use crate::todo::{Session, Time};
use crate::view::{Filter, SessionFilter, list_json, sessions_json};
use example::{Said, example};

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep the store, to look around in it
    #[arg(long)]
    pub keep: bool,
}

pub(super) fn run(args: &DemoArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if context.option.is_some() {
        return Err(Failure::usage("demo makes a store of its own; --store names another one"));
    }
    let failed = |err: std::io::Error| Failure::fatal(format!("cannot make a directory for the example: {err}"));
    let directory = tempfile::Builder::new().prefix("chittysync-demo-").tempdir().map_err(failed)?;
    let path = directory.path().join("store.git");
    fill(&path, context.now)?;
    let inside = context.in_store(directory.path(), &path);
    match ui.json {
        true => print_json(&inside, ui)?,
        false => print(&inside, ui)?,
    }
    if args.keep {
        let path = directory.keep().join("store.git");
        ui.note(&format!("The example is kept; look around with `git chittysync --store {} board`,", path.display()));
        ui.note(&format!("and remove it with `rm -r {}`.", path.parent().unwrap_or(&path).display()));
        return Ok(());
    }
    directory.close().map_err(|err| Failure::fatal(format!("cannot remove the example: {err}")))?;
    ui.note("That was an example, and it is gone again. `git chittysync sync` reads your own agents' lists.");
    Ok(())
}

/// Makes a store in which all of the example was said.
fn fill(path: &Path, now: Time) -> Result<(), Failure> {
    let location = Location { path: path.to_owned(), origin: Origin::Option };
    let mut store = Store::open_or_create(&location)?;
    for Said { ago, session, device, project: of, branch, list } in example() {
        let at = Time::from_millis(now.millis() - ago * 60_000);
        let session = Session::new(session).map_err(|err| Failure::fatal(err.to_string()))?;
        let mut snapshot = source::read_list(list.to_string().as_bytes(), &session, at).map_err(Failure::fatal)?;
        snapshot.branch = Some(branch.to_owned());
        let what = format!("demo: {}", session.short());
        let selection = Selection { project: Some(project(of)?), sources: Vec::new(), what };
        store.settings.device = device.to_owned();
        let plan = Plan { selection, given: Some(snapshot), consolidate: true, ..Plan::default() };
        ops::run(&store, &plan, at)?;
    }
    Ok(())
}

/// Prints what three commands print, each below its name.
fn print(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let headings: [&str; 3] = ["list", "conflicts", "sessions --all"];
    for (nth, name) in headings.into_iter().enumerate() {
        let style = ui.style(context.now);
        let heading = style.dim(&format!("git chittysync {name}"));
        ui.print(&format!("{}{heading}\n", if nth == 0 { "" } else { "\n" }));
        match name {
            "list" => super::list::run(&super::list::ListArgs::default(), context, ui)?,
            "conflicts" => super::conflicts::run(&ConflictsArgs::default(), context, ui)?,
            _ => super::sessions::run(&SessionsArgs { all: true, ..SessionsArgs::default() }, context, ui)?,
        }
    }
    Ok(())
}

/// Prints the same as one document.
fn print_json(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.everything(&store, ui)?;
    let properties = ops::open_properties(&store, &everything)?;
    let sessions = SessionFilter { silences: silences(&store.settings), ..SessionFilter::default() };
    let parts: [(&str, Value); 3] = [
        ("list", list_json(&everything, &Filter::default())),
        ("conflicts", crate::view::conflicts_json(&everything, false, &properties, context.now)),
        ("sessions", sessions_json(&everything, &sessions, context.now)),
    ];
    ui.print_json(&json!(parts.into_iter().collect::<std::collections::BTreeMap<&str, Value>>()));
    Ok(())
}
