//! `hook`: what an agent's hooks call. Whatever happens, it ends with 0 and prints nothing but what the event
//! defines: an agent would show anything else to its user, or stop.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::context::known_homes;
use super::options::Global;
use super::session_context::told;
use super::stdin;
use crate::daemon;
use crate::git::{become_detached, start_detached};
use crate::install;
use crate::log::{self, Level};
use crate::ops::{self, Background, OpsError, Plan, Selection};
use crate::source::{self, Agent, home_variables, hook};
use crate::store::{Location, Origin, Store, StoreError, fallback, locate, locate_of};
use crate::todo::{Session, Time};

/// Arguments of `hook`.
#[derive(Debug, Args)]
pub struct HookArgs {
    /// The event, as the agent calls it: SessionStart, PostToolUse, TaskCreated, TaskCompleted, Stop,
    /// SubagentStop, PreCompact, SessionEnd; or the name of another agent, whose events say what they are. Any other
    /// one changes nothing
    pub event: Option<String>,
    /// Consolidate what hooks saved, until nothing is new
    #[arg(long, hide = true)]
    pub background: bool,
    /// Sync with the remote, until no hook wants it any more
    #[arg(long, hide = true)]
    pub sync: bool,
    /// Look at the agent's files, until no hook wants it any more
    #[arg(long, hide = true)]
    pub look: bool,
}

/// More bytes than this are no event of ours.
const LARGEST: usize = 16 * 1024 * 1024;
/// How long an agent may take to say it all: less than the ten seconds after which it ends a hook.
const TIMEOUT: Duration = Duration::from_secs(8);
/// The same at a session's end, when it ends its hooks much sooner.
const TIMEOUT_AT_END: Duration = Duration::from_millis(1_500);

/// What becomes of an event while the store cannot be opened.
const KEPT: &str = "the event waits in the store until that is put right";

pub(super) fn run(args: &HookArgs, global: &Global) -> ExitCode {
    if std::env::var_os(install::ASKED).is_some() {
        super::ui::write_stdout(&install::version());
        return ExitCode::SUCCESS;
    }
    let here = std::env::current_dir().unwrap_or_default();
    let directory = global.directory.as_ref().map_or(here.clone(), |directory| here.join(directory));
    let call =
        Call { name: args.event.clone().unwrap_or_default(), store: global.store.clone(), directory, now: now() };
    // The agent would show what a panic prints.
    std::panic::set_hook(Box::new(|panic| said().push_str(&panic.to_string())));
    let ended = std::panic::catch_unwind(|| match args {
        HookArgs { background: true, .. } => call.work_off(),
        HookArgs { sync: true, .. } => call.sync(),
        HookArgs { look: true, .. } => call.look(),
        HookArgs { .. } => call.hear(),
    });
    if ended.is_err() {
        // Whatever it was may happen again.
        let _ = std::panic::catch_unwind(|| {
            let Ok(location) = locate(call.store.as_deref(), &call.directory) else { return };
            let said = said().clone();
            call.log(&location, &format!("this is a bug: {said}"));
        });
    }
    ExitCode::SUCCESS
}

/// Returns what a panic said.
fn said() -> MutexGuard<'static, String> {
    static SAID: Mutex<String> = Mutex::new(String::new());
    SAID.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> Time {
    std::env::var("CHITTYSYNC_NOW").ok().and_then(|text| Time::parse(&text)).unwrap_or_else(log::clock)
}

/// One call of a hook.
struct Call {
    name: String,
    store: Option<PathBuf>,
    directory: PathBuf,
    now: Time,
}

impl Call {
    fn hear(&self) {
        crate::git::bug();
        let timeout = if self.name == "SessionEnd" { TIMEOUT_AT_END } else { TIMEOUT };
        let input = stdin::object(LARGEST, timeout, timeout);
        let mut event = match &input {
            Some(input) => hook::parse(input).map_err(|reason| format!("the input {reason}")),
            None => Err(format!("the input has more than {LARGEST} bytes")),
        };
        let directory = event.as_ref().ok().and_then(|event| event.get("cwd")?.as_str());
        let directory = directory.map_or(self.directory.clone(), |directory| self.directory.join(directory));
        let began = || hook::began_in(event.as_ref().ok()?, &self.name).map(|began| self.directory.join(began));
        let (location, decided) = match locate_of(self.store.as_deref(), &directory, began) {
            Ok(located) => located,
            Err(err) => return self.leave_alone(&err),
        };
        if let (Ok(event), true) = (&mut event, decided != directory) {
            // Where several stores are, a session is said to work where it began: it goes there as a whole.
            event["cwd"] = decided.to_string_lossy().into();
        }
        let directory = decided;
        if let Err(message) = event.and_then(|event| self.take(&event, &directory, &location)) {
            self.log(&location, &message);
        }
    }

