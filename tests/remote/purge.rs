//! `purge` on several machines: the words go from every store and from the hub, and nothing else does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::devices::Devices;

const ALL: [&str; 4] = ["a", "b", "c", "d"];
/// What leaked, and a part of it that stands nowhere else.
const LEAK: &str = "Ask Zoltan for the spare key";
const WORD: &str = "Zoltan";

/// Returns where a repository still holds a word: in an object, or in a file.
fn found(devices: &Devices, store: &Path, word: &str) -> Vec<String> {
    let ids = devices.world.git(store, &["cat-file", "--batch-all-objects", "--batch-check", "--unordered"]);
    let mut found = Vec::new();
    for line in ids.lines() {
        let (id, kind) = (&line[..40], line.split(' ').nth(1).expect("a kind"));
        let pretty = if kind == "tree" { "-p" } else { kind };
        let object = devices.world.git(store, &["cat-file", pretty, id]);
        if object.contains(word) {
            found.push(format!("{line}: {object}"));
        }
    }
    let mut queue = vec![store.to_owned()];
    while let Some(directory) = queue.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
            match entry.file_type().expect("a type").is_dir() {
                true => queue.push(entry.path()),
                false if String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap_or_default()).contains(word) => {
                    found.push(entry.path().display().to_string());
                }
                false => {}
            }
        }
    }
    found
}

fn lines(devices: &Devices, store: &Path) -> BTreeSet<String> {
    let files = devices.world.git(store, &["ls-tree", "-r", "--name-only", "consolidated", "projects"]);
    let show = |file: &str| devices.world.git(store, &["show", &format!("consolidated:{file}")]);
    let text: Vec<String> = files.lines().map(show).collect();
    let lines = text.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with('{'));
    lines.map(|line| line.trim_end_matches(',').to_owned()).collect()
}

fn id(devices: &Devices, name: &str, words: &str) -> String {
    let done = devices.ok(name, &["--json", "list", "--all"]);
    let todos: Vec<serde_json::Value> = serde_json::from_str(&done.stdout).expect("a list");
    let todo = todos.iter().find(|todo| todo["content"] == words).unwrap_or_else(|| panic!("{words}: {todos:?}"));
    todo["id"].as_str().expect("an id").to_owned()
}

/// Devices that all know of the leak, in sessions of theirs, in acts, in an archive and on a board.
fn leaked(names: &[&str]) -> Devices {
    let devices = Devices::new(names);
    for name in names {
        let session = format!("session-of-{name}");
        let own = format!("Work of {name}");
        devices.list(name, &session, "2026-11-20T09:00:00Z", &[(LEAK, "pending"), (&own, "in_progress")]);
    }
    devices.sync_all(names);
    let leak = id(&devices, names[0], LEAK);
    devices.ok(names[0], &["start", &leak]);
    devices.ok(names[0], &["edit", &leak, "--priority", "high"]);
    devices.ok(names[1], &["edit", &leak, "--priority", "low"]);
    devices.ok(names[1], &["done", &leak]);
    devices.sync_all(names);
    devices.agree(names);
    devices
}

fn whole(devices: &Devices, store: &Path) {
    assert_eq!(devices.world.git(store, &["fsck", "--strict", "--no-dangling"]), "", "{}", store.display());
}

fn hub_without_garbage(devices: &Devices) -> PathBuf {
    let hub = devices.hub();
    devices.world.git(&hub, &["gc", "-q", "--prune=now"]);
    hub
}

