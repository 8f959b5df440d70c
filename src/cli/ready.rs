//! `ready`: what can be begun now.

use std::time::Duration;

use clap::Args;

use super::act::chosen;
use super::args::PorcelainArgs;
use super::out::{Failure, Out};
use super::speaker::{SpeakerArgs, Spoken};
use super::world::World;
use crate::git::Watch;
use crate::ops::{self, Asked, Claimed, Link};
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Project, State, Status, Todo};
use crate::view::{Everything, Links, porcelain_row, ready, ready_text, todo_json};

/// Arguments of `ready`.
#[derive(Debug, Args)]
pub struct ReadyArgs {
    /// The project [default: that of the directory you are in]
    #[arg(long, value_name = "PROJECT", conflicts_with = "all")]
    pub project: Option<String>,
    /// Of all projects
    #[arg(short, long)]
    pub all: bool,
    /// Take the first one: it is in progress, and nobody else's. In a store with a remote, the remote is asked
    #[arg(long)]
    pub claim: bool,
    /// With --claim: do not ask the remote whether another device has it
    #[arg(long, requires = "claim")]
    pub offline: bool,
    /// At most this many
    #[arg(short = 'n', long, value_name = "COUNT", conflicts_with = "claim")]
    pub max_count: Option<usize>,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &ReadyArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let project = |store: &Store| match args.all {
        true => Ok(None),
        false => chosen(args.project.as_deref(), world, store),
    };
    if args.claim {
        let store = world.store_or_create(out)?;
        let project = project(&store)?;
        return claim(args, project.as_ref(), &store, world, out);
    }
    let store = world.store(out)?;
    let project = project(&store)?;
    let everything = world.everything(&store, out)?;
    args.speaker.warn_of_lost(&store, &everything, out)?;
    let mut found = ready(&everything, project.as_ref());
    warn_of_circles(&everything, project.as_ref(), out);
    if found.is_empty() {
        let named = world.scope(args.project.as_deref(), &store)?;
        world.warn_of_unknown(&store, named.as_ref(), None, out)?;
    }
    found.truncate(args.max_count.unwrap_or(usize::MAX));
    if out.json {
        out.print_json(&found.iter().map(|(project, todo)| todo_json(project, todo)).collect());
    } else if args.porcelain.wanted() {
        let rows: Vec<_> = found.iter().map(|(project, todo)| porcelain_row(project, todo)).collect();
        out.print_rows(&rows, args.porcelain.zero);
    } else {
        out.print_page(&ready_text(&found, &everything.names(), out.style(world.now)));
        if found.is_empty() {
            out.note("Nothing is ready.");
        }
    }
    Ok(())
}

/// Takes the first one. A remote is asked whether nobody else has it.
fn claim(
    args: &ReadyArgs,
    project: Option<&Project>,
    store: &Store,
    world: &World,
    out: &mut Out,
) -> Result<(), Failure> {
    let (id, quiet) = (std::cell::Cell::new(None), Out::keeping());
    let decide = |_: &Everything| {
        // What blocks a todo may be named by a number of its agent, which only the session's file knows.
        let everything = world.everything(&store.reopen()?, &quiet)?;
        let found = ready(&everything, project);
        let Some((project, todo)) = found.first() else {
            warn_of_circles(&everything, project, out);
            return Err(Failure::no("nothing is ready"));
        };
        id.set(Some(todo.id));
        Ok(vec![Act::new(project, todo, State::Wanted(Status::InProgress))])
    };
    let (remote, mut confirmed) = (store.settings.remote.as_ref(), false);
    let mut spoken = match remote.filter(|_| !args.offline && !store.settings.aside) {
        None => {
            if remote.is_some() {
                out.warn("no remote was asked whether others have it", Some(MAY_BE_TAKEN));
            }
            args.speaker.act(store, world, out, "ready: claim", decide)?
        }
        Some(remote) => {
            super::remote::check(store, remote)?;
            let watch = super::remote::watch(store, out);
            // Somebody waits to begin.
            let watch = Watch { patience: watch.patience.min(PATIENCE), ..watch };
            let link = Link { remote: remote.clone(), fetch: true, push: true, watch };
            let session = args.speaker.session(store)?;
            let lost = |todo: &Todo| {
                out.note(&format!("{} was taken by others meanwhile: {}", &todo.id.to_string()[..8], todo.content));
            };
            let Claimed { acted, asked } = ops::claim(store, &session, &link, world.now, decide, lost)?;
            if let Asked::Unanswered(why) = &asked {
                out.warn(&format!("{remote} could not be asked whether others have it: {why}"), Some(MAY_BE_TAKEN));
            }
            confirmed = asked == Asked::Confirmed;
            Spoken::of(acted, session, store, world, out)?
        }
    };
    spoken.confirmed = remote.map(|_| confirmed);
    id.get().map_or(Ok(()), |id| spoken.finish(id, "started", out))
}

/// How long a remote may stand still before a claim is not confirmed.
const PATIENCE: Duration = Duration::from_secs(15);
/// What follows when nobody was asked.
const MAY_BE_TAKEN: &str = "another device may take the same todo; the next sync tells";

/// Warns of todos that will never be ready.
fn warn_of_circles(everything: &Everything, project: Option<&Project>, out: &Out) {
    let found = Links::new(everything).circles(project);
    if found.is_empty() {
        return;
    }
    let named = found.iter().take(5).map(|(_, todo)| format!("{} {}", &todo.id.to_string()[..8], todo.content));
    let named = named.collect::<Vec<_>>().join("; ");
    let more = if found.len() > 5 { "; \u{2026}" } else { "" };
    out.warn(
        &format!("{} todos wait for each other, and none of them can be begun: {named}{more}", found.len()),
        Some("`git chittysync edit <id> --blocked-by ''` lets one wait for nothing"),
    );
}
