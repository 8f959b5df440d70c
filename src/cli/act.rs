//! `add`, `start`, `done`, `release`, `drop`, `reopen`: what people and agents say of one todo.

use clap::Args;
use serde_json::{Value, json};

use super::named::{find, note_others};
use super::out::{Failure, Out};
use super::speaker::{SpeakerArgs, Spoken, warn_of};
use super::world::{World, project};
use crate::board::Verb;
use crate::ops;
use crate::redact::Found;
use crate::statement::{Act, Weight};
use crate::store::Store;
use crate::todo::{LINKS, Project, State, Status, Todo, TodoId, normalise};
use crate::view::{Everything, Links, rank};

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

/// Properties of a todo.
#[derive(Debug, Default, Args)]
pub struct PropertyArgs {
    /// How soon: high, medium, low, or a number, 0 first; '' takes it back
    #[arg(long, value_name = "PRIORITY", value_parser = priority)]
    pub priority: Option<String>,
    /// What else there is to say of it; '' takes it back
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// A todo that must be done before; may be given several times; '' takes all of them back
    #[arg(long, value_name = "ID|WORDS")]
    pub blocked_by: Vec<String>,
}

impl PropertyArgs {
    /// Returns them for a todo of this project. What it waits for is looked for there.
    pub(super) fn fields(
        &self,
        everything: &Everything,
        project: &Project,
        id: TodoId,
    ) -> Result<Vec<(String, Value)>, Failure> {
        let mut fields = Vec::new();
        for (name, value) in [("priority", &self.priority), ("description", &self.description)] {
            fields.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
        }
        if !self.blocked_by.is_empty() {
            let named = self.blocked_by.iter().filter(|words| !words.is_empty());
            let ids = named.map(|words| match find(everything, Some(project), std::slice::from_ref(words))?.1.id {
                itself if itself == id => Err(Failure::usage("a todo cannot wait for itself")),
                other => Ok(other.to_string()),
            });
            fields.push(("blockedBy".to_owned(), json!(ids.collect::<Result<Vec<String>, Failure>>()?)));
        }
        Ok(fields)
    }
}

