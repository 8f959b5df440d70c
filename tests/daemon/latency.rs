//! How long it takes from a change to the consolidated commit, and what the daemon costs while nothing
//! happens. Measurements, not tests: `cargo test --release --test daemon latency -- --ignored --nocapture`.

use std::fs;
use std::time::{Duration, Instant};

use crate::common::World;
use crate::data::{home, list_path};
use crate::guard::{Daemon, until};

/// Returns the number that a variable holds, for a longer or shorter measurement.
fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Returns what `/proc/<pid>/stat` says of the processor time of a process and of its children that ended.
fn ticks(pid: u32) -> (u64, u64) {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let sum = |a: usize, b: usize| -> u64 { [fields[a], fields[b]].iter().map(|f| f.parse::<u64>().expect("n")).sum() };
    (sum(11, 12), sum(13, 14))
}

/// Returns a number of `/proc/<pid>/status`, or the sum of those of its threads.
fn status(pid: u32, key: &str) -> u64 {
    let value = |text: &str| -> u64 {
        let line = text.lines().find(|line| line.starts_with(key)).expect("a line");
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
    };
    if key == "VmRSS" {
        return value(&fs::read_to_string(format!("/proc/{pid}/status")).expect("a process"));
    }
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("a process").flatten();
    threads.map(|thread| value(&fs::read_to_string(thread.path().join("status")).expect("a thread"))).sum()
}

/// A world with 264 sessions that a daemon has seen.
fn world() -> World {
    let world = World::new();
    home(&world.path("claude"), 264, 1_000);
    world
}

#[test]
#[ignore = "a measurement of five minutes"]
fn latency_of_one_change_a_second() {
    let world = world();
    let daemon = Daemon::start(&world);
    let tip_file = world.store().join("refs/heads/consolidated");
    until("the first import", || daemon.runs() >= 1 && tip_file.exists());
    std::thread::sleep(Duration::from_secs(3));
    let changes = number("CHANGES", 300);
    let tip = || fs::read_to_string(&tip_file).unwrap_or_default();
    let (own, children) = ticks(daemon.pid);
    let started = Instant::now();
    let mut taken = Vec::new();
    for change in 0..changes {
        let before = tip();
        let number = usize::try_from(change * 7 % 264).expect("small");
        let list = serde_json::json!([{ "content": format!("Change {change}"), "status": "pending" }]);
        fs::write(list_path(&world.path("claude"), number), list.to_string()).expect("a file");
        let at = Instant::now();
        let mut now = tip();
        while now == before && at.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
            now = tip();
        }
        taken.push((at.elapsed(), now.trim().to_owned(), format!("\"Change {change}\"")));
        std::thread::sleep(Duration::from_secs(1).saturating_sub(at.elapsed()));
    }
    let passed = started.elapsed();
    let (own_after, children_after) = ticks(daemon.pid);
    for (_, tip, words) in &taken {
        let list = world.git(&world.store(), &["show", &format!("{tip}:projects/general/todos.json")]);
        assert!(list.contains(words), "the commit that came does not have {words}");
    }
    let mut times: Vec<u128> = taken.iter().map(|(time, ..)| time.as_millis()).collect();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    eprintln!(
        "{changes} changes in {} s: p50 {} ms, p90 {} ms, p99 {} ms, longest {} ms; CPU daemon {} ms, runs {} ms; RSS {} kB; load {}",
        passed.as_secs(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        (own_after - own) * 10,
        (children_after - children) * 10,
        status(daemon.pid, "VmRSS"),
        fs::read_to_string("/proc/loadavg").unwrap_or_default().trim(),
    );
}

#[test]
#[ignore = "a measurement of two minutes"]
fn latency_zero_what_it_costs_to_wait() {
    let world = world();
    let daemon = Daemon::start(&world);
    until("the first import", || daemon.runs() >= 1);
    std::thread::sleep(Duration::from_secs(10));
    let before = (ticks(daemon.pid).0, status(daemon.pid, "voluntary"), Instant::now());
    std::thread::sleep(Duration::from_secs(number("SECONDS", 120)));
    let minutes = before.2.elapsed().as_secs_f64() / 60.0;
    eprintln!(
        "idle for {minutes:.1} minutes: {} ms of CPU, {:.1} wake-ups a minute, RSS {} kB, {} threads",
        (ticks(daemon.pid).0 - before.0) * 10,
        (status(daemon.pid, "voluntary") - before.1) as f64 / minutes,
        status(daemon.pid, "VmRSS"),
        fs::read_dir(format!("/proc/{}/task", daemon.pid)).expect("a process").count(),
    );
}
