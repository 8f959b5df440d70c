//! Many devices that say something and sync at the same moment all get through, and leave a history that can be read.
//!
//! `CHITTYSYNC_CROWD=<number>` sets how many there are.

use std::sync::Barrier;

use crate::devices::Devices;

/// How many devices there are by default.
const CROWD: usize = 12;

#[test]
fn many_devices_at_once_get_through() {
    let crowd = std::env::var("CHITTYSYNC_CROWD").ok().and_then(|text| text.parse().ok()).unwrap_or(CROWD);
    let names: Vec<String> = (0..crowd).map(|number| format!("d{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let devices = Devices::new(&names);
    devices.ok(names[0], &["add", "before"]);
    for name in &names {
        devices.sync(name);
        devices.ok(name, &["add", &format!("from {name}")]);
    }
    // What is decided on what was only said here, by whoever decides it, keeps no merge of this device alive.
    for name in names.iter().skip(1).step_by(2) {
        devices.ok(name, &["start", &format!("from {name}")]);
        devices.ok(name, &["done", &format!("from {name}")]);
    }
    let (before, barrier) = (devices.tip(&devices.hub(), "consolidated"), Barrier::new(crowd));
    let tries: Vec<u64> = std::thread::scope(|scope| {
        let syncs: Vec<_> = names
            .iter()
            .map(|name| {
                scope.spawn(|| {
                    barrier.wait();
                    let done = devices.ok(name, &["--json", "sync"]);
                    let told: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
                    told["remote"]["tries"].as_u64().expect("a number")
                })
            })
            .collect();
        syncs.into_iter().map(|sync| sync.join().expect("a device")).collect()
    });
    let again: u64 = tries.iter().map(|tries| tries.saturating_sub(1)).sum();
    let merges = devices.world.git(
        &devices.hub(),
        &["log", "--format=%s", "--committer=git-chittysync@localhost", &format!("{before}..consolidated")],
    );
    println!("{crowd} devices: {again} rejected pushes; on the branch:\n{merges}");
    let merges: Vec<&str> = merges.lines().filter(|subject| subject.starts_with("Merge")).collect();
    assert!(again <= 3 * crowd as u64, "{again} rejected pushes");
    assert!(merges.len() <= crowd.div_ceil(2), "{merges:?}");
    assert!(merges.iter().all(|subject| !subject.contains(": 0 todos")), "{merges:?}");
    devices.sync_all(&names);
    devices.agree(&names);
    assert_eq!(devices.states(names[0]).len(), crowd + 1);
    devices.ok(names[1], &["undo"]);
    let of_one = format!("from {}: in_progress", names[1]);
    assert!(devices.states(names[1]).contains(&of_one), "{:?}", devices.states(names[1]));
    // Weeks later all of them find that sessions can give up their refs.
    for now in ["2026-12-20T12:00:00.000Z", "2026-12-20T12:10:00.000Z"] {
        std::thread::scope(|scope| names.iter().for_each(|name| drop(scope.spawn(|| devices.sync_at(name, now)))));
    }
    devices.agree(&names);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), [""; 0]);
    assert_eq!(devices.states(names[0]).len(), crowd + 1);
}

#[test]
fn a_remote_is_pushed_to_as_often_as_it_may_be() {
    let devices = Devices::new(&["a", "b"]);
    devices.world.git(&devices.store("a"), &["config", "chittysync.remote.origin.pushesPerMinute", "2"]);
    for number in 0..3 {
        devices.ok("a", &["add", &format!("todo {number}")]);
        let done = devices.run("a", &["sync"]);
        assert_eq!(done.code, Some(i32::from(number == 2)), "{number}: {done:?}");
        if number == 2 {
            assert!(done.stderr.contains("origin is busy: it gets at most 2 pushes a minute"), "{done:?}");
            assert!(
                done.stderr.contains("the next one is possible in") && !done.stderr.contains("cannot reach"),
                "{done:?}"
            );
        }
    }
    // What needs no push is not held up.
    devices.ok("b", &["add", "from b"]);
    devices.sync("b");
    assert_eq!(devices.states("b").len(), 3);
    assert_eq!(devices.run("a", &["sync"]).code, Some(1));
    assert_eq!(devices.states("a").len(), 4);
    let told: serde_json::Value = serde_json::from_str(&devices.run("a", &["--json", "sync"]).stdout).expect("JSON");
    assert!(told["remote"]["busy"].is_string() && told["remote"]["unreachable"].is_null(), "{told}");
    // A minute later, and with a clock that was put back.
    assert_eq!(devices.run_at("a", "2026-11-20T11:00:00.000Z", &["sync"]).code, Some(0));
    devices.ok("b", &["sync"]);
    assert_eq!(devices.states("b").len(), 4);
    devices.ok("a", &["add", "and one more"]);
    assert_eq!(devices.run_at("a", "2026-11-20T12:01:01.000Z", &["sync"]).code, Some(0));
    devices.world.git(&devices.store("a"), &["config", "chittysync.remote.origin.pushesPerMinute", "none"]);
    devices.ok("a", &["add", "and another one"]);
    let done = devices.run("a", &["sync"]);
    assert!(done.stderr.contains("chittysync.remote.origin.pushesPerMinute"), "{done:?}");
}

/// Somebody else is faster each time.
#[test]
fn a_busy_remote_is_not_said_to_be_away() {
    let devices = Devices::new(&["a"]);
    devices.ok("a", &["add", "first"]);
    devices.sync("a");
    devices.hook(
        "update",
        "[ \"$1\" = refs/heads/consolidated ] || exit 0\n\
         new=$(git -c user.name=x -c user.email=x@example.com commit-tree -p consolidated -m x 'consolidated^{tree}')\n\
         git update-ref refs/heads/consolidated \"$new\"",
    );
    devices.ok("a", &["add", "second"]);
    let done = devices.run("a", &["sync"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("origin is busy: 8 times it did not take refs/heads/consolidated"), "{done:?}");
    assert!(done.stderr.contains("everything is saved here") && !done.stderr.contains("cannot reach"), "{done:?}");
    // What the session said got through all the same.
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/").len(), 1);
    std::fs::remove_file(devices.hub().join("hooks/update")).expect("a hook");
    devices.sync("a");
    devices.agree(&["a"]);
}
