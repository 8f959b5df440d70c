//! What each tool of `mcp` does.

use serde_json::Value;

use super::author::SpeakerArgs;
use super::context::Context;
use super::list::{self, ListArgs};
use super::mcp_given::Given;
use super::mcp_tools::{Effect, Tool};
use super::options::PorcelainArgs;
use super::ready::{self, ReadyArgs};
use super::said::tell;
use super::session_context::told;
use super::show::{self, ShowArgs};
use super::topic::TopicArgs;
use super::ui::{Failure, Ui};
use crate::ops::todo::{self, Add, Properties, Which};
use crate::settings::ContextReach;
use crate::todo::Verb;

/// Carries out a tool.
pub(super) fn call(
    tool: &Tool,
    given: Given<'_>,
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<(), Failure> {
    match tool.name {
        "list" => list(given, context, ui),
        "ready" => ready(given, speaker, context, ui),
        "add" => add(given, speaker, context, ui),
        "start" => say(Verb::Start, given, speaker, context, ui),
        "done" => say(Verb::Done, given, speaker, context, ui),
        "release" => say(Verb::Release, given, speaker, context, ui),
        "drop" => say(Verb::Drop, given, speaker, context, ui),
        "show" => show::run(&ShowArgs { todo: given.text("todo").into_iter().collect() }, context, ui),
        _ => print_session_context(speaker, context, ui),
    }?;
    if tool.effect == Effect::Reads && tool.name != "context" {
        // The others tell it themselves.
        let store = context.store(ui)?;
        speaker.warn_of_others(&store, &context.todos(&store, &Ui::keeping())?, context.now, ui)?;
    }
    Ok(())
}

fn list(given: Given<'_>, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let project = match projects(given)? {
        Projects::All => None,
        Projects::Named(name) => Some(name),
        Projects::Here => context.here().map(ToString::to_string),
    };
    let (status, all) = (given.text("status"), given.flag("all"));
    let topic = TopicArgs { topic: given.text("topic") };
    list::run(&ListArgs { project, status, topic, all, ..ListArgs::default() }, context, ui)
}

fn ready(given: Given<'_>, speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let (all, project) = match projects(given)? {
        Projects::All => (true, None),
        Projects::Named(name) => (false, Some(name)),
        Projects::Here => (false, None),
    };
    let (claim, speaker) = (given.flag("claim"), speaker.clone());
    let (offline, max_count, porcelain) = (false, None, PorcelainArgs::default());
    let topic = TopicArgs { topic: given.text("topic") };
    let any = given.flag("any");
    ready::run(
        &ReadyArgs {
            project,
            all,
            quiet: Default::default(),
            claim,
            any,
            topic,
            offline,
            max_count,
            porcelain,
            speaker,
        },
        context,
        ui,
    )
}

fn add(given: Given<'_>, speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let (priority, description) = (given.text("priority"), given.text("description"));
    let properties = Properties::typed(priority.as_deref(), description.as_deref(), &given.texts("blocked_by"))?;
    let add = Add { text: given.text("text").unwrap_or_default(), project: given.text("project"), properties };
    let store = context.store_or_create(ui)?;
    let actor = speaker.actor(&store, context);
    tell(&todo::add(&actor, &add)?, None, &actor, ui)
}

fn say(verb: Verb, given: Given<'_>, speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let which = Which::Words(given.text("todo").unwrap_or_default());
    let store = context.store_or_create(ui)?;
    let actor = speaker.actor(&store, context);
    tell(&todo::say(&actor, verb, &which)?, None, &actor, ui)
}

fn print_session_context(speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let session = speaker.known_session(&store)?;
    let mut text = told(&store, &context.directory, session.as_ref(), true, context.now)?;
    if text.is_empty() {
        text.push_str(match store.settings.context {
            ContextReach::Off => "chittysync.context is off: nothing is told of others.",
            ContextReach::Device => "Nothing that this device knows of is open in this project.",
            ContextReach::All => "Nothing is open in this project.",
        });
    }
    ui.print_json(&Value::String(text));
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
