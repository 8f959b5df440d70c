//! `resolve` on a terminal: the disagreements one by one, a key for each.

use std::collections::BTreeSet;

use super::author::SpeakerArgs;
use super::context::Context;
use super::resolve_edit;
use super::said::tell;
use super::terminal::key;
use super::ui::{Failure, Ui};
use crate::merge::{Side, Subject, choices};
use crate::ops;
use crate::ops::todo::{self, Settlement, Which, find, taken};
use crate::todo::{Project, Session, State, Status, Todo, plain};
use crate::view::{Everything, OverProperty, Style, questions};

/// One question: what is shown, what the digits mean, and whether it is about the status.
struct Question {
    text: String,
    answers: Vec<Settlement>,
    is_status: bool,
}

const HELP: &str = "  a digit takes what stands behind it
  p, i, c, d: it is pending, in progress, completed, dropped, whatever was said
  e: opens the todo in your editor; what you save holds
  s: leaves this one as it is; q: leaves all that are left
";

/// Goes through the disagreements, in the order of `conflicts`.
pub(super) fn ask(
    words: &[String],
    all: bool,
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.everything(&store, ui)?;
    let properties = ops::open_properties(&store, &everything)?;
    let mut open = questions(&everything, all, &properties);
    if !words.is_empty() {
        let (project, todo) = find(&everything, context.here(), &Which::words(words))?;
        open.retain(|(_, other, _)| other.id == todo.id);
        if open.is_empty() {
            open.push((project, todo, None));
        }
    }
    if open.is_empty() {
        ui.note("No session disagrees with another.");
    }
    let mut edited = BTreeSet::new();
    for (project, todo, property) in open {
        if edited.contains(&todo.id) {
            continue;
        }
        let question = question(&everything, project, todo, property, &properties, ui.style(context.now));
        ui.print_always(&question.text);
        let which = Which::Id(todo.id);
        match answer(&question, ui) {
            Reply::Answer(answer) => settle(&which, &answer, speaker, context, ui)?,
            Reply::Edit => {
                edited.insert(todo.id);
                resolve_edit::edit(&which, speaker, context, ui)?;
            }
            Reply::Skip => {}
            Reply::Quit => return Ok(()),
        }
    }
    Ok(())
}

/// Settles a todo, and tells what came of it.
pub(super) fn settle(
    which: &Which,
    settlement: &Settlement,
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let store = context.store_or_create(ui)?;
    let actor = speaker.actor(&store, context);
    tell(&todo::resolve(&actor, which, settlement)?, None, &actor, ui)
}

fn question(
    everything: &Everything,
    project: &Project,
    todo: &Todo,
    property: Option<&OverProperty>,
    properties: &[OverProperty],
    style: Style,
) -> Question {
    let who = |session: &Session| everything.who(session);
    let ago = |time| match style.age(time).as_str() {
        "now" => "now".to_owned(),
        age => format!("{age} ago"),
    };
    let beside = style.dim(&format!("({}, {})", plain(everything.names().shown(project)), &todo.id.to_string()[..8]));
    let mut text = format!("\n{} {} {beside}\n", style.symbol(todo.state()), style.title(&plain(&todo.content)));
    let mut answers = Vec::new();
    let mut offer = |answer: Settlement, said: String| {
        answers.push(answer);
        text.push_str(&format!("  {}  {said}\n", answers.len()));
    };
    let Some(OverProperty { conflict, .. }) = property else {
        for (session, claim) in choices(todo).into_iter().take(9) {
            let said = format!("{} by {}, {}", claim.state(), who(session), ago(claim.at));
            let (target, fields) = taken(todo, session, claim, properties);
            offer(Settlement::Answer { target, fields }, said);
        }
        return Question { text, answers, is_status: true };
    };
    let (kept, overruled) = conflict.sides();
    let name = match &conflict.subject {
        Subject::Field(name) => name.as_str(),
        Subject::Status => "status",
    };
    let mut side = |side: &Side, note: &str| {
        let value = plain(&side.value.as_str().map_or_else(|| side.value.to_string(), str::to_owned));
        let by = side.session.as_ref().map(|session| format!(" by {}", who(session))).unwrap_or_default();
        let fields = vec![(name.to_owned(), side.value.clone())];
        let said = format!("{}: {value}{by}, {}{note}", plain(name), ago(side.at));
        offer(Settlement::Answer { target: None, fields }, said);
    };
    side(kept, ", which was kept");
    side(overruled, "");
    Question { text, answers, is_status: false }
}

enum Reply {
    Answer(Settlement),
    Edit,
    Skip,
    Quit,
}

/// Asks until the key is one that answers.
fn answer(question: &Question, ui: &mut Ui) -> Reply {
    let states = if question.is_status { "p)ending i)n progress c)ompleted d)ropped " } else { "" };
    let asked = format!("Take 1-{}, or {states}e)dit s)kip q)uit ?)help: ", question.answers.len());
    loop {
        let Some(key) = key(&asked) else { return Reply::Quit };
        let state = match key {
            'p' => Some(State::Wanted(Status::Pending)),
            'i' => Some(State::Wanted(Status::InProgress)),
            'c' => Some(State::Wanted(Status::Completed)),
            'd' => Some(State::Dropped),
            _ => None,
        };
        let place = key.to_digit(10).and_then(|digit| (digit as usize).checked_sub(1));
        match key {
            'e' => return Reply::Edit,
            's' => return Reply::Skip,
            'q' => return Reply::Quit,
            _ => {}
        }
        match state.filter(|_| question.is_status) {
            Some(state) => return Reply::Answer(Settlement::State(state)),
            None => match place.and_then(|place| question.answers.get(place)) {
                Some(answer) => return Reply::Answer(answer.clone()),
                None => ui.print_always(HELP),
            },
        }
    }
}
