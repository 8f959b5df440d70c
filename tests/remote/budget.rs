//! What is pushed to use others up: little to send, and a great deal once it is unpacked. It is left out as a whole and
//! named, and everything else goes on.

use crate::common::{Done, NOW};
use crate::devices::Devices;
use crate::foreign::{Files, TIME, at, info, line, list, push};

/// Two devices, one of which has said something, and the hub has it.
fn two() -> Devices {
    let devices = Devices::new(&["a", "b"]);
    devices.list("a", "s1", "2026-11-20T10:00:00Z", &[("Ship", "pending")]);
    devices.sync_all(&["a", "b"]);
    devices
}

/// Syncs both, and expects that both name this, and that what others say still comes through.
fn is_left_out(devices: &Devices, what: &str) {
    for name in ["a", "b"] {
        let done = devices.try_sync(name, NOW, &[]);
        assert!(done.stderr.contains(what), "{name}: {what}: {done:?}");
    }
    devices.list("b", "s2", "2026-11-20T11:00:00Z", &[("Fix login", "pending")]);
    for name in ["b", "a", "b"] {
        let done = devices.try_sync(name, NOW, &[]);
        assert!(done.stderr.contains(what), "what is remembered of it is told: {name}: {done:?}");
    }
    for name in ["a", "b"] {
        assert_eq!(devices.states(name), ["Fix login: pending", "Ship: pending"], "{name}");
    }
}

#[test]
fn many_paths_to_one_list() {
    let devices = two();
    let words = "x".repeat(1 << 20);
    let paths = (0..100).map(|number| format!("projects/p{number}/todos.json")).collect();
    let (path, text) = info("evil", "");
    push(&devices, "refs/chittysync/evil", &[vec![at(&path, text), (paths, list(&[line("evil", &words, "")]))]]);
    is_left_out(&devices, "session evil of origin was left out: its files have more than 16777216 bytes");
    devices.agree(&["a", "b"]);
}

#[test]
fn many_directories_that_are_one() {
    let devices = two();
    let (path, text) = info("evil", "");
    let paths =
        (0..130).flat_map(|project| (0..130).map(move |part| format!("projects/p{project}/todos/{part:x}.json")));
    push(&devices, "refs/chittysync/evil", &[vec![at(&path, text), (paths.collect(), list(&[]))]]);
    is_left_out(&devices, "session evil of origin was left out: it has more than 8192 files and directories");
    devices.agree(&["a", "b"]);
}

/// A directory that others pushed into becomes a store: what is its own then, nobody has looked at.
#[test]
fn what_is_this_devices_own_is_weighed_too() {
    let devices = two();
    let (path, text) = info("evil", "");
    let paths = (0..9000).map(|part| format!("projects/general/todos/{part:x}.json"));
    push(&devices, "refs/chittysync/evil", &[vec![at(&path, text), (paths.collect(), list(&[]))]]);
    let (hub, store) = (devices.hub(), devices.store("a"));
    let every = "refs/chittysync/*:refs/chittysync/*";
    devices.world.git(&store, &["fetch", "-q", &hub.to_string_lossy(), every]);
    for words in ["Fix login", "Deploy"] {
        let done = devices.run("a", &["consolidate"]);
        assert!(done.stderr.contains("session evil was left out: it has more than 8192 files"), "{done:?}");
        devices.ok("a", &["add", words]);
    }
    assert_eq!(devices.states("a"), ["Deploy: pending", "Fix login: pending", "Ship: pending"]);
}

/// In memory each takes thirty times as much as in the file.
#[test]
fn many_small_values() {
    let devices = two();
    let numbers = format!(",\"metadata\":[0{}]", ",0".repeat((1 << 20) + 1));
    for (session, file, text) in [
        ("evil", "projects/general/todos.json".to_owned(), list(&[line("evil", "x", &numbers)])),
        ("worse", info("worse", "").0, info("worse", &numbers).1),
    ] {
        let (path, text_of_session) = info(session, "");
        let name = format!("refs/chittysync/{session}");
        push(&devices, &name, &[vec![at(&path, text_of_session), at(&file, text)]]);
        let what = format!("session {session} of origin was left out: its files have more than 1048576 values");
        for name in ["a", "b"] {
            let done = devices.sync(name);
            assert!(done.stderr.contains(&what), "{name}: {what}: {done:?}");
        }
        devices.agree(&["a", "b"]);
    }
    assert_eq!(devices.states("a"), ["Ship: pending"]);
}

