//! Switches that take the write discipline away, part by part, so that each test of it can be seen to
//! fail without it, one for a bug, and one for a crash. They exist in debug builds only; a release build cannot be
//! switched.

use std::cell::Cell;

use super::GitError;

/// A part of the discipline.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// The lock around reading, writing and moving refs.
    Lock,
    /// The barrier between objects and refs.
    Fsync,
    /// Removing what a killed process left.
    Scrub,
}

/// Returns whether `CHITTYSYNC_CHAOS` (a list of `lock`, `fsync`, `scrub`) takes this part away.
pub(super) fn without(part: Part) -> bool {
    asked(match part {
        Part::Lock => "lock",
        Part::Fsync => "fsync",
        Part::Scrub => "scrub",
    })
}

/// Panics when `CHITTYSYNC_CHAOS` lists `panic`, as a bug would.
///
/// # Panics
/// That is what it is for.
pub fn bug() {
    assert!(!asked("panic"), "CHITTYSYNC_CHAOS asks for a panic");
}

thread_local! {
    /// At which step from here this thread crashes; 0 when it has.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Lets this thread crash at its so manieth step from here, the first one being 1: from there on nothing is written,
/// and no transfer begins or tells how it ended, until this is called again. Does nothing in a release build.
pub fn crash_at(step: Option<u32>) {
    LEFT.set(step);
}

/// Returns whether this thread has crashed.
pub fn has_crashed() -> bool {
    cfg!(debug_assertions) && LEFT.get() == Some(0)
}

/// Is called before what is written, and around what is transferred.
pub(super) fn step() -> Result<(), GitError> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    match LEFT.get() {
        None => Ok(()),
        Some(left) => {
            LEFT.set(Some(left.saturating_sub(1)));
            let source = std::io::Error::other("a test ended it here");
            if left > 1 { Ok(()) } else { Err(GitError::Io { action: "go on in", path: "a test".into(), source }) }
        }
    }
}

fn asked(name: &str) -> bool {
    cfg!(debug_assertions)
        && std::env::var("CHITTYSYNC_CHAOS").is_ok_and(|parts| parts.split(',').any(|part| part == name))
}
