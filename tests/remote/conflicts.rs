//! What two devices said without knowing of each other is never overruled in silence.

use serde_json::Value;

use crate::devices::Devices;

const LATER: &str = "2026-11-20T12:00:01.000Z";

/// Two devices that know of the todo `Fix login tests`.
fn two() -> (Devices, String) {
    let devices = Devices::new(&["a", "b"]);
    devices.ok("a", &["add", "Fix login tests"]);
    devices.sync("a");
    devices.sync("b");
    let id = json(&devices, "a", &["list"])[0]["id"].as_str().expect("an id").to_owned();
    (devices, id)
}

fn json(devices: &Devices, name: &str, command: &[&str]) -> Value {
    let done = devices.ok(name, &[&["--json"], command].concat());
    serde_json::from_str(&done.stdout).expect("one JSON document")
}

#[test]
fn a_completion_that_did_not_know_of_a_drop_is_reported() {
    let (devices, id) = two();
    devices.ok("b", &["drop", &id]);
    assert_eq!(devices.run_at("a", LATER, &["done", &id]).code, Some(0));
    devices.sync_all(&["a", "b"]);
    for name in ["a", "b"] {
        let found = json(&devices, name, &["conflicts"]);
        let one = &found["conflicts"][0];
        assert_eq!(found["conflicts"].as_array().expect("a list").len(), 1, "{found}");
        assert_eq!((&one["local_status"], &one["remote_status"]), (&"dropped".into(), &"completed".into()));
        let text = devices.ok(name, &["conflicts"]).stdout;
        assert!(text.contains("dropped was settled by hand, though completed was said later"), "{text}");
    }
    let message = devices.world.git(&devices.store("a"), &["log", "--format=%B", "consolidated"]);
    assert!(message.contains(&format!("Resolved: {id} status dropped by ")), "{message}");
    devices.ok("a", &["resolve", &id, "--status", "completed"]);
    devices.sync_all(&["a", "b"]);
    for name in ["a", "b"] {
        assert_eq!(json(&devices, name, &["conflicts", "--all"])["conflicts"], serde_json::json!([]));
    }
}

#[test]
fn a_property_that_two_set_at_once_is_reported_until_somebody_settles_it() {
    let (devices, id) = two();
    devices.ok("a", &["edit", &id, "--priority", "high"]);
    devices.sync_all(&["a", "b"]);
    devices.ok("a", &["edit", &id, "--description", "on staging at 9 over lunch"]);
    assert_eq!(devices.run_at("b", LATER, &["edit", &id, "--description", "on production"]).code, Some(0));
    devices.sync_all(&["a", "b"]);
    for name in ["a", "b"] {
        let found = json(&devices, name, &["conflicts"]);
        let one = &found["conflicts"][0];
        assert_eq!(found["conflicts"].as_array().expect("a list").len(), 1, "{found}");
        assert_eq!(one["property"], "description");
        assert_eq!(one["local_value"], "on production");
        assert_eq!(one["remote_value"], "on staging at 9 over lunch");
        assert_ne!(one["local_session"], one["remote_session"]);
        assert!(one["remote_session"].is_string(), "{found}");
        let text = devices.ok(name, &["conflicts"]).stdout;
        let said = text.lines().find(|line| line.starts_with("  description  on production")).expect("a line");
        assert!(said.ends_with("on staging at 9 over lunch"), "{text}");
        assert!(text.contains("  when         today 12:00") && !text.contains("priority"), "{text}");
    }
    devices.ok("a", &["edit", &id, "--description", "on both"]);
    devices.sync_all(&["a", "b"]);
    for name in ["a", "b"] {
        assert_eq!(json(&devices, name, &["conflicts", "--all"])["conflicts"], serde_json::json!([]));
    }
}

/// Whoever walks through history reads all messages: a long text stands in them with its beginning, and counts whole.
#[test]
fn a_long_property_makes_no_long_message() {
    let (devices, id) = two();
    let long = |word: &str| format!("{word} {}", "\u{e9}".repeat(20_000));
    devices.ok("a", &["edit", &id, "--description", &long("staging")]);
    assert_eq!(devices.run_at("b", LATER, &["edit", &id, "--description", &long("production")]).code, Some(0));
    devices.sync_all(&["a", "b"]);
    let message = devices.world.git(&devices.store("a"), &["log", "--merges", "--format=%B", "consolidated"]);
    assert!(message.contains("description production \u{e9}") && message.len() < 10_000, "{}", message.len());
    for name in ["a", "b"] {
        let found = json(&devices, name, &["conflicts"]);
        let one = &found["conflicts"][0];
        assert_eq!(one["local_value"], long("production"), "{found}");
        assert_eq!(one["remote_value"], long("staging"), "what was overruled is in its session's history");
    }
    devices.ok("a", &["edit", &id, "--description", "on both"]);
    devices.sync_all(&["a", "b"]);
    assert_eq!(json(&devices, "b", &["conflicts", "--all"])["conflicts"], serde_json::json!([]));
}

