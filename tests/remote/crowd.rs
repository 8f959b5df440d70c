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
}
