//! What the hub needs: memory of a large push, a clone and many listeners, processor time of what is asked often, and how
//! soon many devices see what each says. The figures of `docs/hub.md` are made by
//! `cargo test --features postgres,web --test hub figures -- --ignored --nocapture --test-threads 1`; a debug build of our
//! own code takes several times the processor time of a release build, and as much memory.

#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scene::{Scene, until};

const MIB: u64 = 1 << 20;

/// What the system says of the hub's process.
struct Process(u32);

impl Process {
    fn of(scene: &Scene) -> Self {
        Process(scene.hub.as_ref().expect("a hub").id())
    }

    /// Returns a number of kilobytes, in bytes.
    fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).expect("a line");
        1024 * line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
    }

    /// Returns how much memory it had at most while something was done, and how much before.
    fn peak(&self, work: impl FnOnce()) -> (u64, u64) {
        let before = self.memory("VmRSS");
        std::fs::write(format!("/proc/{}/clear_refs", self.0), "5").expect("its peak is forgotten");
        work();
        (self.memory("VmHWM"), before)
    }

    /// Returns the processor time that it took, and that of processes which it waited for.
    fn time(&self) -> (Duration, Duration) {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).expect("a process");
        let rest = stat.rsplit_once(") ").expect("a name").1;
        // Some are negative, where there is no terminal.
        let fields: Vec<i64> = rest.split(' ').map(|field| field.parse().unwrap_or_default()).collect();
        // The state is the third; the 14th to 17th are the times. A tick is 10 ms.
        let time =
            |at: usize| Duration::from_millis(10 * u64::try_from(fields[at] + fields[at + 1]).unwrap_or_default());
        (time(11), time(13))
    }
}

/// Has so many sessions of the hub's own machine say a list of so many todos each.
fn fill(scene: &Scene, sessions: usize, todos: usize) {
    for session in 0..sessions {
        let items: Vec<Value> = (0..todos)
            .map(|number| {
                let status = if number % 3 == 0 { "completed" } else { "pending" };
                json!({"content": format!("Task {number} of session {session}: look at module {}", number % 97), "status": status})
            })
            .collect();
        let content = serde_json::to_vec(&items).expect("JSON");
        scene.world.write(&format!("claude-hub/todos/s-{session}-agent-s-{session}.json"), &content);
    }
    let (store, home) = (scene.store("hub"), scene.world.path("claude-hub"));
    let said = ["--store", store.to_str().expect("UTF-8"), "sync", "--from", home.to_str().expect("UTF-8")];
    scene.world.ok(&said);
}

#[test]
#[ignore = "measures: minutes"]
fn a_large_push_and_clone() {
    let scene = Scene::new();
    let token = scene.device("one");
    let repository = scene.store("one");
    scene.run("one", &token, &["add", "Before"]);
    assert_eq!(scene.sync("one", &token).code, Some(0));
    // What nothing makes smaller, on the branch: who may push that decides what is on it.
    let script = "head -c 125829120 /dev/urandom >big; blob=$(git --git-dir=one.git hash-object -w big); rm big; \
        export GIT_INDEX_FILE=index; git --git-dir=one.git read-tree consolidated; \
        git --git-dir=one.git update-index --add --cacheinfo 100644,$blob,big; tree=$(git --git-dir=one.git write-tree); \
        git --git-dir=one.git update-ref refs/heads/big $(git --git-dir=one.git commit-tree -p consolidated -m big $tree)";
    assert!(scene.world.command("sh").args(["-ec", script]).status().expect("sh").success());
    let process = Process::of(&scene);
    let (peak, before) = process.peak(|| {
        let pushed =
            scene.git(&token, "one.git", &["push", "-q", &scene.url(), "refs/heads/big:refs/heads/consolidated"]);
        assert_eq!(pushed.code, Some(0), "{pushed:?}");
    });
    println!("a push of 120 MiB: {} MiB at most, {} before", peak / MIB, before / MIB);
    assert_eq!(scene.tip("refs/heads/consolidated"), scene.world.git(&repository, &["rev-parse", "big"]));
    assert!(peak - before <= 10 * MIB, "{peak} {before}");
    let (peak, before) = process.peak(|| {
        let cloned = scene.git(&token, "", &["clone", "-q", "--bare", &scene.url(), "copy"]);
        assert_eq!(cloned.code, Some(0), "{cloned:?}");
    });
    println!("a clone of 120 MiB: {} MiB at most, {} before", peak / MIB, before / MIB);
    assert!(peak - before <= 10 * MIB, "{peak} {before}");
}