/// What only one of the two ever spoke of is nothing that they disagree on.
#[test]
fn a_property_that_the_other_never_spoke_of_is_not_shown() {
    let (devices, id) = two();
    devices.ok("a", &["edit", &id, "--description", "on staging"]);
    devices.ok("a", &["done", &id]);
    assert_eq!(devices.run_at("b", LATER, &["start", &id]).code, Some(0));
    devices.sync_all(&["a", "b"]);
    let text = devices.ok("a", &["conflicts"]).stdout;
    assert!(text.contains("in_progress") && !text.contains("description"), "{text}");
}

/// Two devices that set a property at once: what each of them set, the second one later.
fn disputed(property: &str, (a, b): (&str, &str)) -> (Devices, String) {
    let (devices, id) = two();
    devices.ok("a", &["edit", &id, property, a]);
    assert_eq!(devices.run_at("b", LATER, &["edit", &id, property, b]).code, Some(0));
    devices.sync_all(&["a", "b"]);
    (devices, id)
}

/// Returns what is open on a device: which values are kept and overruled, by whom.
fn open(devices: &Devices, name: &str) -> Vec<[String; 4]> {
    let found = json(devices, name, &["conflicts"]);
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let conflicts = found["conflicts"].as_array().expect("a list").iter();
    conflicts
        .map(|one| ["local_value", "remote_value", "local_session", "remote_session"].map(|key| text(one, key)))
        .collect()
}

#[test]
fn undoing_what_settled_a_property_brings_the_disagreement_back_everywhere() {
    // Another property, and each side of it taken: a value that stays as it is was settled as well.
    for (property, values) in [("--description", ("staging", "production")), ("--priority", ("high", "low"))] {
        for taken in [2, 3] {
            let (devices, id) = disputed(property, values);
            let before = open(&devices, "a");
            assert_eq!(before[0][..2], [values.1, values.0]);
            assert!(before.len() == 1 && before[0][2] != before[0][3], "{before:?}");
            devices.ok("a", &["resolve", &id, "--take", &before[0][taken]]);
            assert_eq!(open(&devices, "a"), Vec::<[String; 4]>::new());
            devices.ok("a", &["undo"]);
            assert_eq!(open(&devices, "a"), before, "{property} {taken}");
            devices.sync_all(&["a", "b"]);
            for name in ["a", "b"] {
                assert_eq!(open(&devices, name), before, "{property} {taken} on {name}");
            }
            // And back again, on the other device by another word.
            devices.ok("a", &["undo", "--redo"]);
            devices.sync_all(&["a", "b"]);
            for name in ["a", "b"] {
                assert_eq!(open(&devices, name), Vec::<[String; 4]>::new(), "{property} {taken} on {name}");
            }
            devices.ok("a", &["undo"]);
            devices.sync_all(&["a", "b"]);
            assert_eq!(open(&devices, "b"), before, "{property} {taken}");
            devices.ok("b", &["resolve", &id, "--take", &before[0][3]]);
            devices.sync_all(&["a", "b"]);
            for name in ["a", "b"] {
                assert_eq!(open(&devices, name), Vec::<[String; 4]>::new(), "{property} {taken} on {name}");
            }
        }
    }
}

#[test]
fn what_an_undo_does_not_settle_stays_as_it_is() {
    let (devices, id) = disputed("--description", ("staging", "production"));
    let before = open(&devices, "a");
    // Another property of the same todo, and its status.
    devices.ok("a", &["edit", &id, "--priority", "high"]);
    devices.ok("a", &["start", &id]);
    devices.ok("a", &["undo"]);
    devices.ok("a", &["undo"]);
    devices.sync_all(&["a", "b"]);
    for name in ["a", "b"] {
        assert_eq!(open(&devices, name), before, "on {name}");
    }
}
