//! How far something is, for a person who waits: on a terminal, and only if it takes its time.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::todo::plain;

/// What is done by then needs no word.
const SHORT: Duration = Duration::from_millis(500);

/// One line on standard error that is written over, and gone when dropped.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    wanted: bool,
    shown: Cell<bool>,
}

impl Progress {
    /// Begins to wait.
    pub fn new(wanted: bool) -> Self {
        let wanted = wanted && std::io::stderr().is_terminal();
        Progress { started: Instant::now(), wanted, shown: Cell::new(false) }
    }

    /// Says how far it is.
    pub fn say(&self, line: &str) {
        if self.wanted && self.started.elapsed() >= SHORT {
            let line: String = plain(line).chars().take(78).collect();
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{line}");
            self.shown.set(true);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.get() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}
