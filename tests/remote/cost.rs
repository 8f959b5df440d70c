//! What an exchange with a remote costs beside git, over `file://` and HTTP. Measurements, not tests:
//! `cargo test --release --test remote cost -- --ignored --nocapture`.
//!
//! `CHITTYSYNC_SESSIONS=264` measures with so many sessions, `CHITTYSYNC_ROUNDS=9` so often,
//! `CHITTYSYNC_PROGRAM=<path>` another build of the program. Everything is in the directory that `TMPDIR` names: with
//! `/dev/shm`, the programs themselves are compared.

#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::common::binary;
use crate::devices::Devices;
use crate::servers::{self, PASSWORD, PLAIN, USER, credentials};

/// What a command took: processor time of it and of all that it started, and time on the clock, in seconds.
pub type Cost = (f64, f64);

/// Runs a command to its end. What it leaves running does not count.
pub fn cost(command: &Command) -> Cost {
    let mut shell = Command::new("bash");
    shell.args(["-c", r#"TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1"#, "bash"]).arg(command.get_program());
    shell.args(command.get_args()).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let started = Instant::now();
    let output = shell.stdin(Stdio::null()).output().expect("bash");
    let clock = started.elapsed().as_secs_f64();
    assert!(output.status.success(), "{command:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (said.split_whitespace().map(|seconds| seconds.parse::<f64>().expect("seconds")).sum(), clock)
}

pub fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Prints medians, and how they compare with those of the first.
fn print(what: &str, measured: &[(&str, Vec<Cost>)]) {
    let median = |costs: &[Cost], of: fn(&Cost) -> f64| {
        let mut all: Vec<f64> = costs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    println!("{what}");
    let (cpu, clock) = (median(&measured[0].1, |cost| cost.0), median(&measured[0].1, |cost| cost.1));
    for (name, costs) in measured {
        let (its_cpu, its_clock) = (median(costs, |cost| cost.0), median(costs, |cost| cost.1));
        println!(
            "  {name:<34} CPU {:6.0} ms  {:5.2}   clock {:6.0} ms  {:5.2}",
            its_cpu * 1e3,
            its_cpu / cpu,
            its_clock * 1e3,
            its_clock / clock
        );
    }
}

/// One device, `a`, that has pushed so many sessions with four todos each, all of which keep their refs.
pub fn filled(sessions: usize) -> Devices {
    let devices = servers::devices(&["a", "b"]);
    devices.ok("a", &["init", "--remote", devices.hub().to_str().expect("UTF-8")]);
    for session in 0..sessions {
        let items: Vec<(String, &str)> = (0..4)
            .map(|at| (session * 31 + at * 17) % (sessions * 3))
            .map(|words| (format!("Task {words} of the export job"), ["pending", "completed"][words % 2]))
            .collect();
        let items: Vec<(&str, &str)> = items.iter().map(|(words, status)| (words.as_str(), *status)).collect();
        let name = format!("{session:08x}-0000-4000-8000-{session:012x}");
        let at = format!("2026-11-{:02}T{:02}:{:02}:00Z", 12 + session % 8, session / 8 % 24, session / 192 % 60);
        devices.list("a", &name, &at, &items);
    }
    devices.sync("a");
    devices.sync("a");
    devices
}

/// Returns a call of our program on a store, or of git in a directory.
fn call(devices: &Devices, program: &str, arguments: &[&str]) -> Command {
    let mut command = devices.world.command(program);
    command.args(arguments);
    command
}

/// Returns the build of the program that is measured.
pub fn program() -> String {
    std::env::var("CHITTYSYNC_PROGRAM").unwrap_or_else(|_| binary().to_owned())
}

/// Returns a sync of a device with a home in which nothing is.
pub fn sync(devices: &Devices, name: &str) -> Command {
    let (store, home) = (devices.store(name), devices.world.path("claude-b"));
    let [store, home] = [&store, &home].map(|path| path.to_str().expect("UTF-8").to_owned());
    call(devices, &program(), &["-q", "--store", &store, "sync", "--from", &home])
}

fn remove(path: &Path) {
    // What was begun in the background can still be at work there.
    for _ in 0..100 {
        if std::fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// The first sync of a device that has nothing.
fn first(devices: &Devices, url: &str, rounds: usize) {
    let clone = devices.world.path("clone.git");
    let at = clone.to_str().expect("UTF-8");
    let mut measured =
        ["git clone --mirror", "the same, transfer.fsckObjects", "first sync"].map(|name| (name, vec![]));
    for _ in 0..rounds {
        for (which, options) in [&[][..], &["-c", "transfer.fsckObjects=true"]].into_iter().enumerate() {
            remove(&clone);
            let arguments = [options, &["clone", "-q", "--mirror", url, at]].concat();
            measured[which].1.push(cost(&call(devices, "git", &arguments)));
        }
        remove(&devices.store("b"));
        devices.ok("b", &["init", "--default"]);
        devices.ok("b", &["init", "--remote", url]);
        measured[2].1.push(cost(&sync(devices, "b")));
        devices.agree(&["b"]);
    }
    print("first sync", &measured);
}

/// A sync that finds nothing new on either side.
fn quiet(devices: &Devices, url: &str, rounds: usize) {
    let store = devices.store("a");
    let at = store.to_str().expect("UTF-8");
    devices.world.git(&store, &["config", "remote.origin.url", url]);
    let ours = "refs/chittysync/*:refs/chittysync/*";
    let branch = "refs/heads/consolidated";
    let fetch = [
        "-C",
        at,
        "fetch",
        "-q",
        "--no-auto-maintenance",
        "origin",
        "+refs/chittysync/*:refs/chittysync-remotes/origin/*",
        "+refs/heads/consolidated:refs/remotes/origin/consolidated",
    ];
    let mut measured = ["git fetch and git push", "sync, nothing new"].map(|name| (name, vec![]));
    for _ in 0..rounds {
        let fetched = cost(&call(devices, "git", &fetch));
        let pushed = cost(&call(devices, "git", &["-C", at, "push", "-q", "origin", ours, branch]));
        measured[0].1.push((fetched.0 + pushed.0, fetched.1 + pushed.1));
        measured[1].1.push(cost(&sync(devices, "a")));
    }
    print("nothing new", &measured);
}

#[test]
#[ignore = "a measurement of minutes"]
fn beside_git() {
    let (sessions, rounds) = (number("CHITTYSYNC_SESSIONS", 2_500), number("CHITTYSYNC_ROUNDS", 5));
    let devices = filled(sessions);
    assert_eq!(devices.refs(&devices.hub(), "refs/").len(), sessions + 1);
    println!("{sessions} sessions, over file://");
    let file = format!("file://{}", devices.hub().display());
    first(&devices, &file, rounds);
    quiet(&devices, &file, rounds);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    credentials(&devices, USER, PASSWORD);
    println!("{sessions} sessions, over HTTP");
    first(&devices, &servers::url(&server), rounds);
    quiet(&devices, &servers::url(&server), rounds);
}
