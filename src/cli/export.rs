//! `export`: the original's files.

use std::path::Path;

use serde_json::{Value, json};

use super::args::{ExportArgs, ExportFormat};
use super::context::{Context, display};
use super::ui::{Failure, Ui};
use crate::git::{Fsync, Overlay, refuse_link, replace_file};
use crate::plan::{Moment, is_anybody_there};
use crate::store::Consolidated;
use crate::view::{self, Everything, Filter, Lifecycle};

pub(super) fn run(args: &ExportArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.with_archive(&store, ui)?;
    if let Some(directory) = &args.dir {
        let properties = crate::ops::open_properties(&store, &everything)?;
        let conflicts = view::conflicts_json(&everything, false, &properties, context.now);
        let overlay = Overlay::new(&store.repo);
        let tip = Consolidated::find(&store, &overlay)?.tip;
        let counts = everything.counts();
        let lifecycle = Lifecycle {
            is_active: is_anybody_there(&everything, Moment::at(context.now)),
            last: tip.map(|tip| overlay.commit_info(tip)).transpose()?.map(|commit| commit.time),
            todos: counts.total() - counts.dropped,
            sessions: counts.sessions,
        };
        let directory = context.directory.join(directory);
        return write_files(&everything, conflicts, Value::Object(lifecycle.json()), &directory, ui);
    }
    let all = Filter { all: true, ..Filter::default() };
    match args.format {
        ExportFormat::Json => ui.print_json(&view::list_json(&everything, &all)),
        ExportFormat::Markdown if ui.json => {
            ui.print_json(&json!({ "markdown": view::markdown(&everything) }));
        }
        ExportFormat::Markdown => ui.print_always(&view::markdown(&everything)),
        ExportFormat::Coordination => ui.print_json(&view::projects_json(&everything)),
        ExportFormat::Conflicts => {
            let properties = crate::ops::open_properties(&store, &everything)?;
            ui.print_json(&view::conflicts_json(&everything, false, &properties, context.now));
        }
    }
    Ok(())
}

/// Writes the four files, each whole or not at all; none when a link stands at one of their names.
fn write_files(
    everything: &Everything,
    conflicts: Value,
    lifecycle: Value,
    directory: &Path,
    ui: &mut Ui,
) -> Result<(), Failure> {
    super::context::output_directory(directory)?;
    let files = [
        ("todos.json", view::old_todos_json(everything)),
        ("project-coordination.json", view::projects_json(everything)),
        ("conflicts.json", conflicts),
        ("claude_sync_status.json", lifecycle),
    ];
    files.iter().try_for_each(|(name, _)| refuse_link(&directory.join(name)))?;
    for (name, value) in &files {
        replace_file(&directory.join(name), format!("{value:#}\n").as_bytes(), Fsync::On)?;
    }
    if ui.json {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        ui.print_json(&json!({ "directory": directory.to_string_lossy(), "files": names }));
    } else {
        ui.note(&format!("Wrote {} files to {}", files.len(), display(directory)));
    }
    Ok(())
}
