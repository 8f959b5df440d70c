//! What people take out with git alone, and what somebody pushes who means harm, comes back or is left out; and that is
//! said.

use std::path::PathBuf;

use chittysync::todo::{Project, TodoId};
use serde_json::{Value, json};

use crate::common::{NOW, done};
use crate::devices::Devices;

const TODOS: &str = "projects/general/todos.json";

/// Returns two devices that know the same two todos.
fn two() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "completed"), ("Ship", "pending")]);
    devices.sync_all(&["a", "b"]);
    devices
}

/// What somebody does to a checkout of the branch.
type Change<'a> = &'a dyn Fn(&Devices, PathBuf);

const BOTH: [&str; 2] = ["Fix login: completed", "Ship: pending"];

/// Makes a commit on top of the hub's branch, as somebody with a checkout of it can.
fn commit(devices: &Devices, change: impl Fn(&Devices, PathBuf)) -> String {
    let world = &devices.world;
    let _ = std::fs::remove_dir_all(world.path("work"));
    world.git(&world.path(""), &["clone", "-q", "-b", "consolidated", "hub.git", "work"]);
    change(devices, world.path("work"));
    world.git(&world.path("work"), &["add", "-A", "-f"]);
    // What README.md shows goes by the date of the commit.
    let mut commit = world.command("git");
    commit.current_dir(world.path("work")).args(["commit", "-q", "--allow-empty", "-m", "by hand"]);
    let made = done(commit.env("GIT_COMMITTER_DATE", NOW).output());
    assert_eq!(made.code, Some(0), "{made:?}");
    world.git(&world.path("work"), &["push", "-q", "-f", "origin", "HEAD:consolidated"]);
    devices.tip(&devices.hub(), "consolidated")
}

fn write(devices: &Devices, path: &str, content: &str) {
    devices.world.write(&format!("work/{path}"), content.as_bytes());
}

/// Everybody syncs, all come to the same, and nothing is left to say.
fn settles(devices: &Devices) {
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    for name in ["a", "b"] {
        let done = devices.sync(name);
        assert!(!done.stderr.contains("put back") && !done.stderr.contains("left out"), "{done:?}");
    }
    devices.agree(&["a", "b"]);
}

#[test]
fn what_is_pushed_without_todos_gets_them_back() {
    for (what, content) in [
        ("an empty list", "[\n]\n"),
        ("a todo that was never finished", "completed by nobody"),
        ("a list without the file", ""),
    ] {
        let devices = two();
        commit(&devices, |devices, work| match content {
            "" => std::fs::remove_file(work.join(TODOS)).expect("removed"),
            "[\n]\n" => write(devices, TODOS, content),
            _ => {
                let text = std::fs::read_to_string(work.join(TODOS)).expect("a list");
                write(devices, TODOS, &text.replace("\"completed\"", "\"pending\""));
            }
        });
        let done = devices.sync("a");
        assert!(done.stderr.contains("put back"), "{what}: {done:?}");
        assert_eq!(devices.states("a"), BOTH, "{what}");
        settles(&devices);
        assert_eq!(devices.states("b"), BOTH, "{what}");
    }
}

#[test]
fn a_branch_without_history_or_taken_back_is_joined() {
    for orphan in [false, true] {
        let devices = two();
        devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "completed"), ("Ship", "in_progress")]);
        devices.sync_all(&["a", "b"]);
        let (hub, world) = (devices.hub(), &devices.world);
        let old = world.git(&hub, &["rev-list", "--max-parents=0", "consolidated"]);
        let old = old.lines().next().expect("a commit").to_owned();
        let new = match orphan {
            true => world.git(&hub, &["commit-tree", &format!("{old}^{{tree}}"), "-m", "x"]),
            false => old,
        };
        world.git(&hub, &["update-ref", "refs/heads/consolidated", &new]);
        let done = devices.sync("a");
        assert_eq!(devices.states("a"), ["Fix login: completed", "Ship: in_progress"], "{done:?}");
        settles(&devices);
    }
}

