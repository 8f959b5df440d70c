//! What goes wrong is said, tried again, and over when its cause is.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chittysync::todo::Time;
use serde_json::Value;

use crate::common::{World, has};
use crate::guard::{Daemon, kill, run, status, until};

fn list(world: &World, content: &str) {
    let list = serde_json::json!([{ "content": content, "status": "pending" }]);
    world.write("claude/todos/ana-agent-ana.json", list.to_string().as_bytes());
}

#[test]
fn the_default_store_is_made_again() {
    let world = World::new();
    list(&world, "Said once");
    let daemon = Daemon::start(&world);
    daemon.knows("Said once");
    fs::remove_dir_all(world.store()).expect("removed");
    until("the daemon is found again", || status(&world)["running"] == true);
    daemon.knows("Said once");
    let log = run(&world, &["daemon", "log"]).stdout;
    assert!(log.contains("warn  store: it was removed, and is there again"), "{log}");
    assert_eq!(daemon.status()["pid"], daemon.pid);
    list(&world, "Said after that");
    daemon.knows("Said after that");
}

/// It may be on a disk that is not there at the moment.
#[test]
fn a_named_store_is_waited_for() {
    let world = World::new();
    let path = world.path("disk/store");
    world.ok(&["-q", "--store", "disk/store", "init"]);
    world.git(&world.home(), &["config", "--global", "chittysync.store", path.to_str().expect("UTF-8")]);
    list(&world, "Before");
    let daemon = Daemon::start(&world);
    daemon.knows("Before");
    fs::rename(world.path("disk"), world.path("away")).expect("moved");
    list(&world, "While it was away");
    std::thread::sleep(std::time::Duration::from_secs(5));
    assert!(!world.path("disk").exists(), "it made a store of its own");
    fs::rename(world.path("away"), world.path("disk")).expect("moved back");
    daemon.knows("While it was away");
}

#[test]
fn a_run_that_fails_is_told_and_tried_again() {
    let world = World::new();
    list(&world, "Before");
    let daemon = Daemon::start(&world);
    daemon.knows("Before");
    let lock = world.store().join("chittysync/lock");
    fs::remove_file(&lock).expect("removed");
    fs::create_dir(&lock).expect("a directory in its place");
    list(&world, "While it failed");
    until("it fails twice", || daemon.status()["jobs"]["sync"]["failures"].as_u64() >= Some(2));
    let found = daemon.status();
    assert!(
        found["jobs"]["sync"]["last_error"]["message"].as_str().expect("text").contains("chittysync/lock"),
        "{found}"
    );
    assert_eq!(found["last_error"]["event"], "sync");
    let text = run(&world, &["daemon", "status"]).stdout;
    assert!(text.contains("failing: ") && text.contains("last error  "), "{text}");
    let all = run(&world, &["--json", "status"]).stdout;
    assert!(all.contains("\"failing\": \"sync fails: "), "status: {all}");
    let doctor = run(&world, &["doctor"]);
    assert!(doctor.stdout.contains("BAD daemon      running, but sync fails: "), "{doctor:?}");
    let line = doctor.stdout.lines().find(|line| line.contains("sync fails: ")).expect("a line");
    assert_eq!(line.matches("chittysync/lock").count(), 1, "it is said once: {line}");
    fs::remove_dir(&lock).expect("removed");
    daemon.knows("While it failed");
    until("it is told", || daemon.status()["jobs"]["sync"]["failures"] == 0);
    let doctor = run(&world, &["doctor"]).stdout;
    let line = doctor.lines().find(|line| line.contains(" daemon ")).expect("a line");
    assert!(line.starts_with("ok  daemon      running; last error ") && line.contains(", over since 20"), "{doctor}");
    assert!(run(&world, &["daemon", "status"]).stdout.contains("; over since 20"));
    assert!(daemon.status()["last_error"]["over"].is_string());
    let log = run(&world, &["daemon", "log"]).stdout;
    assert!(log.contains("error sync: ") && log.contains("info  sync: works again"), "{log}");
}

