//! `lease.json`: the lease as it lies on the arbiter. Whoever can push there can write anything: what is not read as a
//! whole is not acted on at all.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::lease::{Day, Ended, Exit, Handled, Lease, Run, RunState};
use super::usd::Usd;
use crate::todo::{Project, Session, Time, TodoId};

/// The format that is written, and the newest one that is read.
pub const FORMAT: u64 = 1;
/// A longer lease is none of ours.
const LONGEST: usize = 1024 * 1024;

/// Why a lease cannot be used. Nothing is started then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// A newer version wrote it.
    #[error("it has format {0}, and this version knows {FORMAT}: install a newer one")]
    Newer(u64),
    /// It is not what any version writes.
    #[error("it cannot be read: {0}")]
    Malformed(String),
}

impl Lease {
    /// Returns the file.
    pub fn encode(&self) -> Vec<u8> {
        let handled = |handled: &Handled| {
            handled.iter().map(|(id, epoch)| json!({ "id": id.to_string(), "epoch": epoch })).collect::<Vec<_>>()
        };
        let handled: Map<String, Value> =
            self.handled.iter().map(|(topic, todos)| (topic.clone(), handled(todos).into())).collect();
        let mut day = json!({ "date": self.day.date, "spawns": self.day.spawns, "usd": self.day.spent.dollars() });
        if let Some(last) = self.day.last {
            day["last"] = last.to_string().into();
        }
        let known = json!({
            "format": FORMAT,
            "gen": self.generation,
            "nonce": self.nonce,
            "paused": self.paused,
            "running": self.running.iter().map(write_run).collect::<Vec<_>>(),
            "handled": handled,
            "failures": self.failures,
            "day": with(day, &self.day.extra),
            "log": self.log.iter().map(write_ended).collect::<Vec<_>>(),
        });
        let mut text = serde_json::to_vec(&with(known, &self.extra)).expect("a JSON value is always written");
        text.push(b'\n');
        text
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When a newer version wrote it, or none of ours.
    pub fn decode(bytes: &[u8]) -> Result<Self, LeaseError> {
        if bytes.len() > LONGEST {
            return Err(LeaseError::Malformed(format!("it has {} bytes", bytes.len())));
        }
        let value: Value =
            serde_json::from_slice(bytes).map_err(|err| LeaseError::Malformed(format!("it is no JSON: {err}")))?;
        let Value::Object(mut map) = value else { return Err(LeaseError::Malformed("it is no object".into())) };
        match map.remove("format").and_then(|format| format.as_u64()) {
            Some(FORMAT) => {}
            Some(newer) if newer > FORMAT => return Err(LeaseError::Newer(newer)),
            _ => return Err(LeaseError::Malformed("it has no format that was ever written".into())),
        }
        read(map).map_err(|key| LeaseError::Malformed(format!("'{key}' is not what it should be")))
    }
}

/// Adds the keys of a newer version.
fn with(mut known: Value, extra: &Map<String, Value>) -> Value {
    if let Value::Object(map) = &mut known {
        for (key, value) in extra {
            map.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    known
}

fn write_run(run: &Run) -> Value {
    let todos: Vec<Value> =
        run.todos.iter().map(|(id, epoch)| json!({ "id": id.to_string(), "epoch": epoch })).collect();
    let known = json!({
        "gen": run.generation,
        "topic": run.topic,
        "project": run.project.as_str(),
        "device": run.device,
        "session": run.session.as_str(),
        "state": run.state.as_str(),
        "since": run.since.to_string(),
        "ttl": run.ttl,
        "beat": run.beat,
        "guess": run.guess.dollars(),
        "todos": todos,
    });
    with(known, &run.extra)
}

fn write_ended(ended: &Ended) -> Value {
    let (how, code) = match ended.exit {
        Exit::Code(code) => ("ended", Some(code)),
        Exit::NotStarted => ("not started", None),
        Exit::Lapsed => ("lapsed", None),
    };
    let known = json!({
        "gen": ended.generation,
        "topic": ended.topic,
        "device": ended.device,
        "session": ended.session.as_str(),
        "how": how,
        "exit": code,
        "usd": ended.usd.dollars(),
        "took": ended.took,
    });
    with(known, &ended.extra)
}

/// Takes the keys of an object that are known. What is wrong is told by its key.
struct Keys(Map<String, Value>);

type Read<T> = Result<T, &'static str>;

impl Keys {
    fn of(value: Value, key: &'static str) -> Read<Self> {
        match value {
            Value::Object(map) => Ok(Keys(map)),
            _ => Err(key),
        }
    }

    fn take<T>(&mut self, key: &'static str, read: impl FnOnce(&Value) -> Option<T>) -> Read<T> {
        self.0.remove(key).as_ref().and_then(read).ok_or(key)
    }

    /// Takes a key that need not be there.
    fn some<T>(&mut self, key: &'static str, read: impl FnOnce(&Value) -> Option<T>) -> Read<Option<T>> {
        match self.0.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(&value).map(Some).ok_or(key),
        }
    }

    fn text(&mut self, key: &'static str) -> Read<String> {
        self.take(key, |value| value.as_str().map(str::to_owned))
    }

    fn number(&mut self, key: &'static str) -> Read<u64> {
        self.take(key, Value::as_u64)
    }

    /// Takes a number that counts no more than the longest time that there is a clock for.
    fn millis(&mut self, key: &'static str) -> Read<i64> {
        self.take(key, |value| value.as_i64().filter(|millis| (0..=MOST_MILLIS).contains(millis)))
    }

    fn usd(&mut self, key: &'static str) -> Read<Usd> {
        self.take(key, |value| value.as_f64().and_then(Usd::new))
    }

    fn session(&mut self) -> Read<Session> {
        self.take("session", |value| Session::new(value.as_str()?).ok())
    }

    fn list<T>(&mut self, key: &'static str, read: impl Fn(Value) -> Read<T>) -> Read<Vec<T>> {
        match self.0.remove(key) {
            Some(Value::Array(values)) => values.into_iter().map(read).collect(),
            _ => Err(key),
        }
    }

    fn map<T>(&mut self, key: &'static str, read: impl Fn(Value) -> Read<T>) -> Read<BTreeMap<String, T>> {
        match self.0.remove(key) {
            Some(Value::Object(map)) => map.into_iter().map(|(name, value)| Ok((name, read(value)?))).collect(),
            _ => Err(key),
        }
    }
}

/// Ten years.
const MOST_MILLIS: i64 = 10 * 366 * 24 * 60 * 60 * 1000;

fn read(map: Map<String, Value>) -> Read<Lease> {
    let mut keys = Keys(map);
    Ok(Lease {
        generation: keys.number("gen")?,
        nonce: keys.text("nonce")?,
        paused: keys.take("paused", Value::as_bool)?,
        running: keys.list("running", read_run)?,
        handled: keys.map("handled", |todos| match todos {
            Value::Array(todos) => todos.into_iter().map(read_todo).collect(),
            _ => Err("handled"),
        })?,
        failures: keys.map("failures", |count| count.as_u64().and_then(|n| u32::try_from(n).ok()).ok_or("failures"))?,
        day: read_day(keys.take("day", |day| Some(day.clone()))?)?,
        log: keys.list("log", read_ended)?,
        extra: keys.0,
    })
}

fn read_todo(value: Value) -> Read<(TodoId, u64)> {
    let mut keys = Keys::of(value, "todos")?;
    Ok((keys.take("id", |id| TodoId::parse(id.as_str()?))?, keys.number("epoch")?))
}

fn read_run(value: Value) -> Read<Run> {
    let mut keys = Keys::of(value, "running")?;
    Ok(Run {
        generation: keys.number("gen")?,
        topic: keys.text("topic")?,
        project: keys.take("project", |name| Project::new(name.as_str()?).ok())?,
        device: keys.text("device")?,
        session: keys.session()?,
        state: keys.take("state", |word| {
            [RunState::Starting, RunState::Running].into_iter().find(|state| Some(state.as_str()) == word.as_str())
        })?,
        since: keys.take("since", |at| Time::parse(at.as_str()?))?,
        ttl: keys.millis("ttl")?,
        beat: keys.number("beat")?,
        guess: keys.usd("guess")?,
        todos: keys.list("todos", read_todo)?,
        extra: keys.0,
    })
}

fn read_ended(value: Value) -> Read<Ended> {
    let mut keys = Keys::of(value, "log")?;
    let code = keys.some("exit", |code| code.as_i64().and_then(|code| i32::try_from(code).ok()))?;
    Ok(Ended {
        generation: keys.number("gen")?,
        topic: keys.text("topic")?,
        device: keys.text("device")?,
        session: keys.session()?,
        exit: match (keys.text("how")?.as_str(), code) {
            ("ended", Some(code)) => Exit::Code(code),
            ("not started", None) => Exit::NotStarted,
            ("lapsed", None) => Exit::Lapsed,
            _ => return Err("exit"),
        },
        usd: keys.usd("usd")?,
        took: keys.millis("took")?,
        extra: keys.0,
    })
}

fn read_day(value: Value) -> Read<Day> {
    let mut keys = Keys::of(value, "day")?;
    let is_date = |text: &str| text.is_empty() || text.len() == 10 && text.is_ascii();
    Ok(Day {
        date: keys.take("date", |date| date.as_str().filter(|text| is_date(text)).map(str::to_owned))?,
        spawns: keys.number("spawns")?,
        spent: keys.usd("usd")?,
        last: keys.some("last", |at| Time::parse(at.as_str()?))?,
        extra: keys.0,
    })
}

#[cfg(test)]
mod tests {
    use super::super::lease::{Offer, Who};
    use super::*;

    fn session(name: &str) -> Session {
        Session::new(name).expect("a name")
    }

    /// A lease in which everything is said.
    fn full() -> Lease {
        let id = TodoId::of(&Project::general(), "x");
        let offer = Offer { topic: "router".into(), project: Project::general(), todos: vec![(id, 2)] };
        let (one, two) = (session("one"), session("two"));
        let now = Time::from_millis(1_000_000);
        let guess = Usd::new(0.61).expect("an amount");
        let who = |session| Who { device: "mbp", session, ttl: 900_000, guess, now };
        let lease = Lease::default().take(&offer, &who(&one), "a").take(&offer, &who(&two), "b");
        let lease = lease.renew(&two, "c").expect("it runs").give_back(&one, Exit::Code(3), guess, 7, "d");
        lease.expect("it ran")
    }

    #[test]
    fn what_is_written_is_read() {
        for lease in [Lease::default(), full(), full().without(&[session("two")], "e")] {
            assert_eq!(Lease::decode(&lease.encode()), Ok(lease));
        }
    }

    #[test]
    fn keys_of_a_newer_version_are_kept_wherever_they_stand() {
        let mut value: Value = serde_json::from_slice(&full().encode()).expect("JSON");
        for place in ["", "/day", "/running/0", "/log/0"] {
            value.pointer_mut(place).expect("an object")["later"] = json!({ "x": [1] });
        }
        let lease = Lease::decode(value.to_string().as_bytes()).expect("a lease").pause(true, Time::default(), "e");
        let written: Value = serde_json::from_slice(&lease.encode()).expect("JSON");
        for place in ["", "/day", "/running/0", "/log/0"] {
            assert_eq!(written.pointer(place).expect("an object")["later"], json!({ "x": [1] }), "{place}");
        }
    }

    /// Each key of each object, left out and replaced by each of some values, is refused or means something: never a lease
    /// in which less runs or was handed out than was written.
    #[test]
    fn what_is_malformed_is_refused_and_a_newer_one_said_to_be_newer() {
        let value: Value = serde_json::from_slice(&full().encode()).expect("JSON");
        for place in ["", "/day", "/running/0", "/log/0", "/running/0/todos/0", "/handled/router/0"] {
            for key in value.pointer(place).and_then(Value::as_object).expect("an object").keys() {
                // Neither needs to be there.
                let may_lack = ["last", "exit"].contains(&key.as_str());
                let mut without = value.clone();
                without.pointer_mut(place).and_then(Value::as_object_mut).expect("an object").remove(key);
                assert_eq!(Lease::decode(without.to_string().as_bytes()).is_ok(), key == "last", "{place} {key}");
                let wrong = [json!(null), json!([[]]), json!({ "x": -1 }), json!(-1.5), json!("\u{202e}")];
                let texts = ["nonce", "topic", "device", "session", "project"];
                for other in wrong.iter().filter(|other| !(other.is_null() && may_lack)) {
                    let mut changed = value.clone();
                    changed.pointer_mut(place).expect("an object")[key] = other.clone();
                    let is_text = other.is_string() && texts.contains(&key.as_str());
                    let read = Lease::decode(changed.to_string().as_bytes());
                    assert!(is_text || read.is_err(), "{place} {key} {other}: {read:?}");
                }
            }
        }
        let newer = json!({ "format": 2, "anything": true }).to_string();
        assert_eq!(Lease::decode(newer.as_bytes()), Err(LeaseError::Newer(2)));
        for bad in ["", "[]", "{}", "{\"format\":1}", "{\"format\":0}", "{\"format\":\"1\"}"] {
            assert!(matches!(Lease::decode(bad.as_bytes()), Err(LeaseError::Malformed(_))), "{bad}");
        }
        assert!(matches!(Lease::decode(&vec![b' '; LONGEST + 1]), Err(LeaseError::Malformed(_))));
    }
}
