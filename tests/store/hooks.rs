//! Hooks beside everything that can go wrong: they end with 0 at once, and what they were told is not lost.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::background::rests;
use crate::common::{Done, World, binary, done, has};
use crate::errors::{Mount, remount};
use crate::oracle;
use crate::trace::strace;

const SESSION: &str = "11111111-1111-4111-8111-111111111111";

pub fn created(id: usize, subject: &str) -> Value {
    json!({"session_id": SESSION, "cwd": "/nowhere/acme", "hook_event_name": "TaskCreated", "task_id": id.to_string(),
        "task_subject": subject})
}

fn completed(id: usize, subject: &str) -> Value {
    json!({"session_id": SESSION, "cwd": "/nowhere/acme", "hook_event_name": "TaskCompleted", "task_id": id.to_string(),
        "task_subject": subject})
}

pub fn states(world: &World) -> Vec<String> {
    world.ok(&["consolidate", "-q"]);
    world.states()
}

pub fn spool(world: &World) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(world.store().join("chittysync/spool")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

pub fn log(world: &World) -> String {
    std::fs::read_to_string(world.store().join("chittysync/log")).unwrap_or_default()
}

/// Runs a hook and takes the time.
fn timed(world: &World, event: &Value) -> Duration {
    let started = Instant::now();
    world.hook(event);
    started.elapsed()
}

#[test]
fn a_busy_store_is_not_waited_for() {
    let world = World::new();
    let _daemon = world.as_daemon();
    world.hook(&created(1, "Fix login"));
    let lock = std::fs::File::options().write(true).open(world.store().join("chittysync/lock")).expect("a lock");
    lock.lock().expect("the lock");
    // Who waits for a store does so for half a minute.
    let took = timed(&world, &completed(1, "Fix login")) + timed(&world, &created(2, "Ship"));
    assert!(took < Duration::from_secs(25), "{took:?}");
    assert_eq!(spool(&world).len(), 2);
    drop(lock);
    // Whoever has the store next saves what waits, in its order.
    assert_eq!(states(&world), ["Fix login: completed", "Ship: pending"]);
    assert_eq!(spool(&world), Vec::<PathBuf>::new());
}

/// As after a kill between moving the refs and removing the files.
#[test]
fn an_event_that_is_taken_twice_says_nothing_twice() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let lock = std::fs::File::create(world.store().join("chittysync/lock")).expect("a lock");
    lock.lock().expect("the lock");
    let reopened = json!({"session_id": SESSION, "cwd": "/nowhere/acme", "hook_event_name": "PostToolUse",
        "tool_name": "TaskUpdate", "tool_input": {"taskId": "1", "status": "in_progress"}, "tool_response": {"success": true}});
    let done = json!({"session_id": SESSION, "cwd": "/nowhere/acme", "hook_event_name": "PostToolUse",
        "tool_name": "TaskUpdate", "tool_input": {"taskId": "1", "status": "completed"}, "tool_response": {"success": true}});
    for event in [&created(1, "Fix login"), &reopened, &reopened, &done] {
        world.hook(event);
    }
    let files: Vec<(PathBuf, Vec<u8>)> =
        spool(&world).into_iter().map(|path| (path.clone(), std::fs::read(path).expect("an event"))).collect();
    assert_eq!(files.len(), 4);
    drop(lock);
    assert_eq!(states(&world), ["Fix login: completed"]);
    let refs = world.git(&world.store(), &["for-each-ref"]);
    for (path, content) in &files {
        std::fs::write(path, content).expect("an event");
    }
    assert_eq!(states(&world), ["Fix login: completed"]);
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), refs);
    assert_eq!(spool(&world), Vec::<PathBuf>::new());
}

#[test]
fn many_hooks_at_once_lose_nothing() {
    let world = World::new();
    let _daemon = world.as_daemon();
    std::thread::scope(|scope| {
        for id in 0..24 {
            let world = &world;
            scope.spawn(move || {
                world.hook(&created(id, &format!("Task {id:02}")));
                if id % 2 == 0 {
                    world.hook(&completed(id, &format!("Task {id:02}")));
                }
            });
        }
    });
    let expected: Vec<String> =
        (0..24).map(|id| format!("Task {id:02}: {}", if id % 2 == 0 { "completed" } else { "pending" })).collect();
    assert_eq!(states(&world), expected);
    oracle::whole(&world, &world.store()).unwrap_or_else(|err| panic!("{err}"));
}

