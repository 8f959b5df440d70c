//! What is written down of work in the background: when it last ran, how it ended, and when it is tried again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::backoff::Backoff;
use super::state::{JobState, Trouble};
use crate::git::state_dir;
use crate::log::{self, Level, clock, replace_beside};
use crate::todo::Time;

/// The record of one kind of work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// What the work is called in the log.
    pub event: &'static str,
    /// The file in the store.
    pub file: &'static str,
    /// When it fails it is not tried again before this, and then later and later.
    pub backoff: Backoff,
}

impl Record {
    /// Reads it; nothing when the work was never done in the store with this common git directory.
    pub(super) fn read(&self, common_dir: &Path) -> Option<JobState> {
        serde_json::from_slice(&std::fs::read(self.path(common_dir)).ok()?).ok()
    }

    /// Returns whether the work may be begun now: the last one did not fail, or long enough ago.
    pub(super) fn is_due(&self, common_dir: &Path) -> bool {
        let next = self.read(common_dir).and_then(|state| Time::parse(&state.next?));
        let wait = next.map_or(0, |next| next.millis() - clock().millis());
        // A clock that was far ahead keeps nobody waiting.
        wait <= 0 || wait > i64::try_from(self.backoff.longest.as_millis() * 2).unwrap_or(i64::MAX)
    }

    /// Returns what is known of the work as it begins, for [`Record::ended`]: the work itself may let it go on.
    pub(super) fn begun(&self, common_dir: &Path) -> JobState {
        let state = self.read(common_dir).unwrap_or_default();
        JobState { runs: state.runs + 1, last: Some(clock().to_string()), ..state }
    }

    /// Writes down and logs how it ended: with an error, or not. After a success it need not be done again before `rest` is
    /// over.
    pub(super) fn ended(
        &self,
        common_dir: &Path,
        mut state: JobState,
        took: Duration,
        failure: Option<String>,
        rest: Option<Duration>,
    ) {
        let failed_before = state.failures;
        state.took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let took = format!("took {} ms", state.took);
        let wait = match failure.map(|message| log::clean(&message)) {
            Some(message) => {
                state.failures += 1;
                let level = if state.failures.is_power_of_two() { Level::Error } else { Level::Debug };
                log::append(common_dir, level, self.event, &message);
                state.last_error = Some(Trouble { at: clock().to_string(), message });
                Some(self.backoff.after(state.failures, fastrand::f64()))
            }
            None => {
                state.failures = 0;
                let words = if failed_before > 0 { format!("{}; {took}", log::WORKS_AGAIN) } else { took };
                log::append(common_dir, Level::Info, self.event, &words);
                rest
            }
        };
        let millis = wait.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let at = |wait| Time::from_millis(clock().millis().saturating_add(wait)).to_string();
        state.next = millis.map(at);
        self.write(common_dir, &state);
    }

    /// Notes that it need not wait any longer: what kept it from being done is over.
    pub(super) fn may_go_on(&self, common_dir: &Path) {
        if let Some(state) = self.read(common_dir).filter(|state| state.failures > 0) {
            self.write(common_dir, &JobState { failures: 0, next: None, ..state });
        }
    }

    fn write(&self, common_dir: &Path, state: &JobState) {
        let text = serde_json::to_string_pretty(state).unwrap_or_default();
        // On a full disk the next one tries again.
        let _ = replace_beside(&self.path(common_dir), text.as_bytes());
    }

    fn path(&self, common_dir: &Path) -> PathBuf {
        state_dir(common_dir).join(self.file)
    }
}
