//! Random devices that speak, act, sync, go offline, crash, retire and merge by hand come to the same todos.
//!
//! `CHITTYSYNC_SEED=<seed>` repeats one run, `CHITTYSYNC_RUNS=<number>` sets how many there are. Each run is one
//! thread of a child process whose environment is sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chittysync::git::{Fsync, Limits, Overlay, RemoteName, Watch, crash_at, fetch, has_crashed};
use chittysync::ops::{Exchange, LeftOut, Link, Plan, Selection, run, sync};
use chittysync::store::{Location, Origin, Store, read_session};
use chittysync::todo::{Claim, Item, Project, Session, Snapshot, SourceKind, Status, Time, TodoId};

use crate::common::{World, binary, done};
use crate::model_hand::HOSTILE;
use crate::model_oracle::Heard;

/// How many runs there are by default.
const RUNS: u64 = 300;
/// The present when a run begins.
const BEGINNING: i64 = 1_790_000_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// What the trace says where something crashed.
const CRASHED: &str = "  crashed";
pub const WORDS: [&str; 6] = ["Run tests", "Fix login", "Fix the login", "Ship", "Write notes", "Tidy up"];
pub const STATUSES: [Status; 4] = [Status::Pending, Status::InProgress, Status::Completed, Status::Completed];

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
    let (next, crashes) = (AtomicU64::new(first), AtomicU64::new(0));
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
                        let crashed =
                            done.stdout.lines().filter_map(|line| line.strip_prefix("crashes: ")?.parse::<u64>().ok());
                        crashes.fetch_add(crashed.sum(), Ordering::Relaxed);
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
    let crashes = crashes.into_inner();
    assert!(runs < 100 || crashes > runs / 2, "only {crashes} crashes");
}

/// Carries out the runs that `CHITTYSYNC_SEEDS` names, in the environment that it finds.
#[test]
#[ignore = "a part of devices_come_to_agree"]
fn worker() {
    let Ok(seeds) = std::env::var("CHITTYSYNC_SEEDS") else { return };
    let (from, to) = seeds.split_once(' ').expect("two numbers");
    for seed in from.parse().expect("a number")..to.parse().expect("a number") {
        println!("CHITTYSYNC_SEED={seed}");
        println!("crashes: {}", Model::new(seed).run());
    }
}

/// A small generator: the same seed gives the same run everywhere.
pub struct Random(u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 20) % end as u64).expect("below a usize")
    }

    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

pub struct Device {
    pub path: PathBuf,
    /// How far its clock is off.
    pub skew: i64,
}

