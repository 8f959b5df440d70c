//! Random devices that speak, sync, go offline, crash, retire and merge by hand come to the same todos.
//!
//! `CHITTYSYNC_SEED=<seed>` repeats one run, `CHITTYSYNC_RUNS=<number>` sets how many there are. Each run is one
//! thread of a child process whose environment is sealed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chittysync::git::{Fsync, Overlay, RemoteName, Watch, fetch};
use chittysync::merge::join_claim;
use chittysync::ops::{Exchange, Link, Plan, Selection, run, sync};
use chittysync::store::{Consolidated, Location, Origin, Reach, Store, read_session};
use chittysync::todo::{Claim, Item, Project, Session, Snapshot, SourceKind, State, Status, Time, TodoId};

use crate::common::{World, binary, done};

/// How many runs there are by default.
const RUNS: u64 = 300;
/// The present when a run begins.
const BEGINNING: i64 = 1_790_000_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WORDS: [&str; 6] = ["Run tests", "Fix login", "Fix the login", "Ship", "Write notes", "Tidy up"];
const STATUSES: [Status; 4] = [Status::Pending, Status::InProgress, Status::Completed, Status::Completed];

#[test]
fn devices_come_to_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (first, runs) = match number("CHITTYSYNC_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("CHITTYSYNC_RUNS").unwrap_or(RUNS)),
    };
    let world = World::new();
    // The hub neither waits for the disk nor tidies up after each push.
    let fast = "[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[receive]\n\tautogc = false\n";
    let config = format!("{fast}[merge \"chittysync\"]\n\tdriver = {} merge-driver %O %A %B %L %P\n", binary());
    world.write("home/.gitconfig", config.as_bytes());
    let next = AtomicU64::new(first);
    let failed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut failed = Vec::new();
                    loop {
                        // A few runs a process: starting one takes longer than a run's own bookkeeping.
                        let from = next.fetch_add(10, Ordering::Relaxed);
                        if from >= first + runs || !failed.is_empty() {
                            return failed;
                        }
                        let to = (from + 10).min(first + runs);
                        let mut command = world.command(&std::env::current_exe().expect("this").to_string_lossy());
                        command.env("RUST_BACKTRACE", "0").env("CHITTYSYNC_SEEDS", format!("{from} {to}"));
                        command.args(["--exact", "model::worker", "--ignored", "--nocapture"]).stdin(Stdio::null());
                        let done = done(command.output());
                        if done.code != Some(0) {
                            failed.push(format!("{}{}", done.stdout, done.stderr));
                        }
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Carries out the runs that `CHITTYSYNC_SEEDS` names, in the environment that it finds.
#[test]
#[ignore = "a part of devices_come_to_agree"]
fn worker() {
    let Ok(seeds) = std::env::var("CHITTYSYNC_SEEDS") else { return };
    let (from, to) = seeds.split_once(' ').expect("two numbers");
    for seed in from.parse().expect("a number")..to.parse().expect("a number") {
        println!("CHITTYSYNC_SEED={seed}");
        Model::new(seed).run();
    }
}

/// A small generator: the same seed gives the same run everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 20) % end as u64).expect("below a usize")
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

struct Device {
    path: PathBuf,
    /// How far its clock is off.
    skew: i64,
}

struct Model {
    random: Random,
    directory: tempfile::TempDir,
    devices: Vec<Device>,
    now: i64,
    said: BTreeMap<(Project, TodoId, Session), Vec<Claim>>,
    trace: Vec<String>,
}

/// Prints what had happened when a check fails.
impl Drop for Model {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.trace.join("\n"));
            if let Ok(kept) = std::env::var("CHITTYSYNC_KEEP") {
                let _ = std::process::Command::new("cp").arg("-a").arg(self.directory.path()).arg(kept).status();
            }
        }
    }
}

