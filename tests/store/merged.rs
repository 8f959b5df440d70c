//! That most of what is known to be merged stands apart, and is not read, changes nothing: two stores do the same, and one
//! of them looks at all refs each time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{Done, World};
use crate::scene::{copy, quiet};

/// Limits that are reached at once.
const LOW: [(&str, &str); 1] = [("CHITTYSYNC_LIMITS", "2")];
const SESSIONS: usize = 9;

/// Two stores that did the same so far, and a third one, whose sessions they fetch.
struct Twins {
    world: World,
    stores: [PathBuf; 2],
    peer: PathBuf,
    minute: u32,
    random: u64,
    with_hooks: bool,
    locks: Vec<fs::File>,
}

impl Twins {
    fn new(seed: u64, with_hooks: bool) -> Self {
        let world = quiet();
        let stores = ["one.git", "other.git"].map(|name| world.path(name));
        let mut twins = Twins {
            peer: world.path("peer.git"),
            world,
            stores,
            minute: 0,
            random: seed,
            with_hooks,
            locks: Vec::new(),
        };
        for store in [&twins.stores[0], &twins.peer] {
            twins.world.ok(&["init", "-q", "--store", store.to_str().expect("UTF-8")]);
        }
        twins.world.git(&twins.stores[0], &["remote", "add", "peer", twins.peer.to_str().expect("UTF-8")]);
        for number in 0..SESSIONS {
            let store = twins.stores[0].clone();
            twins.import(&store, number, "First");
        }
        // The person's own session gets its name by chance, once.
        let done = twins.run(&twins.stores[0], &["add", "Begin", "--project", "api"], &Value::Null);
        assert_eq!(done.code, Some(0), "{done:?}");
        copy(&twins.stores[0], &twins.stores[1]);
        // In the place of a daemon, so that hooks start no process of their own.
        for store in &twins.stores {
            let file = fs::File::create(store.join("chittysync/daemon.lock")).expect("a file");
            file.lock().expect("a lock");
            twins.locks.push(file);
        }
        twins
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).expect("31 bits") % limit
    }

    fn run(&self, store: &Path, arguments: &[&str], given: &Value) -> Done {
        use std::io::Write;
        let now = format!("2026-11-20T{:02}:{:02}:00.000Z", self.minute / 60, self.minute % 60);
        let mut command = self.world.command(crate::common::binary());
        command.args(["-q", "--store", store.to_str().expect("UTF-8")]).args(arguments);
        command.envs(LOW).env("CHITTYSYNC_NOW", now).stdin(std::process::Stdio::piped());
        let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn();
        let child = child.as_mut().expect("the program starts");
        let _ = child.stdin.take().expect("a pipe").write_all(given.to_string().as_bytes());
        let mut text = [String::new(), String::new()];
        use std::io::Read;
        child.stdout.take().expect("a pipe").read_to_string(&mut text[0]).expect("UTF-8");
        child.stderr.take().expect("a pipe").read_to_string(&mut text[1]).expect("UTF-8");
        let [stdout, stderr] = text;
        Done { code: child.wait().expect("an end").code(), stdout, stderr }
    }

    /// Names that are written as they are, and such as are not, or begin as others do.
    fn session(number: usize) -> &'static str {
        ["alpha-one", "alpha", "alpha-one-agent-x", "Con", "con", "b.git", "two words", "b", "alpha-o"][number]
    }

    fn import(&mut self, store: &Path, number: usize, words: &str) {
        let list = json!([{"content": format!("{words} {}", number % 4), "status": "pending"},
            {"content": format!("{words} of {}", Self::session(number)), "status": "in_progress"}]);
        let done = self.run(store, &["import", "--session", Self::session(number), "--project", "api"], &list);
        assert_eq!(done.code, Some(0), "{done:?}");
    }

    /// Does the same in both.
    fn both(&mut self, arguments: &[&str], given: &Value) {
        self.minute += 1;
        together(&self.stores[1].join("chittysync"));
        let [one, other] = [0, 1].map(|at| self.run(&self.stores[at], arguments, given));
        assert_eq!((one.code, &one.stdout, &one.stderr), (other.code, &other.stdout, &other.stderr), "{arguments:?}");
    }

    fn git(&self, arguments: &[&str]) {
        for store in &self.stores {
            self.world.git(store, arguments);
        }
    }

    /// An event's name is drawn, and stands in the commit that it makes. And who has known an older commit of a session
    /// longer need not merge it again: where sessions are taken back, lines may stand in other lists.
    fn check(&self, what: &str) {
        let format = if self.with_hooks { "--format=%(refname) %(tree)" } else { "--format=%(refname) %(objectname)" };
        let below = if self.with_hooks { "refs/chittysync*/**" } else { "refs/**" };
        let found = [0, 1].map(|at| {
            let list = self.run(&self.stores[at], &["--json", "list", "--all"], &Value::Null);
            (self.world.git(&self.stores[at], &["for-each-ref", format, below]), list.stdout)
        });
        assert!(found[0].1.starts_with('{') || found[0].1.starts_with('['), "{}", found[0].1);
        assert_eq!(found[0], found[1], "after {what}");
    }

    /// Something happens. Returns what.
    fn step(&mut self) -> String {
        let (number, words) = (self.below(SESSIONS), format!("Step {}", self.below(30)));
        let name = Self::session(number);
        let list = json!([{"content": &words, "status": "pending"}, {"content": "Shared", "status": "completed"}]);
        let what = self.below(12);
        match what {
            0 | 1 => self.both(&["add", &words, "--project", "api"], &Value::Null),
            2 => self.both(&["done", &words], &Value::Null),
            3 => self.both(&["start", &words, "--session", name], &Value::Null),
            4 => self.both(&["import", "--session", name, "--project", "api"], &list),
            5 if self.with_hooks => {
                let event = json!({"session_id": name, "cwd": "/", "hook_event_name": "PostToolUse",
                    "tool_name": "TodoWrite", "tool_input": {"todos": list}});
                self.both(&["hook", "PostToolUse"], &event);
            }
            6 if self.with_hooks => {
                let event = json!({"session_id": name, "cwd": "/", "hook_event_name": "SessionEnd"});
                self.both(&["hook", "SessionEnd"], &event);
            }
            5..8 => self.both(&["consolidate"], &Value::Null),
            8 => {
                self.git(&["pack-refs", "--all"]);
                std::thread::sleep(Duration::from_millis(5));
            }
            // Somebody takes a session back, where it has said more than once. Who has known the older commit longer
            // need not merge it again.
            9 if self.with_hooks => {
                let first = format!("refs/chittysync/{}", ["alpha", "alpha-one", "b"][number % 3]);
                let before =
                    self.world.git_run(&self.stores[0], &["rev-parse", "-q", "--verify", &format!("{first}~")]);
                if before.code == Some(0) {
                    self.git(&["update-ref", &first, &format!("{first}~")]);
                }
            }
            9 | 10 => {
                let peer = self.peer.clone();
                self.minute += 1;
                self.import(&peer, number, &words);
                self.git(&["fetch", "-q", "peer", "+refs/chittysync/*:refs/chittysync-remotes/peer/*"]);
            }
            _ => {
                let kept = self.stores[0].join("chittysync/merged-packed");
                if let Ok(mut bytes) = fs::read(&kept) {
                    match self.below(3) {
                        0 => drop(fs::remove_file(&kept)),
                        1 => drop(fs::write(&kept, &bytes[..self.below(bytes.len().max(1))])),
                        _ => {
                            let at = self.below(bytes.len().max(1));
                            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
                            drop(fs::write(&kept, bytes));
                        }
                    }
                }
            }
        }
        format!("{what} {name}, {words}")
    }
}

