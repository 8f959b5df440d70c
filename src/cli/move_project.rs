//! `move`: a project to another store.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::confirm::ask;
use super::consolidate::finish;
use super::context::{Context, PROJECTS, display};
use super::options::SyncArgs;
use super::purge::{TakenOut, take_out};
use super::ui::{Failure, Ui, plural};
use super::{remote, whereabouts};
use crate::git::real;
use crate::ops::{self, Moving, Obeyed, Plan, Selection};
use crate::store::{Location, Origin, Store};
use crate::todo::{Project, Scope, TodoId};

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
    if real(&to.path) == real(store.repo.common_dir()) {
        return Err(Failure::usage(format!("{} is the store that it is in", display(&to.path))));
    }
    let named = context.scope(Some(&args.project), &store)?;
    let scope = named.ok_or_else(|| Failure::usage("name a project"))?;
    let known = Found::find(store, scope, to)?;
    if args.dry_run {
        known.is_some()?;
        return known.foretell(ui);
    }
    if !args.yes {
        known.is_some()?;
        let question = format!(
            "Move {} to {}, and take the words out of all history of {}, on every device and on its remote? This cannot be undone. [y/N] ",
            known.what(),
            display(&known.to.path),
            display(known.store.repo.common_dir())
        );
        ask(&question, "nothing was moved")?;
    }
    let gathered = gather(&known.store, context, ui)?;
    let found = Found::find(known.store.reopen()?, known.scope.clone(), known.to.clone())?;
    if found.ids.is_empty() && known.is_there()? {
        ops::forget_looks(&known.store)?;
        known.tell(&gathered, ui);
        return gathered.judge();
    }
    found.is_some()?;
    found.go(context, ui)
}

/// What is to move, from where, and where to.
struct Found {
    store: Store,
    scope: Scope,
    to: Location,
    moving: Moving,
    ids: BTreeMap<TodoId, Project>,
    foreseen: Obeyed,
}

impl Found {
    fn find(store: Store, scope: Scope, to: Location) -> Result<Self, Failure> {
        let moving = Moving::find(&store, &scope)?;
        let ids = moving.ids();
        let foreseen = ops::foresee(&store, &ids.keys().copied().collect())?;
        Ok(Found { store, scope, to, moving, ids, foreseen })
    }

    /// Says no where there is nothing.
    fn is_some(&self) -> Result<(), Failure> {
        let none = || Failure::no(format!("there is nothing to move of a project '{}' here", self.scope.project));
        if self.ids.is_empty() { Err(none().hint(PROJECTS)) } else { Ok(()) }
    }

    /// Returns whether all of it is in the other store: a move that was cut short had come so far that gathering ended it.
    fn is_there(&self) -> Result<bool, Failure> {
        let has_gone = !self.ids.is_empty() && self.to.path.exists();
        Ok(has_gone && self.moving.lacks(&Store::open(&self.to)?)?.is_none())
    }

    /// Returns what moves, in words.
    fn what(&self) -> String {
        let all = plural(self.moving.sessions.len(), "session");
        let sessions = match self.moving.sessions.len() - self.moving.whole {
            0 => all,
            mixed => format!("{all} ({mixed} of other projects, too)"),
        };
        format!("{} of {} and what {sessions} said of them", plural(self.ids.len(), "todo"), self.scope.project)
    }

    fn json(&self, taken: Option<&TakenOut>) -> Value {
        let rewritten = taken.map_or(&self.foreseen, |taken| &taken.report.purge);
        json!({
            "project": self.scope.project.as_str(),
            "to": self.to.path.to_string_lossy(),
            "moved": self.ids.keys().map(ToString::to_string).collect::<Vec<_>>(),
            "sessions": self.moving.sessions.iter().map(|info| info.session.as_str()).collect::<Vec<_>>(),
            "dry_run": taken.is_none(),
            "commits": rewritten.commits,
            "refs": rewritten.refs,
            "remote": taken.map_or(Value::Null, TakenOut::json),
        })
    }

    fn foretell(&self, ui: &mut Ui) -> Result<(), Failure> {
        if ui.json {
            ui.print_json(&self.json(None));
            return Ok(());
        }
        let (commits, refs) = (plural(self.foreseen.commits, "commit"), plural(self.foreseen.refs.len(), "ref"));
        ui.print(&format!("Would move {} to {}\n", self.what(), display(&self.to.path)));
        ui.print(&format!("Would then rewrite {commits} in {refs} here\n"));
        if let Some(reason) = &self.foreseen.waits {
            ui.warn(&format!("it could not be done now: {reason}"), None);
        }
        Ok(())
    }

    fn go(&self, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
        if let Some(reason) = &self.foreseen.waits {
            return Err(Failure::no(format!("nothing was moved: {reason}")));
        }
        self.moving.copy(&self.store, &Store::open_or_create(&self.to)?, context.now)?;
        // Only now that all of it is there.
        let taken = take_out(&self.store, &self.ids, "move", context, ui)?;
        ops::forget_looks(&self.store)?;
        self.tell(&taken, ui);
        let finished = finish(&self.store, &taken.report, ui);
        taken.judge()?;
        finished
    }

    /// Says that it has moved, and what came of taking it out here.
    fn tell(&self, taken: &TakenOut, ui: &mut Ui) {
        if ui.json {
            ui.print_json(&self.json(Some(taken)));
        } else {
            ui.note(&format!("Moved {} to {}.", self.what(), display(&self.to.path)));
        }
        remote::say(taken.remote.as_ref(), taken.exchange.as_ref(), &taken.report, ui);
        let (project, path) = (&self.scope.project, &self.to.path);
        if !whereabouts::leads(project, path) {
            ui.note(&format!(
                "hint: no rule leads there: `git config --global --add chittysync.route '{project}={}'`, or what sessions say of it is not heard here",
                path.display()
            ));
        }
    }
}

/// Has all in the branch that sessions said, here and at the remote: what is not known yet would stay behind.
fn gather(store: &Store, context: &Context, ui: &Ui) -> Result<TakenOut, Failure> {
    let selection = Selection { what: "move".into(), ..Selection::default() };
    let plan = Plan { consolidate: true, selection, ..Plan::default() };
    let Some(remote) = &store.settings.remote else {
        let report = ops::run(store, &plan, context.now)?;
        finish(store, &report, ui)?;
        return Ok(TakenOut { report, remote: None, exchange: None });
    };
    let (report, exchange) = remote::exchange(&SyncArgs::default(), store, &plan, remote, context.now, ui)?;
    remote::judge(Some(remote), Some(&exchange)).and(finish(store, &report, ui)).map_err(|failure| {
        failure.hint("nothing was moved: what others said of it is at the remote, and has to go along")
    })?;
    Ok(TakenOut { report, remote: Some(remote.clone()), exchange: Some(exchange) })
}
