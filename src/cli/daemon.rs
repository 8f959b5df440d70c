//! `daemon`: watching and syncing in the background.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::configured;
use super::context::{Context, display};
use super::daemon_summary::{LastError, entry_json, said};
use super::options::PorcelainArgs;
use super::schema::print_listing;
use super::ui::{Failure, Ui};
use crate::daemon::{self, DaemonError, JobState, Setup, State, Stopped};
use crate::log::{self, Entry};
use crate::source::Home;
use crate::store::{Origin, Store, StoreError};
use crate::todo::{Time, plain};
use crate::view::Style;

/// How often `daemon log --follow` looks for new lines.
const FOLLOW: Duration = Duration::from_millis(250);

/// Arguments of `daemon`.
#[derive(Debug, Args)]
pub struct DaemonArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: DaemonVerb,
}

/// What can be done with the daemon.
#[derive(Debug, Subcommand)]
pub enum DaemonVerb {
    /// Start it in the background, and return when it is up
    Start,
    /// Run it here until it is interrupted, for a service manager
    Run(RunArgs),
    /// Tell it to stop, and wait until it has
    Stop,
    /// Print whether it runs, what it watches, when it last synced and what went wrong
    Status,
    /// Print what happened in the background
    Log(LogArgs),
}

/// Arguments of `daemon run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Leave the terminal once it is up; what `daemon start` calls
    #[arg(long, hide = true)]
    pub detached: bool,
}

/// Arguments of `daemon log`.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Print new lines as they come, until interrupted
    #[arg(short, long, conflicts_with_all = ["porcelain", "zero"])]
    pub follow: bool,
    /// At most this many lines, the newest ones
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 50)]
    pub max_count: usize,
    /// Output for programs.
    #[command(flatten)]
    pub porcelain: PorcelainArgs,
}

pub(super) fn run(args: &DaemonArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    warn_of_level(ui);
    match &args.verb {
        DaemonVerb::Start => start(context, ui),
        DaemonVerb::Run(args) => run_here(args, context, ui),
        DaemonVerb::Stop => stop(context, ui),
        DaemonVerb::Status => status(context, ui),
        DaemonVerb::Log(args) => log(args, context, ui),
    }
}

/// Warns of a word in `CHITTYSYNC_LOG` that is none of those that it may be.
pub(super) fn warn_of_level(ui: &Ui) {
    if let Some(word) = log::unknown_level() {
        ui.warn(
            &format!("CHITTYSYNC_LOG is '{word}', which is no level; info is taken"),
            Some("off, error, warn, info and debug are levels"),
        );
    }
}

impl From<DaemonError> for Failure {
    fn from(err: DaemonError) -> Self {
        let message = crate::ops::chain(&err);
        match err {
            DaemonError::Running(_) => Failure::no(message).hint("`git chittysync daemon status` says how it is doing"),
            DaemonError::Store(err) => err.into(),
            DaemonError::Start(_) => Failure::fatal(message).hint("`git chittysync daemon run` shows all it says"),
            DaemonError::System { .. } => Failure::fatal(message),
        }
    }
}

fn start(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store_or_create(ui)?;
    let location = context.location()?;
    // The default store is made again when it is removed, and has to be known for it, as the one that all stores of
    // rules are looked after with.
    let arguments = match location.origin {
        Origin::Default | Origin::Setting => Vec::new(),
        _ => vec!["--store".into(), std::path::absolute(&location.path).unwrap_or(location.path).into_os_string()],
    };
    let pid = daemon::start(&this_program()?, &arguments).map_err(|err| match err {
        DaemonError::Start(reason) => match daemon::running_pid(store.repo.common_dir()) {
            Some(pid) => DaemonError::Running(pid),
            None => DaemonError::Start(reason),
        },
        other => other,
    })?;
    if ui.json {
        ui.print_json(&json!({ "started": true, "pid": pid }));
    } else {
        ui.note(&format!("The daemon is running (pid {pid}). Stop it with: git chittysync daemon stop"));
    }
    Ok(())
}

fn run_here(args: &RunArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let location = context.location()?;
    let setup = Setup {
        location,
        homes: Home::possible(),
        other_homes: || configured::know().then(Home::possible),
        program: this_program()?,
        echo: !args.detached && !ui.is_silent(),
    };
    if args.detached {
        daemon::leave_terminal();
    }
    daemon::run(setup, || {
        if args.detached {
            daemon::say_up();
        }
    })?;
    if ui.json {
        ui.print_json(&json!({ "stopped": true }));
    }
    Ok(())
}

/// Returns the path of this program, which an upgrade replaces.
fn this_program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|err| Failure::fatal(format!("cannot find this program: {err}")))
}

fn stop(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let stopped = match Store::open(&context.location()?) {
        Err(StoreError::Missing(_)) => Stopped::None,
        opened => daemon::stop(opened?.repo.common_dir())?,
    };
    let (word, text) = match stopped {
        Stopped::None => (false, "No daemon is running.".to_owned()),
        Stopped::Ended => (true, "The daemon has stopped.".to_owned()),
        Stopped::Stubborn(pid) => {
            return Err(Failure::no(format!("the daemon (pid {pid}) was told to stop and has not"))
                .hint("`git chittysync daemon status` says what it does; it can be killed without loss"));
        }
        Stopped::Unknown => {
            return Err(Failure::no("a daemon is running, but its process is not known")
                .hint("end the process `git-chittysync daemon run` yourself; nothing is lost by it"));
        }
    };
    if ui.json {
        ui.print_json(&json!({ "stopped": word }));
    } else {
        ui.note(&text);
    }
    Ok(())
}