/// A line that says a great deal is as good as any other: reading it takes time in proportion to its length, here and in
/// every hook.
#[test]
fn many_stamped_properties() {
    let devices = two();
    let (path, text) = info("long", "");
    let each = |text: &dyn Fn(usize) -> String| (0..80_000).map(text).collect::<String>();
    let fields = each(&|number| format!(",\"f{number}\":\"\""));
    let stamps = each(&|number| format!(",\"f{number}\":\"{TIME}\""));
    let line = line("long", "x", &fields);
    let line = format!("{},\"stamps\":{{{}}}}}", &line[..line.len() - 1], &stamps[1..]);
    push(&devices, "refs/chittysync/long", &[vec![at(&path, text), at("projects/general/todos.json", list(&[line]))]]);
    devices.list("b", "s2", "2026-11-20T11:00:00Z", &[("x", "completed")]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("a"), ["Ship: pending", "x: completed"]);
}

/// The newest commit is as it should be; what stands in one before it counts for nobody.
#[test]
fn a_commit_in_the_middle_of_a_history() {
    let devices = two();
    let (path, text) = info("evil", "");
    let lines: Vec<String> = ["One", "Two"].iter().map(|words| line("evil", words, "")).collect();
    let hidden = line("evil", &format!("hidden {}", "x".repeat(1 << 20)), "");
    let paths = (0..40).map(|number| format!("projects/p{number}/todos.json"));
    let paths: Vec<String> = paths.chain(["projects/general/todos.json".to_owned()]).collect();
    let small = at("projects/general/todos.json", list(&lines));
    let gone: Files = vec![small.clone(), (paths[..40].to_vec(), list(&[]))];
    push(
        &devices,
        "refs/chittysync/evil",
        &[vec![at(&path, text), small], vec![(paths, list(&[lines[0].clone(), hidden]))], gone],
    );
    for name in ["a", "b", "a", "b"] {
        devices.sync(name);
    }
    devices.agree(&["a", "b"]);
    assert_eq!(devices.states("b"), ["One: pending", "Ship: pending", "Two: pending"]);
}

/// The branch of a remote is named and waits; sessions go on.
#[test]
fn a_branch_that_is_too_large() {
    if crate::devices::is_over_the_hub() {
        // It takes no such push (tests/hub/policy.rs). What somebody writes into its own directory is its own word, which
        // it goes on from, as every store does.
        return;
    }
    let devices = two();
    let (path, text) = info("evil", "");
    let words = "x".repeat(1 << 20);
    let paths = (0..600).map(|number| format!("projects/p{number}/todos.json")).collect();
    let before = devices.tip(&devices.hub(), "consolidated");
    push(&devices, "refs/heads/consolidated", &[vec![at(&path, text), (paths, list(&[line("evil", &words, "")]))]]);
    is_left_out(&devices, "the branch of origin was left out: its files have more than 536870912 bytes");
    let hub = devices.hub();
    devices.world.git(&hub, &["update-ref", "refs/heads/consolidated", &before]);
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
}

/// Runs a command on a device where a session's commit may hold so much.
fn with(devices: &Devices, name: &str, entries: usize, bytes: usize, arguments: &[&str]) -> Done {
    let budgets = format!("{entries},{bytes},1000000,100000000,1000000");
    let store = devices.store(name);
    let mut all = vec!["--store", store.to_str().expect("UTF-8")];
    all.extend(arguments);
    devices.world.run_with(&[("CHITTYSYNC_NOW", NOW), ("CHITTYSYNC_BUDGETS", &budgets)], &all)
}