/// Reads a priority as it is typed.
fn priority(text: &str) -> Result<String, String> {
    match text.is_empty() || rank(text).is_some() {
        true => Ok(text.to_owned()),
        false => Err("high, medium, low, or a number, 0 first; '' takes it back".to_owned()),
    }
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
    let store = world.store_or_create(out)?;
    let id = std::cell::Cell::new(None);
    let what = format!("{}: {}", verb.name(), args.todo.join(" "));
    let spoken = args.speaker.act(&store, world, out, &what, |everything| {
        let (project, todo) = find(everything, world.here(), &args.todo)?;
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
    let Some(id) = id.get() else { return Ok(()) };
    if verb == Verb::Start && spoken.changed() {
        warn_of_obstacles(&spoken, id, world, out)?;
    }
    spoken.finish(id, verb.past(), out)?;
    note_others(&spoken.everything, id, &args.todo, out);
    Ok(())
}

/// Warns whoever started a todo of others who are at it, and of what it waits for.
fn warn_of_obstacles(spoken: &Spoken<'_>, id: TodoId, world: &World, out: &Out) -> Result<(), Failure> {
    let Some((_, todo)) = spoken.everything.get(id) else { return Ok(()) };
    let others = todo.workers().filter(|(other, _)| other.main() != spoken.session.main());
    if let Some((other, claim)) = others.max_by_key(|(_, claim)| claim.at) {
        let since = match out.style(world.now).age(claim.at) {
            age if age == "now" => "just now".to_owned(),
            age => format!("{age} ago"),
        };
        out.warn(
            &format!("{} started it {since} and is still at it: {}", other.short(), todo.content),
            Some(&format!("`git chittysync release {}` leaves it to them", &id.to_string()[..8])),
        );
    }
    let is_link = |name: &&str| spoken.everything.todos().any(|(_, todo)| todo.fields.contains_key(*name));
    if LINKS.iter().any(is_link) {
        // It may be named by a number of its agent, which only the session's file knows.
        let everything = world.everything(spoken.store, &Out::keeping())?;
        let blockers = everything.get(id).map(|(_, todo)| Links::new(&everything).blockers(todo));
        for blocker in blockers.unwrap_or_default() {
            let blocker = format!("{} is still open: {}", &blocker.id.to_string()[..8], blocker.content);
            out.warn(&format!("{} waits for another todo; {blocker}", &id.to_string()[..8]), None);
        }
    }
    Ok(())
}

/// Lets go of a todo.
pub(super) fn release(args: &ActArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store_or_create(out)?;
    let session = args.speaker.session(&store)?;
    let id = std::cell::Cell::new(None);
    let what = format!("release: {}", args.todo.join(" "));
    let spoken = args.speaker.act(&store, world, out, &what, |everything| {
        let (project, todo) = find(everything, world.here(), &args.todo)?;
        id.set(Some(todo.id));
        let act = Act::release(project, todo, &session).ok_or_else(|| {
            let refused = format!("cannot release '{}': {} has not taken it", todo.content, session.short());
            Failure::no(refused).hint(format!("`git chittysync show {}` tells who has", &todo.id.to_string()[..8]))
        })?;
        Ok(vec![act])
    })?;
    let Some(id) = id.get() else { return Ok(()) };
    spoken.finish(id, "released", out)?;
    note_others(&spoken.everything, id, &args.todo, out);
    Ok(())
}

pub(super) fn add(args: &AddArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let text = args.text.join(" ");
    let store = world.store_or_create(out)?;
    let content = words(&text, &store, out)?;
    let project = match args.project.as_deref() {
        Some(name) => world.meant_anew(project(name)?, &store)?,
        None => world.here().cloned().unwrap_or_else(|| ops::by_words(&store.settings, &content)),
    };
    let (id, verb) = (std::cell::Cell::new(TodoId::of(&project, &content)), std::cell::Cell::new("added"));
    let spoken = args.speaker.act(&store, world, out, &format!("add: {content}"), |everything| {
        let known = everything.with_words(&project, &content);
        if let Some(todo) = known.into_iter().find(|todo| todo.state().is_open()) {
            return Err(there_is(todo).hint("`git chittysync edit` changes it"));
        }
        // It may have been saved before the project's owner was known.
        let scope = everything.names().scope(&project);
        let is_wanted = |of: &&Project| {
            let todo = everything.get(TodoId::of(of, &content)).filter(|(at, _)| at == of);
            todo.is_some_and(|(_, todo)| todo.state() != State::Dropped)
        };
        let project = scope.projects().find(is_wanted).unwrap_or(&project);
        let named = TodoId::of(project, &content);
        id.set(named);
        let id = named;
        if let Some((_, todo)) = everything.get(id) {
            if todo.state().is_open() {
                return Err(there_is(todo).hint("`git chittysync edit` changes it"));
            }
            verb.set("reopened");
        }
        let fields = args.properties.fields(everything, project, id)?;
        let (content, wish) = (content.clone(), Some(State::Wanted(Status::Pending)));
        Ok(vec![Act { project: project.clone(), id, content, nth: 1, wish, weight: Weight::ComesTrue, fields }])
    })?;
    spoken.finish(id.get(), verb.get(), out)
}

/// Says that these words are a todo's already.
pub(super) fn there_is(todo: &Todo) -> Failure {
    let (id, state) = (&todo.id.to_string()[..8], todo.state());
    Failure::no(format!("there is such a todo already: {id} '{}' ({state})", todo.content))
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
pub(super) fn chosen(name: Option<&str>, world: &World, store: &Store) -> Result<Option<Project>, Failure> {
    match world.scope(name, store)? {
        Some(scope) => Ok(Some(scope.project)),
        None => Ok(world.here().cloned()),
    }
}
