//! Who said nothing for too long. Nobody's clock is trusted for it: each device counts for itself for how long it has seen
//! a run unchanged, by a clock that only goes forward.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::lease::Lease;
use crate::todo::Session;

/// What a device has seen of others' runs, by session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched(BTreeMap<String, Seen>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    /// How often the run had been renewed.
    beat: u64,
    /// What its session had said.
    said: String,
    /// When that was first seen: milliseconds since the device was started, asleep or not.
    since: i64,
}

impl Watched {
    /// Takes what is on the arbiter now, and returns the sessions that lapsed: unchanged for as long as they hold, and a
    /// third of it more, with no word of the session itself. `said` stands for everything that a session said. `ticks` are
    /// milliseconds since the device was started: what lies between two of them never is more than the time that went by,
    /// even when it was started anew between them.
    pub fn look(&mut self, lease: &Lease, said: impl Fn(&Session) -> String, ticks: i64) -> Vec<Session> {
        let mut lapsed = Vec::new();
        let mut now = BTreeMap::new();
        for run in &lease.running {
            let said = said(&run.session);
            let fresh = Seen { beat: run.beat, said, since: ticks };
            let known = self.0.remove(run.session.as_str());
            // Fewer ticks than before: the device was started anew.
            let same =
                known.filter(|known| known.beat == fresh.beat && known.said == fresh.said && known.since <= ticks);
            let seen = same.unwrap_or(fresh);
            if ticks - seen.since >= run.ttl.saturating_add(run.ttl / 3) {
                lapsed.push(run.session.clone());
            }
            now.insert(run.session.as_str().to_owned(), seen);
        }
        self.0 = now;
        lapsed
    }

    /// Returns what is kept of it.
    pub fn to_json(&self) -> Value {
        let seen = |seen: &Seen| json!({ "beat": seen.beat, "said": seen.said, "since": seen.since });
        self.0.iter().map(|(session, at)| (session.clone(), seen(at))).collect::<serde_json::Map<_, _>>().into()
    }

    /// Reads what was kept. What cannot be read was not seen: it is counted anew.
    pub fn of_json(value: &Value) -> Self {
        let seen = |value: &Value| {
            let said = value.get("said")?.as_str()?.to_owned();
            Some(Seen { beat: value.get("beat")?.as_u64()?, said, since: value.get("since")?.as_i64()? })
        };
        let all = value.as_object().into_iter().flatten();
        Watched(all.filter_map(|(session, value)| Some((session.clone(), seen(value)?))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::lease::{Offer, Who};
    use super::super::usd::Usd;
    use super::*;
    use crate::todo::{Project, Time};

    const TTL: i64 = 900_000;
    const LAPSE: i64 = TTL + TTL / 3;

    fn lease(session: &Session) -> Lease {
        let offer = Offer { topic: "a".into(), project: Project::general(), todos: Vec::new() };
        let now = Time::from_millis(0);
        Lease::default().take(&offer, &Who { device: "d", session, ttl: TTL, guess: Usd::default(), now }, "a")
    }

    #[test]
    fn a_place_lapses_when_nothing_was_heard_for_long_enough() {
        let session = Session::new("s").expect("a name");
        let lease = lease(&session);
        let quiet = |_: &Session| String::new();
        let mut watched = Watched::default();
        assert_eq!(watched.look(&lease, quiet, 5000), []);
        assert_eq!(watched.look(&lease, quiet, 5000 + LAPSE - 1), []);
        assert_eq!(watched.look(&lease, quiet, 5000 + LAPSE), std::slice::from_ref(&session));
        // It is renewed after all, because nobody took it.
        let renewed = lease.renew(&session, "b").expect("it runs");
        assert_eq!(watched.look(&renewed, quiet, 5000 + LAPSE), []);
        assert_eq!(watched.look(&renewed, |_| "a word".into(), 5000 + 2 * LAPSE - 1), []);
        assert_eq!(watched.look(&renewed, |_| "a word".into(), 5000 + 3 * LAPSE - 2), [], "it was heard since");
        assert_eq!(watched.look(&renewed, |_| "a word".into(), 5000 + 3 * LAPSE), [session]);
    }

    #[test]
    fn what_was_seen_before_the_device_was_started_anew_is_counted_anew() {
        let session = Session::new("s").expect("a name");
        let (lease, quiet) = (lease(&session), |_: &Session| String::new());
        let mut watched = Watched::default();
        watched.look(&lease, quiet, 7_000_000);
        watched = Watched::of_json(&watched.to_json());
        assert_eq!(watched.look(&lease, quiet, 10), []);
        assert_eq!(watched.look(&lease, quiet, 10 + LAPSE - 1), []);
        assert_eq!(watched.look(&lease, quiet, 10 + LAPSE), [session]);
        assert_eq!(Watched::of_json(&serde_json::json!({ "s": { "beat": -1 } })), Watched::default());
    }
}
