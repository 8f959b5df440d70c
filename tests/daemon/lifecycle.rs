//! Starting, stopping, and only one at a time.

use std::process::Stdio;

use crate::common::{World, done};
use crate::guard::{Daemon, command, is_alive, kill, processes, run, status, until};

#[test]
fn starts_tells_and_stops() {
    let world = World::new();
    let none = run(&world, &["daemon", "status"]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(1), "daemon      not running\n"), "{none:?}");
    assert!(!world.store().exists(), "looking makes no store");
    assert_eq!(run(&world, &["daemon", "stop"]).code, Some(0), "stopping what does not run is no error");

    let daemon = Daemon::start(&world);
    let found = daemon.status();
    assert_eq!((&found["running"], &found["pid"]), (&true.into(), &daemon.pid.into()), "{found}");
    assert_eq!(found["homes"][0], world.path("claude").to_str().expect("UTF-8"));
    assert_eq!(found["degraded"], serde_json::Value::Null);
    let text = run(&world, &["daemon", "status"]);
    assert_eq!(text.code, Some(0), "{text:?}");
    assert!(text.stdout.contains(&format!("running (pid {})", daemon.pid)), "{text:?}");

    let second = run(&world, &["daemon", "start"]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.stderr.contains(&format!("running for this store already (pid {})", daemon.pid)), "{second:?}");
    assert_eq!(run(&world, &["daemon", "run"]).code, Some(1));

    let stopped = run(&world, &["daemon", "stop"]);
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    until("the process ends", || !is_alive(daemon.pid));
    assert_eq!(status(&world)["running"], false);
    let said = run(&world, &["daemon", "log"]).stdout;
    assert!(said.contains("info  start: pid") && said.contains("info  stop: was told to"), "{said}");
}

/// The process leaves nothing that the next one has to take away.
#[test]
fn is_started_at_once_after_it_was_killed() {
    let world = World::new();
    let first = Daemon::start(&world);
    first.signal("-KILL");
    until("the process ends", || !is_alive(first.pid));
    // Its threads may end an instant after it, and its files with them. The file with its number is not believed.
    until("its lock is free", || status(&world)["running"] == false);
    let second = Daemon::start(&world);
    assert_ne!(first.pid, second.pid);
    // Whatever stands in the file, the lock decides.
    drop(second);
    std::fs::write(world.store().join("chittysync/daemon.lock"), std::process::id().to_string()).expect("a file");
    assert_eq!(run(&world, &["daemon", "stop"]).code, Some(0), "and this test is not ended by it");
    Daemon::start(&world);
}

#[test]
fn of_many_that_start_at_once_one_runs() {
    let world = World::new();
    let mut starting: Vec<_> = (0..6)
        .map(|_| {
            let mut command = command(&world, &["--json", "daemon", "start"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
        })
        .collect();
    let ends: Vec<_> = starting.drain(..).map(|child| done(child.wait_with_output())).collect();
    let started: Vec<_> = ends.iter().filter(|end| end.code == Some(0)).collect();
    let found = status(&world);
    let pid = found["pid"].as_u64().expect("a pid");
    kill(u32::try_from(pid).expect("small"), "-TERM");
    assert_eq!(started.len(), 1, "{ends:?}");
    for end in ends.iter().filter(|end| end.code != Some(0)) {
        assert!(end.stderr.contains("is running for this store already"), "{end:?}");
    }
    assert_eq!(found["running"], true);
}

#[test]
fn in_the_foreground_it_says_what_it_does_and_ends_with_the_terminal() {
    let world = World::new();
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut child = command(&world, &["daemon", "run"]).stderr(Stdio::piped()).spawn().expect("the program starts");
        until("it runs", || status(&world)["running"] == true);
        kill(child.id(), signal);
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("a pipe");
        std::io::Read::read_to_string(&mut stderr, &mut said).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(0), "{signal}: {said}");
        assert!(said.contains("info start: pid") && said.contains("info stop: was told to"), "{said}");
    }
}

#[test]
fn leaves_no_child_and_no_lock() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    let mark = format!("{}.25", 20_000 + std::process::id());
    let line = format!("sleep {mark} & sleep {mark}");
    world.git(&world.store(), &["config", "chittysync.mirrorCommand", &line]);
    let daemon = Daemon::start(&world);
    until("the user's command runs", || processes(&mark) == 2);
    assert_eq!(run(&world, &["daemon", "stop"]).code, Some(0));
    until("what was killed is gone", || (processes(&mark), is_alive(daemon.pid)) == (0, false));
    assert_eq!(status(&world)["running"], false);
}

#[test]
fn says_why_it_does_not_start() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    world.git(&world.store(), &["config", "chittysync.pushInterval", "soon"]);
    let done = run(&world, &["daemon", "start"]);
    assert_eq!(done.code, Some(128), "{done:?}");
    assert!(done.stderr.contains("chittysync.pushInterval is 'soon', but must be a time with its unit"), "{done:?}");
}
