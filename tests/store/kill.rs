//! Killed at any system call, a run leaves nothing that the next one cannot put right by itself, at once.

use std::time::{Duration, Instant};

use crate::common::{Done, has};
use crate::oracle;
use crate::scene::{FROM, Scene};
use crate::trace::{Call, calls};

/// The next run may not wait for anything a dead one held. The shortest such wait would be five seconds. On a busy machine a
/// run takes that long now and then; one that waits does each time.
const AT_ONCE: Duration = Duration::from_secs(4);
const TRIES: usize = 3;

#[test]
fn at_every_call_of_a_run() {
    everywhere(Scene::with_news, |calls| calls);
}

#[test]
fn at_every_call_of_a_first_run() {
    everywhere(Scene::without_store, |calls| calls);
}

#[test]
fn in_a_bulk_write() {
    everywhere(Scene::bulk, some);
}

#[test]
fn while_packing_refs() {
    everywhere(Scene::with_many_refs, some);
}

/// Of hundreds of like calls, some of each kind.
fn some(calls: Vec<Call>) -> Vec<Call> {
    let last = calls.len().saturating_sub(24);
    let (first, rest) = calls.split_at(last);
    first.iter().step_by(first.len() / 24 + 1).chain(rest).cloned().collect()
}

/// The run that puts things right is killed as well.
#[test]
fn while_putting_right_what_a_kill_left() {
    if !has("strace") {
        return;
    }
    let kinds: [fn(&Call) -> bool; 4] = [
        |call| call.name == "openat" && call.arguments.contains("/tmp/") && call.arguments.contains("O_CREAT"),
        |call| call.name.starts_with("rename") && call.arguments.contains("/objects/"),
        |call| call.name.starts_with("rename") && call.arguments.contains(".lock"),
        |call| call.name.starts_with("unlink") && call.arguments.contains("consolidated"),
    ];
    for kind in kinds {
        let scene = Scene::with_news();
        let expected = unkilled(&scene);
        let points: Vec<Call> = mutating(&scene).into_iter().filter(kind).collect();
        let first = points.get(points.len() / 2).expect("a call of this kind").clone();
        assert_eq!(kill(&scene, &first).code, None, "not killed at {first:?}");
        scene.keep();
        let repair = mutating(&scene);
        for second in repair.iter().step_by(repair.len() / 7 + 1) {
            is_put_right(&scene, &expected, second)
                .unwrap_or_else(|err| panic!("killed at {first:?}, then at {second:?}: {err}"));
        }
    }
}

/// Without the scrub a killed run's lock blocks the next one, and this is seen.
#[test]
fn is_seen_to_fail_without_the_scrub() {
    if !has("strace") || !cfg!(debug_assertions) {
        return;
    }
    let scene = Scene::with_news();
    let expected = unkilled(&scene);
    let holding = |call: &Call| call.name.starts_with("rename") && call.arguments.contains(".lock");
    let point = mutating(&scene).into_iter().find(holding).expect("a ref is moved");
    kill(&scene, &point);
    let found = next_run_is_fine(&scene, &expected, Some("scrub"));
    assert!(found.is_err(), "a lock of a dead process went unnoticed");
}

fn everywhere(make: fn() -> Scene, choose: fn(Vec<Call>) -> Vec<Call>) {
    if !has("strace") {
        return;
    }
    let scene = make();
    let expected = unkilled(&scene);
    let points = choose(mutating(&scene));
    assert!(points.len() > 30, "too few calls to be true: {}", points.len());
    let killed = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (points, expected, killed) = (&points, &expected, &killed);
            scope.spawn(move || {
                let scene = make();
                for point in points.iter().skip(worker).step_by(2) {
                    let hit = is_put_right(&scene, expected, point)
                        .unwrap_or_else(|err| panic!("killed at {point:?}: {err}"));
                    killed.fetch_add(usize::from(hit), std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
    });
    // The order of objects differs from run to run, and with it the number of directories to be made.
    let killed = killed.into_inner();
    assert!(killed * 10 >= points.len() * 9, "only {killed} of {} kills hit", points.len());
}

/// Returns all refs as a run that nobody kills leaves them.
fn unkilled(scene: &Scene) -> String {
    scene.restore();
    scene.world.ok(&FROM);
    let refs = scene.refs();
    scene.restore();
    refs
}

/// Returns the calls of a run that change something.
fn mutating(scene: &Scene) -> Vec<Call> {
    scene.restore();
    let calls = calls(&scene.world, &FROM, &[]);
    scene.restore();
    calls.into_iter().filter(Call::mutates).collect()
}

/// Runs the program, killed when it is about to make this call.
fn kill(scene: &Scene, at: &Call) -> Done {
    scene.disturbed(&FROM, &format!("{}:signal=KILL:when={}", at.name, at.nth))
}

/// Kills a run at this call and looks at the next one. Returns whether it was killed.
fn is_put_right(scene: &Scene, expected: &str, at: &Call) -> Result<bool, String> {
    let mut took = Duration::ZERO;
    for _ in 0..TRIES {
        scene.restore();
        let hit = kill(scene, at).code.is_none();
        took = next_run_is_fine(scene, expected, None)?;
        if took <= AT_ONCE {
            return Ok(hit);
        }
    }
    Err(format!("the next run took {took:?}, again and again"))
}

/// Returns how long the next run took.
fn next_run_is_fine(scene: &Scene, expected: &str, chaos: Option<&str>) -> Result<Duration, String> {
    let world = &scene.world;
    let started = Instant::now();
    let mut command = world.command(crate::common::binary());
    command.args(FROM).envs(chaos.map(|part| ("CHITTYSYNC_CHAOS", part)));
    let done = crate::common::done(command.output());
    let took = started.elapsed();
    if done.code != Some(0) {
        return Err(format!("the next run failed: {done:?}"));
    }
    let refs = scene.refs();
    if refs != expected {
        return Err(format!("other refs than without the kill:\n{refs}\nnot\n{expected}"));
    }
    let beside = world.store();
    let beside = std::fs::read_dir(beside.parent().expect("a parent")).expect("a directory").count();
    if beside != 1 {
        return Err("a half-made store was left beside the store".into());
    }
    oracle::whole(world, &world.store()).map(|()| took)
}
