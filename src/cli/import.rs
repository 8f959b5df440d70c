//! `import`: a list on standard input.

use serde_json::json;

use super::args::ImportArgs;
use super::consolidate::finish;
use super::context::{Context, project};
use super::stdin;
use super::ui::{Failure, Ui};
use crate::ops;
use crate::source;
use crate::todo::Session;

/// More input than this is refused.
const LARGEST: u64 = 64 * 1024 * 1024;

pub(super) fn run(args: &ImportArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let session = Session::new(&args.session)
        .map_err(|err| Failure::usage(format!("'{}' cannot name a session: {err}", args.session)))?;
    let input = stdin::whole("standard input", std::io::stdin().lock(), LARGEST)?;
    let snapshot = source::read_list(&input, &session, context.now).map_err(|reason| {
        Failure::fatal(reason).hint(r#"it should look like [{"content": "Fix login tests", "status": "pending"}], or have lines like - [ ] Fix login tests"#)
    })?;
    let typed = args.project.as_deref().map(project).transpose()?;
    let store = context.store_or_create(ui)?;
    let project = typed.map(|typed| context.meant_anew(typed, &store)).transpose()?;
    let items = snapshot.items.len();
    let ops::Imported { session, report } = ops::import(&store, snapshot, project, &ops::NOTHING, context.now)?;
    let changed = !report.captured.is_empty();
    if ui.json {
        ui.print_json(&json!({ "session": session.as_str(), "items": items, "changed": changed }));
    } else if changed {
        let plural = if items == 1 { "" } else { "s" };
        ui.note(&format!("Session {} states {items} todo{plural}.", session.short()));
    } else {
        ui.note("Nothing new.");
    }
    finish(&store, &report, ui)
}
