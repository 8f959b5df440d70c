//! Which device gives up the refs of sessions that say nothing more.

use crate::common::Done;
use crate::devices::Devices;

const LATER: &str = "2026-12-20T12:00:00Z";

/// Syncs a device that does things in another way from 3 on.
fn sync(devices: &Devices, name: &str, now: &str) -> Done {
    let (store, home) = (devices.store(name), devices.world.path(&format!("claude-{name}")));
    let [store, home] = [&store, &home].map(|path| path.to_str().expect("UTF-8"));
    let variables = [("CHITTYSYNC_NOW", now), ("CHITTYSYNC_LIMITS", "3")];
    let done = devices.world.run_with(&variables, &["--store", store, "sync", "--from", home]);
    assert_eq!(done.code, Some(0), "{name}: {done:?}");
    done
}

fn sessions(devices: &Devices) -> usize {
    devices.refs(&devices.hub(), "refs/chittysync/").len()
}

fn with_sessions(count: usize) -> Devices {
    let devices = Devices::new(&["a", "b", "c"]);
    for number in 0..count {
        let words = format!("Task {number}");
        devices.list("a", &format!("s{number}"), "2026-11-20T10:00:00Z", &[(&words, "pending")]);
    }
    sync(&devices, "a", crate::common::NOW);
    assert_eq!(sessions(&devices), count);
    devices
}

#[test]
fn a_device_that_comes_new_retires_nothing() {
    let devices = with_sessions(7);
    devices.list("b", "new", "2026-12-20T10:00:00Z", &[("Ship", "pending")]);
    for device in ["b", "c"] {
        let done = sync(&devices, device, LATER);
        assert!(!done.stderr.contains("retired"), "{done:?}");
    }
    assert_eq!(sessions(&devices), 8);
    devices.agree(&["b", "c"]);
}

/// Who wrote them may never come back.
#[test]
fn what_others_left_is_retired_in_small_portions() {
    let devices = with_sessions(7);
    sync(&devices, "b", LATER);
    for left in [4, 1, 0] {
        let done = sync(&devices, "b", LATER);
        assert!(done.stderr.contains(if left == 0 { "1 session retired" } else { "3 sessions retired" }), "{done:?}");
        assert_eq!(sessions(&devices), left);
    }
    assert!(sync(&devices, "b", LATER).stderr.contains("nothing new"));
    assert_eq!(devices.states("b").len(), 7);
}

#[test]
fn what_a_device_wrote_it_retires_at_once() {
    let devices = with_sessions(7);
    sync(&devices, "b", LATER);
    sync(&devices, "b", LATER);
    let done = sync(&devices, "a", LATER);
    assert!(done.stderr.contains("7 sessions retired"), "{done:?}");
    assert_eq!(sessions(&devices), 0);
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), [""; 0]);
}
