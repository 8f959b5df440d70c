//! Lists that a resumed or forked session carries along count once.
//!
//! A resumed session copies the list file of the one it continues, byte for byte, and its transcript begins
//! with copies of earlier lines. A copy is recognised by its content and left to the one that had it first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::routed::Hidden;
use crate::source::{Reading, Unit, UnitKind};
use crate::store::cache::{Seen, SeenUnit};
use crate::todo::Session;

/// A unit as far as it matters here.
struct Candidate<'a> {
    /// Whether the store has a session of this list.
    captured: bool,
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
    captured: &dyn Fn(&Session) -> bool,
) -> BTreeSet<&'a str> {
    let mut by_agent: BTreeMap<&str, Vec<Candidate<'a>>> = BTreeMap::new();
    let mut own: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        let UnitKind::List { session, agent } = &unit.kind else { continue };
        let path = paths[at].as_str();
        let Some(digest) = fresh.get(&at).map(|reading| reading.digest).or_else(|| Some(seen.get(path)?.digest)) else {
            continue;
        };
        match agent {
            None => drop(own.insert(session.as_str(), (path, digest))),
            Some(agent) => {
                // What was captured first stays the one that counts, however old a copy looks.
                let captured = session.agent(agent).is_ok_and(|list| captured(&list));
                let candidate = Candidate { captured, path, stamp: &unit.stamp.text, digest };
                by_agent.entry(agent).or_default().push(candidate);
            }
        }
    }
    let mut carried = BTreeSet::new();
    for (agent, mut candidates) in by_agent {
        candidates.sort_by_key(|candidate| (!candidate.captured, age(candidate.stamp), candidate.path));
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

/// Returns the lines of transcripts, by unit, that are copies of another transcript's lines.
///
/// A line belongs to the transcript that is known to have it. Else it belongs to the one that fell silent
/// first: a resumed session begins with the lines of the one it continues, and goes on from there.
pub(super) fn copied_lines(
    units: &[Unit],
    paths: &[String],
    seen: &Seen,
    fresh: &BTreeMap<usize, Reading>,
    hidden: &Hidden,
) -> BTreeSet<(usize, u64)> {
    // One that was another store's may be this one's now: its lines are its own.
    let own: HashMap<String, &str> = fresh.keys().map(|at| (hidden.key(&paths[*at]), paths[*at].as_str())).collect();
    let mut owners: HashMap<u64, &str> = HashMap::new();
    for (path, SeenUnit { lines, .. }) in seen {
        let path = own.get(path).copied().unwrap_or(path);
        owners.extend(lines.iter().map(|line| (*line, path)));
    }
    let lines = |at: usize| fresh[&at].states.iter().filter_map(|state| state.line);
    let mut transcripts: Vec<usize> = fresh.keys().copied().filter(|at| lines(*at).next().is_some()).collect();
    transcripts.sort_by_cached_key(|at| {
        let last = fresh[at].states.iter().map(|state| state.snapshot.at).max();
        (last, age(&units[*at].stamp.text), &paths[*at])
    });
    let mut copied = BTreeSet::new();
    for at in transcripts {
        for line in lines(at) {
            if *owners.entry(line).or_insert(&paths[at]) != paths[at] {
                copied.insert((at, line));
            }
        }
    }
    copied
}
