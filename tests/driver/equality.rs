//! Whoever holds stock git and our driver can do by hand what `consolidate` does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::common::{World, set_time};

/// How many sets of sessions are tried.
const SETS: u64 = 30;

/// Words that sessions say, some of them alike, for three projects (see [`fast_world`]).
const WORDS: [&str; 10] = [
    "Fix the css grid",
    "Fix the css grid on phones",
    "Tune the sql query",
    "Tune the sql query of the report",
    "Run tests",
    "Run all the tests",
    "Write docs",
    "Deploy",
    "Review the css of the menu",
    "Ask about sql",
];

const STATUSES: [&str; 4] = ["pending", "in_progress", "completed", "completed"];

/// A small generator: the same seed gives the same set everywhere.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 20) % end as u64).expect("below a usize")
    }

    fn shuffled<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut items = items.to_vec();
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
        items
    }
}

/// A world in which nothing waits for the disk, with three projects told apart by words.
fn fast_world() -> World {
    let world = World::new();
    let config = "[chittysync]\n\tfsync = false\n\tprojectRule = web=css\n\tprojectRule = data=sql\n\tdevice = d\n";
    world.write("home/.gitconfig", config.as_bytes());
    world.ok(&["install", "-q"]);
    world
}

/// Writes the lists of a device's sessions, as they are after so many rounds.
fn speak(world: &World, random: &mut Random, device: &str, sessions: usize, round: usize) {
    for session in 0..sessions {
        if round > 0 && random.below(3) == 0 {
            continue;
        }
        let items: Vec<_> = (0..1 + random.below(5))
            .map(|_| json!({"content": WORDS[random.below(WORDS.len())], "status": STATUSES[random.below(4)]}))
            .collect();
        let content = serde_json::to_vec(&items).expect("JSON");
        let path =
            world.write(&format!("claude-{device}/todos/{device}{session}-agent-{device}{session}.json"), &content);
        // Some lists are as old as history, some fresh; now and then a clock jumps back.
        let hour = if random.below(2) == 0 { 6 } else { 11 };
        set_time(
            &path,
            &format!("2026-11-20T{hour:02}:{:02}:{:02}Z", 10 + round * 12 + random.below(14), random.below(60)),
        );
    }
}

/// Two devices that speak, hear of each other now and then, and speak on.
struct Devices {
    world: World,
    random: Random,
}

impl Devices {
    fn new(seed: u64) -> Self {
        let devices = Devices { world: fast_world(), random: Random::new(seed) };
        for name in ["a.git", "b.git"] {
            bare(&devices.world, name);
        }
        devices
    }

    fn round(&mut self, round: usize) {
        let world = &self.world;
        for (device, sessions) in [("a", 2), ("b", 1)] {
            speak(world, &mut self.random, device, sessions, round);
            let (store, home) = (world.path(&format!("{device}.git")), world.path(&format!("claude-{device}")));
            let store = store.to_str().expect("UTF-8");
            if self.random.below(2) == 0 {
                let other = world.path(if device == "a" { "b.git" } else { "a.git" });
                fetch(world, Path::new(store), &other);
            }
            let command = if self.random.below(3) == 0 { "capture" } else { "sync" };
            world.ok(&["-q", "--store", store, command, "--from", home.to_str().expect("UTF-8")]);
        }
    }

    /// Copies what both devices' own sessions say into a repository.
    fn publish(&self, to: &Path) {
        for device in ["a", "b"] {
            let from = self.world.path(&format!("{device}.git"));
            let from = from.to_str().expect("UTF-8");
            let sessions = format!("+refs/chittysync/{device}*:refs/chittysync/{device}*");
            self.world.git(to, &["fetch", "-q", from, &sessions]);
        }
    }
}

/// Makes an empty bare store.
fn bare(world: &World, name: &str) -> PathBuf {
    world.git(&world.path(""), &["init", "-q", "--bare", "-b", "consolidated", name]);
    let directory = world.path(name);
    world.git(&directory, &["config", "chittysync.enabled", "true"]);
    directory
}

/// Makes an empty repository with a checkout.
fn checkout(world: &World, name: &str) -> PathBuf {
    world.git(&world.path(""), &["init", "-q", "-b", "consolidated", name]);
    world.path(name)
}

/// Fetches sessions; our own are never rewound.
fn fetch(world: &World, to: &Path, from: &Path) {
    world.git_run(to, &["fetch", "-q", from.to_str().expect("UTF-8"), "refs/chittysync/*:refs/chittysync/*"]);
}

/// Copies the branch.
fn copy_branch(world: &World, from: &Path, to: &Path) {
    world.git(to, &["fetch", "-q", from.to_str().expect("UTF-8"), "+refs/heads/consolidated:refs/heads/consolidated"]);
}

