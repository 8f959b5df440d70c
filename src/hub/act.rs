//! What is said of one todo: the same acts as on the command line.

use axum::response::Response;
use serde_json::{Value, json};

use super::asked::{Asked, Speaker};
use super::state::Hub;
use crate::cli::present;
use crate::git::ObjectId;
use crate::ops::todo::{self, Add, Became, Edit, Outcome, Properties, Which};
use crate::ops::{self, Report, Shown};
use crate::todo::{State, Status, Time, TodoId, Verb};
use crate::wire::{self, Given, Op, Problem};

/// The verbs by which something is said of a todo.
const VERBS: [Verb; 5] = [Verb::Start, Verb::Done, Verb::Release, Verb::Drop, Verb::Reopen];
/// Who speaks.
const SPEAKER: [&str; 5] = ["session_id", "sessionId", "device", "machineId", "machine_id"];
/// What a todo can be given here.
const PROPERTIES: [&str; 9] =
    ["content", "text", "priority", "description", "blockedBy", "blocked_by", "due", "defer", "labels"];

/// `POST /api/todo`.
pub(super) fn add(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    only(&given, &["project", "projectId"])?;
    let text = given.needed(&["content", "text"])?;
    let add =
        Add { text, project: given.text(&["project", "projectId"])?, properties: properties(hub, &given, present())? };
    let speaker = speaker(hub, asked, &given)?;
    if let Some(commit) = speaker.repeated {
        return repeated(hub, &speaker, commit);
    }
    let outcome = todo::add(&speaker.actor(), &add).map_err(|err| hub.refused(err))?;
    answer(hub, &speaker, &outcome, outcome.became == Became::Added)
}

/// `PATCH /api/todo/<id>`: other words and properties, or another status.
pub(super) fn edit(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    only(&given, &["status"])?;
    let status = given.text(&["status"])?;
    if status.as_deref().is_some_and(|word| word != State::Dropped.as_str() && Status::parse(word).is_none()) {
        let hint = "it is pending, in_progress, completed or dropped";
        return Err(Problem::new(422, "no todo can have this 'status'").hint(hint));
    }
    let edit = Edit { text: given.text(&["content", "text"])?, properties: properties(hub, &given, present())? };
    let id = asked.todo(&*hub.shown(&hub.store()?)?)?;
    let speaker = speaker(hub, asked, &given)?;
    if status.is_some() && PROPERTIES.iter().any(|key| given.value(&[key]).is_some()) {
        return Err(
            Problem::new(422, "'status' is said by itself").hint("one request for the words, one for the status")
        );
    }
    if speaker.repeated.is_some() {
        return told(hub, &speaker, id, Became::Unchanged, None, false);
    }
    let Some(status) = status else {
        let outcome = todo::edit(&speaker.actor(), &Which::Id(id), &edit).map_err(|err| hub.refused(err))?;
        return answer(hub, &speaker, &outcome, false);
    };
    let state = todo_state(hub, id)?;
    let verb = match (status.as_str(), state) {
        ("in_progress", _) => Verb::Start,
        ("completed", _) => Verb::Done,
        ("dropped", _) => Verb::Drop,
        ("pending", State::Wanted(Status::InProgress)) => Verb::Release,
        ("pending", state) if !state.is_open() => Verb::Reopen,
        _ => return told(hub, &speaker, id, Became::Unchanged, None, false),
    };
    let outcome = todo::say(&speaker.actor(), verb, &Which::Id(id)).map_err(|err| hub.refused(err))?;
    answer(hub, &speaker, &outcome, false)
}

/// `POST /api/todo/<id>/<verb>`, and `DELETE /api/todo/<id>`, which drops it.
pub(super) fn say(hub: &Hub, asked: &Asked) -> Result<Response, Problem> {
    let given = Given::parse(&asked.body)?;
    let named = if asked.operation.op == Op::Drop { "drop" } else { asked.names[1].as_str() };
    let unknown =
        || Problem::new(404, "nothing is said of a todo by this word").hint("start, done, release, drop or reopen");
    let verb = VERBS.into_iter().find(|verb| verb.name() == named).ok_or_else(unknown)?;
    let id = asked.todo(&*hub.shown(&hub.store()?)?)?;
    let speaker = speaker(hub, asked, &given)?;
    if speaker.repeated.is_some() {
        return told(hub, &speaker, id, Became::Unchanged, None, false);
    }
    let outcome = todo::say(&speaker.actor(), verb, &Which::Id(id)).map_err(|err| hub.refused(err))?;
    answer(hub, &speaker, &outcome, false)
}

