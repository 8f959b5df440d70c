//! `add`, `start`, `done`, `release`, `drop`, `reopen`, `edit`: what people and agents say of todos.

use std::path::PathBuf;

use clap::Args;

use super::archive::age;
use super::author::SpeakerArgs;
use super::beside;
use super::context::Context;
use super::named;
use super::said::{tell, tell_each};
use super::ui::{Failure, Ui};
use crate::ops::todo::{self, Add, Bulk, Edit, Properties, Refusal, Which};
use crate::todo::{Time, Verb};

/// Arguments of `start`, `done`, `release` and `reopen`.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// The todo: the beginning of its id, or words of its text, in the project you are in. Several ids: all of them, in one
    /// act. `-`: each line of standard input begins with one
    #[arg(required = true, value_name = "ID|WORDS|-")]
    pub todo: Vec<String>,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

/// Arguments of `drop`.
#[derive(Debug, Args)]
pub struct DropArgs {
    /// The todo: the beginning of its id, or words of its text, in the project you are in. Several ids: all of them, in one
    /// act. `-`: each line of standard input begins with one
    #[arg(required_unless_present = "bulk", value_name = "ID|WORDS|-")]
    pub todo: Vec<String>,
    /// All that only sessions left open which have said nothing for so long, such as 60d or 8w
    #[arg(long, value_name = "TIME", value_parser = age, group = "bulk", conflicts_with = "todo")]
    pub quiet_for: Option<i64>,
    /// All that this session left open and nobody else wants: the beginning of its name, or words of what it is called
    #[arg(long, value_name = "SESSION", group = "bulk", conflicts_with = "todo")]
    pub left_by: Option<String>,
    /// Say what would be dropped, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

impl DropArgs {
    /// Returns what is dropped together, if that is asked for.
    pub(super) fn bulk(&self) -> Option<Bulk> {
        let quiet = self.quiet_for.map(Bulk::QuietFor);
        quiet.or_else(|| self.left_by.clone().map(Bulk::LeftBy))
    }
}

/// Arguments of `add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// What is to be done; `-`: a list in Markdown on standard input
    #[arg(required_unless_present = "file", value_name = "TEXT|-")]
    pub text: Vec<String>,
    /// Add the entries of a list in Markdown, in one act. What stands below another one must be done before it; ticked
    /// boxes are left out
    #[arg(long, value_name = "PATH", conflicts_with = "text")]
    pub file: Option<PathBuf>,
    /// The project [default: that of the directory you are in]
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Properties.
    #[command(flatten)]
    pub properties: PropertyArgs,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

impl AddArgs {
    /// Returns whether a list is to be added.
    pub(super) fn is_list(&self) -> bool {
        self.file.is_some() || self.text == ["-"]
    }
}

/// Arguments of `edit`.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// The todo: the beginning of its id, or words of its text, in the project you are in
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// Its new words; the todo is renamed
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// Properties.
    #[command(flatten)]
    pub properties: PropertyArgs,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

/// Properties of a todo.
#[derive(Debug, Default, Args)]
pub struct PropertyArgs {
    /// How soon: high, medium, low, or a number, 0 first; '' takes it back
    #[arg(long, value_name = "PRIORITY")]
    pub priority: Option<String>,
    /// What else there is to say of it; '' takes it back
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Until when it should be done: 2026-12-01, "2026-12-01 14:00", tomorrow, 3d, 2w (here), or RFC 3339; '' takes it back
    #[arg(long, value_name = "DATE")]
    pub due: Option<String>,
    /// Before when it is not to be begun: `ready` does not offer it until then. As --due
    #[arg(long, value_name = "DATE")]
    pub defer: Option<String>,
    /// A label to put on (ui, +ui) or to take off (-ui); may be given several times
    #[arg(long, value_name = "LABEL", allow_hyphen_values = true)]
    pub label: Vec<String>,
    /// A todo that must be done before; may be given several times; '' takes all of them back. With + or - before each, it
    /// is added or taken out, and the others stay
    #[arg(long, value_name = "ID|WORDS", allow_hyphen_values = true)]
    pub blocked_by: Vec<String>,
}

impl PropertyArgs {
    pub(super) fn typed(&self, now: Time) -> Result<Properties, Refusal> {
        Properties::typed(self.priority.as_deref(), self.description.as_deref(), &self.blocked_by)?
            .dated(self.due.as_deref(), self.defer.as_deref(), now)?
            .labelled(&self.label)
    }
}

pub(super) fn say(verb: Verb, args: &ActArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    say_of(verb, &args.todo, &args.speaker, context, ui)
}

fn say_of(verb: Verb, typed: &[String], speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let many = named::several(typed)?;
    let one = Which::words(typed);
    let store = context.store_or_create(ui)?;
    let own = store.repo.common_dir().to_owned();
    let store = match &many {
        Some(many) => beside::holder_of_all(store, (verb.name(), many), speaker, context, ui)?,
        None => beside::holder(store, (&one, todo::find), speaker, context, ui)?,
    };
    let actor = speaker.actor(&store, context);
    match &many {
        Some(many) => tell_each(&todo::say_each(&actor, verb, many)?, &actor, ui)?,
        None => tell(&todo::say(&actor, verb, &one)?, None, &actor, ui)?,
    }
    beside::tell_where(&own, &store, ui);
    Ok(())
}

pub(super) fn drop_todo(args: &DropArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    say_of(Verb::Drop, &args.todo, &args.speaker, context, ui)
}

pub(super) fn add(args: &AddArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let add = Add {
        text: args.text.join(" "),
        project: args.project.clone(),
        properties: args.properties.typed(context.now)?,
    };
    let store = context.store_or_create(ui)?;
    let actor = args.speaker.actor(&store, context);
    let added = todo::add(&actor, &add)
        .map_err(|refusal| beside::or_waits_elsewhere(refusal, &args.properties.blocked_by, &store, context, ui))?;
    tell(&added, None, &actor, ui)
}

pub(super) fn edit(args: &EditArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let edit = Edit { text: args.text.clone(), properties: args.properties.typed(context.now)? };
    let which = Which::words(&args.todo);
    let store = context.store_or_create(ui)?;
    let own = store.repo.common_dir().to_owned();
    let store = beside::holder(store, (&which, todo::find), &args.speaker, context, ui)?;
    let actor = args.speaker.actor(&store, context);
    let edited = todo::edit(&actor, &which, &edit)
        .map_err(|refusal| beside::or_waits_elsewhere(refusal, &args.properties.blocked_by, &store, context, ui))?;
    tell(&edited, None, &actor, ui)?;
    beside::tell_where(&own, &store, ui);
    Ok(())
}