/// Puts what stands apart back into the one file, so that the next command has to look at all refs.
fn together(directory: &Path) {
    let path = directory.join("merged");
    let Ok(text) = fs::read(&path) else { return };
    let mut kept: Value = serde_json::from_slice(&text).expect("JSON");
    let content = kept["content"].as_object_mut().expect("an object");
    if content.remove("packed").is_none() {
        return;
    }
    let ids = fs::read(directory.join("merged-packed")).expect("ids");
    let mut all = content["contained"].as_str().expect("ids").to_owned();
    for id in ids.chunks(20) {
        all.extend(id.iter().map(|byte| format!("{byte:02x}")).chain([" ".to_owned()]));
    }
    content["contained"] = all.into();
    fs::write(path, kept.to_string()).expect("written");
}

#[test]
fn who_does_not_read_what_is_merged_comes_to_the_same() {
    let (mut set_apart, mut steps) = (0, Vec::new());
    for seed in 1..=6 {
        let mut twins = Twins::new(seed, seed % 2 == 0);
        for _ in 0..40 {
            steps.push(twins.step());
            twins.check(&steps.join("; "));
            let kept = fs::read_to_string(twins.stores[0].join("chittysync/merged")).unwrap_or_default();
            set_apart += usize::from(kept.contains("\"packed\""));
        }
        steps.clear();
    }
    assert!(set_apart > 60, "{set_apart} of 240 times it was set apart");
}
