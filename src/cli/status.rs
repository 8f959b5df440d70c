//! `status`: where the store is and what it holds.

use clap::Args;
use serde_json::json;

use super::author::SpeakerArgs;
use super::context::{Context, display};
use super::ui::{CREATES_STORE, Failure, Ui, plural};
use crate::git::{Ancestors, ObjectId, Overlay, Place};
use crate::ops::{Outgoing, Remembered, ahead};
use crate::plan::{Moment, is_anybody_there};
use crate::settings::{self, table};
use crate::store::{Consolidated, Origin, Store, StoreError};
use crate::view::Lifecycle;

/// Arguments of `status`.
#[derive(Clone, Debug, Default, Args)]
pub struct StatusArgs {
    /// Print one short line for the agent's status line, whose JSON may stand on standard input; nothing when
    /// there is nothing to say
    #[arg(long)]
    pub line: bool,
}

pub(super) fn run(args: &StatusArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if args.line {
        return super::status_line::run(context, ui);
    }
    let location = context.location()?;
    let store = match Store::open(&location) {
        Err(StoreError::Missing(path)) if !ui.json => {
            ui.print(&format!("There is no store yet. It will be at {}\n", display(&path)));
            ui.note(&format!("hint: {CREATES_STORE}"));
            return Ok(());
        }
        opened => context.on_branch(opened?)?,
    };
    ui.configured_color.clone_from(&store.settings.color);
    let everything = context.todos(&store, ui)?;
    let counts = everything.counts();
    let overlay = Overlay::new(&store.repo);
    let tip = Consolidated::find(&store, &overlay)?.tip;
    let last = tip.map(|tip| overlay.commit_info(tip)).transpose()?.map(|commit| commit.time);
    let unmerged = unmerged(&store, &overlay, tip)?;
    let archived = context.archived(&store)?;
    let sessions = context.sessions(&store, &counts, archived)?;
    let (daemon, daemon_json) = super::daemon_summary::summary(&store, ui.style(crate::log::clock()));
    let remote = remote(&store, context)?;
    if ui.json {
        let everything = context.with_sessions(everything, &store, ui)?;
        let lifecycle = Lifecycle {
            is_active: is_anybody_there(&everything, Moment::at(context.now)),
            last,
            todos: counts.total() - counts.dropped,
            sessions,
        };
        let mut status = json!({
            "store": store.repo.common_dir().to_string_lossy(),
            "branch": store.settings.branch_name(),
            "sessions": sessions,
            "unmerged": unmerged,
            "todos": {
                "pending": counts.pending,
                "in_progress": counts.in_progress,
                "completed": counts.completed,
                "dropped": counts.dropped,
            },
            "archived": archived,
            "conflicts": counts.conflicts,
            "daemon": daemon_json,
            "last_consolidated": last.map(|time| time.to_string()),
        });
        status.as_object_mut().into_iter().for_each(|status| status.extend(lifecycle.json()));
        if let (Some(remote), Some(status)) = (&remote, status.as_object_mut()) {
            status.insert("remote".into(), remote.name.as_str().into());
            status.insert("ahead".into(), remote.ahead.into());
            status.insert("unpushed".into(), remote.unpushed.into());
        }
        ui.print_json(&status);
        return Ok(());
    }
    SpeakerArgs::of_environment().warn_of_others(&store, &everything, context.now, ui)?;
    let found = match store.origin {
        Origin::Option => "--store",
        Origin::Environment => "CHITTYSYNC_STORE",
        Origin::Here => "this repository",
        Origin::Setting => table::STORE.key,
        Origin::Default => "default",
    };
    let style = ui.style(context.now);
    let last = last.map_or_else(|| "never".to_owned(), |time| format!("{time} ({})", style.age(time)));
    ui.print(&format!(
        "store      {} ({found})\nbranch     {}\nsessions   {sessions}{}\ntodos      {} in progress, {} pending, {} completed, {} dropped{}\nlast said  {last}\ndaemon     {daemon}\n",
        display(store.repo.common_dir()),
        store.settings.branch_name(),
        if unmerged > 0 { format!(" ({unmerged} with news that is not merged yet)") } else { String::new() },
        counts.in_progress,
        counts.pending,
        counts.completed,
        counts.dropped,
        if archived > 0 { format!(", {archived} archived") } else { String::new() },
    ));
    if let Some(remote) = remote {
        let text = match (remote.ahead, remote.unpushed) {
            (0, 0) => "has everything".to_owned(),
            (ahead, unpushed) => format!("lacks {}, {}", plural(unpushed, "session"), plural(ahead, "consolidation")),
        };
        ui.print(&format!("remote     {} ({text}, as of the last sync)\n", remote.name));
    }
    if unmerged > 0 {
        ui.note("hint: `git chittysync consolidate` merges what is saved, or says why not");
    }
    if counts.conflicts > 0 {
        ui.note(&format!("hint: sessions disagree on {} of them; see `git chittysync conflicts`", counts.conflicts));
    }
    Ok(())
}

/// Counts the sessions that have said something which the branch does not contain. One beside the others contains
/// what was said there.
fn unmerged(store: &Store, overlay: &Overlay<'_>, tip: Option<ObjectId>) -> Result<usize, Failure> {
    if store.settings.aside {
        return Ok(0);
    }
    let merged = Ancestors::of(overlay, tip);
    Ok(store.repo.sessions()?.iter().filter(|(_, tip)| !merged.contains(*tip)).count())
}

/// How the remote stands to this device, as far as the last exchange tells.
struct Remote {
    name: String,
    ahead: usize,
    unpushed: usize,
}

fn remote(store: &Store, context: &Context) -> Result<Option<Remote>, Failure> {
    let Some(name) = &store.settings.remote else { return Ok(None) };
    let remembered = Remembered::of(store, name)?;
    let place = settings::place_on(&store.repo.values()?, name).map_err(StoreError::from)?.unwrap_or(Place::Own);
    let unpushed = Outgoing::find(store, &remembered, place, context.now)?.sessions.len();
    Ok(Some(Remote { name: name.to_string(), ahead: ahead(store, &remembered)?, unpushed }))
}
