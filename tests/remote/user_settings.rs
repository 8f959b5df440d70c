//! Settings of git that change what fetch and push do: a sync does the same with them.

use crate::common::NOW;
#[cfg(unix)]
use crate::common::executable;
use crate::devices::Devices;

/// Everything that changes a plain `git fetch` or `git push`, all at once.
const SETTINGS: &str = "
[push]
	pushOption = ci.skip
	gpgSign = true
	followTags = true
	recurseSubmodules = check
	negotiate = true
	default = nothing
	autoSetupRemote = true
	useForceIfIncludes = true
[fetch]
	recurseSubmodules = true
	prune = true
	pruneTags = true
	all = true
	output = compact
	writeCommitGraph = true
	parallel = 0
	negotiationAlgorithm = noop
	unpackLimit = 1
[remote \"origin\"]
	prune = true
	pruneTags = true
	mirror = true
	tagOpt = --tags
	push = +refs/heads/*:refs/heads/*
	skipFetchAll = true
	followRemoteHEAD = always
[remote]
	pushDefault = nowhere
[transfer]
	hideRefs = refs/chittysync-remotes
	fsckObjects = false
[submodule]
	recurse = true
[pack]
	packSizeLimit = 1m
	threads = 1
	window = 0
	writeReverseIndex = false
[color]
	ui = always
	push = always
	remote = always
	transport = always
[gpg]
	program = false
[core]
	abbrev = 4
	logAllRefUpdates = false
[protocol]
	version = 0
[advice]
	pushUpdateRejected = false
[maintenance]
	auto = true
[gc]
	auto = 1
";

#[test]
fn settings_of_git_change_nothing() {
    let devices = Devices::new(&["a", "b"]);
    let mut config = std::fs::read_to_string(devices.world.path("home/.gitconfig")).expect("a file");
    config.push_str(SETTINGS);
    devices.world.write("home/.gitconfig", config.as_bytes());
    for name in ["a", "b"] {
        for number in 0..4 {
            let (session, words) = (format!("{name}{number}"), format!("Task {number} of {name}"));
            devices.list(name, &session, "2026-11-20T10:00:00Z", &[(&words, "pending")]);
        }
        devices.sync(name);
        let store = devices.store(name);
        devices.world.git(&store, &["tag", &format!("mine-{name}"), "consolidated"]);
    }
    // Somebody is in the way, and something cannot be fetched: what git says then is read, too.
    devices.world.write("hub.git/refs/chittysync/lost", b"1234567890123456789012345678901234567890\n");
    let done = devices.sync("a");
    assert!(done.stderr.contains("refs/chittysync/lost of origin was left out"), "{done:?}");
    std::fs::remove_file(devices.hub().join("refs/chittysync/lost")).expect("removed");
    devices.list("a", "a1", "2026-11-20T11:00:00Z", &[("Task 1 of a", "completed")]);
    devices.hook("update", r#"case "$1" in */a1) echo no >&2; exit 1 ;; esac"#);
    let done = devices.try_sync("a", NOW, &[]);
    assert!(done.stderr.contains("refs/chittysync/a1: refused: hook declined (remote: no"), "{done:?}");
    std::fs::remove_file(devices.hub().join("hooks/update")).expect("removed");
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("b").len(), 8);
    for name in ["a", "b"] {
        assert_eq!(devices.refs(&devices.store(name), "refs/tags/"), [format!("refs/tags/mine-{name}")]);
        assert_eq!(devices.refs(&devices.store(name), "refs/chittysync/").len(), 4, "their own");
    }
    assert_eq!(devices.refs(&devices.hub(), "refs/tags/"), [""; 0]);
    devices.sync_at("a", "2026-12-20T12:00:00Z");
    devices.sync_at("b", "2026-12-20T12:00:00Z");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/heads/consolidated"]);
}

/// Each time is a process, which is a good part of a sync that finds nothing new.
#[cfg(unix)]
#[test]
fn a_sync_asks_git_once_for_its_settings() {
    let devices = Devices::new(&["a"]);
    let path = std::env::var("PATH").expect("a PATH");
    let git = path.split(':').map(|at| format!("{at}/git")).find(|at| std::path::Path::new(at).is_file());
    let log = devices.world.path("asked");
    let script = format!("#!/bin/sh\necho \"$*\" >>'{}'\nexec {} \"$@\"\n", log.display(), git.expect("git"));
    devices.world.write("bin/git", script.as_bytes());
    executable(&devices.world.path("bin/git"));
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    // One that fetches and pushes, and one that only fetches.
    for _ in 0..2 {
        std::fs::write(&log, "").expect("a file");
        devices.sync("a");
        let asked = std::fs::read_to_string(&log).expect("a file");
        assert_eq!(asked.matches(" config --list ").count(), 1, "{asked}");
        assert!(asked.contains(" fetch "), "{asked}");
    }
}

/// `git clone --mirror` leaves a refspec that puts the refs of others in the place of one's own.
#[test]
fn a_refspec_of_the_remote_moves_no_ref_of_ours() {
    let devices = Devices::new(&["a", "b"]);
    devices.world.git(&devices.store("a"), &["config", "--add", "remote.origin.fetch", "+refs/*:refs/*"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
    devices.list("b", "s2", "2026-11-20T10:00:00Z", &[("Ship", "pending")]);
    devices.sync_all(&["a", "b"]);
    let ours = devices.tip(&devices.store("a"), "refs/chittysync/s1");
    let tree = devices.world.git(&devices.hub(), &["mktree", "--missing"]);
    let junk = devices.world.git(&devices.hub(), &["commit-tree", "-m", "x", &tree]);
    for name in ["refs/heads/other", "refs/heads/consolidated"] {
        devices.world.git(&devices.hub(), &["update-ref", name, &junk]);
    }
    devices.try_sync("a", NOW, &[]);
    assert_eq!(devices.tip(&devices.store("a"), "refs/chittysync/s1"), ours);
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync/"), ["refs/chittysync/s1"]);
    assert_eq!(devices.refs(&devices.store("a"), "refs/heads/"), ["refs/heads/consolidated"]);
    assert_eq!(devices.states("a"), ["Fix login: pending", "Ship: pending"]);
}

#[test]
fn a_remote_with_ids_of_the_other_kind_is_told_as_that() {
    for (here, there) in [("sha1", "sha256"), ("sha256", "sha1")] {
        for filled in [false, true] {
            let devices = Devices::without_hub(&[]);
            let world = &devices.world;
            let made = |name: &str, format: &str| {
                world.git(&world.path(""), &["init", "-q", "--bare", &format!("--object-format={format}"), name]);
                world.path(name)
            };
            let (store, hub) = (made("a.git", here), made("hub.git", there));
            if filled {
                let tree = world.git(&hub, &["mktree", "--missing"]);
                let commit = world.git(&hub, &["commit-tree", "-m", "x", &tree]);
                world.git(&hub, &["update-ref", "refs/chittysync/x", &commit]);
            }
            world.git(&store, &["config", "chittysync.enabled", "true"]);
            devices.ok("a", &["init", "--remote", &hub.to_string_lossy()]);
            devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "pending")]);
            let done = devices.try_sync("a", NOW, &[]);
            assert_eq!(done.code, Some(1), "{here} {there}: {done:?}");
            let told = if filled {
                format!("its objects have {there} ids and those of the store {here} ids")
            } else {
                "its objects have ids of another kind".to_owned()
            };
            assert!(done.stderr.contains(&told) && done.stderr.contains("init --bare --object-format="), "{done:?}");
            assert_eq!(devices.states("a"), ["Fix login: pending"]);
        }
    }
}
