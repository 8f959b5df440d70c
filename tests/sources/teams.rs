//! Whose a task list is, wherever that is first to be seen: the same todos are never two sessions'.

use serde_json::json;

use crate::common::World;
use crate::hooks::{SESSION, create, event, task_file, team, tool};

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

/// A session makes tasks, and then leads a team, whose list is another one.
#[test]
fn a_number_that_the_teams_list_lacks_is_the_sessions() {
    let world = world();
    let _daemon = world.as_daemon();
    for (id, words) in [("1", "One"), ("2", "Two"), ("3", "Three"), ("4", "Four")] {
        create(&world, SESSION, id, words);
    }
    team(&world, "my-team", SESSION, 0);
    let update = |id: &str| {
        let input = json!({"taskId": id, "status": "completed"});
        world.hook(&tool(SESSION, "TaskUpdate", &input, &json!({"success": true, "taskId": id})));
    };
    let created = |id: &str, words: &str| {
        let more = json!({"task_id": id, "task_subject": words, "team_name": "my-team"});
        world.hook(&event(SESSION, "TaskCreated", &more));
    };
    update("2");
    // The same words by an event that names the team.
    let more = json!({"task_id": "3", "task_subject": "Three", "team_name": "my-team"});
    world.hook(&event(SESSION, "TaskCompleted", &more));
    // A number that both have is the team's, and so is a task with other words.
    created("1", "Of the team");
    update("1");
    let more = json!({"task_id": "4", "task_subject": "Of another one", "team_name": "my-team"});
    world.hook(&event(SESSION, "TaskCompleted", &more));
    // One that nobody knows changes nothing, and is told of.
    update("9");
    world.ok(&["consolidate", "-q"]);
    let expected = [
        "Four: pending",
        "Of another one: completed",
        "Of the team: completed",
        "One: pending",
        "Three: completed",
        "Two: completed",
    ];
    assert_eq!(world.states(), expected);
    assert_eq!(world.sessions(), [SESSION, "my-team"]);
    let log = world.ok(&["daemon", "log"]);
    assert!(log.contains("changed task 9, which nothing told of so far"), "{log}");
}

/// What waits for a task of before names it by the number that the session's own list has.
#[test]
fn a_link_to_a_number_that_the_teams_list_lacks_is_the_sessions() {
    let world = world();
    let _daemon = world.as_daemon();
    create(&world, SESSION, "1", "Design");
    create(&world, SESSION, "2", "Order");
    team(&world, "my-team", SESSION, 0);
    for (id, words) in [("2", "Decide"), ("3", "Build")] {
        let more = json!({"task_id": id, "task_subject": words, "team_name": "my-team"});
        world.hook(&event(SESSION, "TaskCreated", &more));
    }
    let input = json!({"taskId": "3", "addBlockedBy": ["1", "2"]});
    world.hook(&tool(SESSION, "TaskUpdate", &input, &json!({"success": true, "taskId": "3"})));
    let ready = || {
        world.ok(&["consolidate", "-q"]);
        let list = world.json(&["ready", "--all"]);
        let mut words: Vec<_> = list
            .as_array()
            .expect("a list")
            .iter()
            .map(|todo| todo["content"].as_str().expect("words").to_owned())
            .collect();
        words.sort();
        words
    };
    // A number that both lists have is the team's.
    assert_eq!(ready(), ["Decide", "Design", "Order"]);
    world.ok(&["done", "Decide"]);
    assert_eq!(ready(), ["Design", "Order"]);
    world.ok(&["done", "Design"]);
    assert_eq!(ready(), ["Build", "Order"]);
}
