//! Eight processes at once, and a `git pack-refs` that never stops: nothing that was acknowledged is lost.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Done, World, binary, done, has};
use crate::oracle::{self, Said};
use crate::trace::{STANDS_STILL, go_on, strace, until_it_stands};

/// How many processes write, and how often each.
const WRITERS: usize = 8;
const EACH: usize = 200;

#[test]
fn loses_nothing_beside_pack_refs() {
    let world = World::new();
    world.ok(&["init", "--default"]);
    let store = world.store();
    // What is on the disk plays no part in races; waiting for it would only make them rarer.
    world.git(&store, &["config", "chittysync.fsync", "false"]);
    let done = AtomicBool::new(false);
    let (mut packed, started) = (0, Instant::now());
    let acknowledged: BTreeSet<Said> = std::thread::scope(|scope| {
        let world = &world;
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(world, writer))).collect();
        let packer = scope.spawn(|| {
            let mut times = 0;
            while !done.load(Ordering::Relaxed) {
                // It may find a ref locked and give up; what it may not do is lose one.
                world.git_run(&store, &["pack-refs", "--all"]);
                times += 1;
                // Leave the writers one of two processors.
                std::thread::sleep(Duration::from_millis(5));
            }
            times
        });
        let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        packed = packer.join().expect("the packer");
        ended.into_iter().flat_map(|said| said.expect("a writer")).collect()
    });
    assert_eq!(acknowledged.len(), WRITERS * EACH);
    eprintln!("{} acknowledged beside {packed} pack-refs in {:?}", acknowledged.len(), started.elapsed());
    assert!(packed > 100, "git pack-refs ran only {packed} times");

    // The last consolidation of each process saw what had been said until then; one more sees all.
    world.ok(&["consolidate"]);
    is_all_there(&world, &acknowledged).unwrap_or_else(|err| panic!("{err}"));
}

/// Two runs, one held between looking at a ref and moving it, are as good as one after the other.
#[test]
fn a_slow_run_holds_up_the_next() {
    if has("strace") {
        overlapping(None).unwrap_or_else(|err| panic!("{err}"));
    }
}

/// Without the store's lock they are not, and this is seen.
#[test]
fn is_seen_to_fail_without_the_lock() {
    if has("strace") && cfg!(debug_assertions) {
        assert!(overlapping(Some("lock")).is_err(), "two runs without a lock went unnoticed");
    }
}

/// States one thing after the other. Processes 0 and 1 speak for the same session, 2 and 3 too.
fn write(world: &World, writer: usize) -> Vec<Said> {
    let session = match writer {
        0..4 => format!("shared{}", writer / 2),
        _ => format!("own{writer}"),
    };
    let mut acknowledged = Vec::new();
    for number in 0..EACH {
        let words = format!("writer {writer} task {number}");
        let list = serde_json::json!([{"content": words, "status": "completed"}]).to_string();
        let project = format!("web{writer}");
        let said = import(&session, &list, world.command(binary()).args(["--quiet", "import", "--project", &project]));
        assert_eq!(said.code, Some(0), "{words}: {said:?}");
        acknowledged.push((session.clone(), words, "completed".to_owned()));
    }
    acknowledged
}

fn overlapping(chaos: Option<&str>) -> Result<(), String> {
    let world = World::new();
    let list = |words: &str| serde_json::json!([{"content": words, "status": "pending"}]).to_string();
    import("s1", &list("before"), world.command(binary()).arg("import"));
    let chaos = || chaos.map(|part| ("CHITTYSYNC_CHAOS", part));
    let log = world.path("strace.log");
    let mut slow = strace(&world, &[&["-o", log.to_str().expect("UTF-8")], &STANDS_STILL[..]].concat());
    let mut slow = start("s1", &list("slow"), slow.arg("import").envs(chaos()));
    until_it_stands(&log);
    let mut fast = start("s1", &list("fast"), world.command(binary()).arg("import").envs(chaos()));
    // One that waits for nobody is through before the other one goes on. One that waits does so for half a minute.
    match chaos() {
        Some(_) => drop(fast.wait()),
        None => std::thread::sleep(Duration::from_millis(500)),
    }
    let has_waited = fast.try_wait().expect("a child").is_none();
    go_on(&mut slow);
    let (slow, fast) = (done(slow.wait_with_output()), done(fast.wait_with_output()));
    assert_eq!(has_waited, chaos().is_none(), "{slow:?} {fast:?}");
    for (name, ended) in [("slow", &slow), ("fast", &fast)] {
        if ended.code != Some(0) {
            return Err(format!("the {name} run failed: {ended:?}"));
        }
    }
    let said = ["before", "slow", "fast"].map(|words| ("s1".into(), words.into(), "pending".into()));
    is_all_there(&world, &BTreeSet::from(said))
}

/// Checks with plain git that statements are in the histories of their sessions and in the branch.
fn is_all_there(world: &World, acknowledged: &BTreeSet<Said>) -> Result<(), String> {
    let store = world.store();
    let sessions: BTreeSet<&str> = acknowledged.iter().map(|(session, ..)| session.as_str()).collect();
    let mut in_sessions = BTreeSet::new();
    for session in sessions {
        in_sessions.extend(oracle::said(world, &store, &format!("refs/chittysync/{session}"), true));
    }
    if let Some(lost) = acknowledged.difference(&in_sessions).next() {
        return Err(format!("lost from its session: {lost:?}"));
    }
    let consolidated = oracle::said(world, &store, "refs/heads/consolidated", false);
    if let Some(lost) = acknowledged.difference(&consolidated).next() {
        return Err(format!("lost from consolidated: {lost:?}"));
    }
    oracle::whole(world, &store)
}

fn import(session: &str, list: &str, command: &mut Command) -> Done {
    done(start(session, list, command).wait_with_output())
}

fn start(session: &str, list: &str, command: &mut Command) -> Child {
    command.args(["--session", session]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(list.as_bytes()).expect("the program reads");
    child
}
