//! How long to wait after failures: longer each time, and not all devices at the same moment.

use std::time::Duration;

/// Waiting times that double from `first` up to `longest`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Backoff {
    /// Returns how long to wait after so many failures in a row. `chance`, from 0 to 1, makes it up to a
    /// quarter shorter or longer.
    pub(super) fn after(self, failures: u32, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        doubled.min(self.longest).mul_f64(0.75 + chance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_limit() {
        let backoff = Backoff { first: Duration::from_secs(30), longest: Duration::from_secs(1800) };
        let seconds = |failures, chance| backoff.after(failures, chance).as_secs_f64();
        assert_eq!([1, 2, 3, 7, 40].map(|failures| seconds(failures, 0.5)), [30.0, 60.0, 120.0, 1800.0, 1800.0]);
        assert_eq!([0.0, 1.0].map(|chance| seconds(1, chance)), [22.5, 37.5]);
    }
}
