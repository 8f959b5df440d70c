//! `ready`: what can be begun now.

use clap::Args;

use super::options::PorcelainArgs;
use super::out::{Failure, Out};
use super::refused::brief;
use super::said::tell;
use super::speaker::SpeakerArgs;
use super::world::World;
use crate::ops::todo::{self, Asked, Claim, Refusal, chosen};
use crate::todo::Todo;
use crate::view::{Links, porcelain_row, ready, ready_text, todo_json};

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
    if args.claim {
        return claim(args, world, out);
    }
    let store = world.store(out)?;
    let everything = world.everything(&store, out)?;
    let project = if args.all { None } else { chosen(&store, world.here(), args.project.as_deref())? };
    args.speaker.warn_of_others(&store, &everything, world.now, out)?;
    let mut found = ready(&everything, project.as_ref());
    let circles = Links::new(&everything).circles(project.as_ref());
    warn_of_circles(circles.iter().map(|(_, todo)| format!("{} {}", todo.id.short(), todo.content)).collect(), out);
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

/// Takes the first one, and tells what came of it.
fn claim(args: &ReadyArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let store = world.store_or_create(out)?;
    let actor = args.speaker.actor(&store, world);
    let project = if args.all { None } else { chosen(&store, world.here(), args.project.as_deref())? };
    let (offline, watch) = (args.offline, super::remote::watch(&store, out));
    let lost = |todo: &Todo| {
        out.note(&format!("{} was taken by others meanwhile: {}", todo.id.short(), todo.content));
    };
    let claimed = todo::claim(&actor, &Claim { project, offline, watch }, lost).map_err(|refusal| {
        if let Refusal::NothingReady { circles } = &refusal {
            warn_of_circles(circles.iter().map(brief).collect(), out);
        }
        Failure::from(refusal)
    })?;
    match &claimed.asked {
        Asked::NoRemote | Asked::Confirmed => {}
        Asked::Not => out.warn("no remote was asked whether others have it", Some(MAY_BE_TAKEN)),
        Asked::Unanswered { remote, why } => {
            out.warn(&format!("{remote} could not be asked whether others have it: {why}"), Some(MAY_BE_TAKEN));
        }
    }
    let confirmed = (claimed.asked != Asked::NoRemote).then_some(claimed.asked == Asked::Confirmed);
    tell(&claimed.outcome, confirmed, &actor, out)
}

/// What follows when nobody was asked.
const MAY_BE_TAKEN: &str = "another device may take the same todo; the next sync tells";

/// Warns of todos that will never be ready.
fn warn_of_circles(found: Vec<String>, out: &Out) {
    if found.is_empty() {
        return;
    }
    let named = found[..found.len().min(5)].join("; ");
    let more = if found.len() > 5 { "; \u{2026}" } else { "" };
    out.warn(
        &format!("{} todos wait for each other, and none of them can be begun: {named}{more}", found.len()),
        Some("`git chittysync edit <id> --blocked-by ''` lets one wait for nothing"),
    );
}
