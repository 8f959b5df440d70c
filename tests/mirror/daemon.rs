//! The daemon looks after mirrors.

use std::process::Stdio;
use std::time::{Duration, Instant};

use chittysync::settings::MirrorKind;

use crate::common::binary;
use crate::scene::Scene;

#[test]
fn a_mirror_gets_what_is_new_while_the_daemon_runs() {
    let scene = Scene::new(MirrorKind::Files);
    let world = &scene.world;
    world.ok(&["mirror", "add", "papers", "files", "place", "--interval", "200ms"]);
    let mut command = world.command(binary());
    command.env_remove("CHITTYSYNC_NOW").args(["daemon", "run"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut daemon = command.spawn().expect("it starts");
    let has = |what: &str| std::fs::read_to_string(world.path("place/todos.md")).is_ok_and(|text| text.contains(what));
    wait("Fix login", 60, &|| has("Fix login"));
    world.ok(&["add", "Rest", "--project", "acme/web"]);
    wait("Rest", 60, &|| has("Rest"));
    // The file is there before the run that wrote it ends.
    wait("two runs", 60, &|| world.json(&["daemon", "status"])["jobs"]["mirrors"]["runs"].as_u64() > Some(1));
    world.run(&["daemon", "stop"]);
    let _ = daemon.wait();
}

/// However seldom it is looked after: what failed is tried again after half a minute.
#[test]
fn a_place_that_was_away_for_a_moment_is_tried_again_soon() {
    let scene = Scene::new(MirrorKind::Files);
    let world = &scene.world;
    world.ok(&["mirror", "add", "papers", "files", "place", "--interval", "2h"]);
    world.write("place/letter", b"mine");
    let mut command = world.command(binary());
    command.env_remove("CHITTYSYNC_NOW").args(["daemon", "run"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut daemon = command.spawn().expect("it starts");
    let failures = || world.json(&["mirror", "list"])["mirrors"][0]["failures"].clone();
    wait("it failed", 90, &|| failures() == 1);
    std::fs::remove_file(world.path("place/letter")).expect("removed");
    let waited = wait("it is filled", 90, &|| world.path("place/todos.md").exists());
    assert!(waited > Duration::from_secs(10), "not before it may: {waited:?}");
    wait("that is known", 90, &|| failures() == 0);
    world.run(&["daemon", "stop"]);
    let _ = daemon.wait();
}

/// Waits until something is so, and tells how long that took.
fn wait(what: &str, seconds: u64, is_so: &dyn Fn() -> bool) -> Duration {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(seconds), "{what}: not within {seconds} seconds");
        std::thread::sleep(Duration::from_millis(50));
    }
    started.elapsed()
}
