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
        if devices.world.git(store, &["cat-file", pretty, id]).contains(word) {
            found.push(line.to_owned());
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
    devices.list("d", own, "2026-11-20T10:30:00Z", &[(LEAK, "pending"), ("Work of d", "completed"), ("New", "pending")]);
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
