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

/// What is remembered of history, so that it is not read whole each time, saves time and changes nothing.
#[test]
fn what_is_remembered_of_history_changes_nothing() {
    let devices = Devices::new(&["a", "b"]);
    let cache = devices.store("a").join("chittysync/resolved");
    let conflicts = || {
        let store = devices.store("a");
        let arguments = ["--store", store.to_str().expect("UTF-8"), "--json", "conflicts", "--all"];
        let variables = [("CHITTYSYNC_LIMITS", "2"), ("CHITTYSYNC_NOW", LATER)];
        let done = devices.world.run_with(&variables, &arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
        serde_json::from_str::<Value>(&done.stdout).expect("one JSON document")["conflicts"].clone()
    };
    let (mut states, mut alone) = (Vec::new(), Vec::new());
    for round in 0..4 {
        let words = format!("Fix login test {round}");
        devices.ok("a", &["add", &words]);
        devices.sync_all(&["a", "b"]);
        devices.ok("a", &["edit", &words, "--description", "on staging"]);
        assert_eq!(devices.run_at("b", LATER, &["edit", &words, "--description", "on production"]).code, Some(0));
        alone.push(devices.tip(&devices.store("b"), "consolidated"));
        // A merge that is made again is not sent.
        let other = devices.store("b").to_str().expect("UTF-8").to_owned();
        let kept = format!("consolidated:refs/alone/{round}");
        devices.world.git(&devices.store("a"), &["fetch", "-q", &other, &kept]);
        devices.sync_all(&["a", "b"]);
        let known = std::fs::read(&cache).ok();
        let found = conflicts();
        assert_eq!(found.as_array().map(Vec::len), Some(round + 1), "{found}");
        let kept = std::fs::read(&cache).expect("it is remembered");
        assert_ne!(known.as_ref(), Some(&kept), "round {round}");
        // Nothing of it, all of it, what was known before, and damage of many kinds.
        let mut others: Vec<Vec<u8>> = known.into_iter().collect();
        others.extend((0..kept.len()).step_by(1 + kept.len() / 12).map(|at| kept[..at].to_vec()));
        others.extend((0..kept.len()).step_by(1 + kept.len() / 24).map(|at| {
            let mut damaged = kept.clone();
            damaged[at] ^= 1;
            damaged
        }));
        for other in others {
            std::fs::write(&cache, &other).expect("a file");
            assert_eq!(conflicts(), found, "{}", String::from_utf8_lossy(&other));
        }
        assert_eq!(conflicts(), found);
        states.push((devices.tip(&devices.store("a"), "consolidated"), found));
    }
    // What is missing for a while is not taken for all that there is.
    let merges = devices.world.git(&devices.store("a"), &["rev-list", "--first-parent", "consolidated"]);
    let file = |id: &str| devices.store("a").join("objects").join(&id[..2]).join(&id[2..]);
    let object = merges.lines().skip(1).map(file).find(|path| path.exists()).expect("an object of its own");
    let kept = std::fs::read(&object).expect("an object");
    std::fs::remove_file(&object).expect("it is gone");
    for known in [std::fs::read(&cache).ok(), None] {
        match known {
            Some(known) => std::fs::write(&cache, known).expect("a file"),
            None => std::fs::remove_file(&cache).expect("nothing is remembered"),
        }
        conflicts();
    }
    std::fs::write(&object, kept).expect("it is back");
    assert_eq!(Some(&conflicts()), states.last().map(|(_, found)| found));
    // The branch is taken back to what it was, and goes on from there.
    let now = devices.tip(&devices.store("a"), "consolidated");
    let all = std::fs::read(&cache).expect("it is remembered");
    for (round, (tip, found)) in states.iter().enumerate() {
        // Before the merge nobody disagreed on what one of them said last.
        devices.world.git(&devices.store("a"), &["update-ref", "refs/heads/consolidated", &alone[round]]);
        std::fs::write(&cache, &all).expect("a file");
        assert_eq!(conflicts().as_array().map(Vec::len), Some(round));
        devices.world.git(&devices.store("a"), &["update-ref", "refs/heads/consolidated", tip]);
        assert_eq!(&conflicts(), found);
    }
    assert_eq!(states.last().map(|(tip, _)| tip), Some(&now));
    // A purge gives commits other names, and what is remembered has no words.
    let text = String::from_utf8(std::fs::read(&cache).expect("it is remembered")).expect("text");
    assert!(!text.contains("login") && !text.contains("staging"), "{text}");
    devices.ok("a", &["purge", "Fix login test 1", "--yes"]);
    let found = conflicts();
    assert_eq!(found.as_array().map(Vec::len), Some(3), "{found}");
    std::fs::remove_file(&cache).expect("nothing is remembered");
    assert_eq!(conflicts(), found);
}