fn consolidate(world: &World, store: &Path) -> String {
    world.ok(&["-q", "--store", store.to_str().expect("UTF-8"), "consolidate"]);
    world.git(store, &["rev-parse", "consolidated"])
}

fn sessions(world: &World, repository: &Path) -> Vec<String> {
    let names = world.git(repository, &["for-each-ref", "--format=%(refname)", "refs/chittysync/"]);
    names.lines().map(str::to_owned).collect()
}

/// Merges every session with stock git, one after the other.
fn merge(world: &World, repository: &Path, sessions: &[String]) {
    for session in sessions {
        world.git(repository, &["merge", "-q", "--no-edit", "--allow-unrelated-histories", session]);
    }
}

/// Returns every file of a commit with its blob.
fn files(world: &World, repository: &Path, commit: &str) -> String {
    let all = world.git(repository, &["ls-tree", "-r", commit]);
    all.lines().filter(|line| !line.ends_with("\tREADME.md")).collect::<Vec<_>>().join("\n")
}

/// Tries these sets, and expects that everything a session can do came up in them.
fn try_sets(seeds: std::ops::Range<u64>) {
    let seen: BTreeSet<String> = seeds.flat_map(same_by_both_ways).collect();
    for key in ["\"dropped\":true", "\"epoch\":", "\"renamedFrom\":", "\"status\":\"completed\""] {
        assert!(seen.contains(key), "no set has {key}: {seen:?}");
    }
}

/// Returns what of interest the lists of this set say.
fn same_by_both_ways(seed: u64) -> Vec<String> {
    let mut devices = Devices::new(seed);
    devices.round(0);
    devices.round(1);
    let (git, own) = (checkout(&devices.world, "git"), bare(&devices.world, "own.git"));
    for repository in [&git, &own] {
        devices.publish(repository);
    }
    let world = &devices.world;
    let order = devices.random.shuffled(&sessions(world, &git));
    merge(world, &git, &order);
    consolidate(world, &own);
    let expected = files(world, &own, "consolidated");
    assert_eq!(files(world, &git, "HEAD"), expected, "seed {seed}, merged in the order {order:?}");

    // The sessions move on. One way goes on from what the other made.
    let own_after_git = bare(world, "own-after-git.git");
    copy_branch(world, &git, &own_after_git);
    let (start, way) = if seed.is_multiple_of(2) { (&git, "git all the way") } else { (&own, "ours first, then git") };
    world.git(&world.path(""), &["clone", "-q", start.to_str().expect("UTF-8"), "again"]);
    let again = world.path("again");
    devices.round(2);
    for repository in [&own, &own_after_git, &again] {
        devices.publish(repository);
    }
    let world = &devices.world;
    consolidate(world, &own);
    let expected = files(world, &own, "consolidated");
    consolidate(world, &own_after_git);
    assert_eq!(files(world, &own_after_git, "consolidated"), expected, "seed {seed}, git first, then ours");
    let order = devices.random.shuffled(&sessions(world, &again));
    merge(world, &again, &order);
    assert_eq!(files(world, &again, "HEAD"), expected, "seed {seed}, {way}, in the order {order:?}");

    let interest = r#""(dropped":true|epoch":|renamedFrom":|status":"completed")"#;
    let said = world.git(&own, &["grep", "-h", "-o", "-E", interest, "consolidated", "--", "projects"]);
    let said = said.lines().map(str::to_owned).collect();

    // And merging the two branches adds nothing. A few sets are enough for this.
    if !seed.is_multiple_of(4) {
        return said;
    }
    copy_branch_as_other(world, &own_after_git, &again);
    world.git(&again, &["merge", "-q", "--no-edit", "--allow-unrelated-histories", "other"]);
    assert_eq!(files(world, &again, "HEAD"), expected, "seed {seed}, both branches");
    said
}

fn copy_branch_as_other(world: &World, from: &Path, to: &Path) {
    world.git(to, &["fetch", "-q", from.to_str().expect("UTF-8"), "consolidated:other"]);
}

/// In two halves, for two cores.
#[test]
fn git_and_consolidate_give_the_same_files() {
    try_sets(0..SETS / 2);
}

#[test]
fn git_and_consolidate_give_the_same_files_again() {
    try_sets(SETS / 2..SETS);
}

#[test]
fn two_devices_make_the_same_commit() {
    for seed in 100..102 {
        let mut devices = Devices::new(seed);
        let (one, two) = (bare(&devices.world, "one.git"), bare(&devices.world, "two.git"));
        devices.world.git(&two, &["config", "chittysync.device", "elsewhere"]);
        devices.world.git(&two, &["config", "i18n.commitEncoding", "latin1"]);
        for rounds in [[0, 1], [2, 3]] {
            rounds.into_iter().for_each(|round| devices.round(round));
            devices.publish(&one);
            devices.publish(&two);
            let world = &devices.world;
            let tip = consolidate(world, &one);
            let mut command = world.command(crate::common::binary());
            command.env("TZ", "Pacific/Auckland").env("CHITTYSYNC_NOW", "2027-01-01T00:00:00Z").env("LC_ALL", "C");
            command.env("GIT_AUTHOR_NAME", "Somebody").env("GIT_COMMITTER_NAME", "Else");
            let done = crate::common::done(command.args(["--store", "two.git", "consolidate"]).output());
            assert_eq!(done.code, Some(0), "{done:?}");
            assert_eq!(world.git(&two, &["rev-parse", "consolidated"]), tip, "seed {seed}");
        }
    }
}

