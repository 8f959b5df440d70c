//! `ready`: what can be begun now.

use std::io::IsTerminal;

use clap::Args;
use serde_json::Value;

use super::author::SpeakerArgs;
use super::beside::{self, Stores};
use super::context::Context;
use super::list::fold;
use super::options::{PorcelainArgs, QuietArgs};
use super::refused::brief;
use super::said::tell;
use super::topic::TopicArgs;
use super::ui::{Failure, Ui};
use crate::ops::todo::{self, Asked, Claim, Refusal, chosen, elsewhere, living_first};
use crate::plan::{Entry, Holder, Holders, Moment, in_turn};
use crate::store::Store;
use crate::todo::{Names, Project, Session, Todo, plain};
use crate::view::{
    Everything, Folded, Links, Quiet, Shown, Style, porcelain_row, quiet_json, ready, ready_text, shelf_json,
    shelf_mark, todo_json,
};

/// Arguments of `ready`.
#[derive(Debug, Args)]
pub struct ReadyArgs {
    /// The project [default: that of the directory you are in]
    #[arg(long, value_name = "PROJECT", conflicts_with = "all")]
    pub project: Option<String>,
    /// Of all projects
    #[arg(short, long)]
    pub all: bool,
    /// Quiet ones.
    #[command(flatten)]
    pub quiet: QuietArgs,
    /// Take the first one: it is in progress, and nobody else's. In a store with a remote, the remote is asked
    #[arg(long)]
    pub claim: bool,
    /// With --claim: what is assigned to others, too
    #[arg(long, requires = "claim")]
    pub any: bool,
    /// Which topic.
    #[command(flatten)]
    pub topic: TopicArgs,
    /// With --claim: do not ask the remote whether another device has it
    #[arg(long, requires = "claim")]
    pub offline: bool,
    /// At most this many
    #[arg(short = 'n', long, value_name = "COUNT", conflicts_with = "claim")]
    pub max_count: Option<usize>,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
    /// Who speaks.
    #[command(flatten)]
    pub speaker: SpeakerArgs,
}

pub(super) fn run(args: &ReadyArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if args.claim {
        return claim(args, context, ui);
    }
    let store = context.store(ui)?;
    let stores = beside::listed_for(&args.speaker, context, &store, ui);
    let shown = args.shown(ui);
    let session = args.speaker.known_session(&store)?;
    let (everything, project) = args.looked_at(&store, &stores, context, ui)?;
    args.speaker.warn_of_others(&store, &everything, context.now, ui)?;
    let mut found = args.topic.of(ready(&everything, project.as_ref(), context.now), &store)?;
    let quiet = Quiet::of(&everything, context.now, store.settings.quiet_after);
    let folded = match shown {
        Shown::Living => quiet.count(found.iter().map(|(_, todo)| *todo)),
        Shown::All | Shown::Quiet => Folded::default(),
    };
    living_first(&quiet, shown, &mut found);
    let holders = Holders::of(&everything, Moment::at(context.now));
    in_turn(&holders, session.as_ref(), &mut found);
    let cycles = Links::new(&everything).cycles(project.as_ref());
    warn_of_cycles(cycles.iter().map(|(_, todo)| format!("{} {}", todo.id.short(), todo.content)).collect(), ui);
    if found.is_empty() {
        let named = context.scope_in(args.project.as_deref(), &everything)?;
        context.warn_of_unknown(&store, named.as_ref().filter(|scope| !stores.know(scope)), None, ui)?;
    }
    found.truncate(args.max_count.unwrap_or(usize::MAX));
    if ui.json {
        let (session, names) = (session.as_ref(), everything.names());
        let json = |entry: &Entry<'_>| {
            let json = quiet_json(ready_json(*entry, &names, &holders, session), &quiet, entry.1);
            shelf_json(json, &everything, entry.1)
        };
        ui.print_json(&found.iter().map(json).collect());
    } else if args.porcelain.wanted() {
        let rows: Vec<_> = found.iter().map(|(project, todo)| porcelain_row(project, todo)).collect();
        ui.print_rows(&rows, args.porcelain.zero);
    } else {
        let assigned = |todo: &Todo| match session.as_ref().is_some_and(|session| holders.has(session, todo)) {
            true => Some("you".to_owned()),
            false => holders.assigned_elsewhere(session.as_ref(), todo),
        };
        let before = |todo: &Todo| {
            let to = assigned(todo).map(|who| format!("[assigned to {}] ", plain(&who))).unwrap_or_default();
            format!("{}{to}", shelf_mark(&everything, todo))
        };
        let style = ui.style(context.now);
        // Whoever reads it elsewhere reads the words.
        let whole = Style { width: if std::io::stdout().is_terminal() { style.width } else { 0 }, ..style };
        let mut text = ready_text(&found, &everything.names(), before, whole);
        fold(&mut text, &quiet, &folded, style, "`ready --left-behind`");
        if found.is_empty() {
            let all = args.topic.of(ready(&everything, None, context.now), &store)?;
            ui.note(&nothing(&everything, project.as_ref(), &quiet, &all));
        }
        ui.print_page(&text);
    }
    Ok(())
}

