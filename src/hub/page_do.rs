//! What a button does: one use case each, the same that the commands call.

use super::page_agents;
use super::page_sign_in::field;
use crate::cli::{Failure, became, moment, present};
use crate::git::ObjectId;
use crate::merge::Subject;
use crate::ops::todo::{
    self, Actor, Add, Assign, Became, Edit, Outcome, Properties, Refusal, Rollback, Settlement, Wanted, Which,
};
use crate::ops::{self, Demand, OpsError, spawn};
use crate::page::{Deed, Message, Side};
use crate::store::Store;
use crate::todo::{Time, Todo, TodoId, plain};

/// Why an act was not done.
pub(super) enum Refused {
    /// It cannot be done; this is what is said of it.
    No(Message),
    /// The store could not be read or written.
    Ops(OpsError),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let refusal = match refusal {
            // What the store says of what was to be said is for people; what else is wrong with it is for the log.
            Refusal::Ops(err @ (OpsError::Forgotten(_) | OpsError::Unmet(_) | OpsError::Moved(_))) => Refusal::Ops(err),
            Refusal::Ops(err) => return Refused::Ops(err),
            other => other,
        };
        self::refusal(Failure::from(refusal))
    }
}

/// Returns a refusal in the words of the command line.
pub(super) fn refusal(failure: Failure) -> Refused {
    let lines = failure.lines();
    let mut lines = lines.split('\n');
    let text = lines.next().unwrap_or_default().to_owned();
    let hints = lines.map(|line| line.trim_start_matches("hint: ").to_owned()).collect();
    Refused::No(Message { text, hints, is_refused: true, undo: None })
}

impl From<OpsError> for Refused {
    fn from(err: OpsError) -> Self {
        Refused::from(Refusal::Ops(err))
    }
}

/// What became of an act, and the todo that it was about.
type Done = (Message, Option<TodoId>);

/// Does it, in the name of the person at this device.
pub(super) fn perform(store: &Store, deed: &Deed, fields: &[(String, String)]) -> Result<Done, Refused> {
    let actor = Actor { store, agent: None, here: None, now: present(), demand: &ops::NOTHING };
    let outcome = match deed {
        Deed::Say(verb, id) => todo::say(&actor, *verb, &Which::Id(*id))?,
        Deed::Settle(id, state) => todo::resolve(&actor, &Which::Id(*id), &Settlement::State(*state))?,
        Deed::Choose(id, side, kept, overruled, name) => choose(&actor, *id, *side, (*kept, *overruled), name)?,
        Deed::Edit(id) => edit(&actor, *id, fields)?,
        Deed::Add => {
            let project = Some(field(fields, "project").trim()).filter(|name| !name.is_empty() && *name != "general");
            let (text, project) = (field(fields, "words").to_owned(), project.map(str::to_owned));
            todo::add(&actor, &Add { text, project, properties: Properties::default() })?
        }
        Deed::Undo(id, at) => return undo(&actor, (*id, *at)),
        Deed::Rollback(to, from) => return rollback(&actor, (to, from), field(fields, "project")),
        Deed::Assign => return assign(&actor),
        Deed::Pause => return agents(&actor, &spawn::Edit::Pause),
        Deed::Resume => return agents(&actor, &spawn::Edit::Resume),
        // What is known of runs for mirrors is not in the store: they are begun in `page_mirrors`.
        Deed::Mirror(..) => return Err(no("A mirror says nothing of a todo.", "Open the page Mirrors.")),
        Deed::Reset(topic) => return agents(&actor, &spawn::Edit::Reset(topic.clone())),
    };
    Ok(told(&outcome))
}

