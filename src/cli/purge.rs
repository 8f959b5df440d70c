//! `purge`: after a leak.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use super::beside;
use super::confirm::ask;
use super::consolidate::finish;
use super::context::Context;
use super::forget::was_or_became;
use super::options::SyncArgs;
use super::remote;
use super::ui::{Failure, Ui, plural};
use crate::git::RemoteName;
use crate::ops::todo::{ToPurge, Which, purge};
use crate::ops::{Exchange, Obeyed, Plan, Report, Selection};
use crate::store::Store;
use crate::todo::{Names, Project, TodoId};
use crate::view::name_project;

/// Arguments of `purge`.
#[derive(Debug, Args)]
pub struct PurgeArgs {
    /// The todos: for each, the beginning of its id, or words of its text in quotes. Also one that was forgotten
    #[arg(required = true, value_name = "ID|WORDS")]
    pub todos: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Say what would be rewritten, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

pub(super) fn run(args: &PurgeArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.with_archive(&store, ui)?;
    let named: Vec<Which> = args.todos.iter().cloned().map(Which::Words).collect();
    let found = ToPurge::find(&store, &everything, context.here(), &named)
        .map_err(|refusal| beside::or_elsewhere(refusal, &named, ("purge", &store), context, ui))?;
    if args.dry_run {
        foretell(&store, &found, &everything.names(), ui);
        warn_of_others(&found, ui);
        return Ok(());
    }
    found.may_begin()?;
    if !args.yes {
        let words = |id: &TodoId| found.named.iter().find(|todo| todo.id == *id).map(|todo| &todo.content);
        let names = found.ids.keys().map(|id| words(id).map_or_else(|| id.to_string(), |words| format!("\"{words}\"")));
        let question = format!(
            "Take {} out of the lists and out of all history, on every device and on the remote? {} here will be others. This cannot be undone. [y/N] ",
            names.collect::<Vec<_>>().join(", "),
            plural(found.foreseen.commits, "commit")
        );
        ask(&question, "nothing was purged")?;
    }
    let taken = take_out(&store, &found.ids, "purge", context, ui)?;
    if ui.json {
        let mut done = summary(&found, &taken.report.purge, &everything.names());
        if taken.exchange.is_some() {
            done["remote"] = taken.json();
        }
        ui.print_json(&done);
    } else {
        for (id, project) in &found.ids {
            ui.note(&format!("Purged {id} of {}.", everything.names().shown(project)));
        }
    }
    warn_of_others(&found, ui);
    remote::say(taken.remote.as_ref(), taken.exchange.as_ref(), &taken.report, ui);
    let finished = finish(&store, &taken.report, ui);
    taken.judge()?;
    ui.note("hint: other devices rewrite theirs when they next sync; what a purge cannot reach is in docs/security.md, After a leak");
    finished
}

/// What became of todos that were taken out of all history.
pub(super) struct TakenOut {
    /// What became of them here.
    pub report: Report,
    /// The remote, and what came of talking with it.
    pub remote: Option<RemoteName>,
    pub exchange: Option<Exchange>,
}

/// Takes todos out of all history, here and on the remote if there is one. `what` is what the reflog says.
pub(super) fn take_out(
    store: &Store,
    ids: &BTreeMap<TodoId, Project>,
    what: &str,
    context: &Context,
    ui: &Ui,
) -> Result<TakenOut, Failure> {
    let report = purge(store, ids, what, context.now)?;
    let Some(remote) = store.settings.remote.clone() else {
        return Ok(TakenOut { report, remote: None, exchange: None });
    };
    let selection = Selection { what: what.into(), ..Selection::default() };
    let plan = Plan { selection, consolidate: true, ..Plan::default() };
    let all = SyncArgs::default();
    let (mut more, exchange) = remote::exchange(&all, &store.reopen()?, &plan, &remote, context.now, ui)?;
    let mut purge = report.purge;
    purge.absorb(std::mem::take(&mut more.purge));
    Ok(TakenOut { report: Report { purge, ..more }, remote: Some(remote), exchange: Some(exchange) })
}

impl TakenOut {
    /// Returns what came of talking with the remote, for programs.
    pub(super) fn json(&self) -> Value {
        match (&self.remote, &self.exchange) {
            (Some(remote), Some(exchange)) => remote::json(remote, exchange),
            _ => Value::Null,
        }
    }

    /// Says no where the words are not gone everywhere yet.
    pub(super) fn judge(&self) -> Result<(), Failure> {
        if self.report.purge.waits.is_some() {
            return Err(Failure::no("the words are out of the lists, and still in history")
                .hint("run it again once the reason above is gone"));
        }
        let is_told = self.exchange.as_ref().is_some_and(|exchange| exchange.kept.is_some());
        remote::judge(self.remote.as_ref(), self.exchange.as_ref()).map_err(|failure| match is_told {
            true => failure,
            false => failure.hint("what it has there may still hold the words"),
        })
    }
}

/// Says what would be rewritten.
fn foretell(store: &Store, found: &ToPurge<'_>, names: &Names, ui: &mut Ui) {
    let foreseen = &found.foreseen;
    let remotes: Vec<String> = store.settings.remote.iter().map(ToString::to_string).collect();
    if ui.json {
        let mut said = summary(found, foreseen, names);
        said["dry_run"] = true.into();
        said["remotes"] = remotes.into();
        ui.print_json(&said);
        return;
    }
    ui.print(&format!(
        "Would rewrite {} in {} here, and {} with what leads there.\n",
        plural(foreseen.commits, "commit"),
        plural(foreseen.refs.len(), "ref"),
        match remotes.as_slice() {
            [] => "no remote".to_owned(),
            names => format!("the remote {}", names.join(", ")),
        }
    ));
    foreseen.refs.iter().for_each(|name| ui.print(&format!("{name}\n")));
    for (what, why) in &foreseen.left {
        ui.warn(&format!("{what} would stay as it is: {why}"), None);
    }
    if let Some(reason) = &foreseen.waits {
        ui.warn(&format!("it could not be done now: {reason}"), None);
    }
}

fn summary(found: &ToPurge<'_>, purge: &Obeyed, names: &Names) -> Value {
    let purged = found.ids.iter().map(|(id, project)| {
        let mut purged = json!({ "id": id.to_string() });
        name_project(&mut purged, names, project);
        purged
    });
    json!({
        "purged": purged.collect::<Vec<_>>(),
        "commits": purge.commits,
        "refs": purge.refs,
        "erased": purge.erased,
        "left": purge.left.iter().map(|(what, why)| json!({ "what": what, "why": why })).collect::<Vec<_>>(),
        "waits": purge.waits,
        "quoted_by": found.quoted.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Names the todos that hold words of those that were purged, or nearly the same: they are todos of their own.
fn warn_of_others(found: &ToPurge<'_>, ui: &Ui) {
    let quoted = found.quoted.iter().map(|id| format!("{id} quotes the words, and is not purged"));
    let renamed = found
        .renamed
        .iter()
        .map(|other| format!("what is purged {} {}, which is not purged", was_or_became(*other), other.id()));
    ui.warn_some(&quoted.chain(renamed).collect::<Vec<_>>(), Some("purge them too if they hold what has to go"));
}
