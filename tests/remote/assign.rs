//! Todos that are handed out on several devices at once.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::NOW;
use crate::devices::Devices;

const LATER: &str = "2026-11-20T12:10:00.000Z";

/// Returns who each todo of a device is assigned to.
fn assigned(devices: &Devices, name: &str) -> BTreeMap<String, String> {
    let todos: Vec<Value> = serde_json::from_str(&devices.ok(name, &["--json", "list"]).stdout).expect("a list");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    todos.iter().filter_map(|todo| Some((text(&todo["content"])?, text(&todo["assignee"])?))).collect()
}

fn given(devices: &Devices, name: &str, now: &str, more: &[&str]) -> usize {
    let done = devices.run_at(name, now, &[&["assign", "--all", "--json"], more].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
    let found: Value = serde_json::from_str(&done.stdout).expect("JSON");
    found["assigned"].as_array().map_or(0, Vec::len)
}

/// Returns devices with an agent's session each, and todos that nobody has.
fn scene(names: &[&str], todos: usize) -> Devices {
    let devices = Devices::new(names);
    for (at, name) in names.iter().enumerate() {
        let session = format!("{at}0000000-0000-4000-8000-000000000000");
        devices.list(name, &session, NOW, &[(&format!("own work of {name}"), "in_progress")]);
    }
    for number in 0..todos {
        devices.ok(names[0], &["add", &format!("todo {number}")]);
    }
    devices.sync_all(names);
    devices
}

/// Both hand out what they see, before either knows of the other: after they synced they agree on every todo, on the
/// commit and on what handing out again does, which is nothing.
#[test]
fn two_that_hand_out_at_once_agree_when_they_have_synced() {
    let names = ["a", "b"];
    let devices = scene(&names, 6);
    // They see different things: one has todos that the other does not know, and each prefers another session.
    devices.ok("b", &["add", "only b knows"]);
    assert_eq!(given(&devices, "a", NOW, &["--to", "0000"]), 4, "with its own work it has five");
    assert_eq!(given(&devices, "b", LATER, &["--to", "1000"]), 4);
    let (of_a, of_b) = (assigned(&devices, "a"), assigned(&devices, "b"));
    let both: Vec<&String> =
        of_a.keys().filter(|todo| of_b.get(*todo).is_some_and(|who| who != &of_a[*todo])).collect();
    assert!(!both.is_empty(), "they disagree: {of_a:?} {of_b:?}");
    devices.sync_all(&names);
    devices.agree(&names);
    let found = assigned(&devices, "a");
    assert_eq!(found, assigned(&devices, "b"));
    for todo in both {
        assert!(found[todo].starts_with("1000"), "the later one holds: {todo} {found:?}");
    }
    let more: Vec<usize> = names.iter().map(|name| given(&devices, name, LATER, &[])).collect();
    devices.sync_all(&names);
    devices.agree(&names);
    assert_eq!(assigned(&devices, "a"), assigned(&devices, "b"));
    assert!(more[0] > 0, "what is left over goes to who has room");
    for name in names {
        assert_eq!(given(&devices, name, LATER, &[]), 0, "then nothing is left to decide");
    }
}

/// The same decision from the same state is the same on every device: nobody has to hand out in one place.
#[test]
fn who_sees_the_same_decides_the_same() {
    let names = ["a", "b", "c"];
    let devices = scene(&names, 9);
    for name in names {
        assert_eq!(given(&devices, name, NOW, &[]), 9);
    }
    let first = assigned(&devices, "a");
    assert!(names.iter().all(|name| assigned(&devices, name) == first), "{first:?}");
    devices.sync_all(&names);
    devices.agree(&names);
    assert_eq!(assigned(&devices, "c"), first, "and stays so");
    let conflicts: Value = serde_json::from_str(&devices.ok("a", &["--json", "conflicts"]).stdout).expect("JSON");
    assert_eq!(conflicts["conflicts"], serde_json::json!([]), "they did not disagree");
    // Stock git merges the same.
    let todos = devices.world.git(&devices.hub(), &["show", "consolidated:projects/general/todos.json"]);
    assert_eq!(todos.matches("\"assigned\":\"2026-11-20T12:00:00.000Z\"").count(), 9, "{todos}");
}

/// What was assigned on one device is left alone on every other one, which asks the remote: unless it is asked for.
#[test]
fn a_claim_on_another_device_leaves_what_is_assigned() {
    let names = ["a", "b"];
    let devices = scene(&names, 1);
    assert_eq!(given(&devices, "a", NOW, &["--to", "0000"]), 1);
    devices.sync("a");
    let refused = devices.run("b", &["ready", "--claim"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("what is ready is assigned to others: 00000000"), "{refused:?}");
    let taken = devices.ok("b", &["ready", "--claim", "--any", "--json"]);
    let taken: Value = serde_json::from_str(&taken.stdout).expect("JSON");
    assert_eq!((&taken["status"], &taken["confirmed"]), (&"in_progress".into(), &true.into()), "{taken}");
    // Whoever is at it has it, and the one it was meant for is told so.
    devices.sync_all(&names);
    let at_it = devices.ok("a", &["ready"]);
    assert!(at_it.stdout.is_empty() && at_it.stderr.contains("Nothing is ready"), "{at_it:?}");
    // Half an hour later nothing is left of the assignment.
    devices.ok("b", &["release", "todo 0"]);
    devices.sync_all(&names);
    let later = devices.run_at("a", "2026-11-20T12:31:00.000Z", &["ready"]);
    assert!(later.stdout.contains("  todo 0") && !later.stdout.contains("assigned"), "{later:?}");
}
