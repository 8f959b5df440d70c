//! `status`: where the store is and what it holds.

use clap::Args;
use serde_json::json;

use super::author::SpeakerArgs;
use super::beside_summary::Summaries;
use super::context::{Context, display};
use super::ui::{CREATES_STORE, Failure, Ui, plural};
use super::whereabouts::Whereabouts;
use crate::ops;
use crate::settings::table;
use crate::store::{Origin, Store, StoreError};
use crate::todo::plain;

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
    let whereabouts = Whereabouts::find(context)?;
    let Some(location) = &whereabouts.location else {
        match ui.json {
            true => ui.print_json(&json!({ "store": null, "where": whereabouts.json() })),
            false => ui.print(&format!("goes to    {}\n", plain(&whereabouts.text()))),
        }
        return whereabouts.judge();
    };
    let store = match Store::open(location) {
        Err(StoreError::Missing(path)) if !ui.json => {
            ui.print(&format!("There is no store yet. It will be at {}\n", display(&path)));
            if location.origin == Origin::Route {
                ui.print(&format!("goes to    {}\n", plain(&whereabouts.text())));
            }
            ui.note(&format!("hint: {CREATES_STORE}"));
            return Ok(());
        }
        opened => context.on_branch(opened?)?,
    };
    ui.configured_color.clone_from(&store.settings.color);
    let beside = Summaries::read(context, &store);
    let everything = context.todos(&store, ui)?;
    let counts = everything.counts();
    let status = ops::StoreStatus::of(&store, &counts)?;
    let ops::StoreStatus { last, archived, sessions, .. } = status;
    let unmerged = status.unmerged(&store)?;
    let (daemon, daemon_json) = super::daemon_summary::summary(&store, ui.style(crate::log::clock()));
    let remote = ops::RemoteStatus::of(&store, context.now)?;
    // What is wrong with settings of mirrors is told by `doctor`.
    let mirrors = ops::MirrorStatus::all(&store).unwrap_or_default();
    if ui.json {
        let everything = context.with_sessions(everything, &store, ui)?;
        let lifecycle = status.lifecycle(&everything, context.now);
        let mut status = json!({
            "store": store.repo.common_dir().to_string_lossy(),
            "where": whereabouts.json(),
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
        if let (false, Some(status)) = (beside.is_empty(), status.as_object_mut()) {
            status.insert("beside".into(), beside.json());
        }
        if let (false, Some(status)) = (mirrors.is_empty(), status.as_object_mut()) {
            status.insert("mirrors".into(), mirrors.iter().map(super::mirrors::json).collect());
        }
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
        Origin::Route => table::ROUTE.key,
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
    for mirror in &mirrors {
        let text = super::mirrors::text(mirror, style);
        ui.print(&format!("mirror     {} ({})\n", mirror.mirror.name, plain(&text)));
    }
    ui.print(&beside.text());
    ui.print(&format!("goes to    {}\n", plain(&whereabouts.text())));
    if let Some(readers) = whereabouts.readers() {
        ui.print(&format!("read by    {}\n", plain(&readers)));
    }
    if unmerged > 0 {
        ui.note("hint: `git chittysync consolidate` merges what is saved, or says why not");
    }
    if counts.conflicts > 0 {
        ui.note(&format!("hint: sessions disagree on {} of them; see `git chittysync conflicts`", counts.conflicts));
    }
    Ok(())
}
