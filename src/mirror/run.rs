//! A run for a mirror, with its turn, and with what is written down of how it went.

use std::time::{Duration, Instant};

use super::driver::{Driver, Options, Report};
use super::failure::Failure;
use super::open::open;
use crate::log;
use crate::ops::LONGEST_WAIT;
use crate::settings::Mirror;
use crate::store::{MirrorLock, MirrorRuns, Store};
use crate::todo::Time;

/// How a run ended.
#[derive(Debug)]
pub enum Ended {
    /// The mirror holds what it is to hold.
    Well(Report),
    /// Another process is at it.
    Busy,
    /// It did not work.
    Badly(Failure),
}

/// Brings a mirror up to date, unless another process does, and writes down how it went.
///
/// # Errors
/// When the turn cannot be asked for.
pub fn run(store: &Store, mirror: &Mirror, options: Options, now: Time) -> Result<Ended, Failure> {
    let common_dir = store.repo.common_dir();
    let Some(_turn) = MirrorLock::try_acquire(common_dir, &mirror.name)? else { return Ok(Ended::Busy) };
    let sleep = |time: Duration| std::thread::sleep(time);
    let driver = Driver { store, mirror, now, options, sleep: &sleep };
    let began = Instant::now();
    let mut result = open(mirror).and_then(|mut adapter| driver.run(adapter.as_mut()));
    if result == Err(Failure::Overtaken) {
        // Whoever was faster may have sent less than there is here.
        result = open(mirror).and_then(|mut adapter| driver.run(adapter.as_mut()));
    }
    if !options.dry_run {
        let runs = ended(MirrorRuns::load(common_dir, &mirror.name), mirror, &result, (now, began.elapsed()));
        // What cannot be written down is told all the same.
        let _ = runs.save(common_dir, &mirror.name);
    }
    Ok(match result {
        Ok(report) => Ended::Well(report),
        Err(failure) => Ended::Badly(failure),
    })
}

/// Returns what is to be written down of a run that began then and took so long.
fn ended(
    before: MirrorRuns,
    mirror: &Mirror,
    result: &Result<Report, Failure>,
    (now, took): (Time, Duration),
) -> MirrorRuns {
    let later = |millis: i64| Some(Time::from_millis(now.millis().saturating_add(millis)).to_string());
    let interval = i64::try_from(mirror.interval.as_millis()).unwrap_or(i64::MAX);
    let last = Some(now.to_string());
    match result {
        Ok(_) => MirrorRuns { last: last.clone(), last_success: last, next: later(interval), ..MirrorRuns::default() },
        Err(failure) => {
            let failures = before.failures + 1;
            let asked = match failure {
                Failure::Later { after: Some(after), .. } => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
                _ => 0,
            };
            let backoff = (30_000_i64 << (failures - 1).min(10)).min(LONGEST_WAIT).max(asked);
            // The wait begins when the run ends, which may have waited for minutes.
            let backoff = backoff.saturating_add(i64::try_from(took.as_millis()).unwrap_or(i64::MAX));
            MirrorRuns {
                last,
                failures,
                error: Some(log::clean(&failure.to_string())),
                remedy: Some(failure.remedy(&mirror.name)),
                next: later(backoff),
                ..before
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::MirrorKind;

    #[test]
    fn failures_wait_longer_and_longer_and_as_long_as_the_place_asks() {
        let mirror = Mirror {
            name: "x".into(),
            kind: MirrorKind::Files,
            url: "/x".into(),
            projects: Vec::new(),
            interval: Duration::from_secs(300),
            paused: false,
        };
        let now = (Time::from_millis(0), Duration::ZERO);
        let wait = |runs: &MirrorRuns| Time::parse(runs.next.as_deref().expect("a time")).expect("a time").millis();
        let away = Err(Failure::later("away"));
        let mut runs = MirrorRuns::default();
        let mut waits = Vec::new();
        for _ in 0..7 {
            runs = ended(runs, &mirror, &away, now);
            waits.push(wait(&runs) / 1000);
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900]);
        let asked = Err(Failure::Later { reason: "busy".into(), after: Some(Duration::from_secs(3600)) });
        assert_eq!(wait(&ended(MirrorRuns::default(), &mirror, &asked, now)), 3_600_000);
        let slow = (now.0, Duration::from_secs(600));
        assert_eq!(wait(&ended(MirrorRuns::default(), &mirror, &away, slow)), 630_000);
        let well = ended(runs, &mirror, &Ok(Report::default()), now);
        assert_eq!((well.failures, well.error.clone(), wait(&well)), (0, None, 300_000));
    }
}