#[test]
fn the_users_command_runs_and_may_fail() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    let line = "echo to \"$CHITTYSYNC_STORE\"; echo 'no such bucket' >&2; exit 7";
    world.git(&world.store(), &["config", "chittysync.mirrorCommand", line]);
    let daemon = Daemon::start(&world);
    until("it ran", || daemon.status()["jobs"]["mirror"]["failures"] == 1);
    let log = run(&world, &["daemon", "log"]).stdout;
    assert!(log.contains(&format!("info  mirror: to {}", world.store().display())), "{log}");
    assert!(log.contains("error mirror: no such bucket (exit status: 7)"), "{log}");
    list(&world, "All the same");
    daemon.knows("All the same");
    let next = daemon.status()["jobs"]["mirror"]["next"].clone();
    drop(daemon);
    let again = Daemon::start(&world);
    until("the first look", || again.runs() > 0);
    let later = again.status()["jobs"]["mirror"].clone();
    assert_eq!(later["runs"], 0, "it ran less than two hours ago: {later}");
    let at = |value: &Value| Time::parse(value.as_str().expect("a time")).expect("RFC 3339").millis();
    assert!((at(&later["next"]) - at(&next)).abs() < 60_000, "{later} {next}");
}

#[test]
fn without_a_remote_nobody_is_talked_with() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    // A remote of the project's code is none of ours.
    world.git(&world.store(), &["remote", "add", "origin", "nowhere"]);
    let daemon = Daemon::start(&world);
    until("the first look", || daemon.status()["jobs"]["sync"]["took"].as_u64() > Some(0));
    let found = daemon.status();
    assert_eq!((&found["jobs"]["network"], &found["remote"]), (&Value::Null, &Value::Null), "{found}");
}

#[test]
fn a_remote_that_cannot_be_reached_keeps_nobody_waiting() {
    let world = World::new();
    let remote = world.path("remote.git");
    world.ok(&["-q", "init", "--default", "--remote", remote.to_str().expect("UTF-8")]);
    let started = Instant::now();
    let daemon = Daemon::start(&world);
    until("it fails", || daemon.status()["jobs"]["network"]["failures"].as_u64() >= Some(1));
    list(&world, "Without a network");
    daemon.knows("Without a network");
    let found = daemon.status();
    assert_eq!(found["jobs"]["sync"]["failures"], 0, "{found}");
    // After a failure it is left alone for 22 seconds at least.
    let tried = found["jobs"]["network"]["runs"].as_u64().expect("a number");
    assert!((1..=1 + started.elapsed().as_secs() / 22).contains(&tried), "{found}");
    let text = run(&world, &["daemon", "status"]).stdout;
    assert!(text.contains("origin      ") && text.contains("failing: "), "{text}");
    drop(daemon);

    world.git(&world.home(), &["init", "-q", "--bare", remote.to_str().expect("UTF-8")]);
    let daemon = Daemon::start(&world);
    let todos = || world.git_run(&remote, &["show", "consolidated:projects/general/todos.json"]).stdout;
    until("the remote has it", || todos().contains("Without a network"));
    until("it is told", || run(&world, &["daemon", "log"]).stdout.contains("info  network: took "));
    drop(daemon);
}

/// A namespace of its own has limits of its own.
#[test]
fn without_the_means_to_watch_it_looks() {
    let world = World::new();
    let probe = ["-Ur", "sh", "-c", "echo 1 > /proc/sys/user/max_inotify_watches"];
    let unshare = |arguments: &[&str]| Command::new("unshare").args(arguments).stderr(Stdio::null()).status();
    if !has("unshare") || !unshare(&probe).is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no user namespaces here");
        return;
    }
    fs::create_dir_all(world.path("claude/todos")).expect("a directory");
    for (limit, words) in [("max_inotify_watches", "max_user_watches"), ("max_inotify_instances", "max_user_instances")]
    {
        let script = format!("echo 0 > /proc/sys/user/{limit}; exec git-chittysync daemon run");
        let mut limited = world.command("unshare");
        limited.args(["-Ur", "sh", "-c", &script]).env("CLAUDE_CONFIG_DIR", world.path("claude"));
        let mut child = limited.stderr(Stdio::null()).spawn().expect("the program starts");
        let found = std::panic::catch_unwind(|| {
            until("it says so", || status(&world)["degraded"].as_str().is_some_and(|text| text.contains(words)));
            until("the first look", || status(&world)["jobs"]["sync"]["took"].as_u64() > Some(0));
            list(&world, &format!("Unseen with {words}"));
            let words = format!("Unseen with {words}");
            until("it is found", || world.run(&["list"]).stdout.contains(&words));
        });
        kill(child.id(), "-TERM");
        child.wait().expect("an end");
        found.expect("all of it");
    }
}

