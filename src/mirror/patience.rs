//! How long failures that pass are waited for.

use std::time::Duration;

use super::failure::Failure;

/// So often something is tried again that fails without a word when to.
const TRIES: u32 = 6;

/// So often something is tried again as the place asks.
const ASKED: u32 = 50;

/// How long is waited before something is tried again in the same run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Before the second try; twice as long before each further one.
    pub first: Duration,
    /// At most so long at once, whatever a place asks for.
    pub longest: Duration,
    /// At most so long in one run.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Patience { first: seconds(1), longest: seconds(60), whole: seconds(600) }
    }
}

/// The waiting of one run.
pub(super) struct Waiting<'a> {
    patience: Patience,
    sleep: &'a dyn Fn(Duration),
    waited: Duration,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(patience: Patience, sleep: &'a dyn Fn(Duration)) -> Self {
        Waiting { patience, sleep, waited: Duration::ZERO }
    }

    /// Waits before the next try after so many; or returns the failure, if it is not to be waited for.
    pub(super) fn before_next(&mut self, tries: u32, failure: Failure) -> Result<(), Failure> {
        let Failure::Later { after, .. } = &failure else { return Err(failure) };
        let backoff = self.patience.first.saturating_mul(1 << tries.min(16));
        // Not all at once that wait for the same place.
        let spread = backoff.mul_f64(0.5 + fastrand::f64() / 2.0);
        let wait = after.unwrap_or(spread).min(self.patience.longest);
        let is_long = after.is_some_and(|after| after > self.patience.longest);
        let most = if after.is_some() { ASKED } else { TRIES };
        if is_long || tries >= most || self.waited + wait > self.patience.whole {
            return Err(failure);
        }
        (self.sleep)(wait);
        self.waited += wait;
        Ok(())
    }

    /// Asks, and asks again when the place says when to. One that is away is not waited for: nothing was begun yet.
    pub(super) fn ask<T>(&mut self, mut ask: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
        let mut tries = 0;
        loop {
            match ask() {
                Err(failure @ Failure::Later { after: Some(_), .. }) => self.before_next(tries, failure)?,
                ended => return ended,
            }
            tries += 1;
        }
    }
}
