//! What becomes of sessions: exchanged, spoken on two machines, retired, speaking again.

use crate::common::background::copy_store;
use crate::devices::Devices;

/// Longer after [`NOW`](crate::common::NOW) than a session is kept.
const LATER: &str = "2026-12-20T12:00:00Z";

#[test]
fn two_devices_see_each_others_todos() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.list("b", "s2", "2026-11-20T11:00:00Z", &[("Fix login", "completed"), ("Ship", "pending")]);
    let done = devices.sync("a");
    assert!(done.stderr.contains("Synced with origin: 1 session sent."), "{done:?}");
    let done = devices.sync("b");
    assert!(done.stdout.contains("2 sessions, 2 todos (1 open)"), "the list shows what came: {done:?}");
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Fix login: completed", "Ship: pending"]);
    assert_eq!(
        devices.refs(&devices.hub(), "refs/"),
        ["refs/chittysync/s1", "refs/chittysync/s2", "refs/heads/consolidated"]
    );
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), ["refs/chittysync/s1"], "only its own");
    let done = devices.sync("a");
    assert!(done.stderr.contains("Synced with origin: nothing new."), "{done:?}");
}

/// Simultaneous consolidation of the same tips makes the same commit, so that nobody is rejected.
#[test]
fn the_same_tips_make_the_same_commit() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.list("b", "s2", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
    for name in ["a", "b"] {
        // Sessions only; then each has the other's, and none has consolidated.
        devices
            .ok(name, &["capture", "--from", devices.world.path(&format!("claude-{name}")).to_str().expect("UTF-8")]);
        devices.world.git(&devices.store(name), &["push", "-q", "origin", "refs/chittysync/*:refs/chittysync/*"]);
    }
    for name in ["a", "b"] {
        devices.world.git(&devices.store(name), &["fetch", "-q", "origin"]);
        devices.ok(name, &["consolidate"]);
    }
    assert_eq!(devices.tip(&devices.store("a"), "consolidated"), devices.tip(&devices.store("b"), "consolidated"));
    // Now one of them has merged its own session before it heard of the other.
    devices.list("a", "s1", "2026-11-20T11:30:00Z", &[("Fix login", "completed")]);
    devices.list("b", "s2", "2026-11-20T11:31:00Z", &[("Ship", "completed")]);
    for name in ["a", "b"] {
        let done = devices.try_sync(name, crate::common::NOW, &["--no-fetch", "--no-push"]);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    let apart = [devices.tip(&devices.store("a"), "consolidated"), devices.tip(&devices.store("b"), "consolidated")];
    assert_ne!(apart[0], apart[1]);
    for (name, other) in [("a", "b"), ("b", "a")] {
        let other = devices.store(other);
        let refs = ["+refs/chittysync/*:refs/chittysync-remotes/origin/*", "+refs/heads/*:refs/remotes/origin/*"];
        devices.world.git(&devices.store(name), &["fetch", "-q", &other.to_string_lossy(), refs[0], refs[1]]);
    }
    // The fetch above moved a's tracking refs to what b has, and b's to what a had before.
    for name in ["a", "b"] {
        devices.ok(name, &["consolidate"]);
    }
    assert_eq!(devices.tip(&devices.store("a"), "consolidated"), devices.tip(&devices.store("b"), "consolidated"));
    let parents = devices.world.git(&devices.store("a"), &["log", "-1", "--format=%P", "consolidated"]);
    let mut sorted = apart.to_vec();
    sorted.sort();
    assert_eq!(parents.split(' ').collect::<Vec<_>>(), sorted, "the two that went apart, sorted");
}

#[test]
fn a_session_on_two_machines_loses_nothing() {
    let devices = Devices::new(&["a", "b"]);
    let list = |device, at, items: &[(&str, &str)]| devices.list(device, "s1", at, items);
    list("a", "2026-11-20T09:00:00Z", &[("Fix login", "pending"), ("Ship", "pending")]);
    devices.sync("a");
    let first = devices.tip(&devices.store("a"), "refs/chittysync/s1");
    // Resumed on b, which has heard of it: it goes on there under a name of its own.
    devices.sync("b");
    list("b", "2026-11-20T10:00:00Z", &[("Fix login", "completed"), ("Ship", "pending")]);
    devices.sync("b");
    let refs = devices.refs(&devices.store("b"), "refs/chittysync/");
    assert!(refs.len() == 1 && refs[0].starts_with("refs/chittysync/s1-on-d-"), "{refs:?}");
    let said = devices.world.git(&devices.store("b"), &["show", &format!("{}:projects/general/todos.json", refs[0])]);
    assert!(said.contains("Fix login") && !said.contains("Ship"), "only what was said here: {said}");
    devices.sync("a");
    // Both go on, and hear of each other only afterwards.
    list("a", "2026-11-20T11:00:00Z", &[("Fix login", "completed"), ("Ship", "in_progress"), ("Notes", "pending")]);
    list("b", "2026-11-20T11:10:00Z", &[("Fix login", "completed"), ("Ship", "completed"), ("Tests", "pending")]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Fix login: completed", "Notes: pending", "Ship: completed", "Tests: pending"]);
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), ["refs/chittysync/s1"]);
    assert_eq!(devices.refs(&devices.store("b"), "refs/chittysync/"), refs, "always the same one");
    let descends = ["merge-base", "--is-ancestor", &first, "refs/chittysync/s1"];
    assert_eq!(devices.world.git_run(&devices.hub(), &descends).code, Some(0), "nobody else moved it");
    let log = devices.ok("a", &["log", "--session", "s1"]).stdout;
    assert!(log.contains("Notes") && log.contains("Tests"), "{log}");
    // It is one session wherever one looks.
    let sessions = devices.ok("a", &["--json", "sessions"]).stdout;
    let sessions: Vec<serde_json::Value> = serde_json::from_str(&sessions).expect("a list");
    assert_eq!((sessions.len(), &sessions[0]["session"], &sessions[0]["open"]), (1, &"s1".into(), &2.into()));
    assert_eq!(devices.ok("a", &["conflicts", "--all"]).stdout, "");
    let summary = devices.sync("a");
    assert!(summary.stdout.contains("1 session, 4 todos (2 open), 0 duplicates merged, 0 conflicts"), "{summary:?}");
    list("a", "2026-11-20T11:30:00Z", &[("Notes", "completed"), ("Tests", "completed")]);
    devices.sync_all(&["a", "b"]);
    assert_eq!(
        devices.states("b"),
        ["Fix login: completed", "Notes: completed", "Ship: completed", "Tests: completed"]
    );
}

