//! What a session claims, no other one has, as long as the remote can be asked.
//!
//! `CHITTYSYNC_CROWD=<number>` sets how many devices there are.

use std::collections::BTreeMap;
use std::sync::Barrier;

use crate::common::NOW;
use crate::devices::Devices;

fn claimed(stdout: &str) -> String {
    stdout.split(' ').next().expect("an id").to_owned()
}

#[test]
fn each_todo_is_claimed_exactly_once() {
    let crowd = std::env::var("CHITTYSYNC_CROWD").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let todos = crowd * 5 / 2;
    let names: Vec<String> = (0..crowd).map(|number| format!("d{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let devices = Devices::new(&names);
    for number in 0..todos {
        devices.ok(names[0], &["add", &format!("todo {number}")]);
    }
    devices.sync_all(&names);
    let barrier = Barrier::new(crowd);
    let claims: Vec<(&str, String)> = std::thread::scope(|scope| {
        let workers: Vec<_> = names
            .iter()
            .map(|name| {
                let (barrier, devices, name) = (&barrier, &devices, *name);
                scope.spawn(move || {
                    barrier.wait();
                    let mut claims = Vec::new();
                    loop {
                        let done = devices.run(name, &["ready", "--claim"]);
                        if done.code == Some(1) && done.stderr.contains("nothing is ready") {
                            return claims;
                        }
                        assert_eq!(done.code, Some(0), "{name}: {done:?}");
                        assert!(!done.stderr.contains("could not be asked"), "{done:?}");
                        claims.push((name, claimed(&done.stdout)));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a device")).collect()
    });
    let mut by_todo: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    claims.iter().for_each(|(name, id)| by_todo.entry(id).or_default().push(name));
    assert!(by_todo.values().all(|names| names.len() == 1), "{by_todo:?}");
    assert_eq!(by_todo.len(), todos);
    devices.sync_all(&names);
    devices.agree(&names);
    // Everybody knows who has what, and nobody is told that two have the same.
    let id = by_todo.keys().next().expect("one");
    for name in &names {
        assert!(devices.states(name).iter().all(|state| state.ends_with(": in_progress")));
        let done = devices.ok(name, &["ready"]);
        assert!(!done.stderr.contains("also being worked on"), "{done:?}");
        let shown: serde_json::Value =
            serde_json::from_str(&devices.ok(name, &["--json", "show", id]).stdout).expect("JSON");
        let claims = shown["claims"].as_object().expect("claims").values();
        assert_eq!(
            claims.filter(|claim| claim["status"] == "in_progress" && claim["dropped"] != true).count(),
            1,
            "{shown}"
        );
    }
}

#[test]
fn who_does_not_ask_is_told_that_another_one_may_have_it() {
    let devices = Devices::new(&["a", "b", "c"]);
    devices.ok("a", &["add", "one"]);
    devices.ok("a", &["add", "two"]);
    devices.sync_all(&["a", "b", "c"]);
    let done = devices.ok("a", &["--json", "ready", "--claim"]);
    let shown: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(shown["confirmed"], true);
    let first = shown["id"].as_str().expect("an id")[..8].to_owned();
    // Which nobody has told b yet.
    let done = devices.ok("b", &["ready", "--claim", "--offline"]);
    assert_eq!(claimed(&done.stdout), first);
    assert!(done.stderr.contains("no remote was asked"), "{done:?}");
    assert_ne!(claimed(&devices.ok("c", &["ready", "--claim"]).stdout), first);
    std::fs::rename(devices.hub(), devices.world.path("away.git")).expect("a hub");
    devices.ok("c", &["add", "three"]);
    let done = devices.ok("c", &["--json", "ready", "--claim"]);
    assert!(done.stdout.contains("three") && done.stdout.contains("\"confirmed\": false"), "{done:?}");
    assert!(done.stderr.contains("origin could not be asked whether others have it"), "{done:?}");
}

/// A todo that somebody took on the command line, and has not told the branch of yet, is not taken from them.
#[test]
fn what_the_remote_refuses_is_let_go() {
    let devices = Devices::new(&["a", "b"]);
    devices.ok("a", &["add", "one"]);
    devices.sync_all(&["a", "b"]);
    // b's claim gets onto the hub between a's fetch and a's push.
    let other = devices.world.path("b-first");
    devices.hook(
        "update",
        &format!(
            "[ -e {0} ] || exit 0\nrm {0}\ngit update-ref refs/heads/consolidated $(cat {0}-tip)",
            other.display()
        ),
    );
    devices.ok("b", &["ready", "--claim"]);
    let theirs = devices.tip(&devices.hub(), "consolidated");
    let before = devices.tip(&devices.store("a"), "consolidated");
    devices.world.git(&devices.hub(), &["update-ref", "refs/heads/consolidated", &before]);
    devices.world.write("b-first", b"");
    devices.world.write("b-first-tip", theirs.as_bytes());
    let done = devices.run("a", &["ready", "--claim"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("nothing is ready") && done.stderr.contains("was taken by others"), "{done:?}");
    devices.sync_all(&["a", "b"]);
    let done = devices.ok("a", &["sessions"]);
    assert!(!done.stderr.contains("also"), "{done:?}");
    assert!(devices.states("a").contains(&"one: in_progress".to_owned()));
}

/// Who is always too late has taken nothing in the end.
#[test]
fn who_is_never_first_lets_go() {
    let devices = Devices::new(&["a"]);
    devices.ok("a", &["add", "one"]);
    devices.sync("a");
    devices.hook(
        "update",
        "new=$(git -c user.name=x -c user.email=x@example.com commit-tree -p consolidated -m x 'consolidated^{tree}')\n\
         git update-ref refs/heads/consolidated \"$new\"",
    );
    let store = devices.store("a");
    let arguments = ["--store", store.to_str().expect("UTF-8"), "ready", "--claim"];
    let done = devices.world.run_with(&[("CHITTYSYNC_LIMITS", "2"), ("CHITTYSYNC_NOW", NOW)], &arguments);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("others were faster, 2 times in a row: nothing was taken"), "{done:?}");
    assert_eq!(devices.states("a"), ["one: pending"]);
}
