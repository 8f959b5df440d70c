//! Runs for mirrors that somebody asks the hub for. One may take minutes, and nobody waits that long: it goes on, and
//! whoever asks meanwhile is told of the same one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

use super::mirror_told::{Told, document};
use crate::cli::present;
use crate::mirror::{self, Ended, Options};
use crate::settings::Mirror;
use crate::store::Store;
use crate::todo::Time;
use crate::wire::Problem;

/// The runs that go on, by the names of their mirrors.
#[derive(Debug, Default)]
pub(super) struct Runs(Mutex<BTreeMap<String, Run>>);

/// A run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub since: Time,
    /// Whether everything is sent again.
    again: bool,
    /// How it ended; nothing as long as it goes on.
    pub outcome: watch::Receiver<Option<Arc<Outcome>>>,
}

/// How a run ended, for whoever asked for it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub told: Told,
    /// The same for programs.
    pub document: Value,
    /// The status of HTTP that says the same.
    pub status: u16,
}

impl Outcome {
    /// Says how a run ended. What a place said can have anything in it.
    fn of(store: &Store, name: &str, ended: &Ended) -> Self {
        let clean = |text: String| store.settings.redactor.text(&text, &mut BTreeSet::new()).into_owned();
        let Told { text, hint, is_bad, left } = Told::of(name, ended);
        let left = left.into_iter().map(clean).collect();
        let told = Told { text: clean(text), hint: hint.map(clean), is_bad, left };
        let status = match ended {
            Ended::Badly(_) => 502,
            Ended::Busy => 409,
            Ended::Well(report) if report.is_behind => 409,
            Ended::Well(_) => 200,
        };
        let mut document = document(name, ended, false);
        document.as_object_mut().map(|object| object.remove("items"));
        Outcome { told, document, status }
    }
}

impl Runs {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns since when a mirror is being brought up to date.
    pub(super) fn since(&self, name: &str) -> Option<Time> {
        self.all().get(name).map(|run| run.since)
    }

    /// Begins a run, or returns the one that goes on.
    pub(super) fn begin(self: &Arc<Self>, store: Store, mirror: Mirror, again: bool) -> Result<Run, Problem> {
        let mut all = self.all();
        let name = mirror.name.clone();
        if let Some(run) = all.get(&name) {
            if again && !run.again {
                let problem = Problem::new(409, format!("the mirror {name} is being brought up to date"));
                return Err(problem.hint("have everything sent again once that is over"));
            }
            return Ok(run.clone());
        }
        let (tell, outcome) = watch::channel(None);
        let run = Run { since: present(), again, outcome };
        let (over, since) = (Over(Arc::clone(self), name.clone()), run.since);
        let work = move || {
            let options = Options { again, ..Options::default() };
            let ended = mirror::run(&store, &mirror, options, since).unwrap_or_else(Ended::Badly);
            // Who is told may look, and is to see that it is over.
            drop(over);
            tell.send_replace(Some(Arc::new(Outcome::of(&store, &mirror.name, &ended))));
        };
        all.insert(name.clone(), run.clone());
        if let Err(err) = std::thread::Builder::new().name("mirror".into()).spawn(work) {
            all.remove(&name);
            return Err(Problem::new(503, format!("nothing more can be started now: {err}")));
        }
        Ok(run)
    }
}

/// Ends a run in the table, however it ends.
struct Over(Arc<Runs>, String);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.all().remove(&self.1);
    }
}
