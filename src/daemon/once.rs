//! One sync where no daemon runs: a hook starts it and does not wait. Whoever works it off looks after it.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::commands::own;
use super::jobs::{Ended, Jobs};
use super::patience::Patience;
use super::schedule::{Job, PUSH_GAP};
use super::state::{JobState, Trouble};
use crate::git::home;
use crate::log::{self, Level, clock, replace_beside};
use crate::todo::Time;

/// What it is called in the log.
const EVENT: &str = "hook-sync";
/// When it fails it is not tried again before this, and then later and later.
const PATIENCE: Patience = Patience { first: PUSH_GAP, longest: Duration::from_secs(1800) };

/// Returns how the sync is doing that hooks of the store with this common git directory start; nothing when they
/// never did.
pub fn hook_sync(common_dir: &Path) -> Option<JobState> {
    serde_json::from_slice(&std::fs::read(path(common_dir)).ok()?).ok()
}

/// Returns whether one may be started now: the last one did not fail, or long enough ago.
pub fn hook_sync_is_due(common_dir: &Path) -> bool {
    let next = hook_sync(common_dir).and_then(|state| Time::parse(&state.next?));
    let wait = next.map_or(0, |next| next.millis() - clock().millis());
    // A clock that was far ahead keeps nobody waiting.
    wait <= 0 || wait > i64::try_from(PATIENCE.longest.as_millis() * 2).unwrap_or(i64::MAX)
}

/// Syncs the store with this common git directory, in a process of its own that is ended after so long with all that it
/// started. What becomes of it is written down and logged.
pub fn sync_once(common_dir: &Path, program: &Path, limit: Duration) {
    let mut state = hook_sync(common_dir).unwrap_or_default();
    let (failed_before, started) = (state.failures, clock());
    let ended = run(common_dir, program, limit);
    state.runs += 1;
    state.last = Some(started.to_string());
    state.took = u64::try_from(ended.took.as_millis()).unwrap_or(u64::MAX);
    let took = format!("took {} ms", state.took);
    match ended.failure.map(|message| log::clean(&message)) {
        Some(message) => {
            state.failures += 1;
            let wait = PATIENCE.after(state.failures, fastrand::f64());
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            state.next = Some(Time::from_millis(clock().millis().saturating_add(wait)).to_string());
            let level = if state.failures.is_power_of_two() { Level::Error } else { Level::Debug };
            log::append(common_dir, level, EVENT, &message);
            state.last_error = Some(Trouble { at: clock().to_string(), message });
        }
        None => {
            (state.failures, state.next) = (0, None);
            let words = if failed_before > 0 { format!("{}; {took}", log::WORKS_AGAIN) } else { took };
            log::append(common_dir, Level::Info, EVENT, &words);
        }
    }
    let text = serde_json::to_string_pretty(&state).unwrap_or_default();
    // On a full disk the next hook tries again.
    let _ = replace_beside(&path(common_dir), text.as_bytes());
}

/// Notes that the remote can be used again: somebody's own sync came through. What hooks start need not wait any longer.
pub fn hook_sync_may_go_on(common_dir: &Path) {
    let Some(state) = hook_sync(common_dir).filter(|state| state.failures > 0) else { return };
    let state = JobState { failures: 0, next: None, ..state };
    let _ = replace_beside(&path(common_dir), serde_json::to_string_pretty(&state).unwrap_or_default().as_bytes());
}

fn run(common_dir: &Path, program: &Path, limit: Duration) -> Ended {
    let (sender, receiver) = channel();
    let mut jobs = Jobs::new(move |ended| drop(sender.send(ended)));
    let failed =
        |message| Ended { job: Job::Network, took: Duration::ZERO, failure: Some(message), said: String::new() };
    if let Err(err) = jobs.start(Job::Network, own(Job::Network, program, common_dir), limit) {
        return failed(format!("cannot start {}: {err}", program.display()));
    }
    let mut is_late = false;
    loop {
        let until = jobs.next_limit().unwrap_or_else(Instant::now);
        match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(ended) => {
                jobs.forget(ended.job);
                let late = is_late.then(|| format!("it was ended after {} s", limit.as_secs()));
                return Ended { failure: late.or(ended.failure), ..ended };
            }
            Err(RecvTimeoutError::Timeout) => {
                is_late = true;
                jobs.enforce(Instant::now());
            }
            Err(RecvTimeoutError::Disconnected) => return failed("nobody tells how it ended".to_owned()),
        }
    }
}

fn path(common_dir: &Path) -> std::path::PathBuf {
    home(common_dir).join("hook-sync.json")
}
