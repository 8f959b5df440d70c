//! Keeping a store small: begun behind a command that saved something, in a process of its own that nobody waits for.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::record::Record;
use super::state::JobState;
use crate::git::{Clutter, Maintained, is_maintained, start_detached};
use crate::ops::{OpsError, chain};
use crate::source::home_variables;
use crate::store::{Location, Store, StoreError};

/// What is written down of it.
const RECORD: Record = Record {
    event: "maintenance",
    file: "maintenance.json",
    backoff: Backoff { first: Duration::from_secs(60), longest: Duration::from_secs(24 * 60 * 60) },
};

/// How long one may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// Between two rounds it rests as long as one took, but no longer than this: others write meanwhile.
const PAUSE: Duration = Duration::from_secs(1);
/// Where so much is left and cannot be made less, it is not tried again before this.
const REST: Duration = Duration::from_secs(10 * 60);

/// Returns how it is doing in the store with this common git directory; nothing when it was never done.
pub fn maintenance(common_dir: &Path) -> Option<JobState> {
    RECORD.read(common_dir)
}

/// Returns whether a store is to be kept small without being asked. A project's repository is left to its owner.
///
/// # Errors
/// When a setting has a value that it cannot have.
pub fn is_wanted(store: &Store) -> Result<bool, StoreError> {
    Ok(!store.is_project() && store.background()?.maintenance)
}

/// Begins it where it is wanted and there is enough to do, unless another process is at it, or it failed just now.
/// Without much to do, this takes less than a millisecond. Whatever goes wrong here, the next command tries again.
///
/// Returns the process that does it, for who stays longer than it does.
pub fn start_maintenance(location: &Location) -> Option<Child> {
    let common_dir = location.common_dir()?;
    if !Clutter::of(&common_dir).is_much() || !RECORD.is_due(&common_dir) {
        return None;
    }
    let is_wanted = Store::open(location).and_then(|store| is_wanted(&store)).unwrap_or(false);
    if !is_wanted || is_maintained(&common_dir) {
        return None;
    }
    let path = std::path::absolute(&common_dir).unwrap_or_else(|_| common_dir.clone());
    let arguments = ["--store".into(), path.into_os_string(), "maintenance".into(), "--background".into()];
    start_detached(&common_dir, arguments, home_variables()).ok()
}

/// Does it and writes down how it ended. In the background it does it `again` and again while others write so much
/// meanwhile that there is much to do: so there is little when the last of them has ended, and no other command has to
/// come for that.
///
/// Returns whether it was done: not when another process is at it.
///
/// # Errors
/// When it fails, or takes too long.
pub fn maintain(store: &Store, again: bool) -> Result<bool, OpsError> {
    let (common_dir, started) = (store.repo.common_dir(), Instant::now());
    let begun = RECORD.begun(common_dir);
    let done = repeat(started + LIMIT, || {
        let done = store.repo.maintain(store.settings.fsync, started + LIMIT)?;
        Ok((done, again && Clutter::of(common_dir).is_much()))
    });
    if !matches!(done, Ok(Maintained::Elsewhere)) {
        let stays = matches!(done, Ok(Maintained::Nothing)) && Clutter::of(common_dir).is_much();
        let rest = stays.then_some(REST);
        RECORD.ended(common_dir, begun, started.elapsed(), done.as_ref().err().map(|err| chain(err)), rest);
    }
    Ok(done? != Maintained::Elsewhere)
}

/// Puts a store in order until there is not much left, until that changes nothing, or until there may be no time for once
/// more. `once` says what it did, and whether there is much still.
fn repeat(
    deadline: Instant,
    mut once: impl FnMut() -> Result<(Maintained, bool), OpsError>,
) -> Result<Maintained, OpsError> {
    let mut all = Maintained::Elsewhere;
    loop {
        let began = Instant::now();
        let (done, is_much) = once()?;
        if done != Maintained::Elsewhere {
            all = done;
        }
        let took = began.elapsed();
        if done != Maintained::Something || !is_much || Instant::now() + took * 3 > deadline {
            return Ok(all);
        }
        std::thread::sleep(took.min(PAUSE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_while_there_is_much_and_it_gets_less() {
        use Maintained::{Elsewhere, Nothing, Something};
        let hour = Duration::from_secs(3600);
        let times = |rounds: &[(Maintained, bool)], time| {
            let (mut count, mut rounds) = (0, rounds.iter().copied().cycle());
            let ended = repeat(Instant::now() + time, || {
                count += 1;
                Ok(rounds.next().expect("a round"))
            });
            (count, ended.expect("no error"))
        };
        assert_eq!(times(&[(Something, false)], hour), (1, Something));
        assert_eq!(times(&[(Nothing, false)], hour), (1, Nothing));
        assert_eq!(times(&[(Elsewhere, true)], hour), (1, Elsewhere));
        assert_eq!(times(&[(Something, true), (Something, true), (Something, false)], hour), (3, Something));
        assert_eq!(times(&[(Something, true), (Nothing, true)], hour), (2, Nothing), "what is left stays");
        assert_eq!(times(&[(Something, true), (Elsewhere, true)], hour), (2, Something), "somebody else goes on");
        assert_eq!(times(&[(Something, true)], Duration::ZERO), (1, Something), "the next one goes on");
    }
}
