//! While a store is put in order nothing is lost and nothing waits, and what is killed meanwhile leaves nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chittysync::git::is_maintained;

use crate::common::{World, binary, has};
use crate::maintenance::{LOW, state, store_with, until};
use crate::oracle::{self, Said};

/// If `packs`, puts the store in order again and again while so many processes stated things until the time was over.
fn beside(writers: usize, time: Duration, packs: bool) {
    let world = World::new();
    let store = store_with(&world, 2);
    let (over, started) = (AtomicBool::new(false), Instant::now());
    let mut times = 0;
    let mut slowest = Duration::ZERO;
    let acknowledged: BTreeSet<Said> = std::thread::scope(|scope| {
        let world = &world;
        let writer = |writer: usize| {
            let (mut said, mut slowest) = (Vec::new(), Duration::ZERO);
            for number in 0.. {
                if started.elapsed() > time && number > 2 {
                    break;
                }
                // Two speak for the same session.
                let (session, words) = (format!("w{}", writer / 2), format!("writer {writer} task {number}"));
                let began = Instant::now();
                let done = state(world, &[], &session, &words);
                assert_eq!(done.code, Some(0), "{words}: {done:?}");
                slowest = slowest.max(began.elapsed());
                said.push((session, words, "completed".to_owned()));
                // Readers find every object, wherever it went meanwhile.
                let read = world.run(&["list", "--json"]);
                assert_eq!(read.code, Some(0), "{read:?}");
            }
            (said, slowest)
        };
        let running: Vec<_> = (0..writers).map(|number| scope.spawn(move || writer(number))).collect();
        let packer = scope.spawn(|| {
            let mut times = 0;
            while packs && !over.load(Ordering::Relaxed) {
                let done = world.run_with(&[LOW], &["maintenance"]);
                assert_eq!(done.code, Some(0), "{done:?}");
                times += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            times
        });
        let ended: Vec<_> = running.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        times = packer.join().expect("the packer");
        let ended: Vec<_> = ended.into_iter().map(|ended| ended.expect("a writer")).collect();
        slowest = ended.iter().map(|(_, slowest)| *slowest).max().unwrap_or_default();
        ended.into_iter().flat_map(|(said, _)| said).collect()
    });
    eprintln!("{} acknowledged beside {times} times, the slowest in {slowest:?}", acknowledged.len());
    assert!(times > 3 || !packs, "it was put in order only {times} times");
    world.ok(&["consolidate"]);
    let sessions: BTreeSet<&str> = acknowledged.iter().map(|(session, ..)| session.as_str()).collect();
    for session in sessions {
        let kept = oracle::said(&world, &store, &format!("refs/chittysync/{session}"), true);
        let mine: BTreeSet<_> = acknowledged.iter().filter(|said| said.0 == session).cloned().collect();
        assert!(mine.is_subset(&kept), "lost: {:?}", mine.difference(&kept).next());
    }
    let branch = oracle::said(&world, &store, "refs/heads/consolidated", true);
    assert!(acknowledged.is_subset(&branch), "lost: {:?}", acknowledged.difference(&branch).next());
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}

#[test]
fn nothing_is_lost_beside_writers_and_readers() {
    beside(6, Duration::from_secs(8), true);
}

/// `CHITTYSYNC_SECONDS=300 cargo test --locked --test store sixteen -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn nothing_is_lost_beside_sixteen_processes() {
    let seconds = std::env::var("CHITTYSYNC_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    // What they wait for each other comes first.
    beside(16, Duration::from_secs(seconds), false);
    beside(16, Duration::from_secs(seconds), true);
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
