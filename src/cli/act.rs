//! `add`, `start`, `done`, `drop`, `reopen`, `edit`: what people and agents say of one todo.

use clap::Args;
use serde_json::{Value, json};

use super::out::{Failure, Out};
use super::speaker::{SpeakerArgs, find, warn_of};
use super::world::{World, project};
use crate::ops;
use crate::redact::Found;
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Project, State, Status, Todo, TodoId, normalise};
use crate::view::Everything;

/// Arguments of `start`, `done`, `drop` and `reopen`.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// The todo: the beginning of its id, or words of its text
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
    /// The todo: the beginning of its id, or words of its text
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
    fn fields(&self, everything: &Everything) -> Result<Vec<(String, Value)>, Failure> {
        let mut fields = Vec::new();
        for (name, value) in [("priority", &self.priority), ("description", &self.description)] {
            fields.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
        }
        if !self.blocked_by.is_empty() {
            let named = self.blocked_by.iter().filter(|words| !words.is_empty());
            let ids = named.map(|words| Ok(find(everything, std::slice::from_ref(words))?.1.id.to_string()));
            fields.push(("blockedBy".to_owned(), json!(ids.collect::<Result<Vec<String>, Failure>>()?)));
        }
        Ok(fields)
    }
}

/// What `start`, `done`, `drop` and `reopen` do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verb {
    Start,
    Done,
    Drop,
    Reopen,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Verb::Start => "start",
            Verb::Done => "done",
            Verb::Drop => "drop",
            Verb::Reopen => "reopen",
        }
    }

    /// Returns what became of the todo.
    pub(super) fn past(self) -> &'static str {
        match self {
            Verb::Start => "started",
            Verb::Done => "completed",
            Verb::Drop => "dropped",
            Verb::Reopen => "open again",
        }
    }

    fn wish(self) -> State {
        match self {
            Verb::Start => State::Wanted(Status::InProgress),
            Verb::Done => State::Wanted(Status::Completed),
            Verb::Drop => State::Dropped,
            Verb::Reopen => State::Wanted(Status::Pending),
        }
    }

    /// Says why a todo in this state cannot be treated so. Reopening is never an accident.
    fn refuse(self, state: State) -> Option<String> {
        match (self, state) {
            (Verb::Start, State::Wanted(Status::Completed) | State::Dropped) => Some(format!("it is {state}")),
            (Verb::Reopen, state) if state.is_open() => Some(format!("it is open already ({state})")),
            _ => None,
        }
    }
}

pub(super) fn run(verb: Verb, args: &ActArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let id = std::cell::Cell::new(None);
    let what = format!("{}: {}", verb.name(), args.todo.join(" "));
    let spoken = args.speaker.act(world, out, &what, |everything| {
        let (project, todo) = find(everything, &args.todo)?;
        if let Some(reason) = verb.refuse(todo.state()) {
            let refused = Failure::no(format!("cannot {} '{}': {reason}", verb.name(), todo.content));
            return Err(match verb {
                Verb::Start => {
                    refused.hint(format!("`git chittysync reopen {}` opens it again", &todo.id.to_string()[..8]))
                }
                _ => refused,
            });
        }
        id.set(Some(todo.id));
        Ok(vec![Act::new(project, todo, verb.wish())])
    })?;
    id.get().map_or(Ok(()), |id| spoken.finish(id, verb.past(), out))
}

pub(super) fn add(args: &AddArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let text = args.text.join(" ");
    let store = world.store_or_create(out)?;
    let content = words(&text, &store, out)?;
    let project = match args.project.as_deref() {
        Some(name) => project(name)?,
        None => ops::project_of(&store, &world.directory, &content),
    };
    let id = TodoId::of(&project, &content);
    let spoken = args.speaker.act(world, out, &format!("add: {content}"), |everything| {
        if let Some((_, todo)) = everything.get(id)
            && todo.state().is_open()
        {
            return Err(Failure::no(format!(
                "there is such a todo already: {} '{}'",
                &id.to_string()[..8],
                todo.content
            ))
            .hint("`git chittysync edit` changes it"));
        }
        let fields = args.properties.fields(everything)?;
        let (content, wish) = (content.clone(), Some(State::Wanted(Status::Pending)));
        Ok(vec![Act { project: project.clone(), id, content, wish, settle: false, fields }])
    })?;
    spoken.finish(id, "added", out)
}

pub(super) fn edit(args: &EditArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store_or_create(out)?;
    let content = args.text.as_deref().map(|text| words(text, &store, out)).transpose()?;
    let id = std::cell::Cell::new(None);
    let what = format!("edit: {}", args.todo.join(" "));
    let spoken = args.speaker.act(world, out, &what, |everything| {
        let (project, todo) = find(everything, &args.todo)?;
        let fields = args.properties.fields(everything)?;
        let new_id = content.as_ref().map_or(todo.id, |content| TodoId::of(project, content));
        id.set(Some(new_id));
        if new_id == todo.id {
            if fields.is_empty() {
                return Err(Failure::usage("nothing to change").hint("--text, --priority, --description, --blocked-by"));
            }
            return Ok(vec![Act { wish: None, fields, ..Act::new(project, todo, todo.state()) }]);
        }
        Ok(renaming(project, todo, content.clone().unwrap_or_default(), fields))
    })?;
    id.get().map_or(Ok(()), |id| spoken.finish(id, "changed", out))
}

/// Returns the acts that give a todo other words: first the new one. Everything that was known of it goes along,
/// unless it is said anew.
pub(super) fn renaming(project: &Project, todo: &Todo, content: String, mut fields: Vec<(String, Value)>) -> Vec<Act> {
    for (name, field) in todo.fields.iter().filter(|(name, _)| !name.starts_with("renamed")) {
        if fields.iter().all(|(given, _)| given != name) {
            fields.push((name.clone(), field.value.clone()));
        }
    }
    fields.push(("renamedFrom".to_owned(), json!(todo.id.to_string())));
    let id = TodoId::of(project, &content);
    let old = Act {
        fields: vec![("renamedTo".to_owned(), json!(id.to_string()))],
        ..Act::new(project, todo, State::Dropped)
    };
    let wish = Some(todo.state());
    vec![Act { project: project.clone(), id, content, wish, settle: false, fields }, old]
}

/// Returns the words of a todo as they are stored, without credentials.
pub(super) fn words(text: &str, store: &Store, out: &Out) -> Result<String, Failure> {
    let mut found = Found::new();
    let redacted = store.settings.redactor.text(text, &mut found);
    warn_of(&found, out);
    let content = normalise(&redacted).into_owned();
    if content.is_empty() { Err(Failure::usage("a todo needs words")) } else { Ok(content) }
}

/// Returns the project that a command is about: the one named, else that of the directory.
pub(super) fn chosen(name: Option<&str>, directory: &std::path::Path) -> Result<Option<Project>, Failure> {
    name.map_or_else(|| Ok(ops::directory_project(directory)), |name| project(name).map(Some))
}
