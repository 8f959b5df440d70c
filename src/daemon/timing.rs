//! When things are due: by what is set, and on which clock.

use std::time::{Duration, Instant};

use super::schedule::Timing;
use crate::git::RemoteName;
use crate::log::clock;
use crate::settings::Background;
use crate::todo::Time;

/// Returns when a time is on the clock that never jumps. What was due before something was new is due now.
pub(super) fn instant(at: Time, is_new: bool) -> Option<Instant> {
    let (now, wait) = (Instant::now(), at.millis().saturating_sub(clock().millis()));
    let time = Duration::from_millis(wait.unsigned_abs());
    match wait {
        ..=0 if is_new => Some(now),
        ..=0 => now.checked_sub(time),
        _ => now.checked_add(time),
    }
}

/// Returns how long things wait, by what is set.
pub(super) fn timing(background: &Background, remote: Option<&RemoteName>) -> Timing {
    Timing {
        debounce: background.debounce,
        reconcile: background.reconcile_interval,
        push: remote.map(|_| background.push_interval),
        mirror: background.mirror_command.as_ref().map(|_| background.mirror_interval),
        mirrors: background.mirrors,
        spawn: background.spawn.is_some(),
    }
}
