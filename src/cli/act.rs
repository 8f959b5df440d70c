//! `add`, `start`, `done`, `release`, `drop`, `reopen`, `edit`: what people and agents say of one todo.

use clap::Args;

use super::author::SpeakerArgs;
use super::context::Context;
use super::said::tell;
use super::ui::{Failure, Ui};
use crate::ops::todo::{self, Add, Edit, Properties, Refusal, Which};
use crate::todo::Verb;

/// Arguments of `start`, `done`, `release`, `drop` and `reopen`.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// The todo: the beginning of its id, or words of its text, in the project you are in
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

/// Arguments of `add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// What is to be done
    #[arg(required = true)]
    pub text: Vec<String>,
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
    /// A todo that must be done before; may be given several times; '' takes all of them back
    #[arg(long, value_name = "ID|WORDS")]
    pub blocked_by: Vec<String>,
}

impl PropertyArgs {
    fn typed(&self) -> Result<Properties, Refusal> {
        Properties::typed(self.priority.as_deref(), self.description.as_deref(), &self.blocked_by)
    }
}

pub(super) fn say(verb: Verb, args: &ActArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store_or_create(ui)?;
    let actor = args.speaker.actor(&store, context);
    let outcome = todo::say(&actor, verb, &Which::words(&args.todo))?;
    tell(&outcome, None, &actor, ui)
}

pub(super) fn add(args: &AddArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let add = Add { text: args.text.join(" "), project: args.project.clone(), properties: args.properties.typed()? };
    let store = context.store_or_create(ui)?;
    let actor = args.speaker.actor(&store, context);
    tell(&todo::add(&actor, &add)?, None, &actor, ui)
}

pub(super) fn edit(args: &EditArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let edit = Edit { text: args.text.clone(), properties: args.properties.typed()? };
    let store = context.store_or_create(ui)?;
    let actor = args.speaker.actor(&store, context);
    tell(&todo::edit(&actor, &Which::words(&args.todo), &edit)?, None, &actor, ui)
}
