//! `resolve`: settles a disagreement by hand.

use std::io::IsTerminal;

use clap::Args;
use serde_json::Value;

use super::named::find;
use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::World;
use super::{resolve_ask, resolve_edit};
use crate::merge::{Subject, disagreements};
use crate::ops;
use crate::statement::{Act, Weight};
use crate::todo::{Claim, Session, State, Status, Todo};
use crate::view::OverProperty;

/// Arguments of `resolve`.
#[derive(Debug, Args)]
pub struct ResolveArgs {
    /// The todo: the beginning of its id, or words of its text [default, on a terminal: each disagreement
    /// in turn, the newest first]
    #[arg(value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// What this session says (the beginning of its name is enough)
    #[arg(long, value_name = "SESSION", conflicts_with = "status")]
    pub take: Option<String>,
    /// This, whatever was said
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "in_progress", "completed", "dropped"])]
    pub status: Option<String>,
    /// What you make of it in git's editor: its words, its status, its description and what else is disputed
    #[arg(short, long, conflicts_with_all = ["status", "take"])]
    pub edit: bool,
    /// Lag too, as `conflicts --all` lists it
    #[arg(short, long)]
    pub all: bool,
    /// Who speaks. (`--session`, as `--take` names the other one.)
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

/// What shall hold: a state, and properties. Nothing of both is as it was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub wish: Option<State>,
    pub fields: Vec<(String, Value)>,
}

pub(super) fn run(args: &ResolveArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let asks = !args.edit && args.take.is_none() && args.status.is_none();
    if asks && (out.json || !std::io::stdin().is_terminal()) {
        return Err(Failure::usage("say how: --take <session>, --status <status> or --edit"));
    }
    if asks {
        return resolve_ask::ask(args, world, out);
    }
    if args.todo.is_empty() {
        return Err(Failure::usage("which todo?").hint("`git chittysync conflicts` lists them"));
    }
    if args.edit {
        return resolve_edit::edit(args, &args.todo, world, out);
    }
    if let Some(session) = &args.take {
        let store = world.store_or_create(out)?;
        let properties = ops::open_properties(&store, &world.everything(&store, out)?)?;
        return settle(args, &args.todo, world, out, |todo| said_by(todo, session, &properties));
    }
    let state = args.status.as_deref().and_then(Status::parse).map_or(State::Dropped, State::Wanted);
    settle(args, &args.todo, world, out, |_| Ok(Answer { wish: Some(state), ..Answer::default() }))
}

/// Returns what the one session whose name begins so says of a todo.
fn said_by(todo: &Todo, session: &str, properties: &[OverProperty]) -> Result<Answer, Failure> {
    let found: Vec<_> = todo.voices().filter(|(name, _)| name.as_str().starts_with(session)).collect();
    match found.as_slice() {
        [(session, claim)] => Ok(taken(todo, session, claim, properties)),
        [] => Err(Failure::no(format!("no session whose name begins with '{session}' spoke of '{}'", todo.content))
            .hint(format!("`git chittysync show {}` lists who did", &todo.id.to_string()[..8]))),
        several => {
            let names: Vec<String> = several.iter().map(|(name, _)| name.to_string()).collect();
            Err(Failure::no(format!("{} sessions have names that begin with '{session}'", names.len()))
                .hint(names.join(" ")))
        }
    }
}

/// Returns what one session says: the state it wants, and its values of the properties that are disputed. Who only
/// set a property wants no state.
pub(super) fn taken(todo: &Todo, session: &Session, claim: &Claim, properties: &[OverProperty]) -> Answer {
    let of_todo = properties.iter().map(|one| &one.conflict).filter(|one| one.id == todo.id);
    let mut fields = Vec::new();
    for conflict in of_todo {
        let side = [&conflict.ours, &conflict.theirs].into_iter().find(|side| side.session.as_ref() == Some(session));
        if let (Subject::Field(name), Some(side)) = (&conflict.subject, side) {
            fields.push((name.clone(), side.value.clone()));
        }
    }
    let only_fields = claim.dropped && !fields.is_empty() && disagreements(todo).is_empty();
    Answer { wish: (!only_fields).then(|| claim.state()), fields }
}

/// Says of the todo that these words mean what shall hold.
pub(super) fn settle(
    args: &ResolveArgs,
    words: &[String],
    world: &World,
    out: &mut Out,
    answer: impl Fn(&Todo) -> Result<Answer, Failure>,
) -> Result<(), Failure> {
    let store = world.store_or_create(out)?;
    let id = std::cell::Cell::new(None);
    let what = format!("resolve: {}", words.join(" "));
    let spoken = args.speaker.act(&store, world, out, &what, |everything| {
        let (project, todo) = find(everything, world.here(), words)?;
        id.set(Some(todo.id));
        let Answer { wish, fields } = answer(todo)?;
        Ok(vec![Act { weight: Weight::Settles, wish, fields, ..Act::new(project, todo, todo.state()) }])
    })?;
    let Some(id) = id.get() else { return Ok(()) };
    let state = spoken.everything.get(id).map_or("settled", |(_, todo)| todo.state().as_str());
    spoken.finish(id, state, out)
}