/// Killed at each call that gives or takes a name: before the event has one nothing was promised, from then on
/// the next run delivers, once.
#[test]
fn a_hook_that_is_killed_delivers_with_the_next_run() {
    if !has("strace") {
        return;
    }
    let mut spooled = 0;
    for (call, most) in [("rename", 12), ("unlink", 6), ("link", 6)] {
        for nth in 1..=most {
            let world = World::new();
            let _daemon = world.as_daemon();
            world.hook(&created(1, "Fix login"));
            let input = world.write("event.json", completed(1, "Fix login").to_string().as_bytes());
            let trace = world.path("trace");
            let inject = format!("inject={call},{call}at,{call}at2:signal=KILL:when={nth}");
            let inject = if call == "rename" { inject } else { inject.replace(&format!(",{call}at2"), "") };
            let mut command = strace(&world, &["-o", &trace.to_string_lossy(), "-e", &inject]);
            command.args(["hook", "TaskCompleted"]).stdin(std::fs::File::open(&input).expect("a file"));
            let killed = done(command.output());
            let waits = spool(&world).iter().any(|path| path.extension().is_some_and(|end| end == "json"));
            spooled += usize::from(waits);
            let states = states(&world);
            assert_eq!(states.len(), 1, "{call} {nth}: {states:?}");
            if waits || killed.code == Some(0) {
                assert_eq!(states, ["Fix login: completed"], "{call} {nth}");
            }
            oracle::whole(&world, &world.store()).unwrap_or_else(|err| panic!("{call} {nth}: {err}"));
            if killed.code == Some(0) {
                break;
            }
        }
    }
    assert!(spooled > 2, "only {spooled} kills came after the event was put down");
}

