//! Lists that a resumed or forked session carries along count once.
//!
//! A resumed session copies the list file of the one it continues, byte for byte, and its transcript begins
//! with copies of earlier lines. A copy is recognised by its content and left to the one that had it first.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Reading, Unit, UnitKind};
use crate::store::cache::{Seen, SeenUnit};

/// A unit as far as it matters here.
struct Candidate<'a> {
    path: &'a str,
    /// When it was last changed: a copy is younger than what it was copied from.
    stamp: &'a str,
    digest: u64,
}

/// Returns the paths of list files that are carried copies of another session's list.
pub(super) fn carried_lists<'a>(
    units: &'a [Unit],
    paths: &'a [String],
    seen: &'a Seen,
    fresh: &'a BTreeMap<usize, Reading>,
) -> BTreeSet<&'a str> {
    let mut by_agent: BTreeMap<&str, Vec<Candidate<'a>>> = BTreeMap::new();
    let mut own: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        let UnitKind::Todos { session, agent } = &unit.kind else { continue };
        let path = paths[at].as_str();
        let Some(digest) = fresh.get(&at).map(|reading| reading.digest).or_else(|| Some(seen.get(path)?.digest)) else {
            continue;
        };
        match agent {
            None => drop(own.insert(session.as_str(), (path, digest))),
            Some(agent) => {
                by_agent.entry(agent).or_default().push(Candidate { path, stamp: &unit.stamp.text, digest });
            }
        }
    }
    let mut carried = BTreeSet::new();
    for (agent, mut candidates) in by_agent {
        candidates.sort_by_key(|candidate| (age(candidate.stamp), candidate.path));
        let mut first = BTreeSet::new();
        first.extend(own.get(agent).map(|(_, digest)| *digest));
        for candidate in candidates {
            if !first.insert(candidate.digest) {
                carried.insert(candidate.path);
            }
        }
    }
    carried
}

/// Returns the time in a stamp, for comparison.
fn age(stamp: &str) -> u128 {
    stamp.split('.').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(u128::MAX)
}

/// Returns which transcript each line belongs to: the one that is known to have it, else the one whose story
/// ends first, since a copy goes on where its original stopped.
pub(super) fn line_owners<'a>(
    paths: &'a [String],
    seen: &'a Seen,
    fresh: &BTreeMap<usize, Reading>,
) -> BTreeMap<u64, &'a str> {
    let mut owners: BTreeMap<u64, &str> = BTreeMap::new();
    for (path, SeenUnit { lines, .. }) in seen {
        for line in lines {
            owners.entry(*line).or_insert(path);
        }
    }
    let mut by_end: Vec<_> = fresh.iter().collect();
    by_end.sort_by_key(|(at, reading)| (reading.snapshots.last().map(|(_, last)| last.at), **at));
    for (at, reading) in by_end {
        for line in reading.snapshots.iter().filter_map(|(line, _)| *line) {
            owners.entry(line).or_insert(&paths[*at]);
        }
    }
    owners
}
