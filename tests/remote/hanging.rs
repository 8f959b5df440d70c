//! Remotes that hang, drip or only talk.

use std::time::{Duration, Instant};

use crate::common::NOW;
use crate::devices::Devices;
use crate::trouble::one_device;

/// Returns a device whose ssh is this shell script.
#[cfg(unix)]
pub fn with_ssh(script: &str) -> Devices {
    let devices = one_device();
    let ssh = devices.world.write("an-ssh", format!("#!/bin/sh\n{script}\n").as_bytes());
    crate::common::executable(&ssh);
    let store = devices.store("a");
    devices.world.git(&store, &["config", "--global", "core.sshCommand", &ssh.to_string_lossy()]);
    // So that git does not ask it first which ssh it is.
    devices.world.git(&store, &["config", "ssh.variant", "ssh"]);
    devices.world.git(&store, &["config", "remote.origin.url", "ssh://host.invalid/x.git"]);
    devices.world.git(&store, &["config", "chittysync.timeout", "1"]);
    devices
}

/// Longer than anything here takes on a busy machine, and shorter than [`HANGS`].
const LONG: Duration = Duration::from_secs(120);

/// An ssh that never answers, and has started something that does not either.
#[cfg(unix)]
pub const HANGS: &str = r#"sleep 600 & echo $$ $! >> "$HOME/pids"; wait"#;

#[cfg(unix)]
pub fn none_is_left(devices: &Devices) {
    let pids = std::fs::read_to_string(devices.world.home().join("pids")).expect("pids");
    // What was killed is gone once it has had its turn.
    let started = Instant::now();
    for pid in pids.split_whitespace() {
        loop {
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let rest = state.rsplit(')').next().unwrap_or_default().trim();
            if state.is_empty() || rest.starts_with(['Z', 'X']) || !cfg!(target_os = "linux") {
                break;
            }
            assert!(started.elapsed() < LONG, "{pid} is still there: {state}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_remote_that_hangs_is_given_up_with_all_that_git_started() {
    let devices = with_ssh(HANGS);
    let store = devices.store("a");
    let started = Instant::now();
    let done = devices.try_sync("a", NOW, &[]);
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("it did not answer and was given up after "), "{done:?}");
    assert_eq!(devices.states("a"), ["Fix login: pending"]);
    none_is_left(&devices);
    // While it hangs, a capture goes on.
    devices.world.git(&store, &["config", "chittysync.timeout", "600"]);
    let pids = devices.world.home().join("pids");
    std::fs::remove_file(&pids).expect("it was there");
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| devices.try_sync("a", NOW, &[]));
        let started = Instant::now();
        while !std::fs::read_to_string(&pids).is_ok_and(|pids| pids.ends_with('\n')) {
            assert!(started.elapsed() < LONG, "it does not come to hang");
            std::thread::sleep(Duration::from_millis(20));
        }
        devices.list("a", "s2", "2026-11-20T11:00:00Z", &[("Ship", "pending")]);
        devices.ok("a", &["capture", "--from", &devices.world.path("claude-a").to_string_lossy()]);
        assert!(!hanging.is_finished(), "it waited until the other one was through");
        let pids = std::fs::read_to_string(&pids).expect("pids");
        devices.world.command("kill").args(pids.split_whitespace()).status().expect("kill");
        assert_eq!(hanging.join().expect("ended").code, Some(1));
    });
}

/// Another process talks with it for longer than one waits.
#[test]
fn a_remote_that_is_taken_keeps_nothing_from_being_consolidated() {
    let devices = one_device();
    devices.sync("a");
    let talking = std::fs::File::options().write(true).open(devices.store("a").join("chittysync/transfer"));
    let talking = talking.expect("a lock");
    talking.lock().expect("the lock");
    devices.list("a", "s1", "2026-11-20T11:00:00Z", &[("Fix login", "completed")]);
    let done = devices.try_sync("a", NOW, &[]);
    assert_eq!(done.code, Some(1));
    assert!(
        done.stderr.contains("error: origin is busy: ") && done.stderr.contains("another process has been talking"),
        "{done:?}"
    );
    assert_eq!(devices.states("a"), ["Fix login: completed"]);
    drop(talking);
    devices.sync("a");
    devices.agree(&["a"]);
}

/// Somebody at a terminal waits no longer than a program, and nothing is left behind either.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_changes_nothing_about_a_remote_that_hangs() {
    if !crate::common::has("script") {
        return;
    }
    let devices = with_ssh(HANGS);
    let command = format!("git-chittysync --store '{}' sync --from claude-a", devices.store("a").display());
    let started = Instant::now();
    let mut script = devices.world.command("script");
    let done = crate::common::done(script.args(["-qec", &command, "/dev/null"]).output());
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stdout.contains("given up after "), "{done:?}");
    none_is_left(&devices);
}

/// What the other side says is no progress. Progress lets a transfer go on, and not for ever.
#[cfg(unix)]
#[test]
fn a_remote_that_only_talks_is_given_up() {
    for (says, least, most) in
        [("remote: wait", 1, 9), ("Receiving objects:  50% (1/2)", 1, 9), ("Receiving objects: $i", 9, 120)]
    {
        let script = format!("i=0; while true; do i=$((i+1)); echo \"{says}\" >&2; sleep 0.2; done");
        let devices = with_ssh(&script);
        let started = Instant::now();
        let done = devices.try_sync("a", NOW, &["--no-push"]);
        let took = started.elapsed();
        assert!((Duration::from_secs(least)..Duration::from_secs(most)).contains(&took), "{says}: {took:?}");
        assert_eq!(done.code, Some(1), "{says}: {done:?}");
        assert!(done.stderr.contains("was given up after"), "{says}: {done:?}");
    }
}

/// A web server that sends a byte now and then.
#[test]
fn a_remote_that_drips_is_given_up() {
    use std::io::Write;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/x.git", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut stream = stream;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
                while stream.write_all(b"x").is_ok() {
                    std::thread::sleep(Duration::from_millis(200));
                }
            });
        }
    });
    let devices = one_device();
    let store = devices.store("a");
    devices.world.git(&store, &["config", "remote.origin.url", &url]);
    devices.world.git(&store, &["config", "chittysync.timeout", "1"]);
    let started = Instant::now();
    let done = devices.try_sync("a", NOW, &[]);
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("given up after "), "{done:?}");
}