impl Model {
    fn new(seed: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.below(2);
        let mut model =
            Model { devices: Vec::new(), now: BEGINNING, said: BTreeMap::new(), trace: Vec::new(), random, directory };
        model.git(model.directory.path(), &["init", "-q", "--bare", "hub.git"]);
        let number = [2, 2, 2, 3, 3, 3, 4, 4, 5, 6][model.random.below(10)];
        for device in 0..number {
            let path = model.directory.path().join(format!("d{device}.git"));
            let location = Location { path: path.clone(), origin: Origin::Option };
            Store::open_or_create(&location).expect("a store");
            let mut config = std::fs::read_to_string(path.join("config")).expect("a configuration");
            config.push_str(&format!(
                "\tfsync = false\n\tdevice = d{device}\n\tretireAfter = {}\n\tarchiveAfter = {}\n\tremote = origin\n\
                 [remote \"origin\"]\n\turl = {}\n[remote \"gone\"]\n\turl = /nonexistent/x.git\n",
                if model.random.once_in(2) { "1" } else { "never" },
                ["0", "1", "90", "never"][model.random.below(4)],
                model.hub().display()
            ));
            std::fs::write(path.join("config"), config).expect("a configuration");
            let skew = if model.random.once_in(2) { 0 } else { (model.random.below(21) as i64 - 10) * DAY };
            model.devices.push(Device { path, skew });
        }
        model
    }

    fn hub(&self) -> PathBuf {
        self.directory.path().join("hub.git")
    }

    fn git(&self, directory: &Path, arguments: &[&str]) -> crate::common::Done {
        done(std::process::Command::new("git").current_dir(directory).args(arguments).output())
    }

    fn store(&self, device: usize) -> Store {
        let location = Location { path: self.devices[device].path.clone(), origin: Origin::Option };
        Store::open(&location).expect("a store")
    }

    fn clock(&self, device: usize) -> Time {
        Time::from_millis(self.now + self.devices[device].skew)
    }

    fn run(mut self) {
        for _ in 0..6 + self.random.below(10) {
            self.now += [1, 1000, HOUR, 2 * HOUR, DAY][self.random.below(5)];
            let device = self.random.below(self.devices.len());
            match self.random.below(40) {
                0..16 => self.speak(device),
                16..28 => drop(self.sync(device, "origin", true, true)),
                28 => drop(self.sync(device, "origin", true, false)),
                29 => drop(self.sync(device, "origin", false, true)),
                30 => self.offline(device),
                31..33 => self.only_fetch(device),
                33..35 => self.only_push(device),
                35 => self.forget(device),
                36 => self.lose(),
                37 => self.merge_by_hand(),
                _ => self.consolidate(device),
            }
        }
        self.agree();
    }

    /// A session states a list: mostly on its own device, sometimes resumed on another one.
    fn speak(&mut self, device: usize) {
        let number = if self.random.once_in(4) { self.random.below(self.devices.len()) } else { device };
        let session = Session::new(&format!("session-{number}-{}", self.random.below(2))).expect("a name");
        let items: Vec<Item> = (0..1 + self.random.below(4))
            .map(|_| Item {
                content: WORDS[self.random.below(WORDS.len())].to_owned(),
                status: STATUSES[self.random.below(4)],
                ..Item::default()
            })
            .collect();
        let at = self.clock(device).millis() - [0, 0, 5 * HOUR][self.random.below(3)];
        self.trace.push(format!(
            "d{device} at {} {session}: {}",
            Time::from_millis(at),
            items.iter().map(|item| format!("{} {:?}", item.content, item.status)).collect::<Vec<_>>().join(", ")
        ));
        let given = Snapshot {
            session: session.clone(),
            agent: None,
            source: SourceKind::Import,
            at: Time::from_millis(at),
            branch: None,
            items,
            partial: false,
            forced: false,
        };
        let plan = Plan { given: Some(given), consolidate: self.random.once_in(3), ..Plan::default() };
        run(&self.store(device), &plan, self.clock(device)).expect("said");
        self.remember(device, &session);
    }