fn status(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let location = context.location()?;
    let store = match Store::open(&location) {
        Err(StoreError::Missing(_)) => None,
        opened => Some(opened?),
    };
    let common_dir = store.as_ref().map(|store| store.repo.common_dir());
    let pid = common_dir.and_then(daemon::running_pid);
    let state = common_dir.and_then(|common_dir| State::of_running(common_dir, pid));
    let last_error = common_dir.and_then(LastError::of);
    if ui.json {
        ui.print_json(&status_json(pid, state.as_ref(), last_error.as_ref()));
    } else {
        let style = Style { now: log::clock(), ..ui.style(context.now) };
        let mut text = match (&pid, &state) {
            (None, _) => "daemon      not running\n".to_owned(),
            (Some(pid), state) => {
                let pid = pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
                let since = state.as_ref().map(|state| format!(" since {}", moment(&state.since, style)));
                format!("daemon      running{pid}{}\n", since.unwrap_or_default())
            }
        };
        text.push_str(&state.map(|state| status_text(&state, style)).unwrap_or_default());
        if let Some(error) = last_error {
            let over = error.over.map(|at| format!("; over since {}", moment(&at.to_string(), style)));
            let (at, said) = (moment(&error.entry.at.to_string(), style), said(&error.entry));
            text.push_str(&format!("last error  {at}: {said}{}\n", over.unwrap_or_default()));
        }
        ui.print(&text);
    }
    match pid {
        Some(_) => Ok(()),
        None => Err(Failure::no("no daemon is running").hint("`git chittysync daemon start` starts one")),
    }
}

fn status_text(state: &State, style: Style) -> String {
    let homes: Vec<String> = state.homes.iter().map(|home| display(home.as_ref())).collect();
    let mut text = format!("watching    {} ({} directories)\n", homes.join(", "), state.directories);
    if let Some(trouble) = &state.degraded {
        let trouble = style.alert(&plain(trouble));
        text.push_str(&format!("degraded    {trouble}; looking every 10 seconds\n"));
    }
    for (name, job) in &state.jobs {
        let name = match (name.as_str(), &state.remote) {
            ("network", Some(remote)) => plain(remote),
            _ => plain(name),
        };
        text.push_str(&format!("{name:<11} {}\n", job_text(job, style)));
        if job.failures > 0 {
            let error = job.last_error.as_ref().map_or("", |error| error.message.as_str());
            text.push_str(&format!("{:<11} {}\n", "", style.alert(&plain(&format!("failing: {error}")))));
        }
    }
    let minutes = Time::parse(&state.updated)
        .zip(Time::parse(&state.since))
        .map_or(0, |(updated, since)| (updated.millis() - since.millis()) / 60_000);
    let a_minute = state.wakeups.checked_div(minutes.max(0).unsigned_abs()).map(|rate| format!(", {rate} a minute"));
    text.push_str(&format!("wake-ups    {}{}\n", state.wakeups, a_minute.unwrap_or_default()));
    text
}

fn job_text(job: &JobState, style: Style) -> String {
    let mut parts = vec![format!("{} run{}", job.runs, if job.runs == 1 { "" } else { "s" })];
    if let Some(last) = &job.last {
        parts.push(format!("last {} took {} ms", moment(last, style), job.took));
    }
    if let Some(next) = &job.next {
        parts.push(format!("next at {next} at the latest"));
    }
    parts.join(", ")
}

fn moment(text: &str, style: Style) -> String {
    Time::parse(text).map_or_else(|| plain(text), |time| format!("{time} ({})", style.age(time)))
}

fn status_json(pid: Option<Option<u32>>, state: Option<&State>, last_error: Option<&LastError>) -> Value {
    let mut value = json!(state);
    if let Value::Null = value {
        value = json!({});
    }
    value["running"] = pid.is_some().into();
    value["pid"] = pid.flatten().into();
    value["last_error"] = last_error.map_or(Value::Null, LastError::json);
    value
}

fn log(args: &LogArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if args.follow && ui.json {
        return Err(Failure::usage("--follow has no end, and --json is one document").hint("leave one of them out"));
    }
    let location = context.location()?;
    // It can tell of a setting that keeps the store from being opened.
    let common_dir = match location.common_dir() {
        Some(common_dir) => common_dir,
        None => context.store(ui)?.repo.common_dir().to_owned(),
    };
    let mut follower = log::Follower::new(&common_dir);
    let entries = log::tail(&common_dir, args.max_count);
    if ui.json || args.porcelain.wanted() {
        let entries = entries.iter().map(entry_json).collect::<Value>();
        print_listing("daemon log", &entries, "", args.porcelain, ui);
        return Ok(());
    }
    print_entries(&entries, ui);
    if !args.follow {
        return Ok(());
    }
    loop {
        std::thread::sleep(FOLLOW);
        print_entries(&follower.news(), ui);
    }
}

fn print_entries(entries: &[Entry], ui: &mut Ui) {
    let line = |entry: &Entry| format!("{} {:<5} {}\n", entry.at, entry.level.as_str(), said(entry));
    let text: String = entries.iter().map(line).collect();
    if !text.is_empty() {
        ui.print_always(&text);
    }
}
