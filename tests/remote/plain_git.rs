//! What people do with stock git to a store and its remote, and what becomes of it (`docs/sync.md`).

use crate::common::NOW;
use crate::devices::Devices;

/// Two devices, of which `a` has synced one session and captured another.
fn devices() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.sync("a");
    devices.list("a", "s2", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
    devices.try_sync("a", NOW, &["--no-fetch", "--no-push"]);
    devices
}

const SESSIONS: [&str; 2] = ["refs/chittysync/s1", "refs/chittysync/s2"];

#[test]
fn fetch_brings_sessions_and_prune_takes_none_of_ours() {
    let devices = devices();
    devices.list("b", "s3", "2026-11-20T11:00:00Z", &[("Ship", "completed")]);
    devices.sync("b");
    let store = devices.store("a");
    for command in [&["fetch", "-q"][..], &["fetch", "-q", "--prune"], &["-c", "fetch.prune=true", "fetch", "-q"]] {
        devices.world.git(&store, command);
        assert_eq!(devices.refs(&store, "refs/chittysync/"), SESSIONS, "{command:?}");
        let tracked = ["refs/chittysync-remotes/origin/s1", "refs/chittysync-remotes/origin/s3"];
        assert_eq!(devices.refs(&store, "refs/chittysync-remotes/"), tracked, "{command:?}");
    }
    devices.world.git(&store, &["remote", "prune", "origin"]);
    assert_eq!(devices.refs(&store, "refs/chittysync/"), SESSIONS);
    // What plain git fetched is consolidated without any network.
    std::fs::rename(devices.hub(), devices.world.path("away.git")).expect("moved");
    devices.ok("a", &["consolidate"]);
    assert_eq!(devices.states("a"), ["Fix login: pending", "Ship: completed"]);
    std::fs::rename(devices.world.path("away.git"), devices.hub()).expect("moved");
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
}

#[test]
fn push_publishes() {
    let devices = devices();
    let store = devices.store("a");
    devices.world.git(&store, &["push", "-q", "origin", "refs/chittysync/*", "consolidated"]);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), SESSIONS);
    let done = devices.sync("a");
    assert!(done.stderr.contains("nothing new"), "{done:?}");
    devices.sync("b");
    devices.agree(&["a", "b"]);
}

