//! How far something is, for a person who waits: on a terminal, and only if it takes its time.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ui::Ui;
use crate::ops::{self, OpsError, Plan, Report, Steps};
use crate::store::Store;
use crate::todo::{Time, plain};

/// What is done by then needs no word.
const SHORT: Duration = Duration::from_millis(500);
/// How often the line changes at most.
const PAUSE: Duration = Duration::from_millis(100);

/// One line on standard error that is written over, and gone at the end.
#[derive(Clone, Debug)]
pub struct Progress {
    started: Instant,
    wanted: bool,
    /// [`SHORT`], or what a test has in its place.
    short: Duration,
    /// When the line was last written; nothing while there is none.
    shown: Arc<Mutex<Option<Instant>>>,
}

impl Progress {
    /// Begins to wait.
    pub fn new(wanted: bool) -> Self {
        let wanted = wanted && std::io::stderr().is_terminal();
        Progress { started: Instant::now(), wanted, short: short(), shown: Arc::default() }
    }

    /// Says how far it is.
    pub fn say(&self, line: &str) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if self.wanted && is_due(now - self.started, self.short, shown.map(|at| now - at)) {
            let line: String = plain(line).chars().take(78).collect();
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{line}");
            *shown = Some(now);
        }
    }

    /// Returns what a run tells its steps to.
    pub fn steps(&self) -> Steps {
        if !self.wanted {
            return Steps::default();
        }
        let line = self.clone();
        Steps::new(move |text| line.say(text))
    }

    /// Carries out a plan that needs no remote, and says how far it is.
    ///
    /// # Errors
    /// As [`ops::run`].
    pub fn run(ui: &Ui, store: &Store, plan: &Plan, now: Time) -> Result<Report, OpsError> {
        let progress = Progress::new(ui.tells_a_person());
        let done = ops::run(store, &Plan { steps: progress.steps(), ..plan.clone() }, now);
        progress.clear();
        done
    }

    /// Takes the line away, before anything else is printed.
    pub fn clear(&self) {
        if self.shown.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// Returns what is short: in a debug build what `CHITTYSYNC_SHORT` says, in milliseconds, for tests.
fn short() -> Duration {
    let asked = || std::env::var("CHITTYSYNC_SHORT").ok()?.parse().ok().map(Duration::from_millis);
    if cfg!(debug_assertions) { asked().unwrap_or(SHORT) } else { SHORT }
}

/// Returns whether to write the line: `waited` so long, and last written `ago`.
fn is_due(waited: Duration, short: Duration, ago: Option<Duration>) -> bool {
    waited >= short && ago.is_none_or(|ago| ago >= PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_silent_and_what_is_long_does_not_flicker() {
        let ms = Duration::from_millis;
        for (waited, ago, due) in [
            (0, None, false),
            (499, None, false),
            (500, None, true),
            (5_000, Some(20), false),
            (5_000, Some(100), true),
            (400, Some(300), false),
        ] {
            assert_eq!(is_due(ms(waited), SHORT, ago.map(ms)), due, "{waited} {ago:?}");
        }
    }
}
