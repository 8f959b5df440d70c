//! `triage`: what was left behind, one by one, a key for each; all that was answered is said in one act.

use std::collections::VecDeque;
use std::io::{BufRead, IsTerminal, Write};

use clap::Args;

use super::archive::age;
use super::author::SpeakerArgs;
use super::context::Context;
use super::said::tell_each;
use super::terminal::key;
use super::ui::{Failure, Ui, plural};
use crate::ops::todo::{self, Answer, session_meant};
use crate::todo::{Scope, Session, Todo, TodoId, plain};
use crate::view::{Everything, Quiet, Style, left_behind};

/// Arguments of `triage`.
#[derive(Debug, Args)]
pub struct TriageArgs {
    /// Only of this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// What sessions left behind that have said nothing for so long [default: chittysync.quietAfter]
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub quiet_for: Option<i64>,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

const HELP: &str = "  k: keep it: it stays open, in your name, and anybody can begin it
  d: it is done; x: drop it, nobody has to do it
  r: drop it and all else of this session that is asked about
  l: later: nothing is said, and the next triage asks again
  h: hand it to a session; u: back to the one before
  q: says what you answered, and leaves the rest for the next triage; Ctrl-C says nothing
";
const QUESTION: &str = "k)eep d)one x)drop r)est dropped l)ater h)and u)ndo q)uit ?)help: ";

/// A todo that is asked about, and which session left it.
type Left<'a> = (Session, &'a Todo);

pub(super) fn run(args: &TriageArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if ui.json || !std::io::stdin().is_terminal() {
        return Err(Failure::usage("triage asks on a terminal, a key for each todo")
            .hint("`git chittysync list --left-behind` lists what it would ask about")
            .hint("`git chittysync drop --quiet-for 60d --dry-run` and `drop --left-by <session>` need no terminal"));
    }
    let store = context.store(ui)?;
    let everything = context.everything(&store, ui)?;
    let after = args.quiet_for.or(store.settings.quiet_after);
    let quiet = Quiet::of(&everything, context.now, after);
    let scope = context.scope(args.project.as_deref(), &store)?;
    let asked = to_ask(&everything, &quiet, scope.as_ref());
    if asked.is_empty() {
        ui.note("Nothing was left behind.");
        return Ok(());
    }
    let answers = ask(&everything, asked, ui.style(context.now), ui);
    if answers.is_empty() {
        ui.note("Nothing was said.");
        return Ok(());
    }
    let actor = args.speaker.actor(&store, context);
    tell_each(&todo::triage(&actor, &answers)?, &actor, ui)?;
    ui.note(&format!("{} settled; `git chittysync undo` takes all of it back.", plural(answers.len(), "todo")));
    Ok(())
}

/// Returns what is asked about: session by session, the one first that has been quiet longest.
fn to_ask<'a>(everything: &'a Everything, quiet: &Quiet, scope: Option<&Scope>) -> VecDeque<Left<'a>> {
    let is_wanted = |todo: &Todo| {
        let project = everything.get(todo.id).map(|(project, _)| project);
        scope.is_none_or(|scope| project.is_some_and(|project| scope.takes(project)))
    };
    let sessions = left_behind(everything, quiet).into_iter();
    let todos = |(session, todos): (Session, Vec<&'a Todo>)| {
        todos.into_iter().filter(|todo| is_wanted(todo)).map(move |todo| (session.clone(), todo)).collect::<Vec<_>>()
    };
    sessions.flat_map(todos).collect()
}

/// Asks about each, until all are answered or somebody has enough.
fn ask(everything: &Everything, mut asked: VecDeque<Left<'_>>, style: Style, ui: &mut Ui) -> Vec<(TodoId, Answer)> {
    // Each step with what was answered in it, so that one can go back.
    let mut steps: Vec<(Vec<Left<'_>>, Option<Answer>)> = Vec::new();
    let mut last: Option<Session> = None;
    while let Some((session, todo)) = asked.pop_front() {
        if last.as_ref() != Some(&session) {
            let count = 1 + asked.iter().take_while(|(other, _)| *other == session).count();
            let rest = plural(asked.len() + 1, "todo");
            let who = style.title(&everything.who(&session));
            ui.print_always(&format!("\n{who}  {}\n", style.dim(&format!("{count} open, {rest} to go"))));
            last = Some(session.clone());
        }
        let words = style.words(&plain(&todo.content));
        let beside = style.dim(&format!("({}, {})", todo.id.short(), style.age(todo.updated())));
        ui.print_always(&format!("{} {words} {beside}\n", style.symbol(todo.state())));
        let left = (session.clone(), todo);
        match reply(everything, ui) {
            Reply::Answer(answer) => steps.push((vec![left], answer)),
            Reply::Rest => {
                let mut rest = vec![left];
                while asked.front().is_some_and(|(other, _)| *other == session) {
                    rest.extend(asked.pop_front());
                }
                steps.push((rest, Some(Answer::Drop)));
            }
            Reply::Back => {
                asked.push_front(left);
                for left in steps.pop().into_iter().flat_map(|(lefts, _)| lefts.into_iter().rev()) {
                    asked.push_front(left);
                }
                last = None;
            }
            Reply::Quit => break,
        }
    }
    let answered = steps.into_iter().filter_map(|(lefts, answer)| Some((lefts, answer?)));
    answered.flat_map(|(lefts, answer)| lefts.into_iter().map(move |(_, todo)| (todo.id, answer.clone()))).collect()
}

enum Reply {
    /// Nothing is said now where there is none.
    Answer(Option<Answer>),
    Rest,
    Back,
    Quit,
}

/// Asks until the key is one that answers.
fn reply(everything: &Everything, ui: &mut Ui) -> Reply {
    loop {
        let answer = match key(QUESTION) {
            Some('k') => Answer::Keep,
            Some('d') => Answer::Done,
            Some('x') => Answer::Drop,
            Some('l') => return Reply::Answer(None),
            Some('r') => return Reply::Rest,
            Some('u') => return Reply::Back,
            Some('q') | None => return Reply::Quit,
            Some('h') => match hand(everything, ui) {
                Some(session) => Answer::Hand(session),
                None => continue,
            },
            Some(_) => {
                ui.print_always(HELP);
                continue;
            }
        };
        return Reply::Answer(Some(answer));
    }
}

/// Asks which session is to have it; nothing when none can be meant.
fn hand(everything: &Everything, ui: &mut Ui) -> Option<Session> {
    let mut stderr = std::io::stderr();
    let _ =
        write!(stderr, "To which session (words of its title, or how its name begins)? ").and_then(|()| stderr.flush());
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    let typed = line.trim();
    let found = session_meant(everything, typed).map(|begins| {
        let named =
            everything.sessions.iter().filter(|info| !typed.is_empty() && info.session.as_str().starts_with(&begins));
        named.max_by_key(|info| info.updated)
    });
    match found {
        Ok(Some(info)) if info.ended.is_some() => ui.warn("that session has ended", None),
        Ok(Some(info)) => return Session::new(info.session.main()).ok(),
        Ok(None) => ui.warn(&format!("there is no session '{}'", plain(typed)), None),
        Err(refusal) => ui.warn(&Failure::from(refusal).text(), None),
    }
    None
}
