//! `edit`: other words or properties for a todo.

use clap::Args;
use serde_json::{Value, json};

use super::act::{PropertyArgs, there_is, words};
use super::named::find;
use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::World;
use crate::statement::{Act, Weight};
use crate::todo::{Project, State, Todo, TodoId, link_ids};
use crate::view::{Everything, Links};

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

pub(super) fn run(args: &EditArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store_or_create(out)?;
    let content = args.text.as_deref().map(|text| words(text, &store, out)).transpose()?;
    let id = std::cell::Cell::new(None);
    let what = format!("edit: {}", args.todo.join(" "));
    let spoken = args.speaker.act(&store, world, out, &what, |everything| {
        let (project, todo) = find(everything, world.here(), &args.todo)?;
        let new_id = match &content {
            Some(content) if *content != todo.content => TodoId::of(project, content),
            _ => todo.id,
        };
        let fields = args.properties.fields(everything, project, todo.id)?;
        id.set(Some(new_id));
        if new_id == todo.id {
            if fields.is_empty() {
                return Err(Failure::usage("nothing to change").hint("--text, --priority, --description, --blocked-by"));
            }
            let mut acts = unblocking(everything, todo, &fields);
            acts.push(Act { wish: None, fields, ..Act::new(project, todo, todo.state()) });
            return Ok(acts);
        }
        let mut acts = unblocking(everything, todo, &fields);
        acts.extend(renaming(everything, project, todo, content.clone().unwrap_or_default(), fields)?);
        Ok(acts)
    })?;
    id.get().map_or(Ok(()), |id| spoken.finish(id, "changed", out))
}

/// Returns the acts that take back what others say of blocking a todo which is said to wait for other ones: a link is
/// one of both.
fn unblocking(everything: &Everything, todo: &Todo, fields: &[(String, Value)]) -> Vec<Act> {
    let Some((_, waits_for)) = fields.iter().find(|(name, _)| name == "blockedBy") else { return Vec::new() };
    let waits_for = link_ids(waits_for);
    let links = Links::new(everything);
    let others = links.blockers(todo).into_iter().filter(|other| !waits_for.contains(&other.id));
    let acts = others.filter_map(|other| {
        let (project, _) = everything.get(other.id)?;
        let blocks = links.without(other, todo)?;
        let fields = vec![("blocks".to_owned(), blocks)];
        Some(Act { wish: None, fields, ..Act::new(project, other, other.state()) })
    });
    acts.collect()
}

/// Returns the acts that give a todo other words: first the new one. Everything that was known of it goes along,
/// unless it is said anew. Words that nobody wants any more are free; they may be those it had before.
pub(super) fn renaming(
    everything: &Everything,
    project: &Project,
    todo: &Todo,
    content: String,
    mut fields: Vec<(String, Value)>,
) -> Result<Vec<Act>, Failure> {
    let id = TodoId::of(project, &content);
    let is_wanted = |taken: &&Todo| taken.state() != State::Dropped;
    if let Some(taken) = everything.with_words(project, &content).into_iter().find(is_wanted) {
        return Err(there_is(taken));
    }
    let taken = everything.get(id).map(|(_, taken)| taken);
    if taken.is_some_and(|taken| taken.text("renamedTo").is_some()) {
        fields.push(("renamedTo".to_owned(), json!("")));
    }
    for (name, field) in todo.fields.iter().filter(|(name, _)| !name.starts_with("renamed")) {
        if fields.iter().all(|(given, _)| given != name) {
            fields.push((name.clone(), field.value.clone()));
        }
    }
    fields.push(("renamedFrom".to_owned(), json!(todo.id.to_string())));
    let old = Act {
        fields: vec![("renamedTo".to_owned(), json!(id.to_string()))],
        ..Act::new(project, todo, State::Dropped)
    };
    let wish = Some(todo.state());
    Ok(vec![Act { project: project.clone(), id, content, nth: 1, wish, weight: Weight::ComesTrue, fields }, old])
}