    /// Notes what a session says now: none of it may ever be lost.
    fn remember(&mut self, device: usize, session: &Session) {
        let store = self.store(device);
        let tips: BTreeMap<_, _> = store.repo.sessions().expect("sessions").into_iter().collect();
        // A list that says what a retired session had said makes no ref.
        let Some(tip) = tips.get(session) else { return };
        let state = read_session(&Overlay::new(&store.repo), session, *tip).expect("a session").state;
        for (project, todos) in state.projects {
            for todo in todos.into_values() {
                let claims = self.said.entry((project.clone(), todo.id, session.clone())).or_default();
                claims.push(todo.claims.get(session).expect("its own claim").clone());
            }
        }
    }

    fn consolidate(&mut self, device: usize) {
        self.trace.push(format!("d{device} consolidate"));
        run(&self.store(device), &Plan { consolidate: true, ..Plan::default() }, self.clock(device)).expect("merged");
    }

    fn sync(&mut self, device: usize, remote: &str, fetch: bool, push: bool) -> Exchange {
        self.trace.push(format!("d{device} sync {remote} fetch {fetch} push {push}"));
        let link = Link { remote: RemoteName::new(remote).expect("a name"), fetch, push, watch: watch() };
        let plan = Plan { selection: Selection { what: "sync".into(), ..Selection::default() }, ..Plan::default() };
        let (report, exchange) = sync(&self.store(device), &plan, &link, self.clock(device)).expect("synced");
        self.trace.push(format!("  {exchange:?} {:?}", report.tip));
        assert_eq!(report.left_out, []);
        assert_eq!(report.strange, []);
        exchange
    }

    fn offline(&mut self, device: usize) {
        let exchange = self.sync(device, "gone", true, true);
        assert!(exchange.unreachable.is_some(), "{exchange:?}");
    }

    /// A sync that was killed after its fetch.
    fn only_fetch(&mut self, device: usize) {
        self.trace.push(format!("d{device} only fetch"));
        let store = self.store(device);
        let origin = RemoteName::new("origin").expect("a name");
        let fetched = fetch(&store.repo, &origin, &store.settings.branch, Fsync::Off, &watch());
        fetched.expect("git").expect("reachable");
    }

    /// A sync that was killed before it could note what the remote had taken; or a plain `git push`.
    fn only_push(&mut self, device: usize) {
        self.trace.push(format!("d{device} only push"));
        let refs = ["refs/chittysync/*:refs/chittysync/*", "refs/heads/consolidated:refs/heads/consolidated"];
        let some = if self.random.once_in(2) { &refs[..1] } else { &refs[..] };
        let url = self.hub().to_string_lossy().into_owned();
        let mut arguments = vec!["push", "-q", &url];
        arguments.extend(some);
        // It may well be rejected.
        self.git(&self.devices[device].path, &arguments);
    }

    /// What only saves work is lost.
    fn forget(&mut self, device: usize) {
        self.trace.push(format!("d{device} forgets"));
        let _ = std::fs::remove_dir_all(self.devices[device].path.join("chittysync"));
        if self.random.once_in(2) {
            self.git(&self.devices[device].path, &["pack-refs", "--all"]);
        }
    }

    /// The hub loses a session, or its branch goes back.
    fn lose(&mut self) {
        let sessions = self.git(&self.hub(), &["for-each-ref", "--format=%(refname)", "refs/chittysync"]).stdout;
        let sessions: Vec<&str> = sessions.lines().collect();
        let back = self.git(&self.hub(), &["rev-parse", "-q", "--verify", "consolidated~1"]).stdout;
        if self.random.once_in(2) && !back.is_empty() {
            self.trace.push("the hub's branch goes back".to_owned());
            self.git(&self.hub(), &["update-ref", "refs/heads/consolidated", back.trim()]);
        } else if !sessions.is_empty() {
            let lost = sessions[self.random.below(sessions.len())];
            self.trace.push(format!("the hub loses {lost}"));
            self.git(&self.hub(), &["update-ref", "-d", lost]);
        }
    }