#[test]
fn a_clone_becomes_a_store() {
    let devices = devices();
    devices.sync("a");
    let clone = devices.world.path("clone");
    let (hub, path) = (devices.hub().to_string_lossy().into_owned(), clone.to_string_lossy().into_owned());
    devices.world.git(&devices.world.path(""), &["clone", "-q", "-b", "consolidated", &hub, &path]);
    let store = ["--store", &path];
    devices.world.ok(&[&store[..], &["init", "--remote", "origin"]].concat());
    let list = devices.world.ok(&[&store[..], &["list"]].concat());
    assert!(list.contains("Fix login") && list.contains("Ship"), "{list}");
    // Its branch is checked out: sync fetches, and leaves the branch to git.
    devices.list("a", "s1", "2026-11-20T11:30:00Z", &[("Fix login", "completed")]);
    devices.sync("a");
    let done = devices.world.run(&[&store[..], &["sync", "--from", &path]].concat());
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("consolidated was not moved: it is checked out"), "{done:?}");
    assert_eq!(devices.world.git(&clone, &["status", "--porcelain"]), "");
    devices.world.git(&clone, &["merge", "-q", "--ff-only", "origin/consolidated"]);
    let done = devices.world.run(&[&store[..], &["sync", "--from", &path]].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn pull_in_a_clone_merges_with_the_driver() {
    let devices = devices();
    devices.ok("a", &["install", "-q"]);
    devices.sync("a");
    let clone = devices.world.path("clone");
    let hub = devices.hub().to_string_lossy().into_owned();
    devices.world.git(&devices.world.path(""), &["clone", "-q", "-b", "consolidated", &hub, "clone"]);
    // Here the clone goes on by merging a session, there the branch does.
    devices.list("a", "s1", "2026-11-20T11:30:00Z", &[("Fix login", "completed")]);
    devices.sync("a");
    devices.list("b", "s3", "2026-11-20T11:40:00Z", &[("Fix login", "in_progress"), ("Write notes", "pending")]);
    devices.ok("b", &["capture", "--from", &devices.world.path("claude-b").to_string_lossy()]);
    devices.world.git(&devices.store("b"), &["push", "-q", "origin", "refs/chittysync/*"]);
    devices.world.git(&clone, &["fetch", "-q", "origin", "refs/chittysync/s3"]);
    devices.world.git(&clone, &["merge", "-q", "--allow-unrelated-histories", "--no-edit", "FETCH_HEAD"]);
    devices.world.git(&clone, &["pull", "-q", "--no-rebase", "--no-edit", "origin", "consolidated"]);
    devices.world.git(&clone, &["push", "-q", "origin", "consolidated"]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Fix login: completed", "Ship: pending", "Write notes: pending"]);
}

#[test]
fn push_mirror_from_elsewhere_is_healed() {
    let devices = devices();
    devices.sync_all(&["a", "b"]);
    let other = devices.world.path("other.git");
    let hub = devices.hub().to_string_lossy().into_owned();
    devices.world.git(&devices.world.path(""), &["clone", "-q", "--bare", &hub, "other.git"]);
    devices.world.git(&other, &["push", "-q", "--mirror", &hub]);
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), [""; 0], "git does as it is told");
    let done = devices.sync("a");
    assert!(done.stderr.contains("origin no longer had a ref for s1, s2, only the branch"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), SESSIONS);
    // From a store it publishes everything, what it remembers of others included. That does no harm.
    devices.world.git(&devices.store("a"), &["push", "-q", "--mirror", &hub]);
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    // A remote that is set up as a mirror is used as any other one.
    devices.world.git(&devices.store("a"), &["config", "remote.origin.mirror", "true"]);
    devices.list("a", "s2", "2026-11-20T11:30:00Z", &[("Ship", "completed")]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
}

/// A clone without all of the history merges what it has, and all others can go on from that.
#[test]
fn shallow_and_partial_clones_work() {
    let devices = devices();
    devices.list("a", "s1", "2026-11-20T11:10:00Z", &[("Fix login", "in_progress")]);
    devices.sync("a");
    devices.list("a", "s1", "2026-11-20T11:20:00Z", &[("Fix login", "in_progress"), ("Tests", "pending")]);
    devices.sync("a");
    devices.world.git(&devices.hub(), &["config", "uploadpack.allowFilter", "true"]);
    let hub = format!("file://{}", devices.hub().display());
    for (name, how) in [("shallow", "--depth=1"), ("partial", "--filter=blob:none")] {
        let path = devices.store(name);
        let path = path.to_str().expect("UTF-8");
        devices.world.git(&devices.world.path(""), &["clone", "-q", "--bare", how, &hub, path]);
        devices.world.git(&devices.store(name), &["config", "chittysync.enabled", "true"]);
        devices.ok(name, &["init", "--remote", "origin"]);
        devices.list(name, &format!("s-{name}"), "2026-11-20T11:30:00Z", &[(&format!("From {name}"), "pending")]);
        if name == "partial" {
            // What was cloned without its files cannot be merged; that is said, and one command cures it.
            let done = devices.try_sync(name, NOW, &[]);
            assert_eq!(done.code, Some(128), "{done:?}");
            assert!(done.stderr.contains("hint: in a partial clone, `git fetch --refetch --no-filter"), "{done:?}");
            devices
                .world
                .git(&devices.store(name), &["fetch", "-q", "--refetch", "--no-filter", "origin", "consolidated"]);
        }
        let done = devices.sync(name);
        assert!(done.stderr.contains("Synced with origin: "), "{name}: {done:?}");
        devices.list(name, &format!("s-{name}"), "2026-11-20T11:40:00Z", &[(&format!("From {name}"), "completed")]);
        devices.sync(name);
    }
    let names = ["a", "b", "shallow", "partial"];
    devices.sync_all(&names);
    devices.agree(&names);
    let states = [
        "Fix login: in_progress",
        "From partial: completed",
        "From shallow: completed",
        "Ship: pending",
        "Tests: pending",
    ];
    assert_eq!(devices.states("b"), states);
    devices.world.git(&devices.hub(), &["fsck", "--strict"]);
}

#[test]
fn gc_beside_a_sync_takes_nothing() {
    let devices = Devices::new(&["a", "b"]);
    let working = std::sync::Arc::new(());
    std::thread::scope(|scope| {
        // Dropped at the end of the scope, also when a check in it fails.
        let (devices, still) = (&devices, std::sync::Arc::downgrade(&working));
        let _working = working;
        scope.spawn(move || {
            while still.strong_count() > 0 {
                devices.world.git_run(&devices.store("a"), &["gc", "-q", "--prune=now"]);
            }
        });
        for round in 0..8 {
            let words = format!("Task {round}");
            for name in ["a", "b"] {
                devices.list(
                    name,
                    &format!("s-{name}"),
                    &format!("2026-11-20T11:{round:02}:00Z"),
                    &[(&words, "completed")],
                );
                // It can take git's own files in the making from a fetch, which then fails. Nothing else may.
                let done = devices.try_sync(name, NOW, &[]);
                let away = done.code == Some(1) && done.stderr.contains("everything is saved here");
                assert!(done.code == Some(0) || away, "{done:?}");
            }
        }
    });
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a").len(), 8);
    devices.world.git(&devices.store("a"), &["fsck", "--strict"]);
}
