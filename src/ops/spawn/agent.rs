//! One agent: what it is told, what it is given, and what is left of it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::facts::everything;
use super::process::{Ended, Process, Start};
use super::situation::{Checkout, DEPTH};
use crate::git::{Fsync, private_directory, replace_private_file, state_dir};
use crate::ops::device::agent_session;
use crate::ops::{OpsError, Reason, act, chain};
use crate::plan::{ASSIGNED, ASSIGNEE, Run, Usd};
use crate::redact::Found;
use crate::settings::Spawning;
use crate::statement::Act;
use crate::store::Store;
use crate::todo::{State, Status, Time, Todo};
use crate::view::Everything;

/// What an agent needs of the environment of whoever starts it.
const INHERITED: [&str; 3] = ["HOME", "LANG", "PATH"];

/// Says in the name of the session that an agent will get that these todos are its own.
pub(super) fn assign(store: &Store, run: &Run, now: Time) -> Result<(), OpsError> {
    let by = format!("{}/{}", run.topic, run.generation);
    let what = format!("spawn: {}", run.topic);
    let reason = Reason { spawned_by: Some(&by), ..Reason::from(&what) };
    act(store, &agent_session(&run.session)?, reason, now, |everything| {
        let fields = vec![
            (ASSIGNEE.to_owned(), Value::from(run.session.as_str())),
            (ASSIGNED.to_owned(), now.to_string().into()),
        ];
        let given =
            |todo: &Todo| Act { target: None, fields: fields.clone(), ..Act::new(&run.project, todo, todo.state()) };
        Ok::<_, OpsError>(todos(everything, run).into_iter().map(given).collect())
    })?;
    Ok(())
}

/// Returns the todos that are handed to a run, as they are known here.
fn todos<'a>(everything: &'a Everything, run: &Run) -> Vec<&'a Todo> {
    let known = everything.projects.get(&run.project);
    known.into_iter().flat_map(|known| run.todos.iter().filter_map(|(id, _)| known.get(id))).collect()
}

/// An agent that was started.
#[derive(Debug)]
pub(super) struct Agent {
    process: Process,
    run: Run,
    directory: PathBuf,
}

impl Agent {
    /// Starts it. Words of todos are in nothing but its standard input.
    pub(super) fn start(store: &Store, spawning: &Spawning, checkouts: &[Checkout], run: &Run) -> Result<Self, String> {
        let checkout = checkouts.iter().find(|checkout| checkout.project == run.project);
        let directory = checkout.map(|checkout| checkout.directory.clone()).ok_or("there is no checkout any more")?;
        let command = spawning.command.as_deref().ok_or("there is no command any more")?;
        let store = store.reopen().map_err(|err| chain(&err))?;
        let everything = everything(&store).map_err(|err| chain(&err))?;
        let inherited = INHERITED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let own = [
            ("CHITTYSYNC_SESSION", run.session.as_str().into()),
            ("CHITTYSYNC_STORE", store.repo.common_dir().as_os_str().to_owned()),
            (DEPTH, "1".into()),
        ];
        let input = format!("{}\n", input(&everything, run, spawning.timeout)).into_bytes();
        let environment = inherited.chain(own).collect();
        let start = Start { command, directory: &directory, environment, input, limit: spawning.timeout };
        let process = Process::start(start).map_err(|err| format!("sh cannot be started: {err}"))?;
        Ok(Agent { process, run: run.clone(), directory })
    }

    /// Returns where it works.
    pub(super) fn place(&self) -> String {
        self.directory.display().to_string()
    }

    /// Waits for its end, for so long.
    pub(super) fn wait(&self, most: Duration) -> Option<Ended> {
        self.process.wait(most)
    }

    /// Has it ended.
    pub(super) fn end(&self) {
        self.process.end();
    }

    /// Returns what it says that it cost.
    pub(super) fn cost(&self) -> Option<Usd> {
        let last: Value = serde_json::from_str(&self.process.last_line()).ok()?;
        Usd::new(last.get("total_cost_usd")?.as_f64()?)
    }

    /// Returns the file that has what it said.
    pub(super) fn log(&self, store: &Store) -> PathBuf {
        logs(store).join(format!("{}.log", self.run.generation))
    }

    /// Keeps what it said, without credentials, and not too many of those before it.
    pub(super) fn keep_log(&self, store: &Store) {
        let (directory, path) = (logs(store), self.log(store));
        let text = self.process.said();
        let text = store.settings.redactor.text(&text, &mut Found::new());
        // What it said is for people to look at: no agent fails for it.
        let _ = private_directory(&directory);
        let _ = replace_private_file(&path, text.as_bytes(), Fsync::Off);
        let logs = std::fs::read_dir(&directory).into_iter().flatten().flatten();
        let number = |name: &std::ffi::OsStr| name.to_str()?.strip_suffix(".log")?.parse::<u64>().ok();
        let mut numbers: Vec<u64> = logs.filter_map(|entry| number(&entry.file_name())).collect();
        numbers.sort_unstable();
        let excess = numbers.len().saturating_sub(store.repo.limits.spawn_logs);
        for old in numbers.iter().take(excess).filter(|old| **old != self.run.generation) {
            let _ = std::fs::remove_file(directory.join(format!("{old}.log")));
        }
    }

    /// Lets go of what it had begun and did not finish: nobody is at it any more.
    pub(super) fn release(&self, store: &Store, now: Time) {
        let Ok(session) = agent_session(&self.run.session) else { return };
        let begun = |todo: &Todo| {
            let own = todo.voice(&session).is_some_and(|(_, claim)| claim.state() == State::Wanted(Status::InProgress));
            own && todo.state() == State::Wanted(Status::InProgress)
        };
        let released = act(store, &session, "spawn: its agent ended".into(), now, |everything| {
            let mine = everything.projects.iter().flat_map(|(of, all)| all.values().map(move |todo| (of, todo)));
            let acts = mine.filter(|(_, todo)| begun(todo)).filter_map(|(of, todo)| Act::release(of, todo, &session));
            Ok::<_, OpsError>(acts.collect())
        });
        if let Err(err) = released {
            crate::log::append(store.repo.common_dir(), crate::log::Level::Warn, "spawn", &chain(&err));
        }
    }
}

fn logs(store: &Store) -> PathBuf {
    state_dir(store.repo.common_dir()).join("spawn")
}

/// Returns what an agent reads.
fn input(everything: &Everything, run: &Run, timeout: Duration) -> Value {
    let todo = |todo: &Todo| {
        let claims = todo.voices().map(|(session, claim)| (session.to_string(), claim.state().as_str().into()));
        json!({
            "id": todo.id.to_string(),
            "content": todo.content,
            "description": todo.text("description"),
            "priority": todo.fields.get("priority").map(|field| &field.value),
            "claims": claims.collect::<serde_json::Map<String, Value>>(),
        })
    };
    json!({
        "topic": run.topic,
        "project": run.project.as_str(),
        "session": run.session.as_str(),
        "generation": run.generation,
        "todos": todos(everything, run).into_iter().map(todo).collect::<Vec<_>>(),
        "caps": { "minutes": timeout.as_secs().div_ceil(60) },
    })
}
