//! `move`: a project to another store.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::confirm::ask;
use super::consolidate::finish;
use super::context::{Context, PROJECTS, display};
use super::purge::{TakenOut, take_out};
use super::ui::{Failure, Ui, plural};
use super::{remote, whereabouts};
use crate::ops::{self, Moving};
use crate::store::{Location, Origin, Store};

/// Arguments of `move`.
#[derive(Debug, Args)]
pub struct MoveArgs {
    /// The project, by its name or the last part of it
    #[arg(value_name = "PROJECT")]
    pub project: String,
    /// The store that it goes to; it is made if it is not there
    #[arg(long, value_name = "STORE")]
    pub to: PathBuf,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Say what would be moved, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub(super) fn run(args: &MoveArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    if store.settings.aside {
        return Err(Failure::usage("move is about all branches; leave --branch out"));
    }
    let path = context.directory.join(&args.to);
    let to = Location { path: std::path::absolute(&path).unwrap_or(path), origin: Origin::Route };
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if real(&to.path) == real(store.repo.common_dir()) {
        return Err(Failure::usage(format!("{} is the store that it is in", display(&to.path))));
    }
    let scope = context.scope(Some(&args.project), &store)?;
    let scope = scope.ok_or_else(|| Failure::usage("name a project"))?;
    let moving = Moving::find(&store, &scope)?;
    let ids = moving.ids();
    if ids.is_empty() {
        return Err(
            Failure::no(format!("there is nothing to move of a project '{}' here", scope.project)).hint(PROJECTS)
        );
    }
    let shown = scope.project.to_string();
    let foreseen = ops::foresee(&store, &ids.keys().copied().collect())?;
    let summary = |taken: Option<&TakenOut>| {
        json!({
            "project": shown,
            "to": to.path.to_string_lossy(),
            "moved": ids.keys().map(ToString::to_string).collect::<Vec<_>>(),
            "sessions": moving.sessions.iter().map(|info| info.session.as_str()).collect::<Vec<_>>(),
            "dry_run": taken.is_none(),
            "commits": taken.map_or(foreseen.commits, |taken| taken.report.purge.commits),
            "refs": taken.map_or(&foreseen.refs, |taken| &taken.report.purge.refs),
            "remote": taken.map_or(Value::Null, TakenOut::json),
        })
    };
    let what = format!("{} of {shown} and what {} said of them", plural(ids.len(), "todo"), sessions(&moving));
    if args.dry_run {
        if ui.json {
            ui.print_json(&summary(None));
            return Ok(());
        }
        ui.print(&format!("Would move {what} to {}\n", display(&to.path)));
        let commits = plural(foreseen.commits, "commit");
        ui.print(&format!("Would then rewrite {commits} in {} here\n", plural(foreseen.refs.len(), "ref")));
        if let Some(reason) = &foreseen.waits {
            ui.warn(&format!("it could not be done now: {reason}"), None);
        }
        return Ok(());
    }
    if let Some(reason) = &foreseen.waits {
        return Err(Failure::no(format!("nothing was moved: {reason}")));
    }
    if !args.yes {
        let question = format!(
            "Move {what} to {}, and take the words out of all history of {}, on every device and on its remote? This cannot be undone. [y/N] ",
            display(&to.path),
            display(store.repo.common_dir())
        );
        ask(&question, "nothing was moved")?;
    }
    let target = Store::open_or_create(&to)?;
    moving.copy(&store, &target, context.now)?;
    // Only now that all of it is there.
    let taken = take_out(&store, &ids, "move", context, ui)?;
    ops::forget_looks(&store)?;
    if ui.json {
        ui.print_json(&summary(Some(&taken)));
    } else {
        ui.note(&format!("Moved {what} to {}.", display(&to.path)));
    }
    remote::say(taken.remote.as_ref(), taken.exchange.as_ref(), &taken.report, ui);
    if !whereabouts::leads(&scope.project, &to.path) {
        ui.note(&format!(
            "hint: no rule leads there: `git config --global --add chittysync.route '{shown}={}'`, or what sessions say of it is not heard here",
            to.path.display()
        ));
    }
    let finished = finish(&store, &taken.report, ui);
    taken.judge()?;
    finished
}

fn sessions(moving: &Moving) -> String {
    let all = plural(moving.sessions.len(), "session");
    match moving.sessions.len() - moving.whole {
        0 => all,
        mixed => format!("{all} ({mixed} of other projects, too)"),
    }
}
