//! The part of `topics` that is about agents that are started: start one, and what everybody may say to that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use serde_json::{Value, json};

use super::context::{Context, display};
use super::ui::{Failure, Ui, plural};
use crate::ops::spawn::{
    Arbiter, Asked, Edit, Edited, NoArbiter, Refused, Situation, Spawned, checkouts, edit, no_checkouts, situation,
    spawn,
};
use crate::plan::{Considered, Exit, Lease, Verdict};
use crate::settings::Spawning;
use crate::store::Store;
use crate::todo::{Time, plain};
use crate::view::Style;

/// What can be said of agents that are started.
#[derive(Clone, Debug, Default, Args)]
pub struct SpawnArgs {
    /// Start an agent if one is due, and look after it until it ends
    #[arg(long, group = "agents")]
    pub spawn: bool,
    /// With --spawn: print what is due, the command and the limits, and start nothing
    #[arg(long, requires = "spawn")]
    pub dry_run: bool,
    /// Have no agent started any more, by any device
    #[arg(long, group = "agents")]
    pub pause: bool,
    /// Have agents started again
    #[arg(long, group = "agents")]
    pub resume: bool,
    /// Have agents started for this topic again, although the command failed each time
    #[arg(long, value_name = "NAME", group = "agents")]
    pub reset: Option<String>,
}

impl SpawnArgs {
    /// Returns whether anything of it was asked for.
    pub(super) fn is_wanted(&self) -> bool {
        self.spawn || self.pause || self.resume || self.reset.is_some()
    }
}

pub(super) fn run(args: &SpawnArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let spawning = settings(&store)?;
    match (&args.reset, args.pause, args.resume, args.dry_run) {
        (Some(topic), ..) => say(&store, &spawning, &Edit::Reset(topic.clone()), context, ui),
        (None, true, ..) => say(&store, &spawning, &Edit::Pause, context, ui),
        (None, _, true, _) => say(&store, &spawning, &Edit::Resume, context, ui),
        (None, _, _, true) => dry_run(&store, &spawning, context, ui),
        _ => start(&store, &spawning, context, ui),
    }
}

/// Returns what the settings say of agents that are started.
pub(super) fn settings(store: &Store) -> Result<Spawning, Failure> {
    store.spawning().map_err(Failure::from)
}

fn start(store: &Store, spawning: &Spawning, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    #[cfg(all(unix, feature = "daemon"))]
    {
        let stop = Arc::clone(&stop);
        crate::daemon::when_told_to_end(move || stop.store(true, Ordering::Relaxed))
            .map_err(|err| Failure::fatal(crate::ops::chain(&err)))?;
    }
    let tell = |text: &str| ui.note(text);
    let now = || context.at_present().now;
    let asked = Asked {
        watch: super::remote::watch(store, ui),
        now: &now,
        stop: &stop,
        is_patient: ui.is_silent(),
        tell: &tell,
    };
    let spawned = spawn(store, spawning, &asked)?;
    let was_stopped = stop.load(Ordering::Relaxed);
    if ui.json {
        ui.print_json(&spawned_json(&spawned));
    }
    match spawned {
        Spawned::Refused(refused) => Err(refusal(&refused, spawning)),
        Spawned::Away(why) => Err(Failure::no(format!("nothing was started: {why}"))),
        Spawned::Nothing(considered) => {
            for considered in &considered {
                ui.note(&considered_text(considered, spawning.at, ui.style(context.now)));
            }
            ui.note("Nothing is to be started.");
            Ok(())
        }
        Spawned::Slower => {
            ui.note("Another device was faster.");
            Ok(())
        }
        Spawned::Ran { exit, untold } => {
            if let Some(why) = untold {
                ui.warn(
                    &format!("how it ended could not be told: {why}"),
                    Some("`git chittysync topics --spawn` tells it, as the daemon does"),
                );
            }
            match exit {
                _ if was_stopped => Err(Failure::no("it was ended before its time")),
                Exit::Code(0) | Exit::NotStarted | Exit::Lapsed => Ok(()),
                // Nothing of ours failed: it is counted where everybody sees it.
                Exit::Code(_) if ui.is_silent() => Ok(()),
                Exit::Code(code) => Err(Failure::no(format!("the agent ended with {code}"))
                    .hint("what it said is in chittysync/spawn/ in the store")),
            }
        }
    }
}

fn refusal(refused: &Refused, spawning: &Spawning) -> Failure {
    let failure = Failure::no(refused.to_string());
    match refused {
        Refused::Off => failure.hint(
            "`git config --global chittysync.spawnCommand <command>` names one; docs/spawning.md tells what it gets",
        ),
        Refused::NoCheckout => {
            let bad = no_checkouts(spawning).into_iter();
            let failure =
                bad.fold(failure, |failure, (directory, why)| failure.hint(format!("{}: {why}", display(directory))));
            failure.hint("`git config --global --add chittysync.spawnIn <directory>` names one")
        }
        Refused::Deep => failure,
        Refused::Arbiter(_) => failure.hint(NAME_ONE),
    }
}

