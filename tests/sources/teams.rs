//! Whose a task list is, wherever that is first to be seen: the same todos are never two sessions'.

use serde_json::json;

use crate::common::World;
use crate::hooks::{SESSION, create, event, task_file, team};

const LIST: &str = "session-abcd1234";

/// Makes `claude` the agent's home, as hooks find it.
fn world() -> World {
    let world = World::new();
    std::os::unix::fs::symlink(world.path("claude"), world.home().join(".claude")).expect("a link");
    world
}

fn check(world: &World) {
    world.sync();
    assert_eq!(world.sessions(), [SESSION]);
    assert_eq!(world.states(), ["Fix login: pending"]);
    assert_eq!(world.todo("Fix login")["project"], "acme");
}

#[test]
fn the_first_session_of_all_is_one() {
    let world = world();
    team(&world, LIST, SESSION, 0);
    world.hook(&event(SESSION, "SessionStart", &json!({"source": "startup"})));
    assert!(!world.store().exists(), "there is nothing to say yet");
    create(&world, SESSION, "1", "Fix login");
    task_file(&world, LIST, "1", "Fix login", "2026-11-20T11:00:00Z");
    // Whose it was is remembered when the team is gone.
    std::fs::remove_dir_all(world.path("claude/teams")).expect("removed");
    check(&world);
}

#[test]
fn a_session_whose_start_nobody_heard_is_one() {
    let world = world();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Fix login");
    team(&world, LIST, SESSION, 0);
    task_file(&world, LIST, "1", "Fix login", "2026-11-20T11:00:00Z");
    check(&world);
}

#[test]
fn a_team_tells_without_any_hook() {
    let world = world();
    team(&world, LIST, SESSION, 0);
    task_file(&world, LIST, "1", "Fix login", "2026-11-20T11:00:00Z");
    check(&world);
    std::fs::remove_dir_all(world.path("claude/teams")).expect("removed");
    task_file(&world, LIST, "1", "Fix login", "2026-11-20T11:30:00Z");
    check(&world);
}
