//! `resolve`: settles a disagreement by hand.

use std::io::{IsTerminal, Write};

use clap::Args;

use super::named::find;
use super::out::{Failure, Out};
use super::speaker::SpeakerArgs;
use super::world::World;
use crate::merge::disagreements;
use crate::statement::{Act, Weight};
use crate::todo::{State, Status, Todo, plain};
use crate::view::Everything;

/// Arguments of `resolve`.
#[derive(Debug, Args)]
pub struct ResolveArgs {
    /// The todo: the beginning of its id, or words of its text [default, on a terminal: each todo that
    /// sessions disagree on, in turn]
    #[arg(value_name = "ID|WORDS")]
    pub todo: Vec<String>,
    /// What this session says (the beginning of its name is enough)
    #[arg(long, value_name = "SESSION", conflicts_with = "status")]
    pub take: Option<String>,
    /// This, whatever was said
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "in_progress", "completed", "dropped"])]
    pub status: Option<String>,
    /// Lag too, as `conflicts --all` lists it
    #[arg(short, long)]
    pub all: bool,
    /// Who speaks. (`--session`, as `--take` names the other one.)
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &ResolveArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    if args.take.is_none() && args.status.is_none() {
        return ask(args, world, out);
    }
    if args.todo.is_empty() {
        return Err(Failure::usage("which todo?").hint("`git chittysync conflicts` lists them"));
    }
    settle(args, &args.todo, world, out, |todo| match (&args.take, &args.status) {
        (Some(session), _) => said_by(todo, session),
        (None, Some(status)) => Ok(Status::parse(status).map_or(State::Dropped, State::Wanted)),
        (None, None) => Ok(todo.state()),
    })
}

/// Returns what the one session whose name begins so says of a todo.
fn said_by(todo: &Todo, session: &str) -> Result<State, Failure> {
    let found: Vec<_> = todo.claims.iter().filter(|(name, _)| name.as_str().starts_with(session)).collect();
    match found.as_slice() {
        [(_, claim)] if claim.dropped => Ok(State::Dropped),
        [(_, claim)] => Ok(State::Wanted(claim.status)),
        [] => Err(Failure::no(format!("no session whose name begins with '{session}' spoke of '{}'", todo.content))
            .hint(format!("`git chittysync show {}` lists who did", &todo.id.to_string()[..8]))),
        several => {
            let names: Vec<String> = several.iter().map(|(name, _)| name.to_string()).collect();
            Err(Failure::no(format!("{} sessions have names that begin with '{session}'", names.len()))
                .hint(names.join(" ")))
        }
    }
}

fn settle(
    args: &ResolveArgs,
    words: &[String],
    world: &World,
    out: &mut Out,
    wish: impl Fn(&Todo) -> Result<State, Failure>,
) -> Result<(), Failure> {
    let store = world.store_or_create(out)?;
    let id = std::cell::Cell::new(None);
    let what = format!("resolve: {}", words.join(" "));
    let spoken = args.speaker.act(&store, world, out, &what, |everything| {
        let (project, todo) = find(everything, world.here(), words)?;
        id.set(Some(todo.id));
        Ok(vec![Act { weight: Weight::Settles, ..Act::new(project, todo, wish(todo)?) }])
    })?;
    let Some(id) = id.get() else { return Ok(()) };
    let state = spoken.everything.get(id).map_or("settled", |(_, todo)| todo.state().as_str());
    spoken.finish(id, state, out)
}

/// Goes through the disagreements, a key for each.
fn ask(args: &ResolveArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    if out.json || !std::io::stdin().is_terminal() {
        return Err(Failure::usage("say how: --take <session> or --status <status>"));
    }
    let store = world.store(out)?;
    let everything = world.everything(&store, out)?;
    let todos = open_questions(args, world, &everything)?;
    if todos.is_empty() {
        out.note("No session disagrees with another.");
    }
    for todo in todos {
        let style = out.style(world.now);
        let mut text = format!("\n{} {}\n", style.symbol(todo.state()), style.title(&plain(&todo.content)));
        let claims: Vec<_> = todo.claims.iter().filter(|(_, claim)| claim.epoch == todo.epoch()).take(9).collect();
        for (at, (session, claim)) in claims.iter().enumerate() {
            let said = if claim.dropped { "dropped".to_owned() } else { claim.status.to_string() };
            text.push_str(&format!(
                "  {}  {said} by {}, {} ago\n",
                at + 1,
                plain(&session.short()),
                style.age(claim.at)
            ));
        }
        out.print_always(&text);
        let Some(answer) =
            key(&format!("Take 1-{}, or p)ending i)n progress c)ompleted d)ropped s)kip q)uit? ", claims.len()))
        else {
            return Ok(());
        };
        let wish = match answer {
            'p' => State::Wanted(Status::Pending),
            'i' => State::Wanted(Status::InProgress),
            'c' => State::Wanted(Status::Completed),
            'd' => State::Dropped,
            'q' => return Ok(()),
            digit => match digit.to_digit(10).and_then(|digit| claims.get((digit as usize).checked_sub(1)?)) {
                Some((_, claim)) if claim.dropped => State::Dropped,
                Some((_, claim)) => State::Wanted(claim.status),
                None => continue,
            },
        };
        settle(args, &[todo.id.to_string()], world, out, |_| Ok(wish))?;
    }
    Ok(())
}

fn open_questions<'a>(args: &ResolveArgs, world: &World, everything: &'a Everything) -> Result<Vec<&'a Todo>, Failure> {
    if !args.todo.is_empty() {
        return Ok(vec![find(everything, world.here(), &args.todo)?.1]);
    }
    let asked = |todo: &Todo| disagreements(todo).iter().any(|one| args.all || one.is_newer());
    Ok(everything.todos().map(|(_, todo)| todo).filter(|todo| asked(todo)).collect())
}

/// Asks, and returns the key that was pressed; nothing at the end of the input. Where keys come by the line,
/// the first of the line counts.
fn key(question: &str) -> Option<char> {
    let mut stderr = std::io::stderr();
    // When nobody sees the question, nobody answers it either.
    let _ = write!(stderr, "{question}").and_then(|()| stderr.flush());
    let _raw = super::terminal::RawKeys::new();
    let mut line = [0; 1];
    let read = std::io::Read::read(&mut std::io::stdin().lock(), &mut line).ok()?;
    let _ = writeln!(stderr);
    (read == 1 && line[0] != 3 && line[0] != 4).then(|| char::from(line[0]))
}
