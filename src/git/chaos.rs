//! Switches that take the write discipline away, part by part, so that each test of it can be seen to
//! fail without it, and one for a bug. They exist in debug builds only; a release build cannot be switched.

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

fn asked(name: &str) -> bool {
    cfg!(debug_assertions)
        && std::env::var("CHITTYSYNC_CHAOS").is_ok_and(|parts| parts.split(',').any(|part| part == name))
}
