//! Two sessions claim one todo before they know of each other. Who lost it is told: by the next command, by a tool
//! of `mcp`, and when the session starts anew.

use serde_json::{Value, json};

use crate::common::World;
use crate::mcp::Client;

const FIRST: &str = "11111111-1111-4111-8111-111111111111";
const SECOND: &str = "22222222-2222-4222-8222-222222222222";
const DIRECTORY: &str = "/nowhere/acme";

/// A machine in a world of machines: a store of its own.
pub struct Machine<'a> {
    world: &'a World,
    store: String,
}

impl<'a> Machine<'a> {
    pub fn new(world: &'a World, name: &str, hub: &str) -> Self {
        let store = world.path(&format!("{name}.git")).to_str().expect("UTF-8").to_owned();
        let machine = Machine { world, store };
        machine.ok(FIRST, &["init", "--default", "--remote", hub]);
        world.git(machine.store.as_ref(), &["config", "chittysync.device", name]);
        machine
    }

    /// Returns two machines that sync with one hub.
    pub fn two(world: &'a World) -> (Self, Self) {
        world.git(&world.path(""), &["init", "-q", "--bare", "hub.git"]);
        let hub = world.path("hub.git");
        let hub = hub.to_str().expect("UTF-8");
        (Machine::new(world, "laptop", hub), Machine::new(world, "desk", hub))
    }

    pub fn run(&self, session: &str, now: &str, arguments: &[&str]) -> crate::common::Done {
        let variables =
            [("CLAUDE_CODE_SESSION_ID", session), ("CHITTYSYNC_NOW", now), ("CHITTYSYNC_STORE", &self.store)];
        let done = self.world.run_with(&variables, arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done
    }

    pub fn ok(&self, session: &str, arguments: &[&str]) -> crate::common::Done {
        self.run(session, crate::common::NOW, arguments)
    }

    /// Returns what a session is told that starts, or starts again.
    pub fn told(&self, session: &str, source: &str) -> String {
        let event =
            json!({"session_id": session, "cwd": DIRECTORY, "hook_event_name": "SessionStart", "source": source});
        let done = self.world.input(&["--store", &self.store, "hook", "SessionStart"], event.to_string().as_bytes());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
        let output: Value = serde_json::from_str(&done.stdout).unwrap_or_default();
        output["hookSpecificOutput"]["additionalContext"].as_str().unwrap_or_default().to_owned()
    }
}

#[test]
fn of_two_machines_the_one_that_lost_is_told() {
    let world = World::new();
    let (laptop, desk) = Machine::two(&world);
    let sync = ["sync", "-q", "--from", world.home().to_str().expect("UTF-8")].map(str::to_owned);
    let sync: Vec<&str> = sync.iter().map(String::as_str).collect();
    laptop.ok(FIRST, &["add", "Only one", "--project", "acme"]);
    laptop.ok(FIRST, &sync);
    desk.ok(SECOND, &sync);
    laptop.run(FIRST, "2026-11-20T12:01:00.000Z", &["start", "only one"]);
    desk.run(SECOND, "2026-11-20T12:02:00.000Z", &["start", "only one"]);
    // Nobody can know yet.
    assert!(!laptop.told(FIRST, "compact").contains("claimed it too"));
    for machine in [&laptop, &desk, &laptop] {
        machine.ok(FIRST, &sync);
    }

    let told = laptop.told(FIRST, "compact");
    let line =
        "a session of another device, which has it; this session claimed it too, and the other claim won: Only one\n";
    assert!(told.contains(line) && !told.contains("2222"), "in a store with a remote, no name: {told}");
    world.git(laptop.store.as_ref(), &["config", "chittysync.context", "all"]);
    let told = laptop.told(FIRST, "startup");
    assert!(told.contains("session 22222222 on desk, which has it; this session claimed it too"), "{told}");
    assert!(!laptop.told(FIRST, "startup").contains("You ") && !told.contains("must"), "no order: {told}");
    // Whoever has it, and whoever never wanted it, lost nothing.
    world.git(desk.store.as_ref(), &["config", "chittysync.context", "all"]);
    assert!(!desk.told(SECOND, "startup").contains("claimed it too"));
    assert!(!laptop.told("33333333-3333-4333-8333-333333333333", "startup").contains("claimed it too"));

    // By commands, whether they say something or not.
    let other = laptop.ok(FIRST, &["add", "Another", "--project", "acme"]);
    assert!(
        other.stderr.contains("is also being worked on by \u{2018}Only one\u{2019} 22222222 on desk: Only one"),
        "{other:?}"
    );
    assert!(laptop.ok(FIRST, &["ready"]).stderr.contains("is also being worked on by"));
    assert!(laptop.ok(FIRST, &["start", "another"]).stderr.contains("is also being worked on by"));
    assert!(!desk.ok(SECOND, &["ready"]).stderr.contains("is also being worked on by"));
    // Given up, or taken anew, it is lost no more.
    laptop.run(FIRST, "2026-11-20T12:10:00.000Z", &["done", "only one"]);
    assert!(!laptop.told(FIRST, "startup").contains("claimed it too"));
}

#[test]
fn the_tools_tell_too() {
    let world = World::new();
    world.ok(&["add", "Only one"]);
    let claim = |session: &str, now: &str| {
        let done = world.run_with(&[("CLAUDE_CODE_SESSION_ID", session), ("CHITTYSYNC_NOW", now)], &["start", "only"]);
        assert_eq!(done.code, Some(0), "{done:?}");
    };
    claim(FIRST, "2026-11-20T11:59:00.000Z");
    claim(SECOND, "2026-11-20T11:59:30.000Z");
    let mut loser = Client::start(&world, "w", Some(FIRST));
    let mut winner = Client::start(&world, "w", Some(SECOND));
    for (tool, arguments) in [
        ("list", json!({})),
        ("ready", json!({})),
        ("show", json!({"todo": "only"})),
        ("add", json!({"text": "Another"})),
        ("start", json!({"todo": "another"})),
    ] {
        let (failed, texts) = loser.call(tool, &arguments);
        assert!(!failed && texts.len() == 2, "{tool}: {texts:?}");
        // Once the loser spoke of another todo first, nobody else is called so.
        let told = texts[1].replace("\u{2019} 22222222:", "\u{2019}:");
        assert!(told.contains("is also being worked on by \u{2018}Only one\u{2019}: Only one\nhint: "), "{texts:?}");
        if tool != "add" && tool != "start" {
            assert_eq!(winner.call(tool, &arguments).1.len(), 1, "{tool}");
        }
    }
    assert_eq!((loser.end().1, winner.end().1), (Some(0), Some(0)));
}