    /// Leaves an event alone that no store is known for. Where it cannot be told which one is meant, the log of the one
    /// that is used outside all rules has it, without a word of whose event it was.
    fn leave_alone(&self, err: &StoreError) {
        if let (StoreError::Unsure(_), Ok(location)) = (err, fallback()) {
            self.log(
                &location,
                "a session was not captured: it cannot be told where its todos go; see `git chittysync doctor`",
            );
        }
    }

    /// Says in the log of the store, if there is one, what went wrong.
    fn log(&self, location: &Location, message: &str) {
        if let Some(common_dir) = location.common_dir() {
            log::append(&common_dir, Level::Error, "hook", &format!("{}: {message}", self.name));
        }
    }

    fn take(&self, event: &Value, directory: &Path, location: &Location) -> Result<(), String> {
        let tell = |err: OpsError| ops::chain(&err);
        let name = event.get("hook_event_name").and_then(Value::as_str).unwrap_or(&self.name);
        let reduced = hook::reduce(event, &self.name, self.now)?;
        let look = hook::to_look_at(event, &self.name);
        let states =
            |reduced: &Value| hook::read(reduced).is_ok_and(|heard| matches!(heard.what, source::What::Changed(_)));
        let opened = match Store::open(location) {
            // The first todo that is heard of makes the default store, as the first `sync` would.
            Err(StoreError::Missing(_)) if reduced.as_ref().is_some_and(states) => Store::open_or_create(location),
            // Who looks knows whether there is one.
            Err(StoreError::Missing(_)) => return look.map_or(Ok(()), |agent| self.start_look(location, agent)),
            opened => opened,
        };
        let (store, reduced) = match (opened, reduced) {
            (Ok(store), reduced) => (store, reduced),
            // One that would not take it is not given it to keep either.
            (Err(err @ StoreError::OfAProject(_)), _) => return Err(ops::chain(&err)),
            (Err(err), Some(reduced)) => {
                let waits = ops::put_down(location, reduced, self.now);
                let kept = waits.map_or_else(|lost| format!("the event is lost: {}", tell(lost)), |()| KEPT.to_owned());
                return Err(format!("{}; {kept}", ops::chain(&err)));
            }
            (Err(err), None) => return Err(ops::chain(&err)),
        };
        let heard = ops::hear(&store, reduced, self.now).map_err(tell);
        if name == "SessionStart" {
            // Whatever became of the event.
            match self.context(&store, event, directory) {
                Ok(context) => super::ui::write_stdout(&context),
                Err(err) => self.log(location, &tell(err)),
            }
        }
        // Whatever becomes of one of these, the other one is done, and told.
        if matches!(name, "SessionStart" | "SessionEnd")
            && let Err(err) = self.start_sync(&store)
        {
            self.log(location, &tell(err));
        }
        if heard? {
            start(&store, &Background::consolidation(store.repo.common_dir()), &["--background"]).map_err(tell)?;
        }
        if let Some(agent) = look {
            // Nobody waits for a database: this one is gone before it is opened.
            let work = Background::look(store.repo.common_dir(), agent.name());
            start(&store, &work, &[agent.name(), "--look"]).map_err(tell)?;
        }
        Ok(())
    }

    /// Has the files of an agent looked at for a store that is not there yet.
    fn start_look(&self, location: &Location, agent: &dyn Agent) -> Result<(), String> {
        let started = start_for(&location.path, &self.directory, &[agent.name(), "--look"]);
        started.map_err(|err| ops::chain(&err))
    }

    /// Has what this session said sent, or what others said fetched for the next one, where no daemon does it.
    ///
    /// Not in a repository that is a store because a session happens to stand in it: that may have come from anybody
    /// with all its settings, and nobody has said that what a session says there should leave the machine.
    fn start_sync(&self, store: &Store) -> Result<(), OpsError> {
        let common_dir = store.repo.common_dir();
        let is_named = store.origin != Origin::Here;
        if !is_named || store.settings.remote.is_none() || !daemon::hook_sync_is_due(common_dir) {
            return Ok(());
        }
        match store.background()?.hook_sync {
            Some(_) => start(store, &Background::sync(common_dir), &["--sync"]),
            None => Ok(()),
        }
    }

