//! What each tool of `mcp` does.

use serde_json::Value;

use super::author::SpeakerArgs;
use super::conflicts::{self, ConflictsArgs};
use super::context::Context;
use super::list::{self, ListArgs};
use super::mcp_given::Given;
use super::mcp_tools::{Effect, Tool};
use super::options::PorcelainArgs;
use super::projects::{self, ProjectsArgs};
use super::ready::{self, ReadyArgs};
use super::said::{tell, tell_each};
use super::session_context::told;
use super::sessions::{self, SessionsArgs};
use super::show::{self, ShowArgs};
use super::topic::TopicArgs;
use super::ui::{Failure, Ui};
use crate::ops::todo::{self, Add, AddList, Edit, Properties, Which};
use crate::settings::ContextReach;
use crate::source::Outlined;
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
        "reopen" => say(Verb::Reopen, given, speaker, context, ui),
        "edit" => edit(given, speaker, context, ui),
        "projects" => projects::run(&ProjectsArgs::default(), context, ui),
        "sessions" => sessions::run(&SessionsArgs::default(), context, ui),
        "conflicts" => conflicts::run(&ConflictsArgs::default(), context, ui),
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
    let project = match meant(given)? {
        Projects::All => None,
        Projects::Named(name) => Some(name),
        Projects::Here => context.here().map(ToString::to_string),
    };
    let (status, all) = (given.text("status"), given.flag("all"));
    let topic = TopicArgs { topic: given.text("topic") };
    list::run(&ListArgs { project, status, topic, all, ..ListArgs::default() }, context, ui)
}

fn ready(given: Given<'_>, speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let (all, project) = match meant(given)? {
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
    let properties = properties(given, context)?;
    let (text, more, project) = (given.text("text").unwrap_or_default(), given.texts("more"), given.text("project"));
    let store = context.store_or_create(ui)?;
    let actor = speaker.actor(&store, context);
    if more.is_empty() {
        return tell(&todo::add(&actor, &Add { text, project, properties })?, None, &actor, ui);
    }
    let entry = |words| Outlined { words, parent: None, is_done: false };
    let entries = std::iter::once(text).chain(more).map(entry).collect();
    tell_each(&todo::add_list(&actor, &AddList { entries, project, properties })?, &actor, ui)
}

fn edit(given: Given<'_>, speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let which = Which::Words(given.text("todo").unwrap_or_default());
    let edit = Edit { text: given.text("text"), properties: properties(given, context)? };
    let store = context.store_or_create(ui)?;
    let actor = speaker.actor(&store, context);
    tell(&todo::edit(&actor, &which, &edit)?, None, &actor, ui)
}

fn properties(given: Given<'_>, context: &Context) -> Result<Properties, Failure> {
    let text = |name| given.text(name);
    let typed =
        Properties::typed(text("priority").as_deref(), text("description").as_deref(), &given.texts("blocked_by"))?;
    let dated = typed.dated(text("due").as_deref(), text("defer").as_deref(), context.now)?;
    Ok(dated.labelled(&given.texts("labels"))?)
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

fn meant(given: Given<'_>) -> Result<Projects, Failure> {
    match (given.text("project"), given.flag("all_projects")) {
        (Some(_), true) => Err(Failure::usage("'project' and 'all_projects' exclude each other")),
        (None, true) => Ok(Projects::All),
        (Some(name), false) => Ok(Projects::Named(name)),
        (None, false) => Ok(Projects::Here),
    }
}
