//! `graph`: what waits for what.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::options::PorcelainArgs;
use super::schema::print_listing;
use super::ui::{Failure, Ui};
use crate::ops::todo::chosen;
use crate::view::{Graph, todo_json};

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// The project [default: that of the directory you are in]
    #[arg(long, value_name = "PROJECT", conflicts_with = "all")]
    pub project: Option<String>,
    /// Of all projects
    #[arg(short, long)]
    pub all: bool,
    /// In the language of Graphviz: `git chittysync graph --dot | dot -Tsvg`
    #[arg(long, conflicts_with = "porcelain")]
    pub dot: bool,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &GraphArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.everything(&store, ui)?;
    let project = if args.all { None } else { chosen(&store, context.here(), args.project.as_deref())? };
    let names = everything.names();
    let scope = project.as_ref().map(|project| names.scope(project));
    let graph = Graph::of(&everything, scope.as_ref());
    if ui.json || args.porcelain.wanted() {
        let edges = graph.edges().filter_map(|(id, before)| {
            let (project, todo) = everything.get(id)?;
            let mut json = todo_json(&names, project, todo);
            json["waitsFor"] = before.iter().map(|id| Value::from(id.to_string())).collect();
            Some(json)
        });
        let edges = json!(edges.collect::<Vec<Value>>());
        print_listing("graph", &edges, "", args.porcelain, ui);
    } else if args.dot {
        ui.print_always(&graph.dot());
    } else {
        if graph.is_empty() {
            ui.note("Nothing waits for anything.");
        }
        ui.print_page(&graph.text(ui.style(context.now)));
    }
    Ok(())
}
