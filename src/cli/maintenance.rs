//! `maintenance`: the store's files in order, now.

use clap::Args;
use serde_json::json;

use super::out::{Failure, Out};
use super::world::{World, display};
use crate::daemon;
use crate::git::{Clutter, be_nice, become_detached};

/// Arguments of `maintenance`.
#[derive(Debug, Args)]
pub struct MaintenanceArgs {
    /// Be nobody's business
    #[arg(long, hide = true)]
    pub background: bool,
}

pub(super) fn run(args: &MaintenanceArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    if args.background {
        become_detached();
        be_nice();
    }
    let store = world.store(out)?;
    let common_dir = store.repo.common_dir();
    if store.is_project() {
        let text = format!("{} is a project's repository, which is left to its owner", display(common_dir));
        return Err(Failure::no(text).hint("`git maintenance run` there packs all of it"));
    }
    let before = Clutter::of(common_dir);
    let done = daemon::maintain(&store)?;
    let after = Clutter::of(common_dir);
    if out.json {
        let side = |found: Clutter| json!({ "loose": found.objects, "packs": found.packs, "loose_refs": found.refs });
        out.print_json(&json!({ "done": done, "before": side(before), "after": side(after) }));
    } else if done {
        out.note(&format!("Packed: {} before, {} now.", text(before), text(after)));
    } else {
        out.note("Another process is packing this store.");
    }
    Ok(())
}

/// Says what lies in how many files.
pub(super) fn text(found: Clutter) -> String {
    let packs = super::out::plural(found.packs, "pack");
    format!(
        "about {} loose, {packs}, {} loose",
        super::out::plural(found.objects, "object"),
        super::out::plural(found.refs, "ref")
    )
}