/// What one device would not take, none says: neither from an agent's files nor by a command.
#[test]
fn nothing_is_said_that_others_would_leave_out() {
    let devices = two();
    devices.list("a", "long", "2026-11-20T11:00:00Z", &[(&"x".repeat(3_000), "pending")]);
    devices.list("a", "short", "2026-11-20T11:00:00Z", &[("Fix login", "pending")]);
    let home = devices.world.path("claude-a");
    let sync = ["sync", "--from", home.to_str().expect("UTF-8")];
    let done = with(&devices, "a", 100, 3_000, &sync);
    let why = "session long was left out: it would have said too much: its files have more than 3000 bytes";
    assert!(done.code == Some(0) && done.stderr.contains(why), "{done:?}");
    assert_eq!(devices.states("a"), ["Fix login: pending", "Ship: pending"], "all others are saved");
    let done = with(&devices, "a", 100, 3_000, &["add", &"y".repeat(3_000)]);
    assert!(done.code == Some(1) && done.stderr.contains("would have said too much"), "{done:?}");
    // With room for it, it is said without being written again.
    devices.sync("a");
    assert_eq!(devices.states("a").len(), 3);
    let few = with(&devices, "b", 4, 4_000, &["add", "One more"]);
    assert!(few.stderr.contains("it has more than 4 files and directories"), "{few:?}");
}

/// What says more and more goes on under another name in time, and everybody takes it for one.
#[test]
fn a_session_that_is_half_full_goes_on_under_another_name() {
    let devices = two();
    for number in 0..30 {
        let done = with(&devices, "a", 1_000, 4_000, &["add", &format!("Task {number}")]);
        assert_eq!(done.code, Some(0), "{number}: {done:?}");
    }
    let done = with(&devices, "a", 1_000, 4_000, &["done", "Task 0"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    with(&devices, "a", 1_000, 4_000, &["sync", "-q"]);
    let done = with(&devices, "b", 1_000, 4_000, &["sync"]);
    assert!(!done.stderr.contains("left out"), "{done:?}");
    let names = devices.refs(&devices.hub(), "refs/chittysync/");
    assert!((4..13).contains(&names.len()), "{names:?}");
    let states = devices.states("b");
    assert_eq!(states.iter().filter(|todo| todo.starts_with("Task")).count(), 30);
    assert!(states.contains(&"Task 0: completed".to_owned()), "{states:?}");
    let sessions: serde_json::Value =
        serde_json::from_str(&devices.ok("b", &["--json", "sessions"]).stdout).expect("a list");
    assert_eq!(sessions.as_array().expect("a list").len(), 2, "{sessions}");
}

/// Short numbers are few bytes and many values.
#[test]
fn a_session_of_many_values_goes_on_under_another_name() {
    let devices = two();
    let numbers = |task: usize| {
        let numbers = vec![7; 300];
        serde_json::json!([{"content": format!("Task {task}"), "status": "pending", "metadata": {"numbers": numbers}}])
    };
    // 100,000 bytes have room for 6,250 values.
    for task in 0..30 {
        let store = devices.store("a");
        let mut import = devices.world.command(crate::common::binary());
        import.env("CHITTYSYNC_BUDGETS", "1000,100000,1000000,100000000,1000000");
        import.args([
            "--store",
            store.to_str().expect("UTF-8"),
            "import",
            "-q",
            "--session",
            "numbers",
            "--project",
            "acme",
        ]);
        let file = devices.world.write("numbers", numbers(task).to_string().as_bytes());
        let done = crate::common::done(import.stdin(std::fs::File::open(file).expect("a file")).output());
        assert_eq!(done.code, Some(0), "{task}: {done:?}");
    }
    with(&devices, "a", 1_000, 100_000, &["sync", "-q"]);
    let done = with(&devices, "b", 1_000, 100_000, &["sync"]);
    assert!(!done.stderr.contains("left out"), "{done:?}");
    assert!(devices.refs(&devices.hub(), "refs/chittysync/").len() > 2);
    assert_eq!(devices.states("b").iter().filter(|todo| todo.starts_with("Task")).count(), 30);
}