    /// Returns what the session is told, as the event defines it.
    fn context(&self, store: &Store, event: &Value, directory: &Path) -> Result<String, OpsError> {
        let text = |key: &str| event.get(key).and_then(Value::as_str);
        let session = text("session_id").and_then(|name| Session::new(name).ok());
        // A session that is resumed has lost sight of its own list.
        let own = text("source") == Some("resume");
        let text = told(store, directory, session.as_ref(), own, self.now)?;
        if text.is_empty() {
            return Ok(text);
        }
        Ok(hook::answer(&self.name, &text).to_string())
    }

    /// Lets the branch follow: what [`start`] starts.
    fn work_off(&self) {
        become_detached();
        let Ok(location) = locate(self.store.as_deref(), &self.directory) else { return };
        let Ok(store) = Store::open(&location) else { return };
        let selection = Selection { what: "consolidate".into(), ..Selection::default() };
        let plan = Plan { consolidate: true, selection, ..Plan::default() };
        let done = Background::consolidation(store.repo.common_dir()).work_off(|| {
            let report = ops::run(&store.reopen()?, &plan, now())?;
            report.left_out.iter().for_each(|one| self.log(&location, &one.to_string()));
            Ok(())
        });
        if let Err(err) = done {
            self.log(&location, &format!("consolidate: {}", ops::chain(&err)));
        }
        daemon::start_maintenance(&location);
    }

    /// Looks at the files of the agent: what [`start`] starts.
    fn look(&self) {
        become_detached();
        let Ok(location) = locate(self.store.as_deref(), &self.directory) else { return };
        let Some(agent) = source::named(&self.name) else { return };
        let homes: Vec<_> = known_homes().into_iter().filter(|home| home.agent == agent).collect();
        let work = |store: &Store| Background::look(store.repo.common_dir(), agent.name());
        let opened = match Store::open(&location) {
            // What is found makes the store, and looking alone does not.
            Err(StoreError::Missing(_)) if source::tell_of_a_list(&homes) => {
                Store::open_or_create(&location).inspect(|store| drop(work(store).want()))
            }
            opened => opened,
        };
        let Ok(store) = opened else { return };
        let selection = Selection { what: "look".into(), ..Selection::default() };
        let plan = Plan { homes, consolidate: true, selection, ..Plan::default() };
        let done = work(&store).work_off(|| {
            for notice in ops::run(&store.reopen()?, &plan, now())?.notices {
                self.log(&location, &format!("{} {}", notice.path.display(), notice.reason));
            }
            Ok(())
        });
        if let Err(err) = done {
            self.log(&location, &format!("look: {}", ops::chain(&err)));
        }
    }

    /// Syncs: what [`start`] starts.
    fn sync(&self) {
        become_detached();
        let Ok(location) = locate(self.store.as_deref(), &self.directory) else { return };
        let (Ok(store), Ok(program)) = (Store::open(&location), std::env::current_exe()) else { return };
        let common_dir = store.repo.common_dir();
        let Ok(Some(limit)) = store.background().map(|background| background.hook_sync) else { return };
        let done = Background::sync(common_dir).work_off(|| {
            // What came while one failed waits as long as what comes behind it.
            if daemon::hook_sync_is_due(common_dir) {
                daemon::sync_once(common_dir, &program, limit);
            }
            Ok(())
        });
        if let Err(err) = done {
            self.log(&location, &format!("sync: {}", ops::chain(&err)));
        }
    }
}

/// Starts work in the background unless it runs already, and leaves it alone.
fn start(store: &Store, work: &Background, options: &[&str]) -> Result<(), OpsError> {
    let common_dir = store.repo.common_dir();
    if work.want()? { start_for(common_dir, common_dir, options) } else { Ok(()) }
}

/// Starts a hook in a directory that works for the store at this path, and leaves it alone.
fn start_for(store: &Path, directory: &Path, options: &[&str]) -> Result<(), OpsError> {
    let path = std::path::absolute(store).unwrap_or_else(|_| store.to_owned());
    let arguments = ["--store".into(), path.into_os_string(), "hook".into()];
    let arguments = arguments.into_iter().chain(options.iter().map(OsString::from));
    start_detached(directory, arguments, home_variables())?;
    Ok(())
}