#[test]
fn what_plain_git_takes_back_on_a_device_comes_back_and_is_said() {
    let devices = two();
    devices.ok("a", &["done", "ship"]);
    let (store, world) = (devices.store("a"), &devices.world);
    let tip = devices.tip(&store, "consolidated");
    world.git(&store, &["update-ref", "refs/heads/consolidated", "consolidated~1"]);
    let done = devices.ok("a", &["consolidate"]);
    assert!(done.stderr.contains("consolidated had been moved to another commit"), "{done:?}");
    assert_eq!(devices.tip(&store, "consolidated"), tip);

    world.git(&store, &["update-ref", "-d", "refs/heads/consolidated"]);
    let done = devices.ok("a", &["consolidate"]);
    assert!(done.stderr.contains("consolidated had been moved"), "{done:?}");
    assert_eq!(devices.tip(&store, "consolidated"), tip);

    // An act says so as well, and is decided on what came back.
    let tree = world.git(&store, &["mktree", "--missing"]);
    let empty = world.git(&store, &["commit-tree", &tree, "-p", "consolidated", "-m", "empty"]);
    world.git(&store, &["update-ref", "refs/heads/consolidated", &empty]);
    let done = devices.run("a", &["add", "Ship"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("2 todos had been taken out of consolidated"), "{done:?}");
    assert_eq!(devices.states("a"), ["Fix login: completed", "Ship: pending"]);
}

/// A list that somebody broke is named, and nothing of it counts as settled: once it can be read again, what it lost by
/// then comes back.
#[test]
fn what_a_broken_list_lost_comes_back_when_it_is_repaired() {
    let devices = Devices::without_hub(&["a"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "completed"), ("Ship", "pending")]);
    devices.list("a", "s2", "2026-11-20T10:00:00Z", &[("Write", "pending")]);
    devices.sync("a");
    let (store, world) = (devices.store("a"), &devices.world);
    for content in ["[\n<<<<<<< ours\n", "[\n]\n"] {
        let _ = std::fs::remove_dir_all(world.path("work"));
        world.git(&world.path(""), &["clone", "-q", "-b", "consolidated", "a.git", "work"]);
        write(&devices, TODOS, content);
        world.git(&world.path("work"), &["commit", "-qam", "by hand"]);
        world.git(&world.path("work"), &["push", "-q", "origin", "HEAD:consolidated"]);
        let done = devices.run("a", &["consolidate"]);
        let said = if content.contains("ours") { "todos.json was left out" } else { "put back" };
        assert!(done.stderr.contains(said), "{done:?}");
    }
    assert_eq!(devices.states("a"), ["Fix login: completed", "Ship: pending", "Write: pending"]);
    assert_eq!(world.git_run(&store, &["fsck"]).code, Some(0));
}

/// A line under another's id, one with an epoch or a time that nothing comes after: left out whole, and named,
/// wherever it comes from. All others of the same list are taken.
#[test]
fn lines_that_nobody_can_have_said_are_left_out_and_named() {
    let general = Project::general();
    let claim = |epoch: u64, at: &str| json!({"x": {"status": "completed", "at": at, "epoch": epoch}});
    let line = |id: TodoId, content: &str, claims: Value| json!({"id": id.to_string(), "content": content, "created": "2026-11-20T09:00:00.000Z", "claims": claims});
    let (now, ship) = ("2026-11-20T09:00:00.000Z", TodoId::of(&general, "Ship"));
    for (what, bad, why) in [
        ("another's id", line(ship, "Pay the bill", claim(0, now)), "is not the id of these words"),
        ("a great epoch", line(ship, "Ship", claim(u64::MAX, now)), "has epoch 18446744073709551615"),
        ("a far time", line(ship, "Ship", claim(0, "9999-12-31T23:59:59.999Z")), "is of 9999-12-31"),
    ] {
        for path in [TODOS, "projects/general/todos/a.json", "projects/general/archive/2026-11.json"] {
            let devices = two();
            let good = line(TodoId::of(&general, "Good"), "Good", json!({"x": {"status": "pending", "at": now}}));
            commit(&devices, |devices, work| {
                let text = std::fs::read(work.join(path)).unwrap_or_else(|_| b"[]".to_vec());
                let mut lines: Vec<Value> = serde_json::from_slice(&text).expect("a list");
                lines.extend([bad.clone(), good.clone()]);
                write(devices, path, &json!(lines).to_string());
            });
            let done = devices.sync("a");
            let named = done.stderr.contains(why) && done.stderr.contains("was left out");
            // Where it stands on the line of an honest todo, the list is read as one line that is flawed.
            assert!(named, "{what} in {path}: {done:?}");
            let mut states = devices.states("a");
            states.retain(|state| !state.starts_with("Good"));
            assert_eq!(states, BOTH, "{what} in {path}");
            settles(&devices);
            assert!(devices.states("b").contains(&"Good: pending".to_owned()), "{what} in {path}");
        }
    }
}

