//! `show`: one todo.

use clap::Args;
use serde_json::{Value, json};

use super::author::SpeakerArgs;
use super::beside;
use super::context::Context;
use super::ui::{Failure, Ui};
use crate::git::Repo;
use crate::ops::todo::{Which, find_anywhere};
use crate::ops::{self, Naming};
use crate::todo::{Project, Todo, plain};
use crate::view::{Links, show_json, show_text};

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The todo: the beginning of its id, or words of its text
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todo: Vec<String>,
}

pub(super) fn run(args: &ShowArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let which = Which::words(&args.todo);
    let (store, speaker) = (context.store(ui)?, SpeakerArgs::of_environment());
    let store = beside::holder(store, (&which, find_anywhere), &speaker, context, ui)?;
    let session = speaker.known_session(&store).ok().flatten();
    let everything = context.everything_around(&store, ui, &which, session.as_ref())?;
    let (project, todo) = find_anywhere(&everything, context.here(), &which)?;
    if ui.json {
        let mut value = show_json(&everything.names(), project, todo);
        let blockers = Links::new(&everything).blockers(todo).into_iter().filter(|_| todo.state().is_open());
        value["waitsFor"] = blockers.map(|blocker| Value::from(blocker.id.to_string())).collect();
        if let Some(commits) = commits(context, project, todo) {
            let json = |one: &Naming| json!({ "commit": one.commit, "at": one.at.to_string(), "subject": one.subject });
            value["commits"] = commits.iter().map(json).collect();
        }
        ui.print_json(&value);
    } else {
        speaker.warn_of_others(&store, &everything, context.now, ui)?;
        let style = ui.style(context.now);
        let mut text = show_text(&everything, project, todo, style);
        let commits = commits(context, project, todo).unwrap_or_default();
        if !commits.is_empty() {
            text.push_str("\nnamed by\n");
        }
        for one in commits {
            let (commit, age) = (one.commit.get(..12).unwrap_or(&one.commit), style.age(one.at));
            text.push_str(&format!("  {commit}  {age}  {}\n", style.words(&plain(&one.subject))));
        }
        ui.print_page(&text);
    }
    Ok(())
}

/// Returns the commits that name a todo, where we stand in a repository of its project. What git cannot tell is not told.
fn commits(context: &Context, project: &Project, todo: &Todo) -> Option<Vec<Naming>> {
    if context.here() != Some(project) {
        return None;
    }
    let repo = Repo::discover(&context.directory).ok()??;
    ops::commits_naming(&repo, todo).ok()
}