impl ReadyArgs {
    /// Reads what there may be to begin, and returns it with the project that it is to be of.
    fn looked_at(
        &self,
        store: &Store,
        stores: &Stores,
        context: &Context,
        ui: &Ui,
    ) -> Result<(Everything, Option<Project>), Failure> {
        if !stores.others.is_empty() {
            let everything =
                stores.together(context.everything(store, ui)?, ui, |other, ui| context.everything(other, ui));
            let named = context.scope_in(self.project.as_deref(), &everything)?.map(|scope| scope.project);
            let project = if self.all { None } else { named.or_else(|| context.here().cloned()) };
            return Ok((everything, project));
        }
        let project = if self.all { None } else { chosen(store, context.here(), self.project.as_deref())? };
        let session = self.speaker.known_session(store)?;
        let near = context.everything_of(store, ui, project.as_ref(), session.as_ref())?;
        // Where there is nothing, it is said how much there is elsewhere.
        let is_nothing =
            project.is_some() && self.offered(&near, project.as_ref(), self.shown(ui), context, store)?.is_empty();
        Ok((if is_nothing { context.everything(store, ui)? } else { near }, project))
    }

    /// Returns what there is to begin, of those todos that are to be shown.
    fn offered<'a>(
        &self,
        everything: &'a Everything,
        project: Option<&Project>,
        shown: Shown,
        context: &Context,
        store: &Store,
    ) -> Result<Vec<Entry<'a>>, Failure> {
        let mut found = self.topic.of(ready(everything, project, context.now), store)?;
        living_first(&Quiet::of(everything, context.now, store.settings.quiet_after), shown, &mut found);
        Ok(found)
    }

    /// Returns what of the quiet todos is offered: programs get all.
    fn shown(&self, ui: &Ui) -> Shown {
        match self.quiet.left_behind {
            true => Shown::Quiet,
            false if ui.json || self.porcelain.wanted() => Shown::All,
            false => Shown::Living,
        }
    }
}