/// A tree has one shape: what else stands in it is replaced, and what it hid is put back.
#[cfg(unix)]
#[test]
fn links_programs_and_other_attributes_are_replaced() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let changes: [(&str, Change<'_>); 6] = [
        ("a link in place of a list", &|_, work| {
            std::fs::remove_file(work.join(TODOS)).expect("removed");
            symlink("/etc/passwd", work.join(TODOS)).expect("a link");
        }),
        ("a list that is to be executed", &|_, work| {
            std::fs::set_permissions(work.join(TODOS), PermissionsExt::from_mode(0o755)).expect("a program");
        }),
        ("a file in place of all projects", &|devices, work| {
            std::fs::remove_dir_all(work.join("projects")).expect("removed");
            write(devices, "projects", "nothing");
        }),
        ("a directory in place of a list", &|devices, work| {
            std::fs::remove_file(work.join(TODOS)).expect("removed");
            write(devices, &format!("{TODOS}/x"), "nothing");
        }),
        ("other attributes", &|devices, _| write(devices, ".gitattributes", "* merge=binary\n")),
        ("attributes below", &|devices, _| write(devices, "projects/general/.gitattributes", "* merge=ours\n")),
    ];
    for (what, change) in changes {
        let devices = two();
        let before = devices.world.git(&devices.hub(), &["ls-tree", "-r", "consolidated"]);
        commit(&devices, change);
        devices.sync("a");
        assert_eq!(devices.states("a"), BOTH, "{what}");
        settles(&devices);
        assert_eq!(devices.world.git(&devices.hub(), &["ls-tree", "-r", "consolidated"]), before, "{what}");
    }
}

/// A store of version 1 is opened as it is; what it holds is all there, and is written in the new way as it changes.
#[test]
fn a_store_of_version_1_is_carried_over() {
    let devices = Devices::new(&["a", "b"]);
    let (store, world) = (devices.store("a"), &devices.world);
    let export = std::fs::read(crate::common::project("fixtures/stores/v1.fast-export")).expect("a fixture");
    let mut import = world.command("git");
    import.current_dir(&store).args(["fast-import", "--quiet"]).stdin(std::process::Stdio::piped());
    let mut import = import.spawn().expect("git");
    std::io::Write::write_all(&mut import.stdin.take().expect("a pipe"), &export).expect("written");
    assert!(import.wait().expect("it ends").success());
    let before = world.git(&store, &["show", "consolidated:projects/api/todos.json"]);
    let states = devices.states("a");
    assert_eq!(states.len(), 63);
    assert_eq!(states.iter().filter(|state| state.ends_with(": completed")).count(), 22);

    devices.ok("a", &["done", "step 04 of the move"]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    let mut expected: Vec<String> = states;
    let changed = expected.iter_mut().find(|state| state.starts_with("Step 04")).expect("it is there");
    *changed = "Step 04 of the move: completed".to_owned();
    assert_eq!(devices.states("a"), expected);
    assert_eq!(devices.states("b"), expected);
    // Its one long list is several now, and everything that it said is in them.
    let files = world.git(&store, &["ls-tree", "-r", "--name-only", "consolidated", "projects/api/todos/"]);
    assert!(files.lines().count() > 10, "{files}");
    assert_eq!(before.lines().filter(|line| line.starts_with('{')).count(), 61);
    let attributes = world.git(&store, &["show", "consolidated:.gitattributes"]);
    assert!(attributes.contains("projects/*/todos/*.json"), "{attributes}");
}

/// Whoever says the words of another session with that session's own file does not keep the session from being heard.
#[test]
fn a_list_that_somebody_else_copied_still_speaks_for_its_session() {
    for order in [[0, 1], [1, 0]] {
        let devices = Devices::new(&["a", "c"]);
        devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Fix login", "completed"), ("Ship", "pending")]);
        devices.sync("a");
        let (world, hub) = (&devices.world, devices.hub());
        let said = devices.tip(&hub, "refs/chittysync/s1");
        world.git(&world.path(""), &["clone", "-q", "-n", "hub.git", "work"]);
        let work = world.path("work");
        world.git(&work, &["checkout", "-q", &said]);
        let evil = chittysync::todo::Session::new("evil").expect("a name");
        let (own, theirs) = (s1_file(&devices), chittysync::store::paths::session_path(&evil));
        let info = std::fs::read_to_string(work.join(&own)).expect("a session");
        std::fs::remove_file(work.join(&own)).expect("removed");
        write(&devices, &theirs, &info.replace("\"s1\"", "\"evil\""));
        let made = |parents: &[&str]| {
            world.git(&work, &["add", "-A"]);
            let tree = world.git(&work, &["write-tree"]).trim().to_owned();
            let parents = parents.iter().flat_map(|parent| ["-p", parent]);
            let arguments: Vec<&str> = ["commit-tree", "-m", "x", &tree].into_iter().chain(parents).collect();
            world.git(&work, &arguments).trim().to_owned()
        };
        let copied = made(&[]);
        write(&devices, TODOS, "[\n]\n");
        let parents = [said.as_str(), copied.as_str()];
        let emptied = made(&order.map(|at| parents[at]));
        world.git(&work, &["push", "-q", "-f", "origin", &format!("{emptied}:refs/heads/consolidated")]);
        devices.sync("c");
        assert_eq!(devices.states("c"), BOTH, "{order:?}");
    }
}

fn s1_file(devices: &Devices) -> String {
    let files = devices.world.git(&devices.hub(), &["ls-tree", "-r", "--name-only", "refs/chittysync/s1", "sessions"]);
    files.trim().to_owned()
}
