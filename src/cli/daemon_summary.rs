//! What is said of the daemon beside other things: whether it runs, and what went wrong last.

use std::path::Path;

use serde_json::{Value, json};

use crate::daemon::{self, State};
use crate::log::{self, Entry};
use crate::store::Store;
use crate::todo::{Time, plain};
use crate::view::Style;

/// Returns what the whole status says of the daemon: a line, and JSON.
pub(super) fn summary(store: &Store, style: Style) -> (String, Value) {
    let common_dir = store.repo.common_dir();
    let pid = daemon::running_pid(common_dir);
    let state = State::of_running(common_dir, pid);
    let last_error = LastError::of(common_dir);
    let failing_job = state.as_ref().and_then(|state| Some(state.failing()?.0.to_owned()));
    let failing = state.as_ref().and_then(failing);
    let mut text = match (&pid, &failing) {
        (None, _) => "not running".to_owned(),
        (Some(_), Some(failing)) => format!("running, but {failing}"),
        (Some(_), None) => "running".to_owned(),
    };
    // What fails now has just been said.
    if let Some(error) = last_error.as_ref().filter(|error| failing_job.as_ref() != Some(&error.entry.event)) {
        let over = error.over.map(|at| format!(", over since {at} ({})", style.age(at)));
        text.push_str(&format!(
            "; last error {}{}: {}",
            style.age(error.entry.at),
            over.unwrap_or_default(),
            said(&error.entry)
        ));
    }
    let error = last_error.as_ref().map_or(Value::Null, LastError::json);
    (plain(&text), json!({ "running": pid.is_some(), "failing": failing, "last_error": error }))
}

/// Returns what is not as it should be with a daemon.
fn failing(state: &State) -> Option<String> {
    let job = state.failing().map(|(name, job)| {
        let message = job.last_error.as_ref().map_or("", |error| error.message.as_str());
        format!("{name} fails: {message}")
    });
    job.or_else(|| state.degraded.clone())
}

/// The last error in the log.
pub(super) struct LastError {
    pub entry: Entry,
    /// Since when what it tells of is over, as far as the log tells.
    pub over: Option<Time>,
}

impl LastError {
    pub(super) fn of(common_dir: &Path) -> Option<Self> {
        let entry = log::last_error(common_dir)?;
        Some(LastError { over: log::over_since(common_dir, &entry), entry })
    }

    pub(super) fn json(&self) -> Value {
        let mut value = entry_json(&self.entry);
        value["over"] = self.over.map(|at| at.to_string()).into();
        value
    }
}

pub(super) fn said(entry: &Entry) -> String {
    plain(&format!("{}: {}", entry.event, entry.message))
}

pub(super) fn entry_json(entry: &Entry) -> Value {
    json!({
        "at": entry.at.to_string(),
        "level": entry.level.as_str(),
        "event": entry.event,
        "message": entry.message,
    })
}
