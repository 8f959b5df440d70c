//! `status`: where the store is and what it holds.

use serde_json::json;

use super::out::{Failure, Out};
use super::world::{World, display};
use crate::git::Overlay;
use crate::store::{Consolidated, Origin, Store, StoreError};

pub(super) fn run(world: &World, out: &mut Out) -> Result<(), Failure> {
    let location = world.location()?;
    let store = match Store::open(&location) {
        Err(StoreError::Missing(path)) if !out.json => {
            out.print(&format!("There is no store yet. It will be at {}\n", display(&path)));
            out.note("hint: `git chittysync sync` creates it from your agents' lists");
            return Ok(());
        }
        opened => opened?,
    };
    out.configured_color.clone_from(&store.settings.color);
    let everything = world.todos(&store, out)?;
    let counts = everything.counts();
    let overlay = Overlay::new(&store.repo);
    let tip = Consolidated::find(&store, &overlay)?.tip;
    let last = tip.map(|tip| overlay.commit_info(tip)).transpose()?.map(|commit| commit.time);
    let sessions = counts.sessions;
    let (daemon, daemon_json) = super::daemon::summary(&store, out.style(crate::log::clock()));
    if out.json {
        out.print_json(&json!({
            "store": store.repo.common_dir().to_string_lossy(),
            "branch": store.settings.branch_name(),
            "sessions": sessions,
            "todos": {
                "pending": counts.pending,
                "in_progress": counts.in_progress,
                "completed": counts.completed,
                "dropped": counts.dropped,
            },
            "conflicts": counts.conflicts,
            "daemon": daemon_json,
            "last_consolidated": last.map(|time| time.to_string()),
        }));
        return Ok(());
    }
    let found = match store.origin {
        Origin::Option => "--store",
        Origin::Environment => "CHITTYSYNC_STORE",
        Origin::Here => "this repository",
        Origin::Setting => "chittysync.store",
        Origin::Default => "default",
    };
    let style = out.style(world.now);
    let last = last.map_or_else(|| "never".to_owned(), |time| format!("{time} ({})", style.age(time)));
    out.print(&format!(
        "store      {} ({found})\nbranch     {}\nsessions   {sessions}\ntodos      {} in progress, {} pending, {} completed, {} dropped\nlast said  {last}\ndaemon     {daemon}\n",
        display(store.repo.common_dir()),
        store.settings.branch_name(),
        counts.in_progress,
        counts.pending,
        counts.completed,
        counts.dropped,
    ));
    if counts.conflicts > 0 {
        out.note(&format!("hint: sessions disagree on {} of them; see `git chittysync conflicts`", counts.conflicts));
    }
    Ok(())
}