/// Says that nothing is ready, where that is, and what there is elsewhere.
fn nothing(everything: &Everything, project: Option<&Project>, quiet: &Quiet, all: &[Entry<'_>]) -> String {
    let Some(project) = project else { return "Nothing is ready.".to_owned() };
    let elsewhere = match elsewhere(everything, project, quiet, all) {
        0 => String::new(),
        count => format!("; {count} elsewhere (`ready --all`)"),
    };
    format!("Nothing is ready in {}{elsewhere}.", plain(everything.names().shown(project)))
}

/// Returns a todo that can be begun for programs, with the session that it is assigned to, and whether that asks.
fn ready_json((project, todo): Entry<'_>, names: &Names, holders: &Holders, session: Option<&Session>) -> Value {
    let mut json = todo_json(names, project, todo);
    let to = match holders.holder(todo) {
        Some(Holder::Assigned(session)) => Some(session.to_string()),
        Some(Holder::Named(name)) => Some(name.to_owned()),
        Some(Holder::Works(_)) | None => None,
    };
    if let (Some(json), Some(to)) = (json.as_object_mut(), to) {
        json.insert("assignedTo".into(), to.into());
        json.insert("yours".into(), session.is_some_and(|session| holders.has(session, todo)).into());
    }
    json
}

/// Takes the first one, and tells what came of it.
fn claim(args: &ReadyArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let own = context.store_or_create(ui)?;
    let own_dir = own.repo.common_dir().to_owned();
    let store = of_first(args, own, context, ui)?;
    let actor = args.speaker.actor(&store, context);
    let project = if args.all { None } else { chosen(&store, context.here(), args.project.as_deref())? };
    let (shown, offline, watch) = (args.shown(ui), args.offline, super::remote::watch(&store, ui));
    let lost = |todo: &Todo| {
        ui.note(&format!("{} was taken by others meanwhile: {}", todo.id.short(), todo.content));
    };
    let claimed = todo::claim(
        &actor,
        &Claim { project, topic: args.topic.topic.clone(), any: args.any, shown, offline, watch },
        lost,
    )
    .map_err(|refusal| {
        if let Refusal::NothingReady { cycles, .. } = &refusal {
            warn_of_cycles(cycles.iter().map(brief).collect(), ui);
        }
        Failure::from(refusal)
    })?;
    match &claimed.asked {
        Asked::NoRemote | Asked::Confirmed => {}
        Asked::Not => ui.warn("no remote was asked whether others have it", Some(MAY_BE_TAKEN)),
        Asked::Unanswered { remote, why } => {
            ui.warn(&format!("{remote} could not be asked whether others have it: {why}"), Some(MAY_BE_TAKEN));
        }
    }
    let confirmed = (claimed.asked != Asked::NoRemote).then_some(claimed.asked == Asked::Confirmed);
    tell(&claimed.outcome, confirmed, &actor, ui)?;
    beside::tell_where(&own_dir, &store, ui);
    Ok(())
}

/// Returns the store of the first todo that can be taken; the one in use where none can.
fn of_first(args: &ReadyArgs, own: Store, context: &Context, ui: &Ui) -> Result<Store, Failure> {
    let stores = beside::listed_for(&args.speaker, context, &own, ui);
    if stores.others.is_empty() {
        return Ok(own);
    }
    let (everything, project) = args.looked_at(&own, &stores, context, ui)?;
    let session = args.speaker.known_session(&own)?;
    let mut found = args.offered(&everything, project.as_ref(), args.shown(ui), context, &own)?;
    let holders = Holders::of(&everything, Moment::at(context.now));
    in_turn(&holders, session.as_ref(), &mut found);
    found.retain(|(_, todo)| args.any || holders.assigned_elsewhere(session.as_ref(), todo).is_none());
    let shelves = found.first().map(|(_, todo)| everything.shelves.of(todo.id)).unwrap_or_default();
    let path = shelves.first().map(|shelf| shelf.path.clone());
    Ok(path.map_or_else(|| own.clone(), |path| stores.at(&path, own.clone())))
}

/// What follows when nobody was asked.
const MAY_BE_TAKEN: &str = "another device may take the same todo; the next sync tells";

/// Warns of todos that will never be ready.
fn warn_of_cycles(found: Vec<String>, ui: &Ui) {
    if found.is_empty() {
        return;
    }
    let named = found[..found.len().min(5)].join("; ");
    let more = if found.len() > 5 { "; \u{2026}" } else { "" };
    ui.warn(
        &format!("{} todos wait for each other, and none of them can be begun: {named}{more}", found.len()),
        Some("`git chittysync edit <id> --blocked-by ''` lets one wait for nothing"),
    );
}