/// What to do where nobody decides.
pub(super) const NAME_ONE: &str =
    "`git config chittysync.arbiter <remote>` in the store names the same one on every device";

fn say(store: &Store, spawning: &Spawning, what: &Edit, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let edited = edit(store, spawning, what, context.now, &super::remote::watch(store, ui))?;
    let (text, arbiter) = told(what, &edited)?;
    ui.note(&text);
    if ui.json {
        ui.print_json(&json!({ "changed": arbiter.is_some(), "arbiter": arbiter.map(|arbiter| arbiter.name()) }));
    }
    Ok(())
}

/// Returns what became of what somebody said, and who knows of it now if it is new.
///
/// # Errors
/// When nobody decides, or could not be told.
pub(crate) fn told<'a>(what: &Edit, edited: &'a Edited) -> Result<(String, Option<&'a Arbiter>), Failure> {
    let (done, already) = match what {
        Edit::Pause => ("No agent is started any more", "Nothing is started already."),
        Edit::Resume => ("Agents may be started again", "Nothing was paused."),
        Edit::Reset(_) => ("Its failures are forgotten", "It has not failed."),
    };
    match edited {
        Edited::Done(arbiter) => Ok((format!("{done}, as {} knows now.", arbiter.name()), Some(arbiter))),
        Edited::Already => Ok((already.to_owned(), None)),
        Edited::Nobody(nobody) => Err(Failure::no(nobody.to_string()).hint(NAME_ONE)),
        Edited::Failed(arbiter, why) => {
            let text = format!("{} decides who starts agents, and was not told: {why}", arbiter.name());
            Err(Failure::no(text).hint("until it is told, everything stays as it is"))
        }
    }
}

fn dry_run(store: &Store, spawning: &Spawning, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let watch = super::remote::watch(store, ui);
    let found = situation(store, spawning, context.now, Some(&watch))?;
    let situation = found.map_err(|nobody| Failure::no(nobody.to_string()).hint(NAME_ONE))?;
    if ui.json {
        ui.print_json(&situation_json(&situation, spawning));
        return Ok(());
    }
    let style = ui.style(context.now);
    let mut text = format!("decides:  {}\n", plain(&situation.arbiter.name()));
    text.push_str(&format!("command:  {}\n", spawning.command.as_deref().map_or("none".into(), plain)));
    let places = checkouts(spawning);
    for checkout in &places {
        text.push_str(&format!(
            "in:       {} for {}\n",
            display(&checkout.directory),
            plain(checkout.project.as_str())
        ));
    }
    if places.is_empty() {
        text.push_str("in:       no checkout; chittysync.spawnIn names them\n");
    }
    for (directory, why) in no_checkouts(spawning) {
        text.push_str(&format!("not in:   {}: {why} (chittysync.spawnIn)\n", display(directory)));
    }
    text.push_str(&format!("by:       {}\n", plain(&store.settings.device)));
    for line in lines(&situation, spawning, style) {
        text.push_str(&format!("{line}\n"));
    }
    ui.print_page(&text);
    Ok(())
}

/// Returns what is known here of agents that are started, for people; nothing where none is. Nobody is asked.
pub(super) fn known_text(store: &Store, context: &Context, style: Style) -> Result<String, Failure> {
    let spawning = settings(store)?;
    let Some(found) = known(store, &spawning, context.now)? else { return Ok(String::new()) };
    let lines = match found {
        Ok(situation) => lines(&situation, &spawning, style),
        Err(nobody) => vec![format!("no agents are started: {nobody}")],
    };
    Ok(lines.iter().map(|line| format!("{line}\n")).collect())
}

/// Returns the same for programs.
pub(super) fn known_json(store: &Store, context: &Context) -> Result<Value, Failure> {
    let spawning = settings(store)?;
    Ok(match known(store, &spawning, context.now)? {
        None => Value::Null,
        Some(Ok(situation)) => situation_json(&situation, &spawning),
        Some(Err(nobody)) => json!({ "arbiter": null, "unusable": nobody.to_string() }),
    })
}

/// Returns how things stand as far as it is known here; nothing where no agent is started and none ever was.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn known(
    store: &Store,
    spawning: &Spawning,
    now: Time,
) -> Result<Option<Result<Situation, NoArbiter>>, Failure> {
    let found = situation(store, spawning, now, None)?;
    let is_used = match &found {
        Ok(situation) => situation.lease.as_ref().map_or(true, |lease| lease.generation > 0),
        Err(_) => false,
    };
    Ok((is_used || spawning.command.is_some()).then_some(found))
}