#[test]
fn bad_input_is_logged_and_nothing_else() {
    let world = World::new();
    let _daemon = world.as_daemon();
    // As before the first capture.
    std::fs::remove_dir_all(world.store().join("chittysync")).expect("removed");
    let huge = format!(r#"{{"session_id":"s","x":"{}"}}"#, "y".repeat(17 * 1024 * 1024));
    let deep = format!(r#"{{"session_id":"s","x":{}{}}}"#, "[".repeat(90), "]".repeat(90));
    let long = created(1, "x").to_string().replace(SESSION, &"1".repeat(100_000));
    let no_list = br#"{"session_id": "s", "tool_name": "TodoWrite", "tool_response": {"newTodos": "A, B"}}"#;
    let cases: [(&str, &[u8], &str); 12] = [
        ("TaskCreated", b"", "is empty"),
        ("TaskCreated", b"garbage", "is not valid JSON"),
        ("TaskCreated", b"[1, 2]", "is no event but a list"),
        ("TaskCreated", b"\xff\xfe\x00", "is not valid JSON"),
        ("TaskCreated", br#"{"session_id": "s", "task_id": "1", "task_sub"#, "is not valid JSON"),
        ("Stop", deep.as_bytes(), "is nested deeper"),
        ("TaskCreated", huge.as_bytes(), "has more than"),
        ("TaskCreated", br#"{"session_id": "a\u0007b", "task_id": "1", "task_subject": "x"}"#, "cannot be one"),
        ("TaskCreated", br#"{"task_id": "1", "task_subject": "x"}"#, "names no session"),
        ("TaskCreated", long.as_bytes(), "cannot be one: the name has 100000 bytes"),
        ("PostToolUse", no_list, "has no list of todos"),
        ("PostToolUse", br#"{"session_id": "s", "tool_name": "Bash"}"#, ""),
    ];
    for (event, input, reason) in cases {
        let before = log(&world).lines().count();
        let done = world.input(&["hook", event], input);
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (Some(0), "", ""), "{event}");
        let after = log(&world);
        let new = after.lines().skip(before).collect::<Vec<_>>().join("\n");
        assert!(new.contains(reason) && new.is_empty() == reason.is_empty(), "{event}: {new}");
    }
    assert_eq!(states(&world), Vec::<String>::new());
    for arguments in [
        &["hook"][..],
        &["hook", "--bogus"],
        &["-q", "hook", "--bogus"],
        &["hook", "Stop", "more", "words"],
        &["hook", "\u{1b}[31m"],
    ] {
        let done = world.input(arguments, b"{}");
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (Some(0), "", ""), "{arguments:?}");
    }
    assert!(!log(&world).contains('\u{1b}'));
}

#[test]
fn a_panic_is_nobodys_business() {
    let world = World::new();
    for with_store in [false, true] {
        let _daemon = with_store.then(|| world.as_daemon());
        let mut command = world.command(binary());
        command.args(["hook", "Stop"]).env("CHITTYSYNC_CHAOS", "panic");
        let done = done(command.output());
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (Some(0), "", ""));
        assert_eq!(
            log(&world).contains("error hook Stop: this is a bug: panicked at src/"),
            with_store,
            "{}",
            log(&world)
        );
    }
}

/// An agent that never closes the pipe: the event counts when it is whole, and nothing is waited for long.
#[test]
fn an_input_that_never_ends_is_not_waited_for() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let run = |event: &str, parts: &[&[u8]]| -> (Done, Duration) {
        let mut command = world.command(binary());
        command.args(["hook", event]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = command.spawn().expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        for part in parts {
            pipe.write_all(part).expect("the pipe takes it");
            std::thread::sleep(Duration::from_millis(20));
        }
        let ended = done(child.wait_with_output());
        drop(pipe);
        (ended, started.elapsed())
    };
    let event = created(1, "Fix login").to_string();
    let (first, second) = event.as_bytes().split_at(40);
    let (done, took) = run("TaskCreated", &[first, second]);
    assert_eq!(done.code, Some(0));
    // It would wait for eight seconds more.
    assert!(took < Duration::from_secs(7), "{took:?}");
    assert_eq!(states(&world), ["Fix login: pending"]);
    for parts in [&[][..], &[first]] {
        // An agent that ends waits for nobody.
        let (done, took) = run("SessionEnd", parts);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
        assert!(took < Duration::from_secs(7), "{took:?}");
    }
}

#[test]
fn an_agent_that_is_slow_to_begin_is_heard() {
    let world = World::new();
    let _daemon = world.as_daemon();
    let mut command = world.command(binary());
    command.args(["hook", "TaskCreated"]).stdin(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    std::thread::sleep(Duration::from_secs(2));
    pipe.write_all(created(1, "Fix login").to_string().as_bytes()).expect("the pipe takes it");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(states(&world), ["Fix login: pending"]);
}

#[test]
fn a_full_disk_and_a_read_only_one_stop_no_agent() {
    let world = World::new();
    let small = world.path("small");
    let Some(_mounted) = Mount::tmpfs(&small, "size=300k") else { return };
    let store = small.join("store.git");
    let option = ["--store", store.to_str().expect("UTF-8")];
    let hook = |event: &Value| {
        let done = world.input(&[&option[..], &["hook", "TaskCreated"]].concat(), event.to_string().as_bytes());
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (Some(0), "", ""));
    };
    hook(&created(1, "Fix login"));
    rests(&store);
    for id in 2..40 {
        hook(&created(id, &format!("Task {id} {}", "x".repeat(id * 80))));
    }
    std::thread::sleep(Duration::from_millis(500));
    remount(&small, "size=20m");
    hook(&created(99, "Room again"));
    let list = |words: &str| {
        world.ok(&[&option[..], &["consolidate", "-q"]].concat())
            + &world.ok(&[&option[..], &["list"]].concat())
            + words
    };
    let found = list("");
    assert!(found.contains("Fix login") && found.contains("Room again"), "{found}");
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
    let closed = world.path("closed");
    let Some(_mounted) = Mount::tmpfs(&closed, "size=20m") else { return };
    rests(&store);
    crate::scene::copy(&store, &closed.join("store.git"));
    remount(&closed, "ro");
    let event = created(100, "Too late").to_string();
    let done = world.input(&["--store", "closed/store.git", "hook", "TaskCreated"], event.as_bytes());
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (Some(0), "", ""));
}