#[test]
#[ignore = "measures: minutes"]
fn what_is_asked_often() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    fill(&scene, 10, 1_000);
    let link = {
        let store = scene.store("hub");
        scene.world.json(&["--store", store.to_str().expect("UTF-8"), "hub", "open", "--print"])
    };
    let code = link["url"].as_str().and_then(|url| url.split_once('#')).expect("a code").1.to_owned();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let signed_in = scene.ask("POST", "/ui/login", "", &form, format!("code={code}").as_bytes());
    let cookie = signed_in.header("set-cookie").and_then(|value| value.split(';').next()).expect("a cookie").to_owned();
    let process = Process::of(&scene);
    const TIMES: u32 = 100;
    for (what, path) in [
        ("status", "/api/status"),
        ("200 todos of 10,000", "/api/todos?status=pending&limit=200"),
        ("a page of 200 todos of 10,000", "/ui/todos"),
        ("the first page", "/ui"),
    ] {
        let ask = || {
            let answer = scene.ask("GET", path, &token, &[("Cookie", &cookie)], b"");
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
        };
        ask();
        let before = process.time().0;
        (0..TIMES).for_each(|_| ask());
        let taken = (process.time().0 - before) / TIMES;
        println!("{what}: {:.1} ms of processor time", taken.as_secs_f64() * 1000.0);
        // Of what a release build may take, a debug build takes some times as much.
        let most = Duration::from_millis(if cfg!(debug_assertions) { 50 } else { 5 });
        assert!(path == "/ui" || taken <= most, "{what}: {taken:?}");
    }
}

#[test]
#[ignore = "measures: minutes"]
fn a_thousand_listeners() {
    let scene = Scene::new();
    let token = scene.token("one", "write");
    fill(&scene, 1, 10);
    let process = Process::of(&scene);
    let before = process.memory("VmRSS");
    let mut all: Vec<TcpStream> = Vec::new();
    for number in 0..1_000 {
        let mut stream = scene.connect();
        let (path, more) = match number % 2 {
            0 => ("/api/events", ""),
            _ => (
                "/api/ws",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            ),
        };
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{more}\r\n");
        stream.write_all(head.as_bytes()).expect("it listens");
        all.push(stream);
    }
    let count = || scene.get("/metrics", &token).body.contains("chittysync_listeners 1000\n");
    until("all listen", count);
    let listening = process.memory("VmRSS");
    println!("1,000 listeners: {:.1} MiB more than {} MiB", (listening - before) as f64 / MIB as f64, before / MIB);
    assert!(listening - before <= 50 * MIB);
    let told = process.time().0;
    let started = Instant::now();
    let said = scene.post("/api/todo", &token, r#"{"content":"Heard by everybody"}"#).json();
    let commit = said["consolidated"].as_str().expect("a commit").to_owned();
    for stream in &mut all {
        let (mut seen, mut some) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&seen).contains(&commit) {
            let count = stream.read(&mut some).expect("it is told in time");
            assert!(count > 0, "the stream ended");
            seen.extend_from_slice(&some[..count]);
        }
    }
    println!(
        "all of them know of a commit {} ms after it was asked for, which took {} ms of processor time",
        started.elapsed().as_millis(),
        (process.time().0 - told).as_millis()
    );
}

