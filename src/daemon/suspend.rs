//! Noticing that the machine slept: then one clock went on, and the other stood still.

use std::time::{Duration, Instant, SystemTime};

/// The two differ by more than this after sleep only.
const SLEEP: Duration = Duration::from_secs(10);

/// What the clock of programs and the clock on the wall said at the same moment.
#[derive(Debug)]
pub(super) struct Clocks {
    program: Instant,
    wall: SystemTime,
}

impl Clocks {
    /// Looks at both.
    pub(super) fn now() -> Self {
        Clocks { program: Instant::now(), wall: SystemTime::now() }
    }

    /// Returns how long the machine slept since this was last asked.
    pub(super) fn slept(&mut self) -> Option<Duration> {
        let before = std::mem::replace(self, Clocks::now());
        // A clock that was set back tells nothing.
        let by_wall = self.wall.duration_since(before.wall).unwrap_or_default();
        difference(self.program - before.program, by_wall)
    }
}

/// A clock that is set forward looks like sleep.
fn difference(passed: Duration, by_wall: Duration) -> Option<Duration> {
    by_wall.checked_sub(passed).filter(|slept| *slept > SLEEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_is_what_the_wall_knows_and_programs_do_not() {
        let seconds = Duration::from_secs;
        assert_eq!(difference(seconds(30), seconds(3_630)), Some(seconds(3_600)));
        assert_eq!(difference(seconds(30), seconds(31)), None);
        let mut clocks = Clocks { wall: SystemTime::now() - seconds(100), ..Clocks::now() };
        assert!(clocks.slept().is_some_and(|slept| slept >= seconds(99)));
        assert_eq!(clocks.slept(), None, "it is told once");
        let mut clocks = Clocks { wall: SystemTime::now() + seconds(100), ..Clocks::now() };
        assert_eq!(clocks.slept(), None, "the clock was set back");
    }
}