/// What it said elsewhere is what it said before: its first list on another machine drops, renames and reopens.
#[test]
fn a_resumed_session_is_compared_with_what_it_said_elsewhere() {
    let devices = Devices::new(&["a", "b", "c"]);
    let list = |device, at, items: &[(&str, &str)]| devices.list(device, "s1", at, items);
    list("a", "2026-11-20T09:00:00Z", &[("Fix login tests", "pending"), ("Ship", "pending"), ("Measure", "completed")]);
    devices.sync_all(&["a", "b", "c"]);
    list("b", "2026-11-20T10:00:00Z", &[("Fix the login tests", "pending"), ("Measure", "pending")]);
    devices.sync_all(&["b", "a", "c"]);
    let expected = ["Fix login tests: dropped", "Fix the login tests: pending", "Measure: pending", "Ship: dropped"];
    assert_eq!(devices.states("a"), expected, "renamed, dropped, and reopened by its author");
    list("c", "2026-11-20T11:00:00Z", &[("Measure", "completed"), ("Ship", "pending")]);
    devices.sync_all(&["c", "a", "b"]);
    let expected = ["Fix login tests: dropped", "Fix the login tests: dropped", "Measure: completed", "Ship: pending"];
    assert_eq!(devices.states("b"), expected, "on a third machine");
    list("a", "2026-11-20T11:30:00Z", &[("Measure", "completed"), ("Write", "pending")]);
    devices.sync_all(&["a", "b", "c"]);
    devices.agree(&["a", "b", "c"]);
    assert_eq!(devices.states("c")[2..], ["Measure: completed", "Ship: dropped", "Write: pending"]);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/").len(), 3, "a ref for each machine");
}

/// Retired in between, it goes on under the names that its machines had.
#[test]
fn a_retired_session_goes_on_on_both_machines() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T09:00:00Z", &[("Ship", "pending")]);
    devices.sync_all(&["a", "b"]);
    devices.list("b", "s1", "2026-11-20T10:00:00Z", &[("Ship", "pending"), ("Tests", "pending")]);
    devices.sync_all(&["b", "a"]);
    let names = devices.refs(&devices.hub(), "refs/chittysync/");
    assert_eq!(names.len(), 2, "{names:?}");
    for name in ["a", "b", "a"] {
        devices.sync_at(name, LATER);
    }
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), [""; 0]);
    devices.list("b", "s1", "2026-12-20T11:00:00Z", &[("Tests", "completed")]);
    devices.sync_at("b", LATER);
    devices.sync_at("a", LATER);
    devices.list("a", "s1", "2026-12-20T11:30:00Z", &[("Tests", "completed"), ("Write", "pending")]);
    for name in ["a", "b", "a"] {
        devices.sync_at(name, LATER);
    }
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("b"), ["Ship: dropped", "Tests: completed", "Write: pending"]);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), names);
}

