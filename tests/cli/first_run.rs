//! The main job on a realistic home, from nothing.

use crate::common::{World, project};

#[test]
fn shows_what_the_agents_wrote() {
    let world = World::new();
    let fixture = project("fixtures/claude");
    let done = world.run(&["sync", "--from", fixture.to_str().expect("UTF-8")]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let words = "Log delivery attempts with the provider event id";
    assert!(done.stdout.contains("more from") && !done.stdout.contains(words), "{done:?}");
    assert!(world.ok(&["list", "--left-behind"]).contains(words));
    let status = world.json(&["status"]);
    assert_eq!(status["sessions"], 21);
    assert_eq!(status["todos"], serde_json::json!({"pending": 37, "in_progress": 19, "completed": 43, "dropped": 3}));
    world.git(&world.store(), &["fsck", "--strict"]);

    let before = world.git(&world.store(), &["for-each-ref"]);
    let again = world.run(&["sync", "--from", fixture.to_str().expect("UTF-8")]);
    assert!(again.code == Some(0) && again.stdout.lines().count() == 1, "nothing is new: {again:?}");
    assert!(done.stdout.ends_with(&again.stdout), "{again:?}");
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), before);
}

/// Starting one takes as long as all the rest of a run.
#[cfg(unix)]
#[test]
fn starts_no_other_program() {
    let world = World::new();
    world.list("s", "2026-11-01T00:00:00Z", &[("A", "pending")]);
    let called = world.path("called");
    let git = world.write("bin/git", format!("#!/bin/sh\ntouch {}\n", called.display()).as_bytes());
    std::fs::set_permissions(git, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
    world.sync();
    world.ok(&["list"]);
    assert!(!called.exists());
}