    /// Somebody merges the hub's sessions into its branch with stock git and the driver.
    fn merge_by_hand(&mut self) {
        self.trace.push("by hand".to_owned());
        let clone = self.directory.path().join("clone");
        let hub = self.hub().to_string_lossy().into_owned();
        if self.git(self.directory.path(), &["clone", "-q", "-b", "consolidated", &hub, "clone"]).code == Some(0) {
            self.git(&clone, &["fetch", "-q", "origin", "+refs/chittysync/*:refs/chittysync/*"]);
            let sessions = self.git(&clone, &["for-each-ref", "--format=%(refname)", "refs/chittysync"]).stdout;
            for session in sessions.lines() {
                let merged = self.git(
                    &clone,
                    &[
                        "-c",
                        "user.name=x",
                        "-c",
                        "user.email=x@x",
                        "merge",
                        "-q",
                        "--no-edit",
                        "--allow-unrelated-histories",
                        session,
                    ],
                );
                assert_eq!(merged.code, Some(0), "{merged:?}");
            }
            self.git(&clone, &["push", "-q", "origin", "consolidated"]);
        }
        let _ = std::fs::remove_dir_all(&clone);
    }

    /// After everyone has synced twice, everyone has the same, and all of it.
    fn agree(&mut self) {
        for round in 0..2 {
            for device in 0..self.devices.len() {
                let exchange = self.sync(device, "origin", true, true);
                assert!(exchange.is_complete(), "round {round}, d{device}: {exchange:?}");
            }
        }
        let tip = |path: &Path| {
            self.git(path, &["rev-parse", "-q", "--verify", "refs/heads/consolidated"]).stdout.trim().to_owned()
        };
        let hub = tip(&self.hub());
        for device in &self.devices {
            assert_eq!(tip(&device.path), hub, "{}", device.path.display());
        }
        let store = self.store(0);
        let overlay = Overlay::new(&store.repo);
        let (projects, unreadable) =
            Consolidated::find(&store, &overlay).expect("the branch").all(&overlay, Reach::Archive).expect("todos");
        assert_eq!(unreadable, []);
        Model::is_settled(&store);
        for ((project, id, session), claims) in &self.said {
            let todo = projects.get(project).and_then(|todos| todos.get(id));
            let todo = todo.unwrap_or_else(|| panic!("{session} spoke of {id}, which is lost"));
            let last = todo.claims.get(session).unwrap_or_else(|| panic!("what {session} said of {id} is lost"));
            for claim in claims {
                let mut joined = last.clone();
                join_claim(&mut joined, claim);
                assert_eq!(&joined, last, "{session} said more of {id}: {}", todo.content);
                // What was completed is open again only in a later epoch, or when its session dropped it.
                if claim.status == Status::Completed && !claim.dropped && !last.dropped {
                    let stands = todo.state() == State::Wanted(Status::Completed) || todo.epoch() > claim.epoch;
                    assert!(stands, "{} was completed", todo.content);
                }
            }
        }
        let last = self.devices.len() - 1;
        for path in [self.hub(), self.devices[last].path.clone()] {
            let fsck = self.git(&path, &["fsck", "--strict", "--no-dangling", "--no-progress"]);
            assert_eq!((fsck.code, fsck.stdout.as_str()), (Some(0), ""), "{fsck:?}");
        }
    }

    /// No todo stands in two files.
    fn is_settled(store: &Store) {
        let overlay = Overlay::new(&store.repo);
        let consolidated = Consolidated::find(store, &overlay).expect("the branch");
        for (project, todos) in consolidated.with_forgotten(&overlay, Reach::Working).expect("todos").0 {
            let Some(archive) = consolidated.archive(&overlay, &project).expect("a tree") else { continue };
            let ids = archive.ids();
            assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "in two months of {project}");
            assert!(todos.keys().all(|id| !archive.contains(*id)), "archived and not, in {project}");
        }
    }
}

fn watch() -> Watch<'static> {
    Watch { patience: Duration::from_secs(20), interactive: false, progress: None, most: None }
}