/// Two machines made a session of one name before they met.
#[test]
fn two_machines_made_the_same_name() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T09:00:00Z", &[("Ship", "pending")]);
    devices.list("b", "s1", "2026-11-20T10:00:00Z", &[("Tests", "pending")]);
    devices.sync("a");
    let done = devices.sync("b");
    assert!(done.stderr.contains("somebody else wrote session s1 too; it goes on here as s1-on-d-"), "{done:?}");
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Ship: pending", "Tests: pending"], "neither had heard of the other");
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), ["refs/chittysync/s1"]);
    let done = devices.sync("b");
    assert!(done.stderr.contains("nothing new"), "said once: {done:?}");
    devices.list("b", "s1", "2026-11-20T11:00:00Z", &[("Tests", "completed")]);
    devices.sync_all(&["b", "a"]);
    assert_eq!(devices.states("a"), ["Ship: dropped", "Tests: completed"], "now it has");
}

/// A store that is copied, and one that is restored from a backup, write names that somebody else wrote.
#[test]
fn a_copied_and_a_restored_store_go_on_under_other_names() {
    let devices = Devices::new(&["a"]);
    let copy = |from: &str, to: &str| {
        let _ = std::fs::remove_dir_all(devices.store(to));
        copy_store(&devices.store(from), &devices.store(to));
    };
    devices.list("a", "s1", "2026-11-20T09:00:00Z", &[("Ship", "pending")]);
    devices.ok("a", &["add", "Buy milk"]);
    devices.sync("a");
    copy("a", "b");
    copy("a", "backup");
    for (name, at, word) in [("a", "2026-11-20T10:00:00Z", "Tests"), ("b", "2026-11-20T10:30:00Z", "Notes")] {
        devices.list(name, "s1", at, &[("Ship", "pending"), (word, "pending")]);
        devices.ok(name, &["add", &format!("{word} by hand")]);
        devices.sync(name);
    }
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    let all = ["Buy milk: pending", "Notes by hand: pending", "Notes: pending", "Ship: pending"];
    assert_eq!(devices.states("a")[..4], all);
    assert_eq!(devices.states("a")[4..], ["Tests by hand: pending", "Tests: pending"]);
    // What was done by command under the name of before can be taken back.
    devices.ok("b", &["undo"]);
    assert!(devices.states("b").contains(&"Notes by hand: dropped".to_owned()), "{:?}", devices.states("b"));
    devices.ok("b", &["undo", "--redo"]);
    devices.sync_all(&["b", "a"]);
    // a breaks, and is restored as it was before all that.
    copy("backup", "a");
    devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Ship", "completed"), ("Write", "pending")]);
    devices.ok("a", &["add", "Write by hand"]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    let states = devices.states("b");
    for expected in
        ["Buy milk: pending", "Tests by hand: pending", "Ship: completed", "Write: pending", "Write by hand: pending"]
    {
        assert!(states.iter().any(|state| state == expected), "{expected}: {states:?}");
    }
    let done = devices.sync("a");
    assert!(done.stderr.contains("nothing new"), "{done:?}");
}

/// It is one session: what either half had listed is dropped when its next list is without it.
#[test]
fn a_list_drops_what_either_machine_had_listed() {
    let devices = Devices::new(&["a", "b"]);
    let list = |device, at, words: &[&str]| {
        let items: Vec<_> = words.iter().map(|words| (*words, "pending")).collect();
        devices.list(device, "s1", at, &items);
    };
    list("a", "2026-11-20T09:00:00.000Z", &["Write docs"]);
    devices.sync_all(&["a", "b"]);
    list("b", "2026-11-20T10:00:00.000Z", &["Write docs", "Measure latency"]);
    list("a", "2026-11-20T10:00:00.200Z", &["Write docs", "Buy milk"]);
    devices.sync("a");
    devices.sync_all(&["b", "a"]);
    assert_eq!(devices.states("b"), ["Buy milk: pending", "Measure latency: pending", "Write docs: pending"]);
    list("b", "2026-11-20T11:00:00.000Z", &["Write docs", "Hello world"]);
    devices.sync("b");
    list("b", "2026-11-20T11:30:00.000Z", &["Write docs"]);
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    let expected = ["Buy milk: dropped", "Hello world: dropped", "Measure latency: dropped", "Write docs: pending"];
    assert_eq!(devices.states("a"), expected);
}

/// Returns two devices with a session each that has said nothing for a month.
fn month_later() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.list("b", "s2", "2026-11-20T11:00:00Z", &[("Ship", "completed")]);
    devices.sync_all(&["a", "b"]);
    devices
}

