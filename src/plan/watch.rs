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
