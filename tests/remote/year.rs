//! A year of four machines with one remote: how large their stores are, and what they sync with, beside what a full
//! `git gc` makes of them.

use std::path::{Path, PathBuf};

use chittysync::todo::Time;

use crate::common::set_time;
use crate::common::size::{after_gc, at_rest, on_disk};
use crate::devices::Devices;

const MACHINES: [&str; 4] = ["a", "b", "c", "d"];
const DAY: i64 = 86_400_000;

fn list(devices: &Devices, machine: &str, day: u64, session: u64, is_done: bool, at: &str) -> PathBuf {
    let item = |number| {
        let status = match number {
            _ if is_done => "completed",
            0 => "completed",
            1 => "in_progress",
            _ => "pending",
        };
        let content = format!("Do part {number} of what session {session} of {machine} has to do on day {day}");
        serde_json::json!({ "content": content, "status": status })
    };
    let items: Vec<_> = (0..5).map(item).collect();
    let name = format!("{machine}-{day}-{session}");
    let path = format!("claude-{machine}/todos/{name}-agent-{name}.json");
    let path = devices.world.write(&path, &serde_json::to_vec(&items).expect("JSON"));
    set_time(&path, at);
    path
}

/// Each day each machine begins so many sessions, goes on with those of the day before, and syncs. Their agent removes
/// lists that are three days old. Returns the largest size beside `git gc`, of a store and of the remote's repository.
fn live(days: u64, sessions: u64, look: u64) -> (f64, f64) {
    let devices = Devices::new(&MACHINES);
    let (mut worst, mut remote) = (0_f64, 0_f64);
    let begin = Time::parse("2025-11-20T08:00:00.000Z").expect("a time").millis();
    let at = |day: u64, hour: i64| {
        Time::from_millis(begin + i64::try_from(day).expect("a day") * DAY + hour * 3_600_000).to_string()
    };
    let mut written: Vec<(u64, PathBuf)> = Vec::new();
    for day in 0..days {
        for machine in MACHINES {
            for session in 0..sessions {
                if day > 0 {
                    list(&devices, machine, day - 1, session, true, &at(day, 1));
                }
                written.push((day, list(&devices, machine, day, session, false, &at(day, 2))));
            }
            devices.sync_at(machine, &at(day, 3));
        }
        written.retain(|(at, path)| *at + 3 > day || std::fs::remove_file(path).is_err());
        if (day + 1) % look == 0 {
            let now = at(day, 4);
            let part = |repository: &Path| {
                let before = on_disk(repository);
                at_rest(repository);
                let (rest, git) = (on_disk(repository), after_gc(&devices.world, repository, &now));
                let part = |bytes: u64| bytes as f64 / git as f64;
                eprintln!(
                    "day {}: {}: {before} bytes, {:.2} of the {git} after git gc; at rest {rest}, {:.2}",
                    day + 1,
                    repository.file_name().expect("a name").display(),
                    part(before),
                    part(rest)
                );
                part(before.max(rest))
            };
            worst = MACHINES.iter().map(|machine| part(&devices.store(machine))).fold(worst, f64::max);
            remote = remote.max(part(&devices.hub()));
        }
    }
    (worst, remote)
}

/// `CHITTYSYNC_DAYS=365 TMPDIR=/dev/shm cargo test --release --locked --test remote a_year -- --ignored --nocapture`
#[test]
#[ignore = "takes an hour"]
fn a_year() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (days, sessions) = (number("CHITTYSYNC_DAYS").unwrap_or(365), number("CHITTYSYNC_SESSIONS").unwrap_or(20));
    let (worst, remote) = live(days, sessions, 30.min(days));
    eprintln!("at most {worst:.2} of what git makes of it; the remote's repository {remote:.2}");
    assert!(worst <= 2.0);
}