/// Two hundred devices of which each says something once in a shortened minute, and five that watch.
#[test]
#[ignore = "measures: minutes"]
fn two_hundred_devices() {
    const DEVICES: usize = 200;
    let minute: u64 = std::env::var("FIGURES_MINUTE").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let scene = Scene::new();
    let token = scene.device("one");
    // A branch that is one session's history has no line of its own yet: who follows it has to read all again once.
    fill(&scene, 2, 1);
    for device in 0..DEVICES {
        scene.list("one", &format!("session-{device:03}"), &[(&format!("Update {device:03}"), "in_progress")]);
    }
    let home = scene.world.path("claude-one").display().to_string();
    let made = scene.run("one", &token, &["sync", "--no-push", "--from", &home]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let first = scene.post("/api/todo", &token, r#"{"content":"Before"}"#).json()["consolidated"]
        .as_str()
        .expect("a commit")
        .to_owned();
    let process = Process::of(&scene);
    let before = process.time();
    let (begun, seen): (Mutex<HashMap<String, Instant>>, Mutex<Vec<Duration>>) = Default::default();
    let (rejected, next) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for watcher in 0..5 {
            let (begun, seen, token, first, scene) = (&begun, &seen, &token, first.clone(), &scene);
            scope.spawn(move || {
                let mut stream = scene.connect();
                let head = format!(
                    "GET /api/events?since={first} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).expect("it listens");
                let (mut known, mut some, mut at, mut missing) = (String::new(), [0; 16384], first, DEVICES);
                while missing > 0 && start.elapsed() < Duration::from_secs(3 * minute + 60) {
                    let count = stream.read(&mut some).unwrap_or(0);
                    if count == 0 {
                        break;
                    }
                    known.push_str(&String::from_utf8_lossy(&some[..count]));
                    let Some(end) = known.rfind("\n\n") else { continue };
                    let mut ids = known[..end].lines().filter_map(|line| line.strip_prefix("id: "));
                    let Some(last) = ids.next_back().filter(|last| *last != at).map(str::to_owned) else { continue };
                    known.drain(..end);
                    // What the API shows of it, as every watching device asks.
                    let changed = scene.get(&format!("/api/changes?since={at}&at={last}"), token).json();
                    let now = Instant::now();
                    for change in changed["changes"].as_array().expect("changes") {
                        let content = change["content"].as_str().unwrap_or_default().to_owned();
                        if let Some(begun) = begun.lock().expect("no panic").get(&content) {
                            seen.lock().expect("no panic").push(now - *begun);
                            missing -= 1;
                        }
                    }
                    at = last;
                }
                assert_eq!(missing, 0, "watcher {watcher}");
            });
        }
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let device = next.fetch_add(1, Ordering::Relaxed);
                    if device >= DEVICES {
                        return;
                    }
                    let due = Duration::from_millis(minute * 1000 * device as u64 / DEVICES as u64);
                    std::thread::sleep(due.saturating_sub(start.elapsed()));
                    begun.lock().expect("no panic").insert(format!("Update {device:03}"), Instant::now());
                    let refs = format!("refs/chittysync/session-{device:03}");
                    let pushed = scene.git(&token, "one.git", &["push", "-q", &scene.url(), &format!("{refs}:{refs}")]);
                    if pushed.code != Some(0) {
                        eprintln!("{pushed:?}");
                        rejected.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let (own, others) = process.time();
    let mut seen = seen.into_inner().expect("no panic");
    seen.sort();
    assert_eq!(seen.len(), 5 * DEVICES);
    let at = |percent: usize| seen[(seen.len() - 1) * percent / 100].as_millis();
    println!(
        "{DEVICES} devices in {minute} s: {} rejected; until five watching devices have it {} ms (median), {} ms (95 of 100), {} ms at most; a push takes {} ms of processor time of the hub, {} ms of git",
        rejected.load(Ordering::Relaxed),
        at(50),
        at(95),
        at(100),
        (own - before.0).as_millis() / DEVICES as u128,
        (others - before.1).as_millis() / DEVICES as u128,
    );
    assert_eq!(rejected.load(Ordering::Relaxed), 0);
    let most = if cfg!(debug_assertions) { 10_000 } else { 2_000 };
    assert!(at(95) <= most);
}
