//! One sync where no daemon runs: a hook starts it and does not wait. Whoever works it off looks after it.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::job::Job;
use super::job_command::own;
use super::jobs::{Ended, Jobs};
use super::record::Record;
use super::schedule::PUSH_GAP;
use super::state::JobState;

/// What is written down of it.
const RECORD: Record = Record {
    event: "hook-sync",
    file: "hook-sync.json",
    backoff: Backoff { first: PUSH_GAP, longest: Duration::from_secs(1800) },
};

/// Returns how the sync is doing that hooks of the store with this common git directory start; nothing when they
/// never did.
pub fn hook_sync(common_dir: &Path) -> Option<JobState> {
    RECORD.read(common_dir)
}

/// Returns whether one may be started now: the last one did not fail, or long enough ago.
pub fn hook_sync_is_due(common_dir: &Path) -> bool {
    RECORD.is_due(common_dir)
}

/// Syncs the store with this common git directory, in a process of its own that is ended after so long with all that it
/// started. What becomes of it is written down and logged.
pub fn sync_once(common_dir: &Path, program: &Path, limit: Duration) {
    let begun = RECORD.begun(common_dir);
    let ended = run(common_dir, program, limit);
    RECORD.ended(common_dir, begun, ended.took, ended.failure, None);
}

/// Notes that the remote can be used again: somebody's own sync came through. What hooks start need not wait any longer.
pub fn hook_sync_may_go_on(common_dir: &Path) {
    RECORD.may_go_on(common_dir);
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
