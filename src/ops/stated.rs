//! Lists that sessions stated, in the order in which they did: by the clock, which may have stepped back meanwhile.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};

use super::attribute::by_hooks;
use crate::source::State;
use crate::store::cache::SeenUnit;
use crate::todo::{Session, SessionState, Snapshot, Time};

/// Identifies a state of a list, whenever it was stated.
pub(super) fn digest(snapshot: &Snapshot) -> u64 {
    let text = format!("{:?} {}", snapshot.items, snapshot.partial);
    u64::from_be_bytes(Sha256::digest(text)[..8].try_into().expect("SHA-256 has 32 bytes"))
}

/// A list that a session stated.
pub(super) struct Stated {
    pub state: State,
    /// The unit that tells of it, by its number.
    pub unit: Option<usize>,
    /// Its place among all that the session stated: its time, and no earlier than what its file tells before it.
    pub order: Time,
    /// The last lines of its commit's message, where there is more to say than what changed.
    pub trailer: Option<String>,
    /// Whether it is the last one that its unit tells of.
    pub is_last: bool,
    /// Whether it was read before, where that can be told otherwise than by its time: nothing where it cannot.
    read_before: Option<bool>,
}

impl Stated {
    /// Returns a list that has its place by its time alone.
    pub fn new(state: State, is_last: bool) -> Self {
        Stated { order: state.snapshot.at, state, unit: None, trailer: None, is_last, read_before: None }
    }

    /// Adds the last lines of its commit's message.
    pub fn with(self, trailer: Option<String>) -> Self {
        Stated { trailer, ..self }
    }

    /// Returns whether a session, which says `before` by now, had said this before it was captured last: `until`.
    pub fn is_old(&self, before: Option<&SessionState>, until: Option<Time>) -> bool {
        let by_time = until.is_some_and(|until| self.state.snapshot.at <= until);
        match self.read_before {
            _ if self.state.snapshot.forced => false,
            Some(true) => until.is_some(),
            // What hooks tell comes first, and a transcript tells of it later.
            Some(false) => by_time && before.is_some_and(by_hooks),
            None => by_time,
        }
    }
}

/// The lines of a transcript: they stand in the order in which they were written, whatever the clock did meanwhile.
pub(super) struct Lines {
    /// Those that were there when it was read last; nothing when it never was.
    known: Option<HashSet<u64>>,
    /// The latest place of each session.
    latest: BTreeMap<Session, Time>,
}

impl Lines {
    /// Begins to read a unit of which this much is known.
    pub fn of(before: Option<&SeenUnit>) -> Self {
        let known = before.map(|before| before.lines.iter().copied().collect());
        Lines { known, latest: BTreeMap::new() }
    }

    /// Gives the next list that the unit tells of its place.
    pub fn stated(&mut self, state: State, is_last: bool) -> Stated {
        let latest = self.latest.entry(state.snapshot.session.clone()).or_default();
        let steps_back = state.snapshot.at < *latest;
        let known = self.known.as_ref().zip(state.line).map(|(known, line)| known.contains(&line));
        let mut stated = Stated::new(state, is_last);
        // A new line that is later than all others is new by its time as well.
        stated.read_before = known.filter(|known| *known || steps_back);
        if steps_back {
            stated.order = latest.next();
        }
        *latest = stated.order;
        stated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::{Channel, Item, Snapshot, SourceKind};

    fn line(number: u64, at: i64) -> State {
        let snapshot = Snapshot::new(
            Session::new("a").expect("valid"),
            SourceKind::Agent(Channel::Transcript, "test-transcript"),
            Time::from_millis(at),
            vec![Item { content: "x".into(), ..Item::default() }],
        );
        State { line: Some(number), ..State::from(snapshot) }
    }

    /// The clock was ahead for two lines, and stepped back: what was read before is old, and the rest is new.
    #[test]
    fn lines_stand_in_the_order_of_their_file() {
        let seen = SeenUnit { lines: vec![1, 2, 3, 4], ..SeenUnit::default() };
        let mut lines = Lines::of(Some(&seen));
        let all: Vec<Stated> = [(1, 5), (2, 900), (3, 901), (4, 10), (5, 11), (6, 11), (7, 950)]
            .map(|(number, at)| lines.stated(line(number, at), false))
            .into();
        assert!(all.is_sorted_by(|one, next| one.order < next.order));
        let until = Some(Time::from_millis(920));
        let old: Vec<bool> = all.iter().map(|stated| stated.is_old(None, until)).collect();
        assert_eq!(old, [true, true, true, true, false, false, false]);
        // Nothing is old to a session that said nothing yet.
        assert!(all.iter().all(|stated| !stated.is_old(None, None)));
    }

    /// Where nothing is known of the file, the clock is all there is; and what was read when the clock was behind is
    /// old although it is later than all that its session said.
    #[test]
    fn what_was_read_before_is_known_by_its_line() {
        let until = Some(Time::from_millis(20));
        let old = |seen: Option<&SeenUnit>| -> Vec<bool> {
            let mut lines = Lines::of(seen);
            [(1, 10), (2, 500), (3, 600)]
                .map(|(number, at)| lines.stated(line(number, at), false).is_old(None, until))
                .into()
        };
        assert_eq!(old(None), [true, false, false]);
        assert_eq!(old(Some(&SeenUnit { lines: vec![1, 2], ..SeenUnit::default() })), [true, true, false]);
    }
}