/// A store has no checked-out `.gitattributes`; its own attributes do.
#[test]
fn merge_tree_in_the_store_gives_the_same_files() {
    let world = fast_world();
    let home = world.path("claude-a");
    let home = home.to_str().expect("UTF-8");
    let (mut random, store) = (Random::new(7), world.store());
    speak(&world, &mut random, "a", 4, 0);
    world.ok(&["-q", "sync", "--from", home]);
    speak(&world, &mut random, "a", 4, 1);
    speak(&world, &mut random, "a", 6, 0);
    world.ok(&["-q", "capture", "--from", home]);
    let mut ours = world.git(&store, &["rev-parse", "consolidated"]);
    for session in random.shuffled(&sessions(&world, &store)) {
        let tree = world.git(&store, &["merge-tree", "--write-tree", "--allow-unrelated-histories", &ours, &session]);
        ours = world.git(&store, &["commit-tree", "-p", &ours, "-p", &session, "-m", "x", &tree]);
    }
    consolidate(&world, &store);
    assert_eq!(files(&world, &store, &ours), files(&world, &store, "consolidated"));
}

/// More tips than one commit should have parents are merged in groups first.
#[test]
fn many_sessions_in_groups_are_the_same_as_one_by_one() {
    let world = fast_world();
    let mut random = Random::new(11);
    let (at_once, in_two) = (bare(&world, "at-once.git"), bare(&world, "in-two.git"));
    for (device, sessions) in [("c", 4), ("a", 66)] {
        speak(&world, &mut random, device, sessions, 0);
        let home = world.path(&format!("claude-{device}"));
        let home = home.to_str().expect("UTF-8");
        world.ok(&["-q", "--store", "in-two.git", "sync", "--from", home]);
    }
    fetch(&world, &at_once, &in_two);
    let git = checkout(&world, "git");
    fetch(&world, &git, &in_two);
    let order = random.shuffled(&sessions(&world, &git));
    assert_eq!(order.len(), 70);
    merge(&world, &git, &order);
    consolidate(&world, &at_once);
    for store in [&at_once, &in_two] {
        assert_eq!(files(&world, &git, "HEAD"), files(&world, store, "consolidated"));
        let commits = world.git(store, &["rev-list", "--parents", "consolidated"]);
        assert!(commits.lines().all(|line| line.split(' ').count() <= 66), "at most the branch and 64 tips");
        let merged = world.git(store, &["for-each-ref", "--merged", "consolidated", "refs/chittysync/"]);
        assert_eq!(merged.lines().count(), 70);
    }
}

#[test]
fn what_contains_everything_is_taken_as_it_is() {
    let world = fast_world();
    let (mut random, store) = (Random::new(3), bare(&world, "own.git"));
    let git = checkout(&world, "git");
    let (home, own) = (world.path("claude-a"), store.to_str().expect("UTF-8").to_owned());
    for round in 0..3 {
        // The first round speaks in any case; the others may not.
        speak(&world, &mut random, "a", 1, if round == 0 { 0 } else { 1 + round });
        world.ok(&["-q", "--store", &own, "capture", "--from", home.to_str().expect("UTF-8")]);
        let tip = consolidate(&world, &store);
        assert_eq!(tip, world.git(&store, &["rev-parse", "refs/chittysync/a0"]));
        fetch(&world, &git, &store);
        merge(&world, &git, &["refs/chittysync/a0".to_owned()]);
        assert_eq!(world.git(&git, &["rev-parse", "HEAD"]), tip);
    }
}

#[test]
fn nothing_new_makes_no_commit() {
    let mut devices = Devices::new(5);
    devices.round(0);
    let store = bare(&devices.world, "own.git");
    devices.publish(&store);
    let world = &devices.world;
    let tip = consolidate(world, &store);
    let objects = world.git(&store, &["count-objects", "-v"]);
    let done = world.run(&["--store", "own.git", "consolidate"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), "Already up to date.\n"), "{done:?}");
    // Nor does it when what is remembered between runs is gone.
    let _ = std::fs::remove_dir_all(store.join("chittysync"));
    assert_eq!(consolidate(world, &store), tip);
    assert_eq!(world.git(&store, &["count-objects", "-v"]), objects);
}
