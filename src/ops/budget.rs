//! How often a remote gets a push. A host with many users asks each repository to be sent little: github.com
//! recommends at most six pushes a minute.

use std::collections::BTreeMap;

use crate::git::RemoteName;
use crate::settings::pushes_per_minute;
use crate::store::{Store, StoreError, cache};
use crate::todo::Time;

/// The cache: when each remote was pushed to within the last minute, in milliseconds since 1970.
const CACHE: &str = "pushes";
const MINUTE: i64 = 60_000;

/// Counts a push that is about to happen. Returns the seconds until there is room for it, when there is none now: then
/// it is not counted.
///
/// # Errors
/// When the limit is no number.
pub(super) fn take(store: &Store, remote: &RemoteName, now: Time) -> Result<Result<(), Full>, StoreError> {
    let url = store.repo.remote_url(remote);
    let Some(most) = pushes_per_minute(&store.repo.values()?, remote, url.as_deref())? else { return Ok(Ok(())) };
    let mut all: BTreeMap<String, Vec<i64>> = cache::load(&store.repo, CACHE);
    let pushes = all.entry(remote.to_string()).or_default();
    // A clock that was put back leaves nothing to wait for.
    pushes.retain(|at| (now.millis() - at).abs() < MINUTE);
    pushes.sort_unstable();
    if let Some(earliest) = pushes.len().checked_sub(most).map(|at| pushes[at]) {
        let seconds = (earliest + MINUTE - now.millis() + 999) / 1000;
        return Ok(Err(Full { most, seconds }));
    }
    pushes.push(now.millis());
    cache::save(&store.repo, CACHE, &all);
    Ok(Ok(()))
}

/// There is no room for another push now.
pub(super) struct Full {
    /// How many there may be in a minute.
    most: usize,
    /// In how many seconds there is room.
    seconds: i64,
}

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Full { most, seconds } = self;
        let plural = if *most == 1 { "" } else { "es" };
        write!(f, "it gets at most {most} push{plural} a minute from here; the next one is possible in {seconds} s")
    }
}