/// Says what became of a todo.
fn told(outcome: &Outcome) -> Done {
    let words = outcome.todo().map(|(_, todo)| todo.content.clone()).unwrap_or_default();
    let mut hints: Vec<String> = Vec::new();
    if let Some((other, _)) = &outcome.obstacles.worker {
        hints.push(format!("{} is at it, too", outcome.said.everything.who(other)));
    }
    for blocker in &outcome.obstacles.blockers {
        hints.push(format!("it waits for ‘{}’, which is still open", plain(&blocker.content)));
    }
    for rule in &outcome.said.redacted {
        hints.push(format!("a credential ({rule}) was redacted before it was saved"));
    }
    if outcome.said.report.held.is_some() {
        hints.push("it is saved, and not merged: the branch is checked out there".to_owned());
    }
    let undo = outcome.todo().filter(|_| outcome.became != Became::Unchanged);
    let undo = undo.map(|(_, todo)| (todo.id, spoken_of(todo)));
    let text = format!("{}: {}", capital(&became(outcome.became).replace('_', " ")), plain(&words));
    (Message { text, hints, is_refused: false, undo }, Some(outcome.id))
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Settles a disagreement over a property: that one which was seen, and nothing that was said since.
fn choose(actor: &Actor<'_>, id: TodoId, side: Side, seen: (Time, Time), name: &str) -> Result<Outcome, Refused> {
    let everything = todo::read(actor.store, crate::store::Reach::Working)?.0;
    let open = ops::open_properties(actor.store, &everything)?;
    let is_meant = |subject: &Subject| matches!(subject, Subject::Field(field) if field == name);
    let found = open.iter().map(|one| &one.conflict).find(|one| {
        let (kept, overruled) = one.sides();
        one.id == id && is_meant(&one.subject) && (kept.at, overruled.at) == seen
    });
    let gone = || {
        let content = everything.get(id).map(|(_, todo)| todo.content.clone()).unwrap_or_default();
        Refusal::Changed { content, edited: false }
    };
    let (kept, overruled) = found.ok_or_else(gone)?.sides();
    let value = if side == Side::Kept { &kept.value } else { &overruled.value };
    let settlement = Settlement::Answer { target: None, fields: vec![(name.to_owned(), value.clone())] };
    Ok(todo::resolve(actor, &Which::Id(id), &settlement)?)
}

/// Says what somebody changed in a form, and nothing else of it.
fn edit(actor: &Actor<'_>, id: TodoId, fields: &[(String, String)]) -> Result<Outcome, Refused> {
    let changed = |name: &str| {
        let (new, old) = (field(fields, name).replace("\r\n", "\n"), field(fields, &format!("{name}-was")));
        (new.trim() != old.replace("\r\n", "\n").trim()).then(|| new.trim().to_owned())
    };
    // One more: what it waits for already stays.
    let wait = Some(field(fields, "wait").trim()).filter(|wait| !wait.is_empty());
    let waits_for: Vec<String> = wait.map(|wait| format!("+{wait}")).into_iter().collect();
    let (priority, description) = (changed("priority"), changed("description"));
    let properties = Properties::typed(priority.as_deref(), description.as_deref(), &waits_for)?;
    Ok(todo::edit(actor, &Which::Id(id), &Edit { text: changed("words"), properties })?)
}

/// Returns when anything new was last said of a todo.
fn spoken_of(todo: &Todo) -> Time {
    todo.fields.values().map(|field| field.at).chain([todo.updated()]).max().unwrap_or_default()
}

/// Brings an earlier state back, if the branch still is where it was when somebody saw what that changes.
fn rollback(actor: &Actor<'_>, (to, from): (&str, &str), project: &str) -> Result<Done, Refused> {
    let unknown = || no("The branch was never at this commit.", "History lists its earlier states.");
    let commit = |text: &str| ObjectId::from_hex(text.as_bytes()).map_err(|_| unknown());
    let (then, demand) = (commit(to)?, Demand { at: Some(commit(from)?), request: None });
    let at = ops::shown_at(actor.store, then)?.ok_or_else(unknown)?.at.unwrap_or_default();
    let project = Some(project).filter(|project| !project.is_empty()).map(str::to_owned);
    let wanted = Rollback { revision: to.to_owned(), project, todo: None, dry_run: false };
    let back = match todo::rollback(&Actor { demand: &demand, ..*actor }, &wanted) {
        Err(Refusal::Ops(OpsError::WentOn(_))) => {
            return Err(no("The branch went on since this was shown.", "This is what would change now."));
        }
        back => back?,
    };
    let said = back.said.as_ref().filter(|said| said.changed());
    let Some(said) = said else { return Err(no("Nothing is different.", "It is as it was then.")) };
    let after = |id: TodoId| said.everything.get(id).map(|(_, todo)| (id, spoken_of(todo)));
    let undo = back.acts.iter().find_map(|act| after(act.id));
    let changed = match back.acts.len() {
        1 => "1 todo is".to_owned(),
        several => format!("{several} todos are"),
    };
    let text = format!("Gone back: {changed} as {}", moment(at, actor.now).trim());
    Ok((Message { text, hints: Vec::new(), is_refused: false, undo }, None))
}

fn no(text: &str, hint: &str) -> Refused {
    Refused::No(Message { text: text.to_owned(), hints: vec![hint.to_owned()], is_refused: true, undo: None })
}

/// Takes the last act back, if it is the one that was seen: another window, or a command, may have done something since.
fn undo(actor: &Actor<'_>, seen: (TodoId, Time)) -> Result<Done, Refused> {
    let last = todo::undo(actor, Wanted { dry_run: true, ..Wanted::default() })?;
    if !last.undo.events.iter().any(|event| (event.after.id, spoken_of(&event.after)) == seen) {
        let text = "Something else was done since, so this is not the last act any more.".to_owned();
        let hints = vec!["`git chittysync undo --dry-run` says what the last one is".to_owned()];
        return Err(Refused::No(Message { text, hints, is_refused: true, undo: None }));
    }
    let back = todo::undo(actor, Wanted::default())?;
    let style = crate::view::Style { color: false, width: 0, isolate: false, now: actor.now };
    let first = back.undo.events.first().map(|event| event.deed().text(usize::MAX, style)).unwrap_or_default();
    let more = back.undo.events.len().saturating_sub(1);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let left = |(todo, session): &(crate::todo::Todo, crate::todo::Session)| {
        format!("{} spoke of ‘{}’ since, so that stays", session.short(), plain(&todo.content))
    };
    let hints = back.undo.left.iter().map(left).collect();
    let id = back.undo.events.first().map(|event| event.after.id);
    Ok((Message { text: format!("Taken back: {first}{more}"), hints, is_refused: false, undo: None }, id))
}

fn agents(actor: &Actor<'_>, what: &spawn::Edit) -> Result<Done, Refused> {
    let text = page_agents::say(actor.store, what, actor.now)?.map_err(refusal)?;
    Ok((Message { text, ..Message::default() }, None))
}

fn assign(actor: &Actor<'_>) -> Result<Done, Refused> {
    let found = todo::assign(actor, &Assign::default())?;
    let given = found.decided.given;
    let after = |id: TodoId| found.said.as_ref()?.everything.get(id).map(|(_, todo)| (id, spoken_of(todo)));
    let undo = given.first().and_then(|((_, todo), _)| after(todo.id));
    let text = match given.len() {
        0 => "Nothing is handed out: no session is there that could take more.".to_owned(),
        1 => "Handed out 1 todo".to_owned(),
        several => format!("Handed out {several} todos"),
    };
    Ok((Message { text, hints: Vec::new(), is_refused: false, undo }, None))
}