/// A new directory often has the number of the one that was removed. Whoever goes by that watches none.
#[test]
fn a_directory_that_was_replaced_while_nobody_looked() {
    let world = World::new();
    world.write("claude/tasks/a/1.json", br#"{"id":"1","subject":"Before","status":"pending"}"#);
    let daemon = Daemon::start(&world);
    daemon.knows("Before");
    daemon.rests();
    daemon.signal("-STOP");
    fs::remove_dir_all(world.path("claude/tasks/a")).expect("removed");
    fs::create_dir(world.path("claude/tasks/a")).expect("made again");
    daemon.signal("-CONT");
    daemon.rests();
    world.write("claude/tasks/a/2.json", br#"{"id":"2","subject":"In the new one","status":"pending"}"#);
    daemon.knows("In the new one");
}

/// A value of the system, for as long as a test needs it. One test at a time has it: of two, one would take what the other
/// has set for the value before, and leave it like that.
struct Sysctl {
    path: &'static str,
    before: String,
    _alone: fs::File,
}

impl Sysctl {
    fn set(path: &'static str, value: &str) -> Option<Self> {
        let alone = fs::File::open(path).ok()?;
        alone.lock().ok()?;
        let before = fs::read_to_string(path).ok()?;
        fs::write(path, value).ok()?;
        Some(Sysctl { path, before, _alone: alone })
    }
}

impl Drop for Sysctl {
    fn drop(&mut self) {
        fs::write(self.path, &self.before).expect("the value before");
    }
}

#[test]
fn events_that_are_lost_are_made_up_for() {
    let world = World::new();
    fs::create_dir_all(world.path("claude/tasks")).expect("a directory");
    // A watcher keeps the length of its queue for life, so that the others here have theirs.
    let Some(short) = Sysctl::set("/proc/sys/fs/inotify/max_queued_events", "2") else {
        eprintln!("SKIPPED: this user may not change fs.inotify.max_queued_events");
        return;
    };
    let daemon = Daemon::start(&world);
    drop(short);
    for number in 0..300 {
        let task = serde_json::json!({ "id": "1", "subject": format!("Task {number}"), "status": "pending" });
        world.write(&format!("claude/tasks/list-{number}/1.json"), task.to_string().as_bytes());
    }
    for number in [0, 150, 298, 299] {
        daemon.knows(&format!("Task {number}"));
    }
    world.write("claude/tasks/list-7/2.json", br#"{"id":"2","subject":"Seen later","status":"pending"}"#);
    daemon.knows("Seen later");
    // The first events tell of what does not matter, and behind them comes only that some were lost.
    daemon.rests();
    daemon.signal("-STOP");
    for name in [".a", ".b", ".c", ".d", "list-7/9.json"] {
        let task = br#"{"id":"9","subject":"Told by nobody","status":"pending"}"#;
        world.write(&format!("claude/tasks/{name}"), task);
    }
    daemon.signal("-CONT");
    daemon.knows("Told by nobody");
}

/// A small disk in memory, taken away at the end.
struct Disk<'a>(&'a Path);

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk() {
    let world = World::new();
    let place = world.path("disk");
    fs::create_dir(&place).expect("a directory");
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&place).stderr(Stdio::null());
    if !mount.status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: this user may not mount");
        return;
    }
    let disk = Disk(&place);
    world.git(&world.home(), &["config", "--global", "chittysync.store", place.join("store").to_str().expect("UTF-8")]);
    world.ok(&["-q", "--store", "disk/store", "init"]);
    list(&world, "Before");
    let daemon = Daemon::start(&world);
    daemon.knows("Before");
    let filler = place.join("filler");
    let _ = fs::write(&filler, vec![1; 4 << 20]);
    list(&world, "While it was full");
    until("it fails", || daemon.status()["jobs"]["sync"]["failures"].as_u64() >= Some(1));
    assert_eq!(daemon.status()["running"], true);
    fs::remove_file(&filler).expect("removed");
    daemon.knows("While it was full");
    drop(daemon);
    drop(disk);
}

/// Ended in the middle of a run, it has saved what it said that it saved, and the next one goes on.
#[test]
fn killed_again_and_again() {
    let world = World::new();
    for round in 0..8 {
        let daemon = Daemon::start(&world);
        list(&world, &format!("Round {round}"));
        std::thread::sleep(std::time::Duration::from_millis(20 * round));
        daemon.signal("-KILL");
        until("it ends", || !crate::guard::is_alive(daemon.pid));
    }
    let daemon = Daemon::start(&world);
    daemon.knows("Round 7");
    let fsck = world.git_run(&world.store(), &["fsck", "--strict"]);
    assert_eq!(fsck.code, Some(0), "{fsck:?}");
}
