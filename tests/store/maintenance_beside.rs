//! While a store is put in order nothing is lost and nothing waits, and what is killed meanwhile leaves nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chittysync::git::is_maintained;

use crate::common::{World, binary, has};
use crate::maintenance::{LOW, state, store_with, until};
use crate::oracle::{self, Said};

/// What goes on beside writers and readers.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Nothing,
    Maintenance,
    MaintenanceAndGc,
}

/// Lets so many processes state things, by lists and by commands, and read, until the time is over; beside them the store
/// is put in order, again and again. Returns how long the slowest of them took.
fn beside(writers: usize, time: Duration, what: Beside) -> Duration {
    let world = World::new();
    let store = store_with(&world, 2);
    let (over, started) = (AtomicBool::new(false), Instant::now());
    let (times, gcs) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut slowest = Duration::ZERO;
    let packs = what != Beside::Nothing;
    // On a busy machine that can take longer than the time that is given.
    let was_packed = || {
        (times.load(Ordering::Relaxed) > 1 || !packs)
            && (gcs.load(Ordering::Relaxed) > 0 || what != Beside::MaintenanceAndGc)
    };
    let is_over = || started.elapsed() > time && (was_packed() || started.elapsed() > time + Duration::from_secs(120));
    let acknowledged: BTreeSet<Said> = std::thread::scope(|scope| {
        let world = &world;
        let writer = |writer: usize| {
            let (mut said, mut slowest) = (Vec::new(), Duration::ZERO);
            let mut longest = Duration::ZERO;
            let mut timed = |arguments: &[&str]| {
                let began = Instant::now();
                let done = world.run(arguments);
                assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
                slowest = slowest.max(began.elapsed());
            };
            for number in 0.. {
                if is_over() && number > 2 {
                    break;
                }
                // Two speak for the same session.
                let (session, words) = (format!("w{}", writer / 2), format!("writer {writer} task {number}"));
                let began = Instant::now();
                let done = state(world, &[], &session, &words);
                assert_eq!(done.code, Some(0), "{words}: {done:?}");
                longest = longest.max(began.elapsed());
                said.push((session, words, "completed".to_owned()));
                // Readers find every object, wherever it went meanwhile.
                timed(&["list", "--json"]);
                if number % 3 == 0 {
                    let words = format!("w{writer}n{number}x by hand");
                    timed(&["add", "-q", "--project", "web", "--session", &format!("h{writer}"), &words]);
                    timed(&["done", "-q", "--session", &format!("h{writer}"), &words]);
                    said.push((format!("h{writer}"), words, "completed".to_owned()));
                }
            }
            (said, slowest.max(longest))
        };
        let running: Vec<_> = (0..writers).map(|number| scope.spawn(move || writer(number))).collect();
        scope.spawn(|| {
            while packs && !over.load(Ordering::Relaxed) {
                let done = world.run_with(&[LOW], &["maintenance"]);
                // A `git gc` takes packs from under it. It is tried again.
                assert!(done.code == Some(0) || what == Beside::MaintenanceAndGc, "{done:?}");
                times.fetch_add(usize::from(done.code == Some(0)), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        scope.spawn(|| {
            while what == Beside::MaintenanceAndGc && !over.load(Ordering::Relaxed) {
                let done = world.git_run(&store, &["gc", "-q"]);
                gcs.fetch_add(usize::from(done.code == Some(0)), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        let ended: Vec<_> = running.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        let ended: Vec<_> = ended.into_iter().map(|ended| ended.expect("a writer")).collect();
        slowest = ended.iter().map(|(_, slowest)| *slowest).max().unwrap_or_default();
        ended.into_iter().flat_map(|(said, _)| said).collect()
    });
    let (times, gcs) = (times.into_inner(), gcs.into_inner());
    eprintln!("{} acknowledged beside {times} times and {gcs} git gc, the slowest in {slowest:?}", acknowledged.len());
    assert!(times > 1 || !packs, "it was put in order only {times} times");
    assert!(gcs > 0 || what != Beside::MaintenanceAndGc, "no git gc came to its end");
    world.ok(&["consolidate"]);
    let by_hand = |said: &Said| said.0.starts_with('h');
    let sessions: BTreeSet<&str> =
        acknowledged.iter().filter(|said| !by_hand(said)).map(|(session, ..)| session.as_str()).collect();
    for session in sessions {
        let kept = oracle::said(&world, &store, &format!("refs/chittysync/{session}"), true);
        let mine: BTreeSet<_> = acknowledged.iter().filter(|said| said.0 == session).cloned().collect();
        assert!(mine.is_subset(&kept), "lost: {:?}", mine.difference(&kept).next());
    }
    let branch = oracle::said(&world, &store, "refs/heads/consolidated", true);
    let lists: BTreeSet<Said> = acknowledged.iter().filter(|said| !by_hand(said)).cloned().collect();
    assert!(lists.is_subset(&branch), "lost: {:?}", lists.difference(&branch).next());
    // A command speaks under a name that is made of the one it was given.
    let states: BTreeSet<(&str, &str)> =
        branch.iter().map(|(_, words, status)| (words.as_str(), status.as_str())).collect();
    let lost = acknowledged.iter().find(|said| !states.contains(&(said.1.as_str(), said.2.as_str())));
    assert_eq!(lost, None);
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
    slowest
}

#[test]
fn nothing_is_lost_beside_writers_and_readers() {
    beside(6, Duration::from_secs(8), Beside::Maintenance);
}

#[test]
fn nothing_is_lost_beside_git_gc_as_well() {
    beside(4, Duration::from_secs(6), Beside::MaintenanceAndGc);
}

/// `CHITTYSYNC_SECONDS=300 cargo test --locked --test store sixteen -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn nothing_is_lost_beside_sixteen_processes() {
    let seconds = std::env::var("CHITTYSYNC_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    // What they wait for each other comes first.
    let alone = beside(16, Duration::from_secs(seconds), Beside::Nothing);
    let beside = beside(16, Duration::from_secs(seconds), Beside::MaintenanceAndGc);
    eprintln!("the slowest: {alone:?} alone, {beside:?} beside");
}

/// Killed at moments of all kinds, it loses nothing, and the next one puts things right.
#[test]
fn killed_at_any_call_that_changes_files() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    let store = store_with(&world, 3);
    let sessions =
        || world.git(&store, &["for-each-ref", "refs/chittysync/s0", "refs/chittysync/s1", "refs/chittysync/s2"]);
    let before = sessions();
    for name in ["rename", "unlink", "link", "fsync", "mkdir", "openat"] {
        for when in [1, 2, 5, 9] {
            let inject = format!("inject=/^{name}(at)?2?$:signal=KILL:when={when}");
            let mut command = world.command("strace");
            command.args(["-f", "-qq", "-o", "/dev/null", "-e", &inject]).arg(binary()).arg("maintenance");
            command.env(LOW.0, LOW.1);
            let _ = command.output().expect("strace starts");
            until("what it had started has ended", || !is_maintained(&store));
            assert_eq!(sessions(), before, "{name} {when}");
            let words = format!("{name} {when}");
            assert_eq!(state(&world, &[], "after", &words).code, Some(0), "{words}");
        }
    }
    world.ok(&["maintenance"]);
    world.git(&store, &["fsck", "--strict"]);
    assert_eq!(oracle::said(&world, &store, "refs/chittysync/after", true).len(), 24);
}
