//! `purge`: after a leak.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::{Value, json};

use super::confirm::ask;
use super::consolidate::finish;
use super::context::Context;
use super::forget::relatives;
use super::options::SyncArgs;
use super::remote;
use super::ui::{Failure, Ui, plural};
use crate::ops::todo::{Which, find, forgotten, twins};
use crate::ops::{self, Obeyed, Plan, Selection};
use crate::store::Store;
use crate::store::quotes::contains;
use crate::todo::{Names, Project, Todo, TodoId};
use crate::view::{Everything, name_project};

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
    if store.settings.aside {
        return Err(Failure::usage("purge is about all branches; leave --branch out"));
    }
    let everything = context.with_archive(&store, ui)?;
    let mut chosen: BTreeMap<TodoId, Project> = BTreeMap::new();
    let mut found: Vec<&Todo> = Vec::new();
    for text in &args.todos {
        let which = Which::Words(text.clone());
        match find(&everything, context.here(), &which) {
            Ok((project, todo)) => {
                // What a list says twice are two todos, and each holds the words.
                let same = everything.todos().filter(|(of, other)| *of == project && other.content == todo.content);
                let all = twins(&everything, project, todo).into_iter().chain(same.map(|(of, same)| (of, same.id)));
                chosen.extend(all.map(|(project, id)| (id, project.clone())));
                found.push(todo);
            }
            Err(refusal) => {
                let (project, id) = forgotten(&store, &which, refusal)?;
                chosen.insert(id, project);
            }
        }
    }
    let ids: BTreeSet<TodoId> = chosen.keys().copied().collect();
    let foreseen = ops::foresee(&store, &ids)?;
    if args.dry_run {
        foretell(&store, &chosen, &foreseen, &everything.names(), ui);
        warn_of_others(&everything, &found, &ids, ui);
        return Ok(());
    }
    if let Some(reason) = &foreseen.waits {
        return Err(Failure::no(format!("nothing was purged: {reason}"))
            .hint("check out another branch there; it cannot be moved under somebody's files"));
    }
    if !args.yes {
        let names: Vec<String> = chosen
            .keys()
            .map(|id| {
                found
                    .iter()
                    .find(|todo| todo.id == *id)
                    .map_or_else(|| id.to_string(), |todo| format!("\"{}\"", todo.content))
            })
            .collect();
        let question = format!(
            "Take {} out of the lists and out of all history, on every device and on the remote? {} here will be others. This cannot be undone. [y/N] ",
            names.join(", "),
            plural(foreseen.commits, "commit")
        );
        ask(&question, "nothing was purged")?;
    }
    let selection = Selection { what: "purge".into(), ..Selection::default() };
    let forget = chosen.iter().map(|(id, project)| (project.clone(), *id)).collect();
    let plan = Plan { selection: selection.clone(), forget, purge: true, consolidate: true, ..Plan::default() };
    let mut report = ops::run(&store, &plan, context.now)?;
    let with = store.settings.remote.clone();
    let exchange = match &with {
        None => None,
        Some(remote) => {
            let plan = Plan { selection, consolidate: true, ..Plan::default() };
            let everything = SyncArgs { remote: None, capture: Default::default(), no_fetch: false, no_push: false };
            let (more, exchange) = remote::exchange(&everything, &store.reopen()?, &plan, remote, context.now, ui)?;
            let first = std::mem::replace(&mut report, more);
            let mut purge = first.purge;
            purge.absorb(std::mem::take(&mut report.purge));
            report.purge = purge;
            Some(exchange)
        }
    };
    let quoted = others(&everything, &found, &ids);
    if ui.json {
        let mut done = summary(&chosen, &report.purge, &quoted, &everything.names());
        if let (Some(remote), Some(exchange)) = (&with, &exchange) {
            done["remote"] = remote::json(remote, exchange);
        }
        ui.print_json(&done);
    } else {
        for (id, project) in &chosen {
            ui.note(&format!("Purged {id} of {}.", everything.names().shown(project)));
        }
    }
    warn_of_others(&everything, &found, &ids, ui);
    remote::say(with.as_ref(), exchange.as_ref(), &report, ui);
    let finished = finish(&store, &report, ui);
    if report.purge.waits.is_some() {
        return Err(Failure::no("the words are out of the lists, and still in history")
            .hint("run it again once the reason above is gone"));
    }
    remote::judge(with.as_ref(), exchange.as_ref()).map_err(|failure| {
        failure.hint("what it has there may still hold the words; a remote that forbids rewinding (receive.denyNonFastForwards) has to allow it once")
    })?;
    ui.note("hint: other devices rewrite theirs when they next sync; what a purge cannot reach is in docs/security.md, After a leak");
    finished
}

/// Says what would be rewritten.
fn foretell(store: &Store, chosen: &BTreeMap<TodoId, Project>, foreseen: &Obeyed, names: &Names, ui: &mut Ui) {
    let remotes: Vec<String> = store.settings.remote.iter().map(ToString::to_string).collect();
    if ui.json {
        let mut said = summary(chosen, foreseen, &[], names);
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

fn summary(chosen: &BTreeMap<TodoId, Project>, purge: &Obeyed, quoted: &[TodoId], names: &Names) -> Value {
    let purged = chosen.iter().map(|(id, project)| {
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
        "quoted_by": quoted.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Returns the todos that quote the words of those that were purged.
fn others(everything: &Everything, purged: &[&Todo], ids: &BTreeSet<TodoId>) -> Vec<TodoId> {
    let words: Vec<String> = purged.iter().map(|todo| todo.content.to_lowercase()).collect();
    let quotes = |text: &str| words.iter().any(|words| contains(&text.to_lowercase(), words));
    let does = |todo: &Todo| quotes(&todo.content) || todo.fields.values().any(|field| holds(&field.value, &quotes));
    everything.todos().filter(|(_, todo)| !ids.contains(&todo.id) && does(todo)).map(|(_, todo)| todo.id).collect()
}

fn holds(value: &Value, quotes: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => quotes(text),
        Value::Array(items) => items.iter().any(|item| holds(item, quotes)),
        Value::Object(map) => map.iter().any(|(key, item)| quotes(key) || holds(item, quotes)),
        _ => false,
    }
}

/// Names the todos that hold words of those that were purged, or nearly the same: they are todos of their own.
fn warn_of_others(everything: &Everything, purged: &[&Todo], ids: &BTreeSet<TodoId>, ui: &Ui) {
    let quoted = others(everything, purged, ids);
    let mut said: Vec<String> = quoted.iter().map(|id| format!("{id} quotes the words, and is not purged")).collect();
    for (word, other) in purged.iter().flat_map(|todo| relatives(everything, todo)) {
        if !ids.contains(&other) && !quoted.contains(&other) {
            said.push(format!("what is purged {word} {other}, which is not purged"));
        }
    }
    ui.warn_some(&said, Some("purge them too if they hold what has to go"));
}