pub struct Model {
    pub random: Random,
    pub directory: tempfile::TempDir,
    pub devices: Vec<Device>,
    pub now: i64,
    pub said: BTreeMap<(Project, TodoId, Session), Vec<Claim>>,
    /// What somebody wanted forgotten, whether that crashed or not.
    pub to_forget: BTreeSet<(Project, TodoId)>,
    pub forgotten: BTreeSet<(Project, TodoId)>,
    /// What nobody is to hold any more, not even in history.
    pub purged: BTreeMap<TodoId, String>,
    pub trace: Vec<String>,
    pub heard: Vec<Heard>,
    /// The todos that sessions spoke of, whether that crashed or not.
    pub tried: BTreeSet<TodoId>,
    /// What a device with the version before says, by words.
    pub old: BTreeMap<&'static str, (Status, Time)>,
    /// How often a session went on under another name.
    pub renamed: usize,
    limits: Limits,
    /// Whether somebody with git alone, or somebody hostile, is about.
    disturbed: bool,
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
        // What holds only below a threshold falls when the threshold is low.
        let limits = [Limits::all(2), Limits::all(2), Limits::all(3), Limits::default()][random.below(4)];
        let disturbed = random.once_in(2);
        let mut model = Model {
            devices: Vec::new(),
            now: BEGINNING,
            said: BTreeMap::new(),
            to_forget: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            purged: BTreeMap::new(),
            trace: Vec::new(),
            random,
            directory,
            heard: Vec::new(),
            tried: BTreeSet::new(),
            old: BTreeMap::new(),
            renamed: 0,
            limits,
            disturbed,
        };
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
            model.heard.push(Heard::default());
        }
        model
    }

    pub fn hub(&self) -> PathBuf {
        self.directory.path().join("hub.git")
    }

    pub fn git(&self, directory: &Path, arguments: &[&str]) -> crate::common::Done {
        done(std::process::Command::new("git").current_dir(directory).args(arguments).output())
    }

    pub fn store(&self, device: usize) -> Store {
        let location = Location { path: self.devices[device].path.clone(), origin: Origin::Option };
        let mut store = Store::open(&location).expect("a store");
        store.repo.limits = self.limits;
        store
    }

    pub fn clock(&self, device: usize) -> Time {
        Time::from_millis(self.now + self.devices[device].skew)
    }

    /// Lets things happen, and checks that all agree in the end. Returns how often something crashed.
    fn run(mut self) -> usize {
        for _ in 0..6 + self.random.below(10) {
            self.now += [1, 1000, HOUR, 2 * HOUR, DAY][self.random.below(5)];
            let device = self.random.below(self.devices.len());
            let crashes = self.random.once_in(4);
            if crashes {
                let most = [8, 24][self.random.below(2)];
                let step = 1 + self.random.below(most) as u32;
                self.trace.push(format!("a crash at step {step} from here"));
                crash_at(Some(step));
            }
            let before = self.trace.iter().filter(|line| line.as_str() == CRASHED).count();
            let what = self.random.below(if self.disturbed { 68 } else { 50 });
            // What is merged is what is there before, and what comes.
            let merges = matches!(what, 16..31 | 48..50);
            if merges {
                self.listen(device);
            }
            match what {
                0..16 => self.speak(device),
                16..28 => drop(self.sync(device, "origin", true, true)),
                28 => drop(self.sync(device, "origin", true, false)),
                29 => drop(self.sync(device, "origin", false, true)),
                30 => self.offline(device),
                31..33 => self.only_fetch(device),
                33..35 => self.only_push(device),
                35 => self.lose_caches(device),
                36 => self.lose(),
                37 => self.merge_by_hand(),
                38..44 => self.act(device),
                44 | 45 => self.forget(device),
                46 => self.roll_back(device),
                47 => self.forget(device),
                48..50 => self.consolidate(device),
                50..53 => self.edit_by_hand(),
                53..56 => self.replace_branch(),
                56..59 => self.empty_session(),
                59..62 => self.rewind(device),
                62..65 => self.old_program(),
                _ => self.hostile_session(),
            }
            crash_at(None);
            let crashed = self.trace.iter().filter(|line| line.as_str() == CRASHED).count() > before;
            if merges && !crashed {
                self.listen(device);
                self.knows_all(device);
            }
        }
        self.agree();
        self.trace.iter().filter(|line| line.as_str() == CRASHED).count()
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
        for (at, item) in items.iter().enumerate() {
            let before = items[..at].iter().filter(|other| other.content == item.content).count();
            let project = Project::general();
            self.tried.insert(TodoId::of_nth(&project, &item.content, 1 + u32::try_from(before).expect("few")));
        }
        let at = self.clock(device).millis() - [0, 0, 5 * HOUR][self.random.below(3)];
        self.trace.push(format!(
            "d{device} at {} {session}: {}",
            Time::from_millis(at),
            items.iter().map(|item| format!("{} {:?}", item.content, item.status)).collect::<Vec<_>>().join(", ")
        ));
        let given = Snapshot::new(session.clone(), SourceKind::Import, Time::from_millis(at), items);
        let plan = Plan { given: Some(given), consolidate: self.random.once_in(3), ..Plan::default() };
        self.unless_crashed(run(&self.store(device), &plan, self.clock(device)));
        self.remember(device, &session);
    }

    /// Notes what a session says now, under whatever name it speaks on this device: none of it may ever be lost.
    pub fn remember(&mut self, device: usize, session: &Session) {
        let store = self.store(device);
        // A list that says what a retired session had said makes no ref.
        for (name, tip) in store.repo.sessions().expect("sessions") {
            if !name.is_same(session) {
                continue;
            }
            let state = read_session(&Overlay::new(&store.repo), &name, tip).expect("a session").state;
            for (project, todos) in state.projects {
                for todo in todos.into_values() {
                    let claims = self.said.entry((project.clone(), todo.id, name.clone())).or_default();
                    claims.push(todo.claims.get(&name).expect("its own claim").clone());
                }
            }
        }
    }

    fn consolidate(&mut self, device: usize) {
        self.trace.push(format!("d{device} consolidate"));
        let plan = Plan { consolidate: true, ..Plan::default() };
        self.unless_crashed(run(&self.store(device), &plan, self.clock(device)));
        if self.random.once_in(3) {
            self.trace.push(format!("d{device} is put in order"));
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
            self.unless_crashed(self.store(device).repo.maintain(Fsync::Off, deadline));
        }
    }

    /// Returns what came of it; nothing when it crashed.
    pub fn unless_crashed<T, E: std::fmt::Debug>(&mut self, outcome: Result<T, E>) -> Option<T> {
        match outcome {
            Ok(done) => Some(done),
            Err(_) if has_crashed() => {
                self.trace.push(CRASHED.to_owned());
                None
            }
            Err(err) => panic!("{err:?}"),
        }
    }

    pub fn sync(&mut self, device: usize, remote: &str, fetch: bool, push: bool) -> Option<Exchange> {
        self.trace.push(format!("d{device} sync {remote} fetch {fetch} push {push}"));
        let link = Link { remote: RemoteName::new(remote).expect("a name"), fetch, push, watch: watch() };
        let plan = Plan { selection: Selection { what: "sync".into(), ..Selection::default() }, ..Plan::default() };
        let synced = sync(&self.store(device), &plan, &link, self.clock(device));
        let (report, exchange) = self.unless_crashed(synced)?;
        self.trace.push(format!("  {exchange:?} {:?}", report.tip));
        self.renamed += report.renamed.len();
        let is_hostile = |what: &str| what.contains(HOSTILE) || what.starts_with("a line of ") && self.disturbed;
        let left_out: Vec<_> = report.left_out.iter().filter(|one| !is_hostile(&one.what)).collect();
        assert_eq!(left_out, Vec::<&LeftOut>::new());
        assert_eq!(report.strange, []);
        Some(exchange)
    }

    fn offline(&mut self, device: usize) {
        let exchange = self.sync(device, "gone", true, true);
        assert!(exchange.is_none_or(|exchange| exchange.unreachable.is_some()));
    }

    /// A sync that was killed after its fetch.
    fn only_fetch(&mut self, device: usize) {
        self.trace.push(format!("d{device} only fetch"));
        let store = self.store(device);
        let origin = RemoteName::new("origin").expect("a name");
        let fetched = fetch(&store.repo, &origin, &store.settings.branch, Fsync::Off, &watch());
        self.unless_crashed(fetched).map(|fetched| fetched.expect("reachable"));
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
    fn lose_caches(&mut self, device: usize) {
        self.trace.push(format!("d{device} loses its caches"));
        let _ = std::fs::remove_dir_all(self.devices[device].path.join("chittysync"));
        if self.random.once_in(2) {
            self.git(&self.devices[device].path, &["pack-refs", "--all"]);
        }
    }
}

fn watch() -> Watch<'static> {
    Watch { timeout: Duration::from_secs(20), interactive: false, progress: None, most: None, settings: None }
}