fn speaker(hub: &Hub, asked: &Asked, given: &Given) -> Result<Speaker, Problem> {
    Speaker::of(hub, asked, given, given.text(&["session_id", "sessionId"])?, true)
}

fn properties(hub: &Hub, given: &Given, now: Time) -> Result<Properties, Problem> {
    let (priority, description) = (given.text(&["priority"])?, given.text(&["description"])?);
    let blocked_by = match given.value(&["blockedBy", "blocked_by"]) {
        // None of them any more.
        Some(Value::Array(none)) if none.is_empty() => vec![String::new()],
        _ => given.texts(&["blockedBy", "blocked_by"])?,
    };
    let (due, defer, labels) = (given.text(&["due"])?, given.text(&["defer"])?, given.texts(&["labels"])?);
    let typed = Properties::typed(priority.as_deref(), description.as_deref(), &blocked_by);
    let dated = typed.and_then(|properties| properties.dated(due.as_deref(), defer.as_deref(), now));
    dated.and_then(|properties| properties.labelled(&labels)).map_err(|err| hub.refused(err))
}

/// Says no to what would not be kept.
fn only(given: &Given, more: &[&str]) -> Result<(), Problem> {
    let known: Vec<&str> = PROPERTIES.iter().chain(&SPEAKER).chain(more).copied().collect();
    match given.0.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(Problem::new(422, format!("'{key}' is nothing that is kept here")).hint(known.join(", "))),
    }
}

fn todo_state(hub: &Hub, id: TodoId) -> Result<State, Problem> {
    let store = hub.store()?;
    let found = todo::read_named(&store, None, &Which::Id(id)).map_err(|err| hub.trouble(&err))?.0;
    let state = found.get(id).map(|(_, todo)| todo.state());
    state.ok_or_else(|| Problem::new(404, "there is no todo of this id"))
}

fn answer(hub: &Hub, speaker: &Speaker, outcome: &Outcome, is_new: bool) -> Result<Response, Problem> {
    told(hub, speaker, outcome.id, outcome.became, Some(&outcome.said.report), is_new)
}

/// Answers with the todo as it is now.
pub(super) fn told(
    hub: &Hub,
    speaker: &Speaker,
    id: TodoId,
    became: Became,
    report: Option<&Report>,
    is_new: bool,
) -> Result<Response, Problem> {
    // One that is archived is not in what is shown.
    let store = hub.store()?;
    let found = todo::read_named(&store, None, &Which::Id(id)).map_err(|err| hub.trouble(&err))?.0;
    speaker.answer(hub, report, is_new, |_: &Shown| {
        let shown = found.get(id).map(|(project, todo)| wire::one(&found, project, todo));
        json!({ "todo": shown, "became": word(became) })
    })
}

/// Answers for a todo that was added by an earlier request of the same key.
fn repeated(hub: &Hub, speaker: &Speaker, commit: ObjectId) -> Result<Response, Problem> {
    let said = ops::said_in(&speaker.store, commit).map_err(|err| hub.trouble(&err))?;
    let id = said.ok_or_else(|| Problem::new(409, "what this request added is not known any more"))?;
    told(hub, speaker, id, Became::Unchanged, None, false)
}

fn word(became: Became) -> &'static str {
    match became {
        Became::Added => "added",
        Became::Reopened | Became::Open => "reopened",
        Became::Started => "started",
        Became::Completed => "completed",
        Became::Released => "released",
        Became::Dropped => "dropped",
        Became::Changed => "changed",
        Became::Settled(_) => "settled",
        Became::Unchanged => "unchanged",
    }
}