#[test]
fn an_idle_session_gives_up_its_ref_and_nothing_else() {
    let devices = month_later();
    let before = devices.tip(&devices.hub(), "consolidated");
    let done = devices.sync_at("a", LATER);
    assert!(done.stderr.contains("2 sessions retired"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync"), [""; 0]);
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync"), [""; 0]);
    assert_eq!(devices.tip(&devices.hub(), "consolidated"), before);
    // The list file is still there. It says nothing new, so that nothing happens.
    let done = devices.sync_at("a", LATER);
    assert!(done.stderr.contains("nothing new"), "{done:?}");
    std::fs::remove_dir_all(devices.store("a").join("chittysync")).expect("what only saves work");
    devices.sync_at("a", LATER);
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), [""; 0], "also when it is read anew");
    assert_eq!(devices.tip(&devices.hub(), "consolidated"), before);
    assert_eq!(devices.states("a"), ["Fix login: pending", "Ship: completed"]);
    // The one that was not there when its session was retired.
    let done = devices.sync_at("b", LATER);
    assert!(!done.stderr.contains("lost"), "{done:?}");
    assert_eq!(devices.refs(&devices.store("b"), "refs/chittysync/"), [""; 0]);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), [""; 0]);
    devices.agree(&["a", "b"]);
    for repository in [devices.hub(), devices.store("a"), devices.store("b")] {
        devices.world.git(&repository, &["gc", "-q", "--prune=now"]);
        devices.world.git(&repository, &["fsck", "--strict"]);
    }
}

#[test]
fn a_retired_session_speaks_again() {
    let devices = month_later();
    devices.sync_at("a", LATER);
    devices.list("a", "s1", "2026-12-20T11:30:00Z", &[("Fix login", "completed"), ("Write notes", "pending")]);
    devices.sync_at("a", LATER);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), ["refs/chittysync/s1"]);
    devices.sync_at("b", LATER);
    devices.sync_at("a", LATER);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("b"), ["Fix login: completed", "Ship: completed", "Write notes: pending"]);
    let log = devices.run_at("a", LATER, &["--json", "log"]).stdout;
    let events: Vec<serde_json::Value> = serde_json::from_str(&log).expect("a list");
    let login: Vec<_> = events.iter().filter(|event| event["content"] == "Fix login").collect();
    assert_eq!(login.len(), 2, "said once, and once more: {log}");
}

/// What it said before counts: a todo that it no longer lists is dropped, as if nothing had happened.
#[test]
fn a_retired_session_remembers_its_list() {
    let devices = month_later();
    devices.sync_at("a", LATER);
    devices.list("a", "s1", "2026-12-20T11:30:00Z", &[("Write notes", "pending")]);
    devices.sync_at("a", LATER);
    assert_eq!(devices.states("a"), ["Fix login: dropped", "Ship: completed", "Write notes: pending"]);
}

#[test]
fn a_device_that_was_offline_speaks_on_in_a_retired_session() {
    let devices = month_later();
    devices.sync_at("a", LATER);
    devices.list("b", "s2", "2026-12-20T11:30:00Z", &[("Ship", "completed"), ("Celebrate", "pending")]);
    let done = devices.sync_at("b", LATER);
    assert!(done.stderr.contains("1 session sent") && !done.stderr.contains("lost"), "{done:?}");
    devices.sync_at("a", LATER);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Celebrate: pending", "Fix login: pending", "Ship: completed"]);
}

#[test]
fn two_devices_retire_at_once() {
    let devices = month_later();
    std::thread::scope(|scope| {
        for name in ["a", "b"] {
            let devices = &devices;
            scope.spawn(move || devices.sync_at(name, LATER));
        }
    });
    for name in ["a", "b"] {
        devices.sync_at(name, LATER);
        assert_eq!(devices.refs(&devices.store(name), "refs/chittysync/"), [""; 0]);
    }
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), [""; 0]);
    devices.agree(&["a", "b"]);
}

/// One machine's clock is a month ahead, or it retires sooner: it gives up what the other one sends again.
#[test]
fn what_another_clock_retires_is_not_lost() {
    let devices = Devices::new(&["a", "b"]);
    devices.list("b", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("b");
    for _ in 0..3 {
        devices.sync_at("a", LATER);
        let done = devices.sync_at("a", LATER);
        assert!(done.stderr.contains("1 session retired") && !done.stderr.contains("lost"), "{done:?}");
        let done = devices.sync("b");
        assert!(!done.stderr.contains("lost"), "{done:?}");
        assert!(done.stderr.contains("compare clocks and chittysync.retireAfter"), "{done:?}");
        devices.agree(&["a", "b"]);
    }
    // It says more in between.
    devices.sync_at("a", LATER);
    devices.list("b", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "completed")]);
    let done = devices.sync("b");
    assert!(!done.stderr.contains("lost") && !done.stderr.contains("no longer"), "{done:?}");
    devices.sync_at("a", LATER);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Fix login: completed"]);
}

#[test]
fn retiring_can_be_turned_off() {
    let devices = month_later();
    devices.world.git(&devices.store("a"), &["config", "chittysync.retireAfter", "never"]);
    devices.sync_at("a", LATER);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/").len(), 2);
}