/// Returns what people are told of agents that are started; nothing where nobody starts any.
pub(crate) fn lines(situation: &Situation, spawning: &Spawning, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(why) = &situation.away {
        let name = situation.arbiter.name();
        lines.push(format!("{name} decides who starts, and cannot be reached: {why}; nothing is started"));
    }
    match &situation.lease {
        Err(err) => {
            let name = situation.arbiter.name();
            lines.push(format!("the lease on {name} is of no use: {err}; nothing is started"));
        }
        Ok(lease) => {
            lines.push(caps(lease, spawning, style));
            for run in &lease.running {
                let (state, since) = (run.state.as_str(), style.age(run.since));
                let todos = plural(run.todos.len(), "todo");
                lines.push(format!(
                    "{} in {}: {state} on {} since {since}, {todos}",
                    run.topic, run.project, run.device
                ));
            }
        }
    }
    let at = spawning.at;
    lines.extend(situation.considered.iter().map(|considered| considered_text(considered, at, style)));
    lines.iter().map(|line| plain(line)).collect()
}

fn caps(lease: &Lease, spawning: &Spawning, style: Style) -> String {
    let day = lease.day_at(style.now);
    let budget = spawning.budget.map(|budget| format!(" of ${budget}")).unwrap_or_default();
    let (running, most, per_day) = (lease.running.len(), spawning.most, spawning.per_day);
    let paused = if lease.paused { "paused; " } else { "" };
    let (started, spent) = (day.spawns, day.spent);
    format!("agents: {paused}{running} of {most} running, {started} of {per_day} started today, ${spent}{budget} spent")
}

fn considered_text(considered: &Considered, at: usize, style: Style) -> String {
    let Considered { offer, waiting, verdict } = considered;
    let why = match verdict {
        Verdict::Due => "due".to_owned(),
        Verdict::Few => "too few".to_owned(),
        Verdict::Paused => "paused; `git chittysync topics --resume` goes on".to_owned(),
        Verdict::Broken(failures) => {
            format!("broken: {failures} failures; `git chittysync topics --reset {}` tries again", offer.topic)
        }
        Verdict::Runs(device) => format!("one is running on {device}"),
        Verdict::Full(most) => format!("waiting: {most} running already"),
        Verdict::Day(most) => format!("waiting: {most} started today already"),
        Verdict::NotBefore(next) => format!("waiting: not before {next} (now {})", style.now),
        Verdict::Budget => "waiting: budget".to_owned(),
        Verdict::UnknownCost => "waiting: budget; chittysync.spawnCostGuess does not say what one may cost".to_owned(),
        Verdict::NoCheckout => "no checkout on this device; chittysync.spawnIn names them".to_owned(),
    };
    plain(&format!("{} in {}: {waiting} of {at}: {why}", offer.topic, offer.project))
}

/// Returns a word for a verdict, for programs.
fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Due => "due",
        Verdict::Few => "few",
        Verdict::Paused => "paused",
        Verdict::Broken(_) => "broken",
        Verdict::Runs(_) => "running",
        Verdict::Full(_) => "full",
        Verdict::Day(_) => "day",
        Verdict::NotBefore(_) => "every",
        Verdict::Budget => "budget",
        Verdict::UnknownCost => "unknown_cost",
        Verdict::NoCheckout => "no_checkout",
    }
}

fn considered_json(considered: &[Considered]) -> Value {
    let one = |considered: &Considered| {
        let todos: Value = considered.offer.todos.iter().map(|(id, _)| id.to_string()).collect();
        json!({
            "topic": considered.offer.topic,
            "project": considered.offer.project.as_str(),
            "waiting": considered.waiting,
            "todos": todos,
            "state": word(&considered.verdict),
        })
    };
    considered.iter().map(one).collect()
}

/// Returns how things stand, for programs.
pub(super) fn situation_json(situation: &Situation, spawning: &Spawning) -> Value {
    let lease: Value = match &situation.lease {
        Ok(lease) => serde_json::from_slice(&lease.encode()).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    json!({
        "arbiter": situation.arbiter.name(),
        "unreachable": situation.away,
        "unusable": situation.lease.as_ref().err().map(ToString::to_string),
        "command": spawning.command,
        "directories": checkouts(spawning).iter().map(|checkout| checkout.directory.to_string_lossy().into_owned()).collect::<Vec<_>>(),
        "unusable_directories": no_checkouts(spawning).iter().map(|(directory, why)| json!({ "what": directory.to_string_lossy(), "why": why })).collect::<Vec<_>>(),
        "caps": {
            "running": spawning.most,
            "per_day": spawning.per_day,
            "every_seconds": spawning.every.as_secs(),
            "usd": spawning.budget.map(crate::plan::Usd::dollars),
            "minutes": spawning.timeout.as_secs().div_ceil(60),
        },
        "considered": considered_json(&situation.considered),
        "lease": lease,
    })
}

fn spawned_json(spawned: &Spawned) -> Value {
    match spawned {
        Spawned::Refused(refused) => json!({ "started": false, "refused": refused.to_string() }),
        Spawned::Nothing(considered) => json!({ "started": false, "considered": considered_json(considered) }),
        Spawned::Slower => json!({ "started": false, "faster": "another device" }),
        Spawned::Away(why) => json!({ "started": false, "unreachable": why }),
        Spawned::Ran { exit, untold } => {
            let code = if let Exit::Code(code) = exit { Some(code) } else { None };
            json!({ "started": code.is_some(), "exit": code, "untold": untold })
        }
    }
}