#[test]
fn the_words_go_from_four_machines_and_the_hub_and_nothing_else_does() {
    let devices = leaked(&ALL);
    let before = lines(&devices, &devices.hub());
    let leak = id(&devices, "a", LEAK);
    for store in ALL.map(|name| devices.store(name)).iter().chain([&devices.hub()]) {
        assert!(!found(&devices, store, WORD).is_empty(), "history has it");
    }
    // One is away, and has said it once more in a session that nobody knows of.
    devices.list("c", "unknown", "2026-11-20T10:00:00Z", &[(LEAK, "in_progress"), ("Only of c", "pending")]);
    let home = devices.world.path("claude-c");
    devices.ok("c", &["capture", "--from", home.to_str().expect("UTF-8")]);
    // The hub is out of reach while one purges, and another one sends old history meanwhile.
    std::fs::rename(devices.hub(), devices.world.path("away.git")).expect("a move");
    let purged = devices.run("a", &["purge", "--yes", &leak[..8]]);
    assert_eq!(purged.code, Some(1), "{purged:?}");
    assert!(purged.stderr.contains("cannot reach") && !purged.stderr.contains(WORD), "{purged:?}");
    assert_eq!(found(&devices, &devices.store("a"), WORD), Vec::<String>::new());
    std::fs::rename(devices.world.path("away.git"), devices.hub()).expect("a move");
    let own = "session-of-d";
    devices.list(
        "d",
        own,
        "2026-11-20T10:30:00Z",
        &[(LEAK, "pending"), ("Work of d", "completed"), ("New", "pending")],
    );
    devices.sync("d");
    for name in ["a", "b", "d", "c", "a", "b", "c", "d"] {
        devices.sync(name);
    }
    devices.agree(&ALL);
    hub_without_garbage(&devices);
    for store in ALL.map(|name| devices.store(name)).iter().chain([&devices.hub()]) {
        assert_eq!(found(&devices, store, WORD), Vec::<String>::new(), "{}", store.display());
        whole(&devices, store);
    }
    // All that was said of anything else stands as it stood.
    let after = lines(&devices, &devices.hub());
    let of_d = id(&devices, "a", "Work of d");
    let lost: Vec<&String> =
        before.difference(&after).filter(|line| !line.contains(&leak) && !line.contains(&of_d)).collect();
    assert_eq!(lost, Vec::<&String>::new());
    let expected = ["New", "Only of c", "Work of a", "Work of b", "Work of c", "Work of d"];
    for name in ALL {
        let states = devices.states(name);
        assert_eq!(states.iter().map(|state| state.split(": ").next().expect("words")).collect::<Vec<_>>(), expected);
    }
    assert!(after.iter().any(|line| line.contains(&leak) && line.contains("\"purged\":true")));
    // Nobody goes on under another name, and a session's own history goes on where it was.
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync").iter().filter(|name| name.contains("-on-")).count(), 0);
    for name in ALL {
        devices.sync(name);
    }
    devices.agree(&ALL);
}

/// One purge after another, foreseen and done, as one session or another says the words, whatever is kept in memory.
#[test]
fn one_purge_comes_after_another() {
    for limit in ["", "2"] {
        let devices = leaked(&["a", "b"]);
        let limits = [("CHITTYSYNC_LIMITS", limit)];
        for words in [LEAK, "Work of b", "Work of a"] {
            let todo = id(&devices, "a", words);
            let store = devices.store("a");
            let refs = devices.world.git(&store, &["for-each-ref"]);
            for (more, is_same) in [("--dry-run", true), ("--yes", false)] {
                let store = store.to_string_lossy();
                let done = devices.world.run_with(&limits, &["--store", &store, "purge", more, &todo]);
                assert_eq!(done.code, Some(0), "{words}, {limit:?}: {done:?}");
                let now = devices.world.git(&devices.store("a"), &["for-each-ref"]);
                assert_eq!(now == refs, is_same, "{words}, {limit:?}, {more}");
            }
            devices.sync_all(&["b", "a"]);
            devices.agree(&["a", "b"]);
            hub_without_garbage(&devices);
            for store in [devices.store("a"), devices.store("b"), devices.hub()] {
                assert_eq!(found(&devices, &store, words), Vec::<String>::new(), "{}", store.display());
                whole(&devices, &store);
            }
        }
        assert_eq!(devices.states("b"), Vec::<String>::new());
    }
}

/// Somebody puts a backup of the hub back, or a program that knows nothing of purges pushes what it has.
#[test]
fn old_history_that_comes_back_is_replaced_again() {
    let devices = leaked(&["a", "b"]);
    let old = devices.world.path("old.git");
    let hub = devices.hub();
    devices.world.git(&devices.world.path(""), &["clone", "-q", "--mirror", &hub.to_string_lossy(), "old.git"]);
    let leak = id(&devices, "a", LEAK);
    let done = devices.ok("a", &["purge", "--yes", &leak]);
    assert!(done.stderr.contains("Purged") && !done.stderr.contains("had lost"), "{done:?}");
    devices.world.git(&old, &["push", "-q", "--force", &hub.to_string_lossy(), "+refs/*:refs/*"]);
    for name in ["b", "a", "b", "a"] {
        let done = devices.sync(name);
        assert!(!done.stderr.contains("goes on here"), "{name}: {done:?}");
    }
    devices.agree(&["a", "b"]);
    hub_without_garbage(&devices);
    for store in [devices.store("a"), devices.store("b"), hub] {
        assert_eq!(found(&devices, &store, WORD), Vec::<String>::new(), "{}", store.display());
        whole(&devices, &store);
    }
    assert_eq!(devices.states("b"), ["Work of a: in_progress", "Work of b: in_progress"]);
}

