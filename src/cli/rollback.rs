//! `rollback` and `undo`: an earlier state, said anew.

use clap::Args;
use serde_json::json;

use super::author::{SpeakerArgs, with_names};
use super::beside::{Stores, tell_where};
use super::context::Context;
use super::log::moment;
use super::refused::{ANY, done, others};
use super::said::{begin, end};
use super::ui::{Failure, Ui};
use crate::ops;
use crate::ops::todo::{self, Actor, Rollback, Said, TakenBack, Wanted, Which};
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{Names, State, plain};
use crate::view::{Everything, name_project};

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// A commit (consolidated~3, @{1}) or a date (2026-11-20, "2026-11-20 14:00", "2 hours ago"): all that
    /// had been said until then
    #[arg(value_name = "REV|DATE")]
    pub revision: String,
    /// Only this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only this todo: the beginning of its id, or words of its text
    #[arg(long, value_name = "ID|WORDS")]
    pub todo: Option<String>,
    /// Say what would change, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

/// Arguments of `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Do again what was undone last
    #[arg(long)]
    pub redo: bool,
    /// What anybody did on this device, and not only you
    #[arg(long)]
    pub any: bool,
    /// Say what would change, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &RollbackArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let actor = args.speaker.actor(&store, context);
    let rollback = Rollback {
        revision: args.revision.clone(),
        project: args.project.clone(),
        todo: args.todo.clone().map(Which::Words),
        dry_run: args.dry_run,
    };
    let back = todo::rollback(&actor, &rollback)?;
    tell(&back.acts, back.said.as_ref(), &actor, ui)
}

pub(super) fn undo(args: &UndoArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let own = store.repo.common_dir().to_owned();
    let wanted = Wanted { redo: args.redo, any: args.any, dry_run: args.dry_run };
    let store = last_spoken(store, wanted, &args.speaker, context);
    let actor = args.speaker.actor(&store, context);
    let back = todo::undo(&actor, wanted)?;
    tell_undone(&back, args.redo, &actor, ui)?;
    tell_where(&own, &store, ui);
    Ok(())
}

/// Returns the store in which whoever asks did last what can be taken back; the one in use where no others are listed
/// beside it, and where there is none.
pub(super) fn last_spoken(store: Store, wanted: Wanted, speaker: &SpeakerArgs, context: &Context) -> Store {
    let (stores, _) = Stores::find(context, &store, speaker);
    if stores.others.is_empty() {
        return store;
    }
    let last = |store: &Store| {
        let back = todo::undo(&speaker.actor(store, context), Wanted { dry_run: true, ..wanted }).ok()?;
        back.undo.events.iter().map(|event| event.at).max()
    };
    let others = stores.others.into_iter().map(|other| other.store);
    let all = std::iter::once(store.clone()).chain(others).filter_map(|store| Some((last(&store)?, store)));
    // Of two of the same moment, the one in use.
    let latest = all.reduce(|one, other| if other.0 > one.0 { other } else { one });
    latest.map_or(store, |(_, store)| store)
}

/// Tells what was taken back, or would be.
pub(super) fn tell_undone(back: &TakenBack, redo: bool, actor: &Actor<'_>, ui: &mut Ui) -> Result<(), Failure> {
    let doing = match (redo, back.said.is_none()) {
        (false, false) => "Undoing",
        (false, true) => "Would undo",
        (true, false) => "Redoing",
        (true, true) => "Would redo",
    };
    let style = ui.style(actor.now);
    let when = back.undo.events.first().map(|event| moment(event.at, style.now)).unwrap_or_default();
    ui.note(&format!("{doing}: {} ({})", done(&back.undo, style), when.trim_start()));
    if let Some(later) = &back.later {
        ui.warn(&others(later, style), Some(ANY));
    }
    let (nothing, said) = (Everything::default(), back.said.as_ref());
    let everything = said.map_or(&nothing, |said| &said.everything);
    let named = (!back.undo.left.is_empty()).then(|| with_names(actor.store, everything)).flatten();
    for (todo, session) in &back.undo.left {
        let who = named.as_ref().map_or_else(|| session.short(), |named| named.who(session));
        let message = format!("'{}' stays as it is: {who} spoke of it since", todo.content);
        ui.warn(&message, Some(&format!("`git chittysync log {}` tells more", todo.id.short())));
    }
    tell(&back.undo.acts, back.said.as_ref(), actor, ui)
}

/// Tells which todos have another state now, or would have.
fn tell(acts: &[Act], said: Option<&Said>, actor: &Actor<'_>, ui: &mut Ui) -> Result<(), Failure> {
    let names = ops::project_names(actor.store)?;
    let Some(said) = said else {
        print(acts, "would become", false, &names, ui);
        return Ok(());
    };
    begin(said, actor, ui)?;
    print(acts, "is", said.changed(), &names, ui);
    end(said, actor, ui)
}

fn print(acts: &[Act], verb: &str, changed: bool, names: &Names, ui: &mut Ui) {
    let state = |act: &Act| act.target.map(State::as_str);
    let shown = |act: &Act| state(act).filter(|_| !act.yields());
    if ui.json {
        let todos: Vec<_> = acts
            .iter()
            .map(|act| {
                let mut todo = json!({ "id": act.id.to_string(), "content": act.content, "status": shown(act) });
                name_project(&mut todo, names, &act.project);
                todo
            })
            .collect();
        ui.print_json(&json!({ "changed": changed, "todos": todos }));
        return;
    }
    if acts.is_empty() {
        ui.note("Nothing is different.");
    }
    for act in acts {
        ui.print(&format!("{} {}: {}\n", act.id.short(), becomes(act, verb), plain(&act.content)));
    }
}

/// Says what becomes of a todo by an act; `verb` is `is`, or `would become`.
pub(crate) fn becomes(act: &Act, verb: &str) -> String {
    match act.target.map(State::as_str) {
        // It says nothing of the todo, which is as others want it.
        Some(_) if act.yields() => "is as others want it".to_owned(),
        Some(state) => format!("{verb} {state}"),
        None => "with other properties".to_owned(),
    }
}
