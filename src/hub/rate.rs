//! How often somebody may say something: so many times a minute, counted for each token.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time that is counted in.
const WINDOW: Duration = Duration::from_secs(60);

/// What was asked for lately.
#[derive(Debug)]
pub(super) struct Rates {
    most: u32,
    known: Mutex<HashMap<String, (Instant, u32)>>,
}

/// How much is left to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    pub most: u32,
    /// Nothing when it was too much.
    pub remaining: Option<u32>,
    /// In how many seconds all of it is there again.
    pub reset: u64,
}

impl Rates {
    pub(super) fn new(most: u32) -> Self {
        Rates { most, known: Mutex::default() }
    }

    /// Counts a request of this token.
    pub(super) fn count(&self, token: &str, now: Instant) -> Left {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        let (since, count) = known.entry(token.to_owned()).or_insert((now, 0));
        let remaining = self.most.checked_sub(*count + 1);
        *count = (*count + 1).min(self.most);
        let reset = WINDOW.saturating_sub(now.duration_since(*since)).as_secs().max(1);
        Left { most: self.most, remaining, reset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_a_minute_for_each() {
        let (rates, now) = (Rates::new(2), Instant::now());
        let left = |token: &str, seconds| rates.count(token, now + Duration::from_secs(seconds)).remaining;
        assert_eq!([left("a", 0), left("a", 1), left("a", 2), left("a", 59)], [Some(1), Some(0), None, None]);
        assert_eq!((left("b", 59), left("a", 60), left("a", 61)), (Some(1), Some(1), Some(0)));
    }
}