/// Where sessions are branches, and where the remote has to be told first that it may be rewritten.
#[test]
fn a_host_that_takes_only_branches_and_forbids_rewinding() {
    let devices = Devices::new(&["a", "b"]);
    devices.hook("update", "case $1 in refs/heads/*) ;; *) echo only branches >&2; exit 1 ;; esac");
    for name in ["a", "b"] {
        devices.list(name, &format!("of-{name}"), "2026-11-20T09:00:00Z", &[(LEAK, "pending"), (name, "pending")]);
    }
    devices.sync_all(&["a", "b"]);
    assert!(!devices.refs(&devices.hub(), "refs/heads/chittysync").is_empty());
    devices.world.git(&devices.hub(), &["config", "receive.denyNonFastForwards", "true"]);
    let refused = devices.run("a", &["purge", "--yes", &id(&devices, "a", LEAK)]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("git config receive.denyNonFastForwards false"), "{refused:?}");
    assert!(!refused.stderr.contains("busy"), "nobody was faster: {refused:?}");
    assert_eq!(found(&devices, &devices.store("a"), WORD), Vec::<String>::new());
    devices.world.git(&devices.hub(), &["config", "receive.denyNonFastForwards", "false"]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    hub_without_garbage(&devices);
    for store in [devices.store("a"), devices.store("b"), devices.hub()] {
        assert_eq!(found(&devices, &store, WORD), Vec::<String>::new(), "{}", store.display());
    }
}

/// A remote that refuses to have history rewritten, by its setting or as a host that protects a branch does, is asked once,
/// and nothing is lost meanwhile.
#[test]
fn who_refuses_to_be_rewritten_is_told_at_once_and_gets_all_of_it_later() {
    let by_hook = "if test \"$2\" != 0000000000000000000000000000000000000000 && ! git merge-base --is-ancestor $2 $3; then echo 'You are not allowed to force push code to a protected branch' >&2; exit 1; fi";
    for (how, hint, other) in
        [("setting", "denyNonFastForwards", "protects"), ("hook", "protects consolidated", "denyNon")]
    {
        let devices = leaked(&["a", "b"]);
        match how {
            "setting" => {
                devices.world.git(&devices.hub(), &["config", "receive.denyNonFastForwards", "true"]);
            }
            _ => devices.hook("update", by_hook),
        }
        let leak = id(&devices, "a", LEAK);
        let done = devices.run("a", &["--json", "purge", "--yes", &leak]);
        assert_eq!(done.code, Some(1), "{how}: {done:?}");
        assert!(done.stderr.contains(hint) && !done.stderr.contains(other), "{how}: {done:?}");
        assert!(done.stderr.contains("refuses to have its history rewritten"), "{how}: {done:?}");
        assert!(done.stderr.contains("until then the purged words are there"), "{how}: {done:?}");
        let said: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
        assert_eq!((&said["remote"]["tries"], &said["remote"]["busy"]), (&1.into(), &serde_json::Value::Null), "{how}");
        assert_eq!(found(&devices, &devices.store("a"), WORD), Vec::<String>::new(), "{how}");
        assert!(!found(&devices, &devices.hub(), WORD).is_empty(), "{how}");
        // What is new on either side is kept until the remote allows it, and a sync says the same.
        devices.ok("a", &["add", "--project", "general", "Said while it refuses"]);
        devices.list("b", "session-of-b", "2026-11-20T10:00:00Z", &[("Work of b", "completed"), (LEAK, "completed")]);
        devices.sync("b");
        let again = devices.try_sync("a", crate::common::NOW, &[]);
        assert!(again.code == Some(1) && again.stderr.contains(hint), "{how}: {again:?}");
        match how {
            "setting" => {
                devices.world.git(&devices.hub(), &["config", "receive.denyNonFastForwards", "false"]);
            }
            _ => std::fs::remove_file(devices.hub().join("hooks/update")).expect("removed"),
        }
        devices.sync_all(&["a", "b"]);
        devices.agree(&["a", "b"]);
        hub_without_garbage(&devices);
        for store in [devices.store("a"), devices.store("b"), devices.hub()] {
            assert_eq!(found(&devices, &store, WORD), Vec::<String>::new(), "{how}: {}", store.display());
        }
        let states = ["Said while it refuses: pending", "Work of a: in_progress", "Work of b: completed"];
        assert_eq!(devices.states("b"), states, "{how}");
    }
}

/// Somebody else's push that comes between is no refusal.
#[test]
fn a_purge_that_was_overtaken_is_sent_again() {
    let devices = leaked(&["a", "b"]);
    devices.list("b", "session-of-b", "2026-11-20T10:00:00Z", &[("Work of b", "completed"), (LEAK, "completed")]);
    let home = devices.world.path("claude-b").display().to_string();
    devices.ok("b", &["sync", "--no-push", "--from", &home]);
    let (late, winner) = (devices.world.path("late"), devices.store("b"));
    devices.hook(
        "pre-receive",
        &format!("cat >/dev/null; test -e '{0}' && exit 0; touch '{0}'\nenv -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES git --git-dir='{1}' push -q '{2}' consolidated", late.display(), winner.display(), devices.hub().display()),
    );
    let leak = id(&devices, "a", LEAK);
    let done = devices.ok("a", &["--json", "purge", "--yes", &leak]);
    let said: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
    assert_eq!((&said["remote"]["synced"], &said["remote"]["tries"]), (&true.into(), &2.into()), "{said}");
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    hub_without_garbage(&devices);
    for store in [devices.store("a"), devices.store("b"), devices.hub()] {
        assert_eq!(found(&devices, &store, WORD), Vec::<String>::new(), "{}", store.display());
    }
    assert_eq!(devices.states("a"), ["Work of a: in_progress", "Work of b: completed"]);
}

/// A mark does not make a branch one that is believed: what it lacks besides is put back.
#[test]
fn whoever_pushes_a_mark_takes_nothing_else() {
    let devices = leaked(&["a", "b"]);
    let leak = id(&devices, "a", LEAK);
    let before = lines(&devices, &devices.hub());
    // Somebody hostile: a branch without history that says of one todo that it is purged, and nothing of the others.
    let clone = devices.world.path("clone");
    devices.world.git(
        &devices.world.path(""),
        &["clone", "-q", "-b", "consolidated", &devices.hub().to_string_lossy(), "clone"],
    );
    for file in devices.world.git(&clone, &["ls-files", "projects"]).lines() {
        let line = format!(
            "{{\"id\":\"{leak}\",\"content\":\"\",\"status\":\"dropped\",\"created\":\"2026-11-20T11:00:00.000Z\",\"updated\":\"2026-11-20T11:00:00.000Z\",\"claims\":{{\"x\":{{\"status\":\"pending\",\"at\":\"2026-11-20T11:00:00.000Z\",\"dropped\":true,\"forgotten\":true,\"purged\":true}}}}}}"
        );
        let text = if file.ends_with("todos.json") { format!("[\n{line}\n]\n") } else { "[\n]\n".to_owned() };
        std::fs::write(clone.join(file), text).expect("a list");
    }
    std::fs::remove_file(clone.join("README.md")).expect("a board");
    devices.world.git(&clone, &["add", "-A"]);
    let tree = devices.world.git(&clone, &["write-tree"]);
    let orphan = devices.world.git(&clone, &["commit-tree", &tree, "-m", "hostile"]);
    devices.world.git(&clone, &["push", "-q", "--force", "origin", &format!("{orphan}:refs/heads/consolidated")]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    let after = lines(&devices, &devices.hub());
    assert_eq!(before.iter().filter(|line| !line.contains(&leak) && !after.contains(*line)).count(), 0);
    for name in ["a", "b"] {
        assert_eq!(devices.states(name), ["Work of a: in_progress", "Work of b: in_progress"]);
        assert_eq!(found(&devices, &devices.store(name), WORD), Vec::<String>::new(), "{name}");
    }
}
