//! `export`: the original's files.

use std::path::Path;

use serde_json::{Value, json};

use super::args::{ExportArgs, ExportFormat};
use super::context::{Context, display};
use super::ui::{Failure, Ui};
use crate::git::{Fsync, refuse_link, replace_file};
use crate::ops;
use crate::view::{self, Everything, Filter};

pub(super) fn run(args: &ExportArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.with_archive(&store, ui)?;
    if let Some(directory) = &args.dir {
        let properties = ops::open_properties(&store, &everything)?;
        let conflicts = view::conflicts_json(&everything, false, &properties, context.now);
        let status = ops::StoreStatus::of(&store, &everything.counts())?;
        let lifecycle = status.lifecycle(&everything, context.now).json();
        let directory = context.directory.join(directory);
        return write_files(&everything, conflicts, Value::Object(lifecycle), &directory, ui);
    }
    let all = Filter { all: true, ..Filter::default() };
    match args.format {
        ExportFormat::Json => ui.print_data(&view::list_json(&everything, &all)),
        ExportFormat::Markdown if ui.json => {
            ui.print_json(&json!({ "markdown": view::markdown(&everything) }));
        }
        ExportFormat::Markdown => ui.print_always(&view::markdown(&everything)),
        ExportFormat::Csv if ui.json => ui.print_json(&json!({ "csv": view::csv(&everything) })),
        ExportFormat::Csv => ui.print_always(&view::csv(&everything)),
        ExportFormat::Coordination => ui.print_data(&view::projects_json(&everything)),
        ExportFormat::Conflicts => {
            let properties = ops::open_properties(&store, &everything)?;
            ui.print_data(&view::conflicts_json(&everything, false, &properties, context.now));
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
