//! What each tool of `mcp` does.

use serde_json::Value;

use super::list::{self, ListArgs};
use super::mcp_given::Given;
use super::mcp_tools::{Effect, Tool};
use super::options::PorcelainArgs;
use super::out::{Failure, Out};
use super::ready::{self, ReadyArgs};
use super::said::tell;
use super::show::{self, ShowArgs};
use super::speaker::SpeakerArgs;
use super::told::told;
use super::world::World;
use crate::ops::todo::{self, Add, Properties, Which};
use crate::settings::ContextReach;
use crate::todo::Verb;

/// Carries out a tool.
pub(super) fn call(
    tool: &Tool,
    given: Given<'_>,
    speaker: &SpeakerArgs,
    world: &World,
    out: &mut Out,
) -> Result<(), Failure> {
    match tool.name {
        "list" => list(given, world, out),
        "ready" => ready(given, speaker, world, out),
        "add" => add(given, speaker, world, out),
        "start" => say(Verb::Start, given, speaker, world, out),
        "done" => say(Verb::Done, given, speaker, world, out),
        "release" => say(Verb::Release, given, speaker, world, out),
        "drop" => say(Verb::Drop, given, speaker, world, out),
        "show" => show::run(&ShowArgs { todo: given.text("todo").into_iter().collect() }, world, out),
        _ => context(speaker, world, out),
    }?;
    if tool.effect == Effect::Reads && tool.name != "context" {
        // The others tell it themselves.
        let store = world.store(out)?;
        speaker.warn_of_others(&store, &world.todos(&store, &Out::keeping())?, world.now, out)?;
    }
    Ok(())
}

fn list(given: Given<'_>, world: &World, out: &mut Out) -> Result<(), Failure> {
    let project = match projects(given)? {
        Projects::All => None,
        Projects::Named(name) => Some(name),
        Projects::Here => world.here().map(ToString::to_string),
    };
    let (status, all) = (given.text("status"), given.flag("all"));
    list::run(&ListArgs { project, session: None, status, all, porcelain: PorcelainArgs::default() }, world, out)
}

fn ready(given: Given<'_>, speaker: &SpeakerArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let (all, project) = match projects(given)? {
        Projects::All => (true, None),
        Projects::Named(name) => (false, Some(name)),
        Projects::Here => (false, None),
    };
    let (claim, speaker) = (given.flag("claim"), speaker.clone());
    let (offline, max_count, porcelain) = (false, None, PorcelainArgs::default());
    ready::run(&ReadyArgs { project, all, claim, offline, max_count, porcelain, speaker }, world, out)
}

fn add(given: Given<'_>, speaker: &SpeakerArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let (priority, description) = (given.text("priority"), given.text("description"));
    let properties = Properties::typed(priority.as_deref(), description.as_deref(), &given.texts("blocked_by"))?;
    let add = Add { text: given.text("text").unwrap_or_default(), project: given.text("project"), properties };
    let store = world.store_or_create(out)?;
    let actor = speaker.actor(&store, world);
    tell(&todo::add(&actor, &add)?, None, &actor, out)
}

fn say(verb: Verb, given: Given<'_>, speaker: &SpeakerArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let which = Which::Words(given.text("todo").unwrap_or_default());
    let store = world.store_or_create(out)?;
    let actor = speaker.actor(&store, world);
    tell(&todo::say(&actor, verb, &which)?, None, &actor, out)
}

fn context(speaker: &SpeakerArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store(out)?;
    let session = speaker.known_session(&store)?;
    let mut text = told(&store, &world.directory, session.as_ref(), true, world.now)?;
    if text.is_empty() {
        text.push_str(match store.settings.context {
            ContextReach::Off => "chittysync.context is off: nothing is told of others.",
            ContextReach::Device => "Nothing that this device knows of is open in this project.",
            ContextReach::All => "Nothing is open in this project.",
        });
    }
    out.print_json(&Value::String(text));
    Ok(())
}

/// Which projects a tool is about.
enum Projects {
    All,
    Named(String),
    Here,
}

fn projects(given: Given<'_>) -> Result<Projects, Failure> {
    match (given.text("project"), given.flag("all_projects")) {
        (Some(_), true) => Err(Failure::usage("'project' and 'all_projects' exclude each other")),
        (None, true) => Ok(Projects::All),
        (Some(name), false) => Ok(Projects::Named(name)),
        (None, false) => Ok(Projects::Here),
    }
}
