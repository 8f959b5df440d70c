//! What only a store can do for the board: the use cases of `ops`, as the commands of the same names call them.

use super::follow::Follow;
use crate::board::{Board, Page, Request};
use crate::cli::author::SpeakerArgs;
use crate::cli::context::Context;
use crate::cli::log::{event_text, moment};
use crate::cli::refused::done;
use crate::cli::rollback::{last_spoken, tell_undone};
use crate::cli::said::{tell, word};
use crate::cli::ui::{Failure, Ui};
use crate::ops::todo::{self, Actor, Add, Asked, Claim, Edit, Outcome, Properties, Refusal, Settlement, Wanted, Which};
use crate::ops::{self, Event, LogFilter};
use crate::todo::{TodoId, plain};
use crate::view::{Shown, Style, show_text};

/// No history on a page is longer, in events.
const LONGEST: usize = 500;

/// Carries out a request, and tells the board what came of it.
pub(super) fn perform(
    request: &Request,
    board: &mut Board,
    follow: &Follow<'_>,
    speaker: &SpeakerArgs,
    context: &Context,
) {
    let mut ui = Ui::keeping();
    match carry_out(request, board, follow, speaker, context, &mut ui) {
        Ok(said) if said.is_empty() => {}
        Ok(said) => board.say(said, false),
        Err(failure) => board.say(failure.text(), true),
    }
    for warning in ui.heard() {
        board.say(warning, true);
    }
}

fn carry_out(
    request: &Request,
    board: &mut Board,
    follow: &Follow<'_>,
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<String, Failure> {
    match request {
        Request::Say(verb, id) => {
            let store = follow.holder(board.everything(), *id, ui)?;
            let actor = speaker.actor(&store, context);
            let outcome = todo::say(&actor, *verb, &Which::Id(*id))?;
            tell(&outcome, None, &actor, ui)?;
            Ok(format!("{}: {}", word(outcome.became), words(board, *id)))
        }
        Request::Settle(id, state) => settle(*id, &Settlement::State(*state), (board, follow), speaker, context, ui),
        Request::Take(id, session, state) => {
            let settlement = Settlement::Take { session: session.to_string(), seen: Some(*state) };
            settle(*id, &settlement, (board, follow), speaker, context, ui)
        }
        Request::Undo => {
            let store = last_spoken(context.store(ui)?, Wanted::default(), speaker, context);
            let actor = speaker.actor(&store, context);
            let back = todo::undo(&actor, Wanted::default())?;
            tell_undone(&back, false, &actor, ui)?;
            Ok(format!("undone: {}", done(&back.undo, ui.style(context.now))))
        }
        Request::Show(id) => {
            let style = Style { now: context.now, ..board.style() };
            let everything = board.everything();
            let page = everything.get(*id).map(|(project, todo)| show_text(everything, project, todo, style));
            board.open(Page::new("Todo", &page.unwrap_or_default()));
            Ok(String::new())
        }
        Request::History(id) => {
            let filter = LogFilter { todo: Some(*id), most: LONGEST, ..LogFilter::default() };
            let events = ops::log(&follow.holder(board.everything(), *id, ui)?, &filter)?;
            let style = Style { now: context.now, ..board.style() };
            let names = board.everything().names();
            let text: String =
                events.iter().map(|event| event_text(event, board.everything(), &names, true, style)).collect();
            board.open(Page::new(format!("What happened to {}", words(board, *id)), &text));
            Ok(String::new())
        }
        Request::Add(project, text) => {
            let store = context.store_or_create(ui)?;
            let actor = speaker.actor(&store, context);
            let project = project.as_ref().map(ToString::to_string);
            let outcome = todo::add(&actor, &Add { text: text.clone(), project, properties: Properties::default() })?;
            tell(&outcome, None, &actor, ui)?;
            Ok(format!("{}: {}", word(outcome.became), plain(text)))
        }
        Request::Edit(id, text) => {
            let edit = Edit { text: Some(text.clone()), properties: Properties::default() };
            change(*id, &edit, (board, follow), speaker, context, ui)
        }
        Request::Priority(id, word) => {
            let edit = Edit { text: None, properties: Properties::typed(Some(word), None, &[])? };
            change(*id, &edit, (board, follow), speaker, context, ui)
        }
        Request::Claim(project, first) => {
            let store = follow.holder(board.everything(), *first, ui)?;
            let actor = speaker.actor(&store, context);
            let watch = crate::cli::remote::watch(&store, ui);
            let (project, shown) = (project.clone(), Shown::Living);
            let claim = Claim { project, topic: None, any: false, shown, offline: false, watch };
            let claimed = todo::claim(&actor, &claim, |_| {})?;
            tell(&claimed.outcome, None, &actor, ui)?;
            let words = claimed.outcome.todo().map(|(_, todo)| plain(&todo.content)).unwrap_or_default();
            let asked = match &claimed.asked {
                Asked::NoRemote | Asked::Confirmed => "",
                Asked::Not | Asked::Unanswered { .. } => "; the remote could not be asked whether others have it",
            };
            Ok(format!("claimed: {words}{asked}"))
        }
        Request::Quit | Request::Suspend | Request::Redraw | Request::Copy(_) => Ok(String::new()),
    }
}

/// Says something of a todo, in the store that has it.
fn act(
    id: TodoId,
    (board, follow): (&Board, &Follow<'_>),
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
    say: impl FnOnce(&Actor<'_>, &Which) -> Result<Outcome, Refusal>,
) -> Result<Outcome, Failure> {
    let store = follow.holder(board.everything(), id, ui)?;
    let actor = speaker.actor(&store, context);
    let outcome = say(&actor, &Which::Id(id))?;
    tell(&outcome, None, &actor, ui)?;
    Ok(outcome)
}

fn change(
    id: TodoId,
    edit: &Edit,
    on: (&Board, &Follow<'_>),
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<String, Failure> {
    let outcome = act(id, on, speaker, context, ui, |actor, which| todo::edit(actor, which, edit))?;
    let words = outcome.todo().map(|(_, todo)| plain(&todo.content)).unwrap_or_default();
    Ok(format!("{}: {words}", word(outcome.became)))
}

/// Returns the last that happened to a todo, a line each, for beside the list. What cannot be read is not told there.
pub(super) fn history(id: TodoId, board: &Board, follow: &Follow<'_>) -> Vec<String> {
    let found = follow.holder(board.everything(), id, &mut Ui::keeping()).and_then(|store| {
        let most = store.repo.limits.board_events;
        Ok(ops::log(&store, &LogFilter { todo: Some(id), most, ..LogFilter::default() })?)
    });
    let (everything, style) = (board.everything(), board.style());
    let line = |event: &Event| {
        let (when, who) = (moment(event.at, style.now), everything.called(&event.session.session));
        format!("{}  {}, {who}", when.trim_start(), event.deed().verb())
    };
    found.unwrap_or_default().iter().map(line).collect()
}

fn settle(
    id: TodoId,
    settlement: &Settlement,
    on: (&Board, &Follow<'_>),
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<String, Failure> {
    let outcome = act(id, on, speaker, context, ui, |actor, which| todo::resolve(actor, which, settlement))?;
    Ok(format!("settled as {}: {}", word(outcome.became), words(on.0, id)))
}

/// Returns a todo's words, fit for a terminal.
fn words(board: &Board, id: TodoId) -> String {
    board.everything().get(id).map(|(_, todo)| plain(&todo.content)).unwrap_or_default()
}
