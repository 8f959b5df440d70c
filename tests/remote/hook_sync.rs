//! Without a daemon: the sync that a session's start and end begin, and do not wait for.
#![cfg(unix)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::NOW;
use crate::common::background::{self, is_locked};
use crate::devices::Devices;
use crate::hanging::{HANGS, none_is_left, with_ssh};

/// Tells a device's hook of an event, and returns what the agent is told. Ends when nobody holds the hook's pipes open
/// any more.
fn hook(devices: &Devices, name: &str, session: &str, event: &str, more: &Value) -> String {
    let mut input = json!({ "session_id": session, "cwd": "/nowhere/acme", "hook_event_name": event,
        "source": "startup" });
    more.as_object().into_iter().flatten().for_each(|(key, value)| input[key] = value.clone());
    let store = devices.store(name);
    let arguments = ["--store", store.to_str().expect("UTF-8"), "hook", event];
    let done = devices.world.input_at(NOW, &arguments, input.to_string().as_bytes());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
    done.stdout
}

fn task(devices: &Devices, name: &str, session: &str, words: &str) {
    hook(devices, name, session, "TaskCreated", &json!({ "task_id": words, "task_subject": words }));
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Returns whether work of this name goes on.
fn is_at_work(devices: &Devices, name: &str, work: &str, wanted: &str) -> bool {
    background::is_at_work(&devices.store(name), work, wanted)
}

/// Waits until nothing is done in the background of a device.
fn rest(devices: &Devices, name: &str) {
    until("it rests", || {
        !is_at_work(devices, name, "syncing", "sync-wanted") && !is_at_work(devices, name, "consolidating", "wanted")
    });
}

fn state(devices: &Devices, name: &str) -> Value {
    let text = std::fs::read(devices.store(name).join("chittysync/hook-sync.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn at_hub(devices: &Devices, words: &str) -> bool {
    let todos = devices.world.git_run(&devices.hub(), &["show", "consolidated:projects/acme/todos.json"]);
    todos.stdout.contains(words)
}

#[test]
fn the_next_session_on_another_machine_knows() {
    let devices = Devices::new(&["a", "b"]);
    devices.world.git(&devices.store("b"), &["config", "chittysync.context", "all"]);
    task(&devices, "a", "s1", "Fix the login");
    hook(&devices, "a", "s1", "SessionEnd", &json!({}));
    until("it is sent", || at_hub(&devices, "Fix the login"));
    rest(&devices, "a");
    assert_eq!(hook(&devices, "b", "s2", "SessionStart", &json!({})), "", "it waits for nobody");
    until("it is fetched", || devices.states("b") == ["Fix the login: pending"]);
    rest(&devices, "b");
    let told = hook(&devices, "b", "s3", "SessionStart", &json!({}));
    assert!(told.contains("Fix the login"), "{told}");
    rest(&devices, "b");
    assert_eq!(state(&devices, "b")["failures"], 0);
    let doctor = devices.run("b", &["doctor"]).stdout;
    assert!(doctor.contains("ok  hook sync"), "{doctor}");
}

/// What is said while one is under way is sent as well, whether or not another hook comes.
#[test]
fn what_comes_during_a_sync_is_sent_by_the_next() {
    let devices = Devices::new(&["a"]);
    devices.hook("pre-receive", "sleep 2");
    task(&devices, "a", "s1", "Fix the login");
    hook(&devices, "a", "s1", "SessionEnd", &json!({}));
    until("it is under way", || is_at_work(&devices, "a", "syncing", "nothing"));
    std::thread::sleep(Duration::from_millis(800));
    task(&devices, "a", "s2", "Write notes");
    hook(&devices, "a", "s2", "SessionEnd", &json!({}));
    until("both are sent", || at_hub(&devices, "Fix the login") && at_hub(&devices, "Write notes"));
    rest(&devices, "a");
    assert!(state(&devices, "a")["runs"].as_u64() >= Some(2), "{}", state(&devices, "a"));
}

#[test]
fn a_remote_that_hangs_holds_up_no_agent_and_is_ended() {
    let devices = with_ssh(HANGS);
    let store = devices.store("a");
    devices.world.git(&store, &["config", "chittysync.timeout", "600"]);
    // Far longer than three hooks take on a busy machine.
    devices.world.git(&store, &["config", "chittysync.hookSync", "12s"]);
    let started = Instant::now();
    for event in ["SessionStart", "SessionEnd", "SessionStart"] {
        hook(&devices, "a", "s1", event, &json!({}));
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(12), "an agent waited: {took:?}");
    let pids = || std::fs::read_to_string(devices.world.home().join("pids")).unwrap_or_default();
    until("it hangs", || !pids().is_empty());
    rest(&devices, "a");
    assert!(started.elapsed() < Duration::from_secs(120), "it was not ended in time");
    assert_eq!(pids().lines().count(), 1, "at most one at a time");
    none_is_left(&devices);
    assert_eq!(state(&devices, "a")["failures"], 1, "{}", state(&devices, "a"));
    let log = devices.ok("a", &["daemon", "log"]).stdout;
    assert!(log.contains("error hook-sync: it was ended after 12 s"), "{log}");
    let doctor = devices.run("a", &["doctor"]).stdout;
    assert!(doctor.contains("BAD hook sync   failed, last "), "{doctor}");
    assert!(doctor.contains(": it was ended after 12 s; `git chittysync sync` tells more"), "{doctor}");
    // The remote is tried, and given up.
    assert!(doctor.contains("BAD remote      origin cannot be reached: no answer in time"), "{doctor}");
    let tried = pids().lines().count();
    assert_eq!(tried, 2);
    none_is_left(&devices);

    // It is left alone for a while, and then it is tried again.
    hook(&devices, "a", "s2", "SessionEnd", &json!({}));
    std::thread::sleep(Duration::from_millis(500));
    assert!(!is_at_work(&devices, "a", "syncing", "sync-wanted"));
    assert_eq!(pids().lines().count(), tried);
    let mut later = state(&devices, "a");
    later["next"] = "2026-11-20T12:00:00.000Z".into();
    devices.world.write("a.git/chittysync/hook-sync.json", later.to_string().as_bytes());
    devices.world.git(&store, &["config", "remote.origin.url", &devices.hub().to_string_lossy()]);
    task(&devices, "a", "s2", "Ship it");
    hook(&devices, "a", "s2", "SessionEnd", &json!({}));
    until("it is sent", || at_hub(&devices, "Ship it"));
    rest(&devices, "a");
    assert_eq!((&state(&devices, "a")["failures"], &state(&devices, "a")["next"]), (&0.into(), &Value::Null));
    assert!(devices.ok("a", &["daemon", "log"]).stdout.contains("info  hook-sync: works again"));
    // Somebody's own sync that comes through ends the wait, too.
    later["next"] = "2999-01-01T00:00:00.000Z".into();
    devices.world.write("a.git/chittysync/hook-sync.json", later.to_string().as_bytes());
    devices.sync("a");
    assert_eq!((&state(&devices, "a")["failures"], &state(&devices, "a")["next"]), (&0.into(), &Value::Null));
}

#[test]
fn nothing_is_started_where_none_is_wanted() {
    let devices = Devices::new(&["a", "b", "c"]);
    let nothing = |name: &str| {
        task(&devices, name, "s1", "Fix the login");
        for event in ["SessionStart", "SessionEnd"] {
            hook(&devices, name, "s1", event, &json!({}));
        }
        std::thread::sleep(Duration::from_millis(500));
        let home = devices.store(name).join("chittysync");
        for file in ["syncing", "sync-wanted", "hook-sync.json"] {
            assert!(!home.join(file).exists(), "{name}: {file}");
        }
        rest(&devices, name);
    };
    devices.world.git(&devices.store("a"), &["config", "chittysync.hookSync", "off"]);
    nothing("a");
    devices.world.git(&devices.store("b"), &["config", "--unset", "chittysync.remote"]);
    nothing("b");
    std::fs::create_dir_all(devices.store("c").join("chittysync")).expect("a directory");
    let daemon = std::fs::File::create(devices.store("c").join("chittysync/daemon.lock")).expect("a file");
    daemon.lock().expect("a lock");
    nothing("c");
    drop(daemon);
    assert!(!at_hub(&devices, "Fix the login"));
    // Other events have other things to do.
    for event in ["Stop", "PreCompact", "SubagentStop"] {
        hook(&devices, "c", "s1", event, &json!({}));
    }
    assert!(!devices.store("c").join("chittysync/syncing").exists());
    devices.world.git(&devices.store("a"), &["config", "chittysync.hookSync", "soon"]);
    // What waits is merged all the same.
    let held = ["daemon.lock", "lock"].map(|name| devices.store("a").join("chittysync").join(name));
    let held = held.map(|path| std::fs::File::create(path).expect("a file"));
    held.iter().for_each(|file| file.lock().expect("a lock"));
    task(&devices, "a", "s1", "Write notes");
    drop(held);
    hook(&devices, "a", "s1", "SessionEnd", &json!({}));
    let log = devices.ok("a", &["daemon", "log"]).stdout;
    assert!(log.contains("the setting chittysync.hookSync is 'soon'"), "{log}");
    let merged = ["show", "consolidated:projects/acme/todos.json"];
    until("it is merged", || devices.world.git(&devices.store("a"), &merged).contains("Write notes"));
    devices.world.git(&devices.store("a"), &["config", "chittysync.hookSync", "true"]);
    hook(&devices, "a", "s1", "SessionEnd", &json!({}));
    until("it is sent", || at_hub(&devices, "Fix the login"));
    ["a", "b", "c"].iter().for_each(|name| rest(&devices, name));
}

/// A repository can have come from anybody, as a store with a remote of theirs.
#[test]
fn nothing_leaves_a_repository_that_a_session_happens_to_stand_in() {
    let devices = Devices::new(&["a"]);
    let (world, project) = (&devices.world, devices.world.path("project"));
    world.git(&world.path(""), &["init", "-q", "project"]);
    world.git(&project, &["chittysync", "init", "--here", "--remote", &devices.hub().to_string_lossy()]);
    let tell = |event: &str, arguments: &[&str]| {
        let input = json!({ "session_id": "s1", "cwd": project, "hook_event_name": event, "source": "startup",
            "task_id": "1", "task_subject": "Fix the login" });
        let done = world.input_at(NOW, &[arguments, &["hook", event]].concat(), input.to_string().as_bytes());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
    };
    for event in ["SessionStart", "TaskCreated", "SessionEnd"] {
        tell(event, &[]);
    }
    std::thread::sleep(Duration::from_millis(500));
    let home = project.join(".git/chittysync");
    assert!(!home.join("syncing").exists() && !home.join("sync-wanted").exists());
    until("it is saved all the same", || world.git(&project, &["chittysync", "list"]).contains("Fix the login"));
    // Somebody who names it means it.
    tell("SessionEnd", &["--store", &project.to_string_lossy()]);
    until("it is sent", || world.git_run(&devices.hub(), &["grep", "Fix the login", "consolidated"]).code == Some(0));
    until("it rests", || home.join("syncing").exists() && !is_locked(&home.join("syncing")));
}
