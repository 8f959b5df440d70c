//! `maintenance`: the store's files in order, now.

use clap::Args;
use serde_json::json;

use super::context::{Context, display};
use super::ui::{Failure, Ui};
use crate::daemon;
use crate::git::{Clutter, be_nice, become_detached};

/// Arguments of `maintenance`.
#[derive(Debug, Args)]
pub struct MaintenanceArgs {
    /// Run detached, with a low priority
    #[arg(long, hide = true)]
    pub background: bool,
}

pub(crate) fn run(args: &MaintenanceArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if args.background {
        become_detached();
        be_nice();
    }
    let store = context.store(ui)?;
    let common_dir = store.repo.common_dir();
    if store.is_project() {
        let text = format!("{} is a project's repository, which is left to its owner", display(common_dir));
        return Err(Failure::no(text).hint("`git maintenance run` there packs all of it"));
    }
    let before = Clutter::of(common_dir);
    let done = daemon::maintain(&store, args.background)?;
    let after = Clutter::of(common_dir);
    if ui.json {
        let side = |found: Clutter| json!({ "loose": found.objects, "packs": found.packs, "loose_refs": found.refs });
        ui.print_json(&json!({ "done": done, "before": side(before), "after": side(after) }));
    } else if done {
        ui.note(&format!("Packed: {} before, {} now.", text(before), text(after)));
    } else {
        ui.note("Another process is packing this store.");
    }
    Ok(())
}

/// Says what lies in how many files.
pub(super) fn text(found: Clutter) -> String {
    let packs = super::ui::plural(found.packs, "pack");
    format!(
        "about {} loose, {packs}, {} loose",
        super::ui::plural(found.objects, "object"),
        super::ui::plural(found.refs, "ref")
    )
}
